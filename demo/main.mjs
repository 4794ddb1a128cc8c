// The whole demo: provider, runtime, gate and page, started together and ended together.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { say } from '../scripts/lib/say.mjs';
import { WhoAmIAgent } from './agent.mjs';
import { HelperAgent } from './agents/helper.mjs';
import { OperationsAgent } from './agents/operations.mjs';
import { ResearchAgent } from './agents/research.mjs';
import { AGENT, AGENTS, AUDIENCE, CLIENT_ID, TOOL, baseUrlAt, issuerAt, pageUrlAt, unusualPorts } from './config.mjs';
import { Revocations, controls } from './control.mjs';
import { startGate } from './gate.mjs';
import { startIdp } from './idp.mjs';
import { startOrigin } from './origin.mjs';
import { startPage } from './page.mjs';
import { Parts } from './parts.mjs';
import { Traffic } from './traffic.mjs';
import { PEOPLE, REVOKED_USERS, USERS } from './users.mjs';

/** Who may do what, in the demo. */
const RULES = [
  { operations: ['info'], allow: 'authenticated', limit: 'BURST' },
  { agents: [AGENTS.operations], require: { roles: ['admin'] }, tools: [TOOL] },
  { agents: ['*'], operations: ['agent/*'], allow: 'authenticated', tools: [] },
];
const BURST = { limit: 20, period: 10 };

/** Runs the demo until it is told to stop; then, or when a part of it fails, ends all of it. */
export async function runDemo(ports, { open = false } = {}) {
  const stopped = stopSignal();
  const starting = startDemo(ports, { onLine: console.log });
  let demo;
  try {
    demo = await Promise.race([starting, stopped]);
    if (!demo) return;
    console.log(announcement(ports));
    if (open) openInBrowser(demo.url);
    await Promise.race([demo.gaveUp, stopped]);
  } finally {
    // Stopped while starting: let every part appear, so that it can be ended.
    demo ??= await starting.catch(() => undefined);
    await demo?.close();
  }
}

/** Starts the demo; `onLine` gets each line of the gate's log. */
export async function startDemo(ports, { onLine = () => {} } = {}) {
  const traffic = new Traffic();
  const revocations = new Revocations();
  const url = pageUrlAt(ports.page);
  const issuer = issuerAt(ports.idp);
  const vars = {
    ORIGIN_URL: baseUrlAt(ports.origin),
    ISSUERS: [{ issuer, audience: AUDIENCE }],
    ALLOWED_ORIGINS: [url],
    RULES,
    HIDE_EVENTS: ['RAW'],
    ERROR_MESSAGES: 'hide',
    // Of this run only: so are the threads.
    THREAD_KEY: randomBytes(32).toString('base64url'),
  };
  const bindings = {
    kv_namespaces: [{ binding: 'REVOKED' }],
    ratelimits: [{ name: 'BURST', namespace_id: '1', simple: BURST }],
  };
  const parts = new Parts({
    startGate: () => startGate({ port: ports.gate, vars, bindings, onLine: take }),
    onGate: (gate) => revocations.tell(gate),
  });
  const agents = {
    [AGENT]: new WhoAmIAgent(),
    [AGENTS.helper]: new HelperAgent(),
    [AGENTS.operations]: new OperationsAgent(),
    [AGENTS.research]: new ResearchAgent(),
  };
  for (const user of REVOKED_USERS) await revocations.add(`sub:${issuer}:${user}`, '');

  const started = await Promise.allSettled([
    parts.runGate(),
    startIdp({ port: ports.idp }).then((idp) => parts.add('provider', idp)),
    startOrigin({ port: ports.origin, agents, onRequest: (request) => traffic.takeArrival(request) }).then((origin) =>
      parts.add('runtime', origin),
    ),
  ]);
  try {
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    const [, { value: idp }] = started;
    const gateUrl = baseUrlAt(ports.gate);
    const control = controls({ gateUrl, originUrl: baseUrlAt(ports.origin), idp, parts, traffic, revocations });
    const settings = {
      gate: gateUrl,
      issuer,
      audience: AUDIENCE,
      clientId: CLIENT_ID,
      rules: RULES,
      people: PEOPLE,
      burst: BURST,
    };
    const page = await startPage({ port: ports.page, settings, traffic, parts, control });
    const close = async () => {
      await Promise.allSettled([page.close(), parts.close()]);
    };
    return { url, traffic, parts, control, page, gaveUp: parts.gaveUp, close };
  } catch (error) {
    await parts.close();
    throw error;
  }

  /** Takes a line of the gate's own log, which is a JSON object, and ignores everything else that it prints. */
  function take(line) {
    if (!line.startsWith('{')) return;
    traffic.takeLine(line);
    onLine(line);
  }
}

/** Resolves when the person, the system or the script that started this one wants it to end. */
const stopSignal = () =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => resolve(undefined));
    // Listening to the channel must not keep this process alive once the demo is over.
    process.channel?.unref();
  });

/** Opens the page in the person's browser. If that fails, they can click its address. */
function openInBrowser(url) {
  const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  opener.on('error', () => say(`no browser could be opened: please open ${url}`));
  opener.unref();
}

function announcement(ports) {
  const gate = baseUrlAt(ports.gate);
  const token = [...unusualPorts(ports, ['idp']), 'node demo/token.mjs alice'].join(' ');
  const input = {
    threadId: 'thread-1',
    runId: 'run-1',
    state: {},
    messages: [{ id: 'message-1', role: 'user', content: 'Who am I?' }],
    tools: [],
    context: [],
    forwardedProps: {},
  };
  return `
  page      ${pageUrlAt(ports.page)}   (open it to chat through the gate and to try to break in)

  gate      ${gate}
  runtime   ${baseUrlAt(ports.origin)}   (CopilotKit, behind the gate)
  provider  ${issuerAt(ports.idp)}   (OpenID Connect; users: ${Object.keys(USERS).join(', ')})

Or paste these commands into another terminal, in this folder. The gate refuses a request without a token:

curl -i ${gate}/info

With a token, the agent's answer streams, and names the user that the gate verified:

curl -N -H "Authorization: Bearer $(${token})" -H 'Content-Type: application/json' -d '${JSON.stringify(input)}' ${gate}/agent/${AGENT}/run

Ready. The gate's decisions are logged below. Ctrl-C stops all parts.`;
}

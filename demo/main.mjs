// The whole demo: provider, origin and gate, started together and ended together.

import { Failure } from '../scripts/lib/say.mjs';
import { AGENT, AUDIENCE, baseUrlAt, issuerAt, unusualPorts } from './config.mjs';
import { startGate } from './gate.mjs';
import { startIdp } from './idp.mjs';
import { startOrigin } from './origin.mjs';
import { USERS } from './users.mjs';

/** Runs the demo until it is told to stop; then, or when a part of it fails, ends all of it. */
export async function runDemo(ports) {
  const stopped = stopSignal();
  const parts = [];
  try {
    const started = startAll(ports, parts);
    const gate = await Promise.race([started, stopped]);
    if (!gate) {
      // Stopped while starting: let every part appear, so that `finally` ends it.
      await started.catch(() => {});
      return;
    }
    console.log(announcement(ports));
    const ended = await Promise.race([gate.exited, stopped]);
    if (ended) throw new Failure(`the gate ended by itself (${ended.find((why) => why !== null)}): the demo ends, too`);
  } finally {
    await Promise.allSettled(parts.map(({ close }) => close()));
  }
}

/** Starts every part, noting each in `parts` as soon as it is up; resolves to the gate. */
async function startAll(ports, parts) {
  const start = async (starting) => {
    const part = await starting;
    parts.push(part);
    return part;
  };
  const issuer = { issuer: issuerAt(ports.idp), audience: AUDIENCE };
  const results = await Promise.allSettled([
    start(
      startGate({
        port: ports.gate,
        vars: { ORIGIN_URL: baseUrlAt(ports.origin), ISSUERS: [issuer] },
        onLine: showDecision,
      }),
    ),
    start(startIdp({ port: ports.idp })),
    start(startOrigin({ port: ports.origin })),
  ]);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return results[0].value;
}

/** Resolves when the person, the system or the script that started this one wants it to end. */
const stopSignal = () =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => resolve(undefined));
    // Listening to the channel must not keep this process alive once the demo is over.
    process.channel?.unref();
  });

/** Of what the gate prints, its own log is of interest: one JSON object a line. */
function showDecision(line) {
  if (line.startsWith('{')) console.log(line);
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
  gate      ${gate}
  runtime   ${baseUrlAt(ports.origin)}   (CopilotKit, behind the gate)
  provider  ${issuerAt(ports.idp)}   (OpenID Connect; users: ${Object.keys(USERS).join(', ')})

Paste into another terminal, in this folder. Without a token, the gate refuses:

curl -i ${gate}/info

With one, the agent's answer streams, and says who the gate told it that you are:

curl -N -H "Authorization: Bearer $(${token})" -H 'Content-Type: application/json' -d '${JSON.stringify(input)}' ${gate}/agent/${AGENT}/run

Ready. What the gate decides is logged below; Ctrl-C ends it all.`;
}

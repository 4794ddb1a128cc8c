// A provider's page, and the gate with exactly its settings.

import assert from 'node:assert/strict';
import { readExample } from '../../e2e/support/example.mjs';
import { pages } from '../../e2e/support/pages.mjs';
import { FakeClock } from '../../support/fakes.mjs';
import { startGate } from '../../support/gate.mjs';

/** An address at which nothing listens: `whoami` asks no upstream. */
const NO_ORIGIN = 'http://127.0.0.1:9/api/copilotkit';

/** The code of a page's block with this mark. */
export function blockOf(page, mark, index = 0) {
  const found = pages().find(({ path }) => path === page);
  assert.ok(found, `there is no page ${page}`);
  return found.blocks.filter((block) => block.mark === mark)[index];
}

/**
 * A gate with the settings of a page, block number `block`, in which only the addresses and names of the example
 * are replaced. `more` are settings that no page has: secrets and the origin; `issuer` are further members of its issuer.
 */
export async function startGateOf(page, { addresses, block = 0, more = {}, issuer = {} }) {
  const shown = blockOf(page, 'settings', block);
  assert.ok(shown, `${page} has no settings number ${block}`);
  let { code } = shown;
  for (const [example, real] of Object.entries(addresses)) {
    assert.ok(code.includes(example), `${page}: the settings do not have ${example}`);
    code = code.replaceAll(example, real);
  }
  const { vars } = await readExample({ code, page });
  Object.assign(vars.ISSUERS[0], issuer);
  const clock = new FakeClock();
  const gate = await startGate({ vars: { ORIGIN_URL: NO_ORIGIN, ...vars, ...more }, fakes: { CLOCK: clock } });
  return Object.assign(gate, { clock, vars, decides: (token) => decides(gate, token) });
}

/** What the gate makes of a token: `{status, reason, code, identity, line}`. */
async function decides(gate, token) {
  const { status, headers, json } = await gate.send({ path: '/.gate/whoami', token });
  const line = await gate.log.decision(headers['x-request-id']);
  return { status, reason: line.reason, code: json.code, identity: json.identity, line };
}

/** Asserts that the gate refuses a token for this reason; resolves to the log line. */
export async function refused(gate, token, reason) {
  assert.equal(typeof token, 'string');
  const { status, line, ...told } = await gate.decides(token);
  assert.deepEqual([status, told.reason], [401, reason], JSON.stringify(line));
  return line;
}

/** Asserts that the gate accepts a token; resolves to the identity that the upstream would get. */
export async function accepted(gate, token) {
  assert.equal(typeof token, 'string');
  const { status, identity, line } = await gate.decides(token);
  assert.equal(status, 200, JSON.stringify(line));
  return identity;
}

/** Header and claims of a JWT. */
export const contentOf = (token) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));

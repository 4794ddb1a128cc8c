// Bodies of callers whom nobody knows yet: which of them are read at all, and how much. A body that never ends shows it: the
// answer comes only where the gate does not wait for the rest.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { read } from '../support/client.mjs';
import { FakeLimiter } from '../support/fakes.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const LET_IN = [{ agents: ['open'], operations: ['agent/run'], allow: 'anyone' }];
/** Settings of each gate. A deadline for bodies would answer too: nobody here waits for this one. */
const GATES = {
  closed: {},
  open: { RULES: LET_IN },
  tiny: { RULES: LET_IN, MAX_STRANGER_BODY_BYTES: 200 },
  property: { TOKEN_PROPERTY: true },
  anonymous: { ANONYMOUS: true },
};

const limiter = new FakeLimiter();
let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), BODY_TIMEOUT_SECONDS: 300 };
  const fakes = { RATE_LIMIT: limiter };
  const started = await startGates(Object.values(GATES).map((more) => ({ vars: { ...vars, ...more }, fakes })));
  gates = Object.fromEntries(Object.keys(GATES).map((name, index) => [name, started[index]]));
});
beforeEach(() => limiter.admits(Infinity));
after(() => gates?.closed.dispose());

/** Sends a request whose body begins and never ends, and gives the answer. */
async function unending(gate, { headers, ...request }) {
  const call = gate.open({ ...request, headers });
  call.request.on('error', () => {}); // the gate may close the connection under the body
  call.request.write('{"threadId":"t-1",');
  const answer = await read(await call.response);
  call.request.destroy();
  return answer;
}

const run = (agent, more) => post(`/agent/${agent}/run`, undefined, more);

describe('a body that never ends is answered at once', () => {
  const bearer = (token) => ({ token });
  const rows = [
    ['closed', 'a run', () => run('a'), 'missing_token'],
    ['closed', 'an envelope', () => envelope(), 'missing_token'],
    ['closed', 'an unknown path', () => post('/nothing-here'), 'missing_token'],
    ['open', 'a run of an agent that no rule opens', () => run('other'), 'missing_token'],
    ['open', 'another operation on the agent that a rule opens', () => post('/agent/open/connect'), 'missing_token'],
    ['open', 'an annotation', () => post('/annotate'), 'missing_token'],
    ['open', 'an unknown path', () => post('/nothing-here'), 'missing_token'],
    ['open', 'a token that is none', () => run('open', bearer('garbage')), 'invalid_token'],
    ['open', 'an expired token', () => run('open', bearer(idp.token({ exp: 1 }))), 'token_expired'],
    ['open', 'another scheme', () => run('open', { headers: [['Authorization', 'Basic x']] }), 'missing_token'],
    ['property', 'an operation whose body can hold no token', () => post('/annotate'), 'missing_token'],
    ['property', 'a token that is none, in the header', () => run('a', bearer('garbage')), 'invalid_token'],
    ['anonymous', 'what nobody without a name may do', () => post('/threads/clear'), 'missing_token'],
  ];
  for (const [gate, name, make, code] of rows) {
    it(`[${gate}] ${name}: 401 ${code}`, async () => {
      assertRefused(await withoutOrigin(origin, () => unending(gates[gate], make())), 401, code);
    });
  }
});

describe('past the rate limit, a body that never ends is answered 429 at once', () => {
  const rows = [
    ['closed', 'a caller', () => run('a', { token: idp.token() })],
    ['closed', "a caller's envelope", () => envelope(undefined, { token: idp.token() })],
    ['open', 'a stranger whom a rule lets in', () => run('open')],
    ['open', "a stranger's envelope", () => envelope()],
    ['property', 'a body that may hold a token', () => run('a')],
    ['anonymous', 'an anonymous caller', () => run('a')],
  ];
  for (const [gate, name, make] of rows) {
    it(`[${gate}] ${name}`, async () => {
      limiter.admits(0);
      assertRefused(await withoutOrigin(origin, () => unending(gates[gate], make())), 429);
      assert.equal(limiter.keys.length, 1, limiter.keys.join());
    });
  }
});

describe("a stranger's body", () => {
  /** A request of so many bytes, sent with its length or in chunks. */
  const sized = (path, value, bytes, framing) => {
    const headers = framing === 'chunks' ? [] : [['Content-Length', bytes]];
    return post(path, JSON.stringify(value).padEnd(bytes), { headers });
  };
  const open = (...size) => sized('/agent/open/run', input(), ...size);
  const other = (...size) => sized('/agent/a/run', input(), ...size);
  const call = { method: 'agent/run', params: { agentId: 'open' }, body: input() };
  const enveloped = (...size) => sized('', call, ...size);
  const rows = [
    ['open', '64 KiB', open, 65_536, 200],
    ['open', 'a byte more', open, 65_537, 413],
    ['tiny', 'as much as is set', open, 200, 200],
    ['tiny', 'a byte more than is set', open, 201, 413],
    ['property', 'too much to look for a token in', other, 65_537, 401],
    ['open', 'an envelope of 64 KiB', enveloped, 65_536, 200],
    // Until a rule has let it in, a stranger learns that a token is missing, and no more.
    ['open', 'an envelope that is larger', enveloped, 65_537, 401],
  ];
  for (const [gate, name, make, bytes, status] of rows) {
    for (const framing of ['chunks', 'length']) {
      it(`[${gate}] of ${name}, by ${framing}: ${status}, and with a token 200`, async () => {
        await assertStatus(gates[gate], make(bytes, framing), status);
        await assertStatus(gates[gate], { ...make(bytes, framing), token: idp.token() }, 200);
      });
    }
  }
});

describe('a body of more members than any app writes', () => {
  const members = (count) => Array.from({ length: count }, (_, index) => `"${index}":1`).join();
  const body = (count) => JSON.stringify(input({ state: 'S' })).replace('"S"', `{${members(count)}}`);

  it('is 413, and the log says why', async () => {
    await assertStatus(gates.closed, { ...post('/agent/a/run', body(99_000)), token: idp.token() }, 200);
    const request = { ...post('/agent/a/run', body(100_000)), token: idp.token() };
    const { headers } = await assertStatus(gates.closed, request, 413);
    assert.equal((await gates.closed.log.decision(headers['x-request-id'])).reason, 'too_many_members');
  });

  it('is 413 as an envelope too', async () => {
    const text = `{"method":"agent/run","params":{"agentId":"a"},"body":${body(100_000)}}`;
    await assertStatus(gates.closed, { ...envelope(text), token: idp.token() }, 413);
    const twice = `{"method":"agent/run","params":{"agentId":"a"},"body":${JSON.stringify(body(100_000))}}`;
    await assertStatus(gates.closed, { ...envelope(twice), token: idp.token() }, 413);
  });
});

async function assertStatus(gate, request, status) {
  const { answer, heard } = await relay(gate, origin, request);
  if (status === 200) assert.equal(answer.status, 200, answer.text);
  else assertRefused(answer, status);
  assert.equal(heard, status === 200 ? 1 : 0, 'requests at the origin');
  return answer;
}

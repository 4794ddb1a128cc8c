// Bodies that never come to their end. The gate gives each up, says so in its log, and goes on answering everybody else.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setInterval as ticks } from 'node:timers/promises';
import { read } from '../support/client.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const RULES = [{ agents: ['open'], operations: ['agent/run'], allow: 'anyone' }];
const PART = '{"threadId":"t-1","state":"half of a bod';

let world, gate, origin;
before(async () => {
  world = await startWorld({ vars: { RULES, BODY_TIMEOUT_SECONDS: 1, ALLOWED_ORIGINS: ['https://app.example'] } });
  ({ gate, origin } = world);
});
after(() => world?.gate.dispose());

const token = () => world.idp.token();
/** Requests whose body the gate collects, and the operation that the log names: an envelope has none before it is whole. */
const REQUESTS = {
  'a run': () => ({ ...post('/agent/a/run'), token: token(), operation: 'agent/run' }),
  'a run by a stranger whom a rule lets in': () => ({ ...post('/agent/open/run'), operation: 'agent/run' }),
  'an envelope': () => ({ ...envelope(), token: token() }),
};
const FRAMINGS = { 'in chunks': [], 'with a length that it does not have': [['Content-Length', 10_000]] };

const ENDS = { reset: (call) => call.reset(), 'broken off': (call) => call.request.destroy() };

/** Sends the beginning of a body. The gate has it when this settles: a request that was sent later has been answered. */
async function begin({ operation: _, headers, ...request }, more) {
  const call = gate.open({ ...request, headers: [...headers, ...more] });
  call.request.on('error', () => {});
  await new Promise((resolve) => call.request.write(PART, resolve));
  await assertAnswers();
  return call;
}

async function assertAnswers() {
  const answer = await gate.send({ ...post('/agent/b/run', input()), token: token() });
  assert.equal(answer.status, 200, answer.text);
}

/** Runs `act` and gives the line of the request that was refused meanwhile. */
async function lineOf(act) {
  const start = gate.log.lines.length;
  await act();
  return gate.log.find(
    (line) => (line.includes('"outcome":"deny"') ? JSON.parse(line) : undefined),
    'a refusal',
    start,
  );
}

for (const [what, make] of Object.entries(REQUESTS)) {
  for (const [framing, more] of Object.entries(FRAMINGS)) {
    describe(`${what}, sent ${framing}`, () => {
      for (const [how, end] of Object.entries(ENDS)) {
        it(`that is ${how} reaches nobody, and is in the log as denied`, async () => {
          const request = make();
          const { reason, operation } = await lineOf(async () => end(await begin(request, more)));
          assert.ok(['client_gone', 'body_incomplete'].includes(reason), reason);
          assert.equal(operation, request.operation);
          await assertAnswers();
          assertReached(['b']);
        });
      }

      it('that stalls is answered 408 in time, and is in the log', async () => {
        const request = make();
        const line = await lineOf(async () => {
          const { response } = await begin(request, [...more, ['Origin', 'https://app.example']]);
          const { status, headers } = await read(await response);
          assert.equal(headers['access-control-allow-origin'], 'https://app.example', 'and the page may read that');
          assert.equal(status, 408);
        });
        assert.deepEqual([line.reason, line.status, line.operation], ['request_timeout', 408, request.operation]);
        await assertAnswers();
        assertReached(['b']);
      });
    });
  }
}

describe('the deadline', () => {
  it('is for the whole body: one that trickles in is answered 408 too', async () => {
    const call = await begin(REQUESTS['a run'](), []);
    const stop = new AbortController();
    call.response.finally(() => stop.abort());
    const trickle = async () => {
      for await (const _ of ticks(50, undefined, { signal: stop.signal })) call.request.write('y');
    };
    await trickle().catch(() => {});
    assertRefused(await read(await call.response), 408);
    assertReached(['b']);
  });

  it('is not for what passes as a stream', async () => {
    const upload = {
      method: 'POST',
      path: '/transcribe',
      headers: [['Content-Type', 'multipart/form-data; boundary=b']],
    };
    const arriving = origin.next();
    const { request, response } = gate.open({ ...upload, token: token() });
    request.write('--b\r\n');
    const { request: arrived } = await arriving;
    arrived.resume();
    // Longer than the deadline, by a request that runs into it.
    const slow = await begin(REQUESTS['a run'](), []);
    assert.equal((await slow.response).statusCode, 408);
    request.end('--b--\r\n');
    assert.equal((await response).statusCode, 200);
  });
});

/** Checks which agents the origin has heard of since the last check. */
function assertReached(agents) {
  const seen = origin.heard.splice(0).map(({ url }) => url.split('/').at(-2));
  assert.deepEqual([...new Set(seen)], agents);
}

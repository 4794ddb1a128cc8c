// What a browser hears of an agent: `HIDE_EVENTS`, `ERROR_MESSAGES`, and that no event shows the assertion of its own request.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { chunks } from '../support/client.mjs';
import { DIALECTS, MODES } from '../support/dialects.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { silent, startOrigin } from '../support/origin.mjs';
import { input } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';

const LIMIT = { timeout: 20_000 };
const KEY = JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
const HIDDEN = { HIDE_EVENTS: ['RAW', 'CUSTOM:system:*'], ERROR_MESSAGES: 'hide' };
const EVENTS = { 'content-type': 'text/event-stream' };
const MARKER = 'You are the secret bot of sk-proj-1';

let idp, origin, log;
/** The gate that hides, by the dialect of its runtime; one that hides nothing; one whose log has refusals alone. */
let hiding, open, quiet;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const usual = usualVars({ idp, origin });
  const vars = { ...usual, ...HIDDEN, ASSERTION_KEY: KEY, THREAD_KEY: Buffer.alloc(32, 7).toString('base64url') };
  const [multi, single, ...others] = await startGates([
    { vars },
    { vars: { ...vars, ORIGIN_MODE: 'single-route' } },
    { vars: { ...usual, ASSERTION_KEY: KEY } },
    { vars: { ...vars, LOG: 'denied' } },
  ]);
  hiding = { 'multi-route': multi, 'single-route': single };
  [open, quiet] = others;
  ({ log } = multi);
});
beforeEach(() => origin.answers());
after(() => hiding?.['multi-route'].dispose());

const line = (event) => `data: ${JSON.stringify(event)}\n\n`;
const stream = (...events) => events.map(line).join('');
const run = (dialect = 'multi-route', verb = 'run') => DIALECTS[dialect].agent(verb, 'a', input());

/** Asks, and lets the origin answer this. */
async function answered(gate, request, body, headers = EVENTS, status = 200) {
  origin.answers(async (exchange) => {
    await exchange.body();
    exchange.reply(status, headers, typeof body === 'function' ? body(exchange) : body);
  });
  return gate.send({ ...request, token: idp.token() });
}

/** Asks, and gives both ends of the answer, which has begun. */
async function begun(gate, request) {
  origin.answers(silent);
  const arriving = origin.next();
  const { body, ...head } = request;
  const call = gate.open({ ...head, token: idp.token() });
  call.request.end(body);
  const exchange = await arriving;
  exchange.stream();
  const response = await call.response;
  return { call, exchange, response, next: chunks(response), id: exchange.headers['x-request-id'] };
}

/** The line that the end of the stream of this request has written. */
const ended = (id) =>
  log.find((text) => {
    try {
      const found = JSON.parse(text);
      return found.event === 'events' && found.request_id === id ? found : undefined;
    } catch {
      return undefined;
    }
  }, `the end of the events of ${id}`);

const START = { type: 'RUN_STARTED', threadId: 't', runId: 'r' };
const RAW = { type: 'RAW', event: { messages: [MARKER] } };
const INIT = { type: 'CUSTOM', name: 'system:init', value: { cwd: '/srv/app' } };
const TEXT = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'hello', rawEvent: { prompt: MARKER } };
const ERROR = { type: 'RUN_ERROR', message: `401 ${MARKER}`, code: 'AUTH', rawEvent: { a: 1 }, stack: '/srv/app' };
const SNAPSHOT = {
  type: 'MESSAGES_SNAPSHOT',
  messages: [
    { id: '1', role: 'system', content: MARKER },
    { id: '2', role: 'user', content: 'hi' },
  ],
};
const { rawEvent: _, ...text } = TEXT;

for (const runtime of MODES) {
  for (const dialect of MODES) {
    describe(`a ${dialect} client of a ${runtime} runtime`, LIMIT, () => {
      for (const verb of ['run', 'connect', 'suggest']) {
        it(`does not hear the agent's insides by ${verb}`, async () => {
          const all = stream(START, RAW, INIT, TEXT, SNAPSHOT, RAW, ERROR);
          const answer = await answered(hiding[runtime], run(dialect, verb), all);
          const id = origin.heard.at(-1).headers['x-request-id'];
          const message = `The agent failed (request ${id}).`;
          assert.equal(
            answer.text,
            stream(
              START,
              text,
              { ...SNAPSHOT, messages: SNAPSHOT.messages.slice(1) },
              { type: 'RUN_ERROR', message, code: 'AUTH' },
            ),
          );
          assert.equal(answer.status, 200);
          assert.equal(answer.headers['content-type'], 'text/event-stream');
          assert.equal(answer.headers['cache-control'], 'private, no-store');
          assert.deepEqual(await ended(id), {
            event: 'events',
            outcome: 'complete',
            request_id: id,
            sent: 4,
            left_out: { RAW: 2, CUSTOM: 1 },
            bytes_in: all.length,
            bytes_out: answer.bytes.length,
          });
        });
      }

      it('does not hear them of an old run', async () => {
        const events = { events: [START, RAW, TEXT, ERROR], more: true };
        const request = DIALECTS[dialect].resource('GET', '/threads/t-1/events');
        const json = { 'content-type': 'application/json' };
        const answer = await answered(hiding[runtime], request, JSON.stringify(events), json);
        const id = origin.heard.at(-1).headers['x-request-id'];
        const error = { type: 'RUN_ERROR', message: `The agent failed (request ${id}).`, code: 'AUTH' };
        assert.deepEqual(answer.json, { events: [START, text, error], more: true });
      });

      it('does not hear the assertion of its own request', async () => {
        const told = ({ headers }) => stream(START, { type: 'STATE_SNAPSHOT', snapshot: headers }, { type: 'A' });
        const answer = await answered(hiding[runtime], run(dialect), told);
        const { headers } = origin.heard.at(-1);
        assert.match(headers['x-gate-assertion'], /^eyJ/);
        assert.equal(answer.text, stream(START, { type: 'A' }));
        assert.deepEqual((await ended(headers['x-request-id'])).left_out, { assertion: 1 });
        assert.ok((await answered(open, run(dialect), told)).text.includes('eyJ'), 'without a setting it does');
      });
    });
  }
}

describe('a stream that is filtered', LIMIT, () => {
  const gate = () => hiding['multi-route'];

  it('arrives event by event, each before the next is sent, however it is split', async () => {
    const { exchange, next } = await begun(gate(), run());
    for (const event of [START, TEXT, { type: 'A' }]) {
      exchange.response.write(line(event));
      assert.equal(await next(), line(event === TEXT ? text : event));
    }
    exchange.response.write(`${line({ type: 'B' })}${line(RAW)}data: {"ty`);
    assert.equal(await next(), line({ type: 'B' }));
    exchange.response.write('pe":"C"}\n\n: ping\n\n');
    assert.equal(await next(), 'data: {"type":"C"}\n\n: ping\n\n');
    exchange.end();
    assert.equal(await next(), undefined);
  });

  it('has begun before its first event', async () => {
    const { exchange, response } = await begun(gate(), run());
    assert.equal(response.statusCode, 200);
    exchange.end();
    response.resume();
  });

  it('ends at the origin when the client has gone', async () => {
    const { call, exchange, next, id } = await begun(gate(), run());
    exchange.response.write(line(START));
    assert.equal(await next(), line(START));
    call.reset();
    for (; !exchange.response.destroyed; await turn()) exchange.response.write(line({ type: 'A' }));
    assert.equal(await exchange.gone, true);
    assert.equal((await ended(id)).outcome, 'client_gone');
  });

  it('that breaks off breaks off for the client too, without the half of an event', async () => {
    const { exchange, next, id } = await begun(gate(), run());
    exchange.response.write(`${line(START)}data: {"type":"A"`);
    assert.equal(await next(), line(START));
    exchange.response.destroy();
    await assert.rejects(next());
    const { outcome, left_out } = await ended(id);
    assert.deepEqual({ outcome, left_out }, { outcome: 'broken', left_out: { incomplete: 1 } });
  });

  it('that ends within an event ends without it', async () => {
    const answer = await answered(gate(), run(), `${line(START)}data: {"type":"A"}\n`);
    assert.equal(answer.text, line(START));
  });

  it('of large events arrives whole', async () => {
    const events = Array.from({ length: 40 }, (_, i) => ({ type: 'A', i, delta: 'ä'.repeat(100_000) }));
    const all = events.flatMap((event) => [
      { ...RAW, event: event.delta },
      { ...event, rawEvent: event },
    ]);
    const answer = await answered(gate(), run(), stream(...all));
    assert.equal(answer.text, stream(...events));
  });

  it('runs beside others', async () => {
    const both = [await begun(gate(), run()), await begun(gate(), run())];
    for (const { exchange } of both) exchange.response.write('data: {"type":');
    for (const [i, { exchange, next }] of both.entries()) {
      exchange.response.write(`"A${i}"}\n\n`);
      assert.equal(await next(), `data: {"type":"A${i}"}\n\n`);
    }
    for (const { exchange, response } of both) {
      exchange.end();
      response.resume();
    }
  });

  it('without a body ends, too', async () => {
    assert.equal((await answered(gate(), run(), '')).text, '');
    const answer = await answered(gate(), run(), undefined, {}, 204);
    assert.deepEqual([answer.status, answer.bytes.length], [204, 0]);
  });

  it('is asked for as one', async () => {
    const asking = { ...run(), headers: [...run().headers, ['Accept', '*/*'], ['Accept-Encoding', 'gzip, br']] };
    await answered(gate(), asking, stream(START));
    const { headers } = origin.heard.at(-1);
    assert.deepEqual([headers.accept, headers['accept-encoding']], ['text/event-stream', 'identity']);
    await answered(open, asking, stream(START));
    assert.equal(origin.heard.at(-1).headers.accept, '*/*');
  });

  it('that was compressed all the same is read, and goes on as text', async () => {
    const headers = { ...EVENTS, 'content-encoding': 'gzip', etag: '"1"' };
    const answer = await answered(gate(), run(), gzipSync(stream(START, RAW)), headers);
    assert.equal(answer.text, stream(START));
    assert.deepEqual([answer.headers['content-encoding'], answer.headers.etag], [undefined, undefined]);
  });

  it('writes no line where the log has refusals alone', async () => {
    const answer = await answered(quiet, run(), stream(START, RAW));
    assert.equal(answer.text, stream(START));
    const id = origin.heard.at(-1).headers['x-request-id'];
    await answered(gate(), run(), stream(START));
    await ended(origin.heard.at(-1).headers['x-request-id']);
    assert.ok(!log.lines.some((text) => text.includes(id)));
  });
});

describe('an answer to a run that is no stream of events', LIMIT, () => {
  const gate = () => hiding['multi-route'];
  const refused = [
    ['binary', { 'content-type': 'application/vnd.ag-ui.event+proto' }, 'x'],
    ['text', { 'content-type': 'text/plain' }, stream(RAW)],
    ['nothing that says what it is', {}, 'x'],
    ['in a coding that is not undone', { ...EVENTS, 'content-encoding': 'deflate' }, 'x', 'coded_answer'],
  ];
  for (const [what, headers, body, expected = 'unreadable_answer'] of refused) {
    it(`${what} is refused, and the log tells why`, async () => {
      const answer = await answered(gate(), run(), body, headers);
      assert.deepEqual([answer.status, answer.json.error], [502, 'bad_gateway']);
      const { outcome, reason } = await log.decision(answer.json.request_id);
      assert.deepEqual({ outcome, reason }, { outcome: 'allow', reason: expected });
      assert.equal((await answered(open, run(), body, headers)).status, 200, 'without a setting it passes');
    });
  }

  it('JSON passes, and so does an error', async () => {
    const json = { 'content-type': 'application/json; charset=utf-8' };
    assert.equal((await answered(gate(), run(), '{"type":"RAW"}', json)).text, '{"type":"RAW"}');
    const error = await answered(gate(), run(), 'no', { 'content-type': 'text/plain' }, 500);
    assert.deepEqual([error.status, error.text], [500, 'no']);
  });
});

it('without a setting every byte passes', LIMIT, async () => {
  const all = `${stream(START, RAW, INIT, TEXT, ERROR)}data: half`;
  assert.equal((await answered(open, run(), all)).text, all);
});

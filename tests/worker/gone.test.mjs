// Clients that go away before they have an answer. What was authorised may happen all the same, so it is on record.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { FakeDataset } from '../support/fakes.mjs';
import { startGates } from '../support/gate.mjs';
import { hang, startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { silent, startOrigin } from '../support/origin.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const dataset = new FakeDataset();
let idp, mute, origin, gate, quiet;
before(async () => {
  idp = await startProvider(makeKey());
  mute = await startProvider(makeKey());
  mute.serves({ discovery: hang });
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), ISSUERS: [idp.trusted(), mute.trusted()], THREAD_KEY: KEY };
  const fakes = { AUDIT: dataset };
  [gate, quiet] = await startGates([
    { vars, fakes },
    { vars: { ...vars, LOG: 'denied' }, fakes },
  ]);
});
beforeEach(() => origin.answers(silent));
after(() => gate?.dispose());

/** The point of one request in the dataset. It arrives when it likes: the gate does not wait for it. */
async function point(id) {
  for (;;) {
    const found = dataset.points.find(({ blobs }) => blobs.includes(id));
    if (found) return found;
    await new Promise(setImmediate);
  }
}

/** Sends a request, leaves once the origin has it, and gives the id by which the origin knows it. */
async function leave(through, { body, ...head }) {
  const arriving = origin.next();
  const call = through.open({ ...head, token: idp.token() });
  call.request.on('error', () => {});
  call.request.end(body);
  const exchange = await arriving;
  call.reset();
  return { id: exchange.headers['x-request-id'], exchange };
}

describe('a client that leaves before the origin answers', { timeout: 10_000 }, () => {
  const rows = [
    ['a run', () => post('/agent/a/run', input()), 'agent/run', 'a'],
    [
      'a run by envelope',
      () => envelope({ method: 'agent/run', params: { agentId: 'a' }, body: input() }),
      'agent/run',
      'a',
    ],
    ['a stop', () => ({ method: 'POST', path: '/agent/a/stop/t-1' }), 'agent/stop', 'a'],
    ['a deleted thread', () => ({ method: 'DELETE', path: '/threads/t-1' }), 'threads/update', undefined],
    ['an answer that would be filtered', () => ({ path: '/threads' }), 'threads/list', undefined],
  ];
  for (const [name, make, operation, agent] of rows) {
    it(`${name} is in the log and in AUDIT as allowed, and ends at the origin`, async () => {
      const { id, exchange } = await leave(gate, make());
      const line = await gate.log.decision(id);
      assert.deepEqual([line.outcome, line.reason], ['allow', 'client_gone']);
      assert.deepEqual([line.operation, line.agent, line.sub], [operation, agent, 'user-1']);
      const { blobs } = await point(id);
      for (const label of ['allow', 'client_gone', operation, 'user-1']) assert.ok(blobs.includes(label), label);
      assert.equal(await exchange.gone, true);
    });
  }

  it('leaves one line and one point, even when the origin answers later', async () => {
    const { id, exchange } = await leave(gate, post('/agent/a/run', input()));
    await gate.log.decision(id);
    exchange.reply(200);
    origin.answers();
    const other = await gate.send({ path: '/info', token: idp.token() });
    await point(other.headers['x-request-id']);
    assert.equal(gate.log.decisions.filter((line) => line.request_id === id).length, 1);
    assert.equal(dataset.points.filter(({ blobs }) => blobs.includes(id)).length, 1);
  });

  it('is in AUDIT also where allowed requests write no line', async () => {
    const { id, exchange } = await leave(quiet, post('/agent/a/run', input()));
    assert.ok((await point(id)).blobs.includes('client_gone'));
    assert.equal(
      gate.log.decisions.find((line) => line.request_id === id),
      undefined,
    );
    exchange.response.destroy();
  });
});

describe('an upstream that fails', { timeout: 10_000 }, () => {
  it('is in the log and in AUDIT as allowed, with the status that the client got', async () => {
    origin.answers(({ response }) => response.destroy());
    const answer = await gate.send({ ...post('/agent/a/run', input()), token: idp.token() });
    assert.equal(answer.status, 502);
    const id = answer.headers['x-request-id'];
    const { outcome, reason, status } = await gate.log.decision(id);
    assert.deepEqual([outcome, reason, status], ['allow', 'bad_gateway', 502]);
    const { blobs } = await point(id);
    for (const label of ['allow', 'bad_gateway']) assert.ok(blobs.includes(label), label);
  });

  it('by a client that closes its upload in the ordinary way, too', async () => {
    const arriving = origin.next();
    const upload = {
      method: 'POST',
      path: '/transcribe',
      headers: [['Content-Type', 'multipart/form-data; boundary=b']],
    };
    const call = gate.open({ ...upload, token: idp.token() });
    call.request.on('error', () => {});
    call.response.catch(() => {});
    call.request.write('--b\r\n');
    const exchange = await arriving;
    exchange.request.on('error', () => {});
    exchange.request.resume();
    call.request.destroy();
    const { outcome, reason } = await gate.log.decision(exchange.headers['x-request-id']);
    assert.equal(outcome, 'allow');
    assert.ok(['bad_gateway', 'client_gone'].includes(reason), reason);
  });
});

describe('a client that leaves before anybody knows who it is', { timeout: 10_000 }, () => {
  it('is in the log as denied', async () => {
    const start = gate.log.lines.length;
    const asked = mute.asked();
    const call = gate.open({ path: '/info', token: mute.token() });
    call.request.on('error', () => {});
    call.request.end();
    await asked;
    call.reset();
    const line = await gate.log.find((text) => text.includes('client_gone') && JSON.parse(text), 'who left', start);
    assert.deepEqual([line.outcome, line.sub], ['deny', undefined]);
  });
});

describe('a client that leaves in the middle of an answer', { timeout: 10_000 }, () => {
  it('was allowed what it asked for, and the log says so once', async () => {
    const arriving = origin.next();
    const call = gate.open({ ...post('/agent/a/run'), token: idp.token() });
    call.request.end(JSON.stringify(input()));
    const exchange = await arriving;
    exchange.stream();
    await call.response;
    call.reset();
    const { outcome, reason, status } = await gate.log.decision(exchange.headers['x-request-id']);
    assert.deepEqual([outcome, reason, status], ['allow', 'ok', 200]);
    exchange.response.destroy();
  });
});

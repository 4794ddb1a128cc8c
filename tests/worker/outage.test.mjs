// An origin that cannot be reached, or that says nothing.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chunks } from '../support/client.mjs';
import { silent } from '../support/origin.mjs';
import { startWorld } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

const RUN = '{"threadId":"t-1","runId":"r-1","state":{},"messages":[],"tools":[],"context":[],"forwardedProps":{}}';
const REQUESTS = [
  ['info', { path: '/info' }],
  ['a run', { method: 'POST', path: '/agent/a/run', headers: [['Content-Type', 'application/json']], body: RUN }],
  ['a GET that is passed on as it is', { path: '/inspector-metadata' }],
];

let world;
before(async () => (world = await startWorld({ vars: { ORIGIN_TIMEOUT_SECONDS: 1 } })));
after(() => world?.gate.dispose());

describe('an origin that refuses connections: 502', () => {
  before(() => world.origin.down());
  after(() => world.origin.up());

  for (const [name, request] of REQUESTS) {
    it(name, async () => {
      assertRefused(await world.gate.send({ ...request, token: world.idp.token() }), 502);
    });
  }

  it('and the log says that it was the origin', async () => {
    const { headers } = await world.gate.send({ path: '/info', token: world.idp.token() });
    const line = await world.gate.log.decision(headers['x-request-id']);
    assert.equal(line.status, 502);
  });
});

describe('an origin that hangs up: 502', () => {
  before(() => world.origin.answers((exchange) => exchange.request.socket.destroy()));
  after(() => world.origin.answers());

  it('info', async () => {
    assertRefused(await world.gate.send({ path: '/info', token: world.idp.token() }), 502);
  });
});

describe('an origin that says nothing: 504', () => {
  before(() => world.origin.answers(silent));
  after(() => world.origin.answers());

  for (const [name, request] of REQUESTS) {
    it(name, async () => {
      assertRefused(await world.gate.send({ ...request, token: world.idp.token() }), 504);
    });
  }
});

describe('an origin that has begun to answer', () => {
  after(() => world.origin.answers());

  it('is not cut off when the time limit passes', { timeout: 15_000 }, async () => {
    world.origin.answers(silent);
    const arriving = world.origin.next();
    const [, run] = REQUESTS[1];
    const { body, ...head } = run;
    const call = world.gate.open({ ...head, token: world.idp.token() });
    call.request.end(body);
    const exchange = await arriving;
    exchange.stream();
    exchange.event('one');
    const next = chunks(await call.response);
    assert.equal(await next(), 'data: one\n\n');
    const later = await world.gate.send({ path: '/info', token: world.idp.token() });
    assert.equal(later.status, 504, 'a request that began later has meanwhile run out of time');
    exchange.event('two');
    assert.equal(await next(), 'data: two\n\n');
    exchange.end();
    assert.equal(await next(), undefined);
  });
});

describe('afterwards', () => {
  it('the next request passes', async () => {
    assert.equal((await world.gate.send({ path: '/info', token: world.idp.token() })).status, 200);
  });
});

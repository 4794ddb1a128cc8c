// ORIGIN_HEADERS: what only the gate and the origin know goes along with every request to the origin, and nowhere else.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertNotLogged } from './support/expect.mjs';

const SECRET = 'known-to-gate-and-origin-alone';
/** A service credential, a service token of Cloudflare Access, and fields that the gate or the client would set. */
const FIELDS = {
  Authorization: `Basic ${SECRET}`,
  'CF-Access-Client-Secret': SECRET,
  'x-shared-secret': SECRET,
  Accept: 'application/x-of-the-gate',
  'x-forwarded-for': '192.0.2.1',
};
const APP = 'https://app.example';

let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), ALLOWED_ORIGINS: [APP], TOKEN_PROPERTY: true };
  const text = JSON.stringify(FIELDS);
  const settings = {
    'multi-route': { ...vars, ORIGIN_HEADERS: text },
    'single-route': { ...vars, ORIGIN_HEADERS: text, ORIGIN_MODE: 'single-route' },
    'a table': { ...vars, ORIGIN_HEADERS: FIELDS },
    stripping: { ...vars, ORIGIN_HEADERS: text, FORWARD_AUTHORIZATION: 'strip' },
    anonymous: { ...vars, ORIGIN_HEADERS: text, ANONYMOUS: true },
  };
  const started = await startGates(Object.values(settings).map((all) => ({ vars: all })));
  gates = Object.fromEntries(Object.keys(settings).map((name, index) => [name, started[index]]));
});
after(() => gates?.anonymous.dispose());

/** Every kind of request that goes on. */
const REQUESTS = {
  'GET /info': () => ({ path: '/info' }),
  'HEAD /info': () => ({ method: 'HEAD', path: '/info' }),
  'a run': () => post('/agent/a/run', input()),
  'a run by envelope': () => envelope({ method: 'agent/run', params: { agentId: 'a' }, body: input() }),
  'a stop': () => ({ method: 'POST', path: '/agent/a/stop/t-1' }),
  'a deletion': () => ({ method: 'DELETE', path: '/memories/m-1' }),
};

/** The client sends fields of these names itself, and the origin sends what it got back to the client. */
async function echoed(gate, request, token) {
  const own = Object.keys(FIELDS).filter((name) => name !== 'Authorization');
  const forged = [...own, ...own.map((name) => name.replaceAll('-', '_')), 'X.Shared_Secret'];
  const headers = [...(request.headers ?? []), ...forged.map((name) => [name, 'of-the-client']), ['Origin', APP]];
  const echo = { 'content-type': 'application/json', 'x-other': 'kept', ...FIELDS };
  const { answer, received } = await relay(gate, origin, { ...request, headers, token }, [200, echo, '{}']);
  assert.equal(answer.status, 200, answer.text);
  const [sent] = received;
  assert.ok(!sent.pairs.some(([, value]) => value === 'of-the-client'), 'in any spelling');
  return { answer, sent };
}

for (const name of ['multi-route', 'single-route', 'a table', 'stripping', 'anonymous']) {
  describe(`[${name}] the fields of ORIGIN_HEADERS`, () => {
    for (const [what, make] of Object.entries(REQUESTS)) {
      it(`go with ${what}, over whatever else there is, and come back to nobody`, async () => {
        const isStranger = name === 'anonymous' && what !== 'a deletion';
        const { answer, sent } = await echoed(gates[name], make(), isStranger ? '' : idp.token());
        for (const [field, value] of Object.entries(FIELDS)) {
          const values = sent.pairs.filter(([own]) => own.toLowerCase() === field.toLowerCase()).map(([, own]) => own);
          assert.deepEqual(values, [value], field);
          assert.equal(answer.headers[field.toLowerCase()], undefined, `${field} in the answer`);
        }
        assert.ok(!JSON.stringify(answer.pairs).includes(SECRET), JSON.stringify(answer.pairs));
        assert.equal(answer.headers['x-other'], 'kept');
      });
    }
  });
}

describe('nobody else learns of them', () => {
  it("not by the gate's own endpoints", async () => {
    for (const path of ['/.gate/whoami', '/.gate/health']) {
      const answer = await gates['multi-route'].send({ path, token: idp.token() });
      assert.ok(!`${answer.text}${JSON.stringify(answer.pairs)}`.includes(SECRET));
    }
  });

  it('not by a refusal of the origin, nor by a WebSocket', async () => {
    const reply = [403, { 'x-shared-secret': SECRET, 'content-type': 'text/plain' }, 'no'];
    const { answer } = await relay(gates['multi-route'], origin, { path: '/info', token: idp.token() }, reply);
    assert.deepEqual([answer.status, answer.headers['x-shared-secret']], [403, undefined]);
    const { socket, message } = await gates['multi-route'].upgrade({ path: '/info', token: idp.token() });
    socket.destroy();
    assert.ok(!JSON.stringify(message.rawHeaders).includes(SECRET));
    assert.equal(origin.heard.at(-1).headers['x-shared-secret'], SECRET);
  });

  it('not by the log', () => assertNotLogged(gates['multi-route'].log, [SECRET]));
});

// Which paths are operations, and that the origin only ever sees canonical ones, whatever detour a path takes.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const RUN = '{"threadId":"t-1","runId":"r-1","state":{},"messages":[],"tools":[],"context":[],"forwardedProps":{}}';

let idp, origin, open, guarded;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  const secretly = [{ agents: ['secret'], allow: 'nobody' }];
  [open, guarded] = await startGates([{ vars }, { vars: { ...vars, RULES: secretly } }]);
});
after(() => open?.dispose());

/** What a table's `POST /x` stands for. */
function request(line, more = {}) {
  const [method, path] = line.split(' ');
  const body = method === 'POST' ? { headers: [['Content-Type', 'application/json']], body: RUN } : {};
  return { method, path, ...body, ...more };
}

/** Sends it and gives the answer with the paths that the origin saw meanwhile. */
async function follow(gate, what) {
  const before = origin.heard.length;
  const answer = await gate.send(what);
  return { answer, seen: origin.heard.slice(before).map(({ method, url }) => `${method} ${url}`) };
}

/**
 * Detours: either a 404, or the one canonical request that they mean. Where two readings are safe, either will do: dot
 * segments and backslashes arrive folded at Cloudflare's edge, as they were sent in a bare workerd.
 */
const DETOURS = [
  ['GET /anything/info', 404],
  ['GET /threads/info', 404],
  ['GET /agent/x/stop/info', 404],
  ['POST /agent/x/stop/info', 404],
  ['POST /agent/x/stop/%69nfo', 404],
  ['GET /info/', 404],
  ['GET //info', 404],
  ['POST /info/agent/secret/run', 404],
  ['POST /agent/public/run/agent/secret/run', 404],
  ['POST //agent//secret//run', 404],
  ['POST /agent/secret/run/', 404],
  ['POST /agent//run', 404],
  ['POST /agent/%73ecret/run', 'POST /agent/secret/run'],
  ['POST /agent/public/../secret/run', 404, 'POST /agent/secret/run'],
  ['POST /agent/./secret/run', 404, 'POST /agent/secret/run'],
  ['POST /agent/public/%2e%2e/secret/run', 404, 'POST /agent/secret/run'],
  ['POST /agent/public/.%2E/secret/run', 404, 'POST /agent/secret/run'],
  ['POST /agent\\secret\\run', 404, 'POST /agent/secret/run'],
  ['POST /agent/public%2f..%2fsecret/run', 404],
  ['POST /agent/public%2Fsecret/run', 404],
  ['POST /agent/public%5csecret/run', 404],
  ['POST /agent/%2e%2e/run', 404],
  ['POST /agent/%2e/run', 404],
  ['POST /agent/%2573ecret/run', 404],
  ['POST /agent/%zz/run', 404],
  ['POST /agent/%/run', 404],
  ['POST /agent/%ff/run', 404],
  ['POST /agent/se%00cret/run', 404],
  ['POST /agent/se%0d%0acret/run', 404],
  ['POST /%61gent/secret/run', 404],
  ['POST /AGENT/secret/RUN', 404],
  ['POST /agent/secret/run;x', 404],
  ['POST /agent/secret;x/run', 404, 'POST /agent/secret%3Bx/run', 'POST /agent/secret;x/run'],
  ['POST /agent/secret/run?x=/info', 'POST /agent/secret/run'],
  ['GET /info?agentId=secret&x=1', 'GET /info'],
  ['GET /../copilotkit/info', 404, 'GET /info'],
  ['GET /nothing-here', 404],
  ['POST /agent/secret/destroy', 404],
  ['POST /transcribe/all', 404],
];

describe('a detour with a good token', () => {
  for (const [line, ...expected] of DETOURS) {
    it(`${line} → ${expected.join(' or ')}`, async () => {
      const { answer, seen } = await follow(open, request(line, { token: idp.token() }));
      if (expected.includes(404) && answer.status === 404) assertRefused(answer, 404);
      const canonical = expected.filter((one) => one !== 404).map((one) => one.replace(' ', ` ${BASE}`));
      if (seen.length === 0) return assert.ok(expected.includes(404) && answer.status === 404, `got ${answer.status}`);
      assert.equal(seen.length, 1);
      assert.ok(canonical.includes(seen[0]), `the origin saw ${seen[0]}`);
    });
  }
});

describe('the same without a token: 401 before anything else', () => {
  for (const [line] of DETOURS) {
    it(line, async () => {
      const answer = await withoutOrigin(origin, () => open.send(request(line)));
      assertRefused(answer, 401, 'missing_token');
    });
  }
});

describe('a rule against one agent is not walked around', () => {
  const denied = ['/agent/secret/run', '/agent/%73ecret/run', '/agent/secret/run?agentId=public'];
  for (const path of denied) {
    it(`POST ${path}: 403 rule_denied`, async () => {
      const answer = await withoutOrigin(origin, () => guarded.send(request(`POST ${path}`, { token: idp.token() })));
      assertRefused(answer, 403, 'rule_denied');
    });
  }

  for (const [line] of DETOURS.filter(([line]) => line.includes('secret'))) {
    it(`${line} never runs secret`, async () => {
      const { seen } = await follow(guarded, request(line, { token: idp.token() }));
      assert.deepEqual(
        seen.filter((one) => /\/agent\/secret\/run/.test(one)),
        [],
      );
    });
  }

  it('another agent still runs', async () => {
    const { answer, seen } = await follow(guarded, request('POST /agent/public/run', { token: idp.token() }));
    assert.equal(answer.status, 200);
    assert.deepEqual(seen, [`POST ${BASE}/agent/public/run`]);
  });
});

describe('outside the base path: 404 to everyone', () => {
  const inside = ['/x/api/copilotkit/info', '//api/copilotkit/info'];
  const beside = ['/api/copilotkitx/info', '/api/copilotkit%2finfo', '/API/copilotkit/info'];
  for (const path of ['/', '/info', '/api', ...beside, ...inside]) {
    it(path, async () => {
      for (const token of [undefined, idp.token(), 'garbage']) {
        const answer = await withoutOrigin(origin, () => open.send({ base: '', path, token }));
        assertRefused(answer, 404);
      }
    });
  }
});

describe('the wrong method', () => {
  const rows = [
    ['POST /info', 'GET'],
    ['DELETE /info', 'GET'],
    ['GET /agent/a/run', 'POST'],
    ['PUT /agent/a/connect', 'POST'],
    ['DELETE /agent/a/stop/t-1', 'POST'],
    ['GET /transcribe', 'POST'],
  ];
  for (const [line, allowed] of rows) {
    it(`${line}: 405, Allow: ${allowed}; 401 without a token`, async () => {
      const answer = await withoutOrigin(origin, () => open.send(request(line, { token: idp.token() })));
      assertRefused(answer, 405);
      assert.ok(answer.headers.allow?.split(/, */).includes(allowed), `Allow: ${answer.headers.allow}`);
      assertRefused(await withoutOrigin(origin, () => open.send(request(line))), 401, 'missing_token');
    });
  }
});

describe('denied unless a rule allows it', () => {
  const rows = [
    'GET /threads',
    'GET /threads/t-1/messages',
    'GET /threads/t-1/events',
    'GET /threads/t-1/state',
    'PATCH /threads/t-1',
    'DELETE /threads/t-1',
    'POST /threads/t-1/archive',
    'POST /threads/subscribe',
    'POST /threads/clear',
    'GET /cpk-debug-events',
  ];
  for (const line of rows) {
    it(`${line}: 403 rule_denied; 401 without a token`, async () => {
      const answer = await withoutOrigin(origin, () => open.send(request(line, { token: idp.token() })));
      assertRefused(answer, 403, 'rule_denied');
      assertRefused(await withoutOrigin(origin, () => open.send(request(line))), 401, 'missing_token');
    });
  }
});

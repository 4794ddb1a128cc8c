// How much a caller can make the gate write: every value that callers have a say in, as long as it gets and in need of
// escapes, leaves one line of bounded length.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { envelope, input, post } from '../support/requests.mjs';
import { usualVars } from '../support/world.mjs';
import { assertRefused } from './support/expect.mjs';

/** The longest line, in bytes. */
const LONGEST = 4096;
/** Texts that grow in JSON, in UTF-8, or that something might take for the end of a line. */
const FILLERS = ['x', '"', '\\', '\u0001', '\u007f', '\n', 'ä', '🙂', '\u2028'];
const long = (filler, bytes) => filler.repeat(Math.floor(bytes / Buffer.byteLength(filler)));
/** As long as a token may make it: of so many bytes when JSON has escaped it. */
const longest = (filler, bytes = 5000) =>
  filler.repeat(Math.floor(bytes / (Buffer.byteLength(JSON.stringify(filler)) - 2)));
/** A claim with a name of this length must have one value. */
const CLAIM = 'n'.repeat(3000);
const KID = `kid-${'k'.repeat(2000)}`;

let idp, origin, gate, pinned;
before(async () => {
  idp = await startProvider(makeKey('ES256', { kid: KID }));
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  [gate, pinned] = await startGates([
    { vars },
    { vars: { ...vars, ISSUERS: [idp.trusted({ claims: { [CLAIM]: 'x' } })] } },
  ]);
});
after(() => gate?.dispose());

/** Sends it and gives the text of its line. */
async function lineOf(through, request) {
  const { headers } = await through.send(request);
  const { request_id: id } = await through.log.decision(headers['x-request-id']);
  return through.log.lines.find((line) => line.includes(id));
}

function assertBounded(line) {
  assert.ok(Buffer.byteLength(line) <= LONGEST, `${Buffer.byteLength(line)} bytes`);
  assert.ok(line.includes('…'), 'what is cut says so');
}

describe('a line', () => {
  for (const filler of FILLERS) {
    const name = JSON.stringify(filler);

    it(`with a subject and a thread full of ${name} is no longer than 4 KiB`, async () => {
      const token = idp.token({ sub: longest(filler) });
      const threadId = long(filler, 256);
      assertBounded(await lineOf(gate, { ...post(`/agent/${'a'.repeat(256)}/run`, input({ threadId })), token }));
      const call = { method: 'agent/stop', params: { agentId: long('ä', 256), threadId: long('🙂', 256) } };
      assertBounded(await lineOf(gate, { ...envelope(call), token }));
    });

    it(`with ${name} in claims that are refused is no longer than 4 KiB`, async () => {
      const token = idp.token({ sub: longest(filler), aud: longest(filler, 2000) });
      assertBounded(await lineOf(gate, { path: '/info', token }));
    });
  }

  it('with a claim of the longest name is no longer than 4 KiB', async () => {
    assertBounded(await lineOf(pinned, { path: '/info', token: idp.token({ sub: longest('"') }) }));
  });

  it('of whatever else a caller sends is no longer than 4 KiB', async () => {
    const start = gate.log.lines.length;
    const most = 'y'.repeat(14_000);
    const rows = [
      { path: `/${most}` },
      { path: `/info?${most}`, token: idp.token() },
      { path: `/threads?agentId=${most}`, token: idp.token() },
      { path: '/info', token: most },
      { path: '/info', token: idp.token({}, { kid: most }) },
      { path: '/info', token: idp.token({ iss: most }) },
      { path: '/info', token: idp.token({ jti: most }) },
      { path: '/info', headers: [['Authorization', `${most} x`]] },
      { path: '/info', token: idp.token(), headers: [['X-Request-Id', most]] },
      { ...envelope({ method: most }), token: idp.token() },
    ];
    for (const row of rows) await lineOf(gate, row);
    for (const line of gate.log.lines.slice(start)) {
      assert.ok(Buffer.byteLength(line) <= LONGEST, `${Buffer.byteLength(line)} bytes`);
    }
  });
});

describe('a threadId', () => {
  const rows = [
    ['256 bytes', 't'.repeat(256), 200],
    ['257 bytes', 't'.repeat(257), 400],
    ['256 bytes in 128 characters', 'ä'.repeat(128), 200],
    ['258 bytes in 129 characters', 'ä'.repeat(129), 400],
    ['another type', 7, 400],
  ];
  for (const [name, threadId, status] of rows) {
    it(`of ${name}: ${status}${status === 400 ? ', and the message blames it and not the JSON' : ''}`, async () => {
      const calls = [
        post('/agent/a/run', input({ threadId })),
        post('/agent/a/connect', input({ threadId })),
        envelope({ method: 'agent/run', params: { agentId: 'a' }, body: input({ threadId }) }),
      ];
      for (const call of calls) {
        const answer = await gate.send({ ...call, token: idp.token() });
        if (status === 200) assert.equal(answer.status, 200, answer.text);
        else await assertThreadIdBlamed(answer);
      }
    });
  }

  async function assertThreadIdBlamed(answer) {
    assertRefused(answer, 400, 'malformed_body');
    assert.match(answer.json.message, /threadId.*256 bytes/);
    assert.equal((await gate.log.decision(answer.json.request_id)).reason, 'body_thread_id');
  }
});

// How large identity makes a request, and which of its headers are left out: the log tells each once.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { relay } from '../support/relay.mjs';
import { startWorld } from '../support/world.mjs';

let world, gate, origin, idp;
before(async () => {
  // The origin of these tests is Node.js, which takes 16 KiB.
  world = await startWorld({ vars: { FORWARD_AUTHORIZATION: 'strip' } });
  ({ gate, origin, idp } = world);
});
after(() => gate?.dispose());

const notices = () =>
  gate.log.lines.filter((line) => line.startsWith('{"event":"notice"')).map((line) => JSON.parse(line));
const ask = (claims, reply) => relay(gate, origin, { path: '/info', token: idp.token(claims) }, reply);

describe('identity', () => {
  it('of the usual size and shape is worth no notice', async () => {
    const { answer, received } = await ask({ role: 'admin', permissions: ['a', 'b'] });
    assert.equal(answer.status, 200);
    assert.equal(received[0].headers['x-user-permissions'], 'a,b');
    assert.deepEqual(notices(), []);
  });

  it('of a shape that the default mapping does not take costs the header, and one notice', async () => {
    for (const role of [{ admin: true }, [['admin']]]) {
      const { answer, received } = await ask({ role });
      assert.equal(answer.status, 200);
      assert.equal(received[0].headers['x-user-role'], undefined);
    }
    const [notice, ...more] = notices();
    assert.equal(notice.setting, 'IDENTITY');
    assert.match(notice.fault, /x-user-role/);
    assert.deepEqual(more, []);
  });

  it('of more than 8 KiB passes, and one notice has the header and its size', async () => {
    const permissions = Array.from({ length: 530 }, () => 'p'.repeat(15));
    for (const again of [1, 2]) {
      const { received } = await ask({ permissions, again });
      assert.equal(received[0].headers['x-user-permissions'].length, 530 * 16 - 1);
    }
    const sizes = notices().filter(({ fault }) => fault.includes('bytes'));
    assert.equal(sizes.length, 1);
    assert.match(sizes[0].fault, /x-user-permissions alone by 8497$/);
  });
});

describe("an upstream's 431", () => {
  it('has a reason of its own in the log', async () => {
    const { answer } = await ask({}, [431, {}, '']);
    assert.equal(answer.status, 431);
    const line = await gate.log.decision(answer.headers['x-request-id']);
    assert.deepEqual([line.outcome, line.reason, line.status], ['allow', 'upstream_headers_too_large', 431]);
  });
});

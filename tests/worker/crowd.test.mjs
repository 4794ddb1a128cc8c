// Many bodies at once, in front of an origin that reads none of them yet: what waits must not be touched by what comes after.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { silent } from '../support/origin.mjs';
import { input, post } from '../support/requests.mjs';
import { startWorld } from '../support/world.mjs';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const BYTES = 2 * 1024 * 1024;

let world;
before(async () => {
  world = await startWorld({ vars: { THREAD_KEY: KEY } });
  world.origin.answers(silent);
});
after(() => world?.gate.dispose());

describe('runs of 2 MiB each, while the origin reads nothing', { timeout: 30_000 }, () => {
  it('arrive as they were sent', async () => {
    const { gate, idp, origin } = world;
    const texts = [...'abcdefgh'].map((letter) => letter.repeat(BYTES));
    const arriving = texts.map(() => origin.next());
    const answers = texts.map((text) =>
      gate.send({ ...post('/agent/a/run', input({ state: { text } })), token: idp.token() }),
    );
    const exchanges = await Promise.all(arriving);
    const arrived = [];
    for (const exchange of exchanges) {
      arrived.push(JSON.parse(await exchange.body()).state.text);
      exchange.reply(200);
    }
    // Not compared as strings: a difference would be printed.
    for (const text of texts) assert.ok(arrived.includes(text), `the text of ${text[0]} is not what arrived`);
    for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
  });
});

// The texts between wasm and JavaScript: JavaScript's half of the examples in tests/support/bridge.json, whose other half is
// tests/native/bridge.rs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { collect } from '../../src/edge/body.js';
import { change, fields, head } from '../../src/edge/bridge.js';
import { adopt, forward, respond } from '../../src/edge/upstream.js';
import { watch } from '../../src/edge/wait.js';

const { early, heads, changes, words } = JSON.parse(
  readFileSync(new URL('../support/bridge.json', import.meta.url), 'utf8'),
);
const RULE = [early.withAll, early.alone];
const ORIGIN = 'https://origin.example/info';

/** What `write` writes into as much room as it asks for. */
function written(write, room = 8192) {
  const into = new Uint8Array(room);
  const length = write(into);
  return length < 0 ? written(write, -length) : new TextDecoder().decode(into.subarray(0, length));
}

const never = () => new Promise(() => {});
const settled = (begin) => new Promise((resolve) => begin((...args) => resolve(args)));

describe('a head', () => {
  for (const { name, method, url, headers, text } of heads) {
    // Each with the first byte that does not fit, too.
    for (const room of [8192, 1]) {
      it(`${name}, in ${room} bytes`, () => {
        const request = { method, url, headers: new Headers(headers) };
        assert.equal(
          written((into) => head(request, ...RULE, into), room),
          text,
        );
      });
    }
  }

  it('is whole once its fields are read, too', () => {
    for (const { headers } of heads) {
      const request = { headers: new Headers(headers) };
      const text = headers.map(([name, value]) => `${name}:${value}\n`).join('');
      assert.equal(
        written((into) => fields(request, into)),
        text,
      );
    }
  });

  it('tells how much room it needs where there is too little', () => {
    const request = { method: 'GET', url: `https://app.example/${'x'.repeat(100)}`, headers: new Headers() };
    const length = head(request, ...RULE, new Uint8Array(10));
    assert.ok(length < -100, length);
  });
});

describe('changes', () => {
  for (const { name, text, before, after } of changes) {
    it(name, async () => {
      const headers = new Headers(before);
      change(headers, text);
      assert.deepEqual([...headers], after);

      const adopted = adopt(new Response('body', { status: 201, headers: before }), undefined, text);
      assert.equal(adopted.status, 201);
      assert.equal(await adopted.text(), 'body');
      for (const [field, value] of after) assert.equal(adopted.headers.get(field), value);

      const response = respond(new Response(null, { status: 403, headers: before }), 'refused', text);
      assert.equal(response.status, 403);
      assert.equal(await response.text(), 'refused');
      for (const [field, value] of after) assert.equal(response.headers.get(field), value);
    });
  }

  it('are carried out on the request that goes upstream', async () => {
    for (const { text, before, after } of changes) {
      let sent;
      const service = {
        fetch: async (...asked) => {
          sent = asked;
          return new Response();
        },
      };
      await forwarded({ client: new Request(ORIGIN, { headers: before }), changes: text, service });
      assert.equal(sent[0], ORIGIN);
      assert.deepEqual([...sent[1].headers], after);
    }
  });
});

/** What `answered` gets. */
const forwarded = ({ client = new Request(ORIGIN), changes = '', service, seen = [], milliseconds = 60_000 }) =>
  new Promise((resolve, reject) => {
    const answered = (...args) => resolve(args);
    forward(client, ORIGIN, undefined, false, undefined, changes, service, seen, milliseconds, 7, answered, reject);
  });

describe('an answer', () => {
  const responding = (headers) => ({ fetch: async () => new Response(null, { status: 203, headers }) });

  it('comes with its status and the fields that the core looks at', async () => {
    const service = responding({ 'cache-control': 'no-cache', age: '1', etag: '"v1"' });
    const [id, response, status, , text] = await forwarded({ service, seen: ['cache-control', 'x-absent', 'etag'] });
    assert.deepEqual([id, response.status, status], [7, 203, 203]);
    assert.equal(text, 'cache-control:no-cache\netag:"v1"\n');
  });

  it('comes with nothing where it has none of them', async () => {
    const [, , , , text] = await forwarded({ service: responding({ age: '1' }), seen: ['cache-control'] });
    assert.equal(text, undefined);
  });

  it('that does not come in time has a status of its own', async () => {
    const [id, response, status] = await forwarded({ service: { fetch: never }, milliseconds: 0 });
    assert.deepEqual([id, response, status], [7, undefined, words.late]);
  });

  it('that does not come at all has a status of its own', async () => {
    const failing = [
      async () => Promise.reject(new Error('no connection')),
      () => {
        throw new TypeError('no such URL');
      },
    ];
    for (const fetch of failing) {
      const [id, response, status] = await forwarded({ service: { fetch } });
      assert.deepEqual([id, response, status], [7, undefined, words.broken]);
    }
  });
});

describe('a body', () => {
  const read = (source, limit, milliseconds = 60_000) =>
    settled((settle) => collect(source, limit, milliseconds, settle, 7));
  const reasons = Object.fromEntries(Object.entries(words.unread).map(([word, reason]) => [reason, word]));

  it('comes as its bytes', async () => {
    const [id, bytes, isGood] = await read({ bytes: async () => new Uint8Array([1, 2]) }, 2);
    assert.deepEqual([id, [...bytes], isGood], [7, [1, 2], true]);
  });

  it('that cannot be read has a word for the reason', async () => {
    const declared = new Request(ORIGIN, { method: 'POST', headers: { 'content-length': '3' }, body: 'abc' });
    const rows = [
      [declared, 2, undefined, reasons.TooLarge],
      [{ bytes: async () => new Uint8Array(3) }, 2, undefined, reasons.TooLarge],
      [{ bytes: never }, 2, 0, reasons.TooLate],
      [{ bytes: async () => Promise.reject(new Error('reset')) }, 2, undefined, reasons.Broken],
    ];
    for (const [source, limit, milliseconds, word] of rows) {
      assert.deepEqual(await read(source, limit, milliseconds), [7, word, false]);
    }
  });
});

describe('a wait', () => {
  const watched = (promise, milliseconds) => settled((settle) => watch(promise, settle, 7, milliseconds));

  it('ends with a value, with an error, or with undefined when it takes too long', async () => {
    assert.deepEqual(await watched(Promise.resolve('value')), [7, 'value', true]);
    assert.deepEqual(await watched(Promise.reject('error')), [7, 'error', false]);
    const [id, value, isGood] = await watched(never(), 0);
    assert.deepEqual([id, value, Boolean(isGood)], [7, undefined, false]);
  });
});

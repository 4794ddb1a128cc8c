// Random Cookie fields, held against the parsers of two libraries that servers behind the gate use. Whatever they make of a
// field: the gate takes no token that neither of them sees, and hands on what they read as the same cookies without it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseCookie as parseEdge } from '@edge-runtime/cookies';
import { parseCookie } from 'cookie';
import { BASE } from '../support/client.mjs';
import { flood } from '../support/flood.mjs';
import { startGate } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { randomFrom } from '../support/random.mjs';
import { usualVars } from '../support/world.mjs';

const NAME = '__Host-token';
const CASES = 2000;
const random = randomFrom(process.env.SEED);

let idp, origin, gate, tokens;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  gate = await startGate({ vars: { ...usualVars({ idp, origin }), TOKEN_COOKIE: NAME } });
  tokens = ['alice', 'bob', 'carol'].map((sub) => idp.token({ sub }));
});
after(() => gate?.dispose());

const NAMES = [
  NAME,
  NAME,
  NAME,
  'a',
  'b',
  'lang',
  `x${NAME}`,
  `${NAME}2`,
  NAME.toLowerCase(),
  ` ${NAME}`,
  `${NAME} `,
  '',
];
const EQUALS = ['=', '=', '=', '=', ' = ', '==', '', '=\t'];
const ENDS = ['; ', '; ', '; ', ';', ' ; ', ';;', '; ;', ', ', ',', ' ', ';\t'];
/** Characters that parsers disagree about, and some that they do not. */
const CHARS = [...'abc019-_.~!#$%&*+/:?@^`|{}()[]<>=,\\"\' \t'];

const text = (most) => Array.from({ length: random.below(most + 1) }, () => random.one(CHARS)).join('');
const VALUES = [
  () => random.one(tokens),
  () => random.one(tokens),
  () => `"${random.one(tokens)}"`,
  () => ` ${random.one(tokens)}\t`,
  () => `${text(3)}${random.one(tokens)}`,
  () => `${random.one(tokens)}${text(3)}`,
  () => `en${random.one([', ', ','])}${NAME}=${random.one(tokens)}`,
  () => `"${text(4)}; ${NAME}=${random.one(tokens)}"`,
  () => `%${random.one(['41', '3B', '3D', 'zz', ''])}${text(3)}`,
  () => text(6),
  () => '',
];

/** A field of a few cookies, mostly well-formed. */
function field() {
  let made = random.below(8) === 0 ? random.one(ENDS) : '';
  for (let count = 1 + random.below(4); count > 0; count--) {
    made += random.one(NAMES) + random.one(EQUALS) + random.one(VALUES)();
    if (count > 1 || random.below(6) === 0) made += random.one(ENDS);
  }
  // HTTP knows no blanks at the ends of a field.
  return made.replace(/^[ \t]+|[ \t]+$/g, '') || 'a=1';
}

const trim = (value) => value.replace(/^[ \t]+|[ \t]+$/g, '');
/** The cookies that a library sees, as pairs. A name with blanks around it is the same name to the gate. */
const PARSERS = {
  cookie: (value) => Object.entries(parseCookie(value)),
  '@edge-runtime/cookies': (value) => [...parseEdge(value)],
};
const tidy = (pairs) => pairs.map(([name, value]) => [trim(name), trim(value)]);

/** What becomes of each field: the status, and what the origin got. */
async function outcomes(fields) {
  const heard = new Map();
  origin.answers((exchange) => {
    exchange.request.resume();
    heard.set(Number(exchange.headers['x-case']), exchange.headers);
    exchange.reply(200, { 'content-type': 'application/json' }, '{}');
  });
  const requests = fields.map((cookie, index) => ({
    path: `${BASE}/inspector-metadata`,
    headers: { cookie, 'x-case': index },
  }));
  const statuses = await flood(gate, requests);
  return fields.map((cookie, index) => ({ cookie, status: statuses[index], sent: heard.get(index) }));
}

/**
 * The field with one blank between its cookies. A tab before a name makes it another name to `@edge-runtime/cookies`, and the
 * tab of the first cookie that goes on is lost, as HTTP has it at the start of a field.
 */
const evenly = (field) => field.split(';').map(trim).join('; ');

/** An empty cookie is none to the gate; the libraries take the first or the last of a name, empty or not. */
const withoutEmpty = (cookie) =>
  cookie
    .split(';')
    .filter((pair) => unquoted(pair.slice(pair.indexOf('=') + 1).trim()) !== '')
    .join(';');

describe(`${CASES} random Cookie fields (SEED=${random.seed})`, () => {
  let cases;
  before(async () => (cases = await outcomes(Array.from({ length: CASES }, field))));
  const passed = () => cases.filter(({ status }) => status === 200);

  it('are each let through or refused, and enough of them are either', () => {
    for (const { cookie, status } of cases) assert.ok([200, 400, 401].includes(status), `${status}: ${cookie}`);
    assert.ok(passed().length > CASES / 20 && passed().length < CASES * 0.8, `${passed().length} passed`);
  });

  it('where the libraries see one token alike, the gate takes that or refuses', () => {
    let agreed = 0;
    for (const { cookie, sent } of passed()) {
      const seen = Object.values(PARSERS).map((parse) => tokensOf(parse(withoutEmpty(cookie))));
      if (seen.some((pairs) => pairs.length !== 1) || seen[0][0][1] !== seen[1][0][1]) continue;
      agreed += 1;
      assert.equal(sent.authorization, `Bearer ${unquoted(seen[0][0][1])}`, cookie);
    }
    assert.ok(agreed > CASES / 40, `${agreed} cases`);
  });

  it('the gate takes no token that neither of them sees', () => {
    for (const { cookie, sent } of passed()) {
      const seen = Object.values(PARSERS).flatMap((parse) => tokensOf(parse(withoutEmpty(cookie))));
      const values = seen.map(([, value]) => `Bearer ${unquoted(value)}`);
      assert.ok(values.includes(sent.authorization), cookie);
    }
  });

  it('what goes on is the same cookies to both of them, without the token', () => {
    for (const { cookie, sent } of passed()) {
      for (const [library, parse] of Object.entries(PARSERS)) {
        const what = `${library}: ${cookie} became ${sent.cookie}`;
        assert.deepEqual(others(parse(evenly(sent.cookie ?? ''))), others(parse(evenly(cookie))), what);
        assert.deepEqual(names(others(parse(sent.cookie ?? ''))), names(others(parse(cookie))), what);
      }
    }
  });

  it('no token goes on in a cookie of its name', () => {
    for (const { cookie, sent } of passed()) {
      for (const pair of (sent.cookie ?? '').split(/[;,]/)) {
        // The bare name is a value without a name (RFC 6265bis, section 5.7), and no token.
        if (pair.includes('=')) assert.notEqual(trim(pair.split('=')[0]), NAME, cookie);
      }
    }
  });
});

const tokensOf = (pairs) => tidy(pairs).filter(([name]) => name === NAME);
/** Cookies besides the token; libraries differ about those without a name. */
const others = (pairs) => tidy(pairs).filter(([name]) => name !== NAME && name !== '');
const names = (pairs) => [...new Set(pairs.map(([name]) => name))].sort();
const unquoted = (value) => value.replace(/^"(.*)"$/, '$1');

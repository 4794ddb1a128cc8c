// Random messages: odd roles, parts, addresses and nesting. What `JSON.parse`, by which the runtime reads them, makes of what
// went upstream has only roles and addresses that the settings allow, and nothing else is changed or missing. CI sends a few
// thousand; `npm run fuzz -- messages` sends 100,000, which BODIES sets.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { randomFrom } from '../support/random.mjs';
import { usualVars } from '../support/world.mjs';
import { outcomes, read } from './support/outcomes.mjs';
import { hasWholeNames, isUnique } from './support/pieces.mjs';
import { speller } from './support/spelling.mjs';

const BODIES = Number(process.env.BODIES ?? 3000);
/** How many are sent before their outcomes are looked at. */
const BATCH = 1000;
const MAX_DEPTH = 127;
const random = randomFrom(process.env.SEED);
const write = speller(random);

const USUAL = ['user', 'assistant', 'tool', 'activity', 'reasoning'];
/** Settings of each gate, with the rules that follow from them. */
const GATES = {
  usual: { vars: {}, roles: USUAL, isListed: () => false },
  listed: {
    vars: {
      MESSAGE_ROLES: ['user', 'system'],
      ATTACHMENT_URLS: ['https://files.example.com', 'https://*.cdn.example.com', 's3://bucket'],
    },
    roles: ['user', 'system'],
    isListed: (url) =>
      /^(https:\/\/files\.example\.com|https:\/\/[a-z0-9-]+\.cdn\.example\.com|s3:\/\/bucket)([/?#]|$)/.test(url),
  },
};

let world, gates;
before(async () => {
  const idp = await startProvider(makeKey());
  const origin = await startOrigin();
  world = { idp, origin };
  const vars = { ...usualVars(world), LOG: 'denied' };
  const started = await startGates(Object.values(GATES).map((gate) => ({ vars: { ...vars, ...gate.vars } })));
  gates = Object.fromEntries(Object.keys(GATES).map((name, index) => [name, started[index]]));
});
after(() => gates?.usual.dispose());

const often = (make, other) => (random.below(5) === 0 ? other() : make());
const ODD_ROLES = [
  'User',
  'user ',
  ' system',
  'SYSTEM',
  'Developer',
  'sys\u0000tem',
  'function',
  'model',
  'ai',
  'human',
  '',
];
const KINDS = [
  'text',
  'image',
  'audio',
  'video',
  'document',
  'binary',
  'image_url',
  'file',
  'Text',
  'IMAGE',
  'url',
  '',
];
const SOURCES = ['data', 'url', 'URL', 'file', ''];
const ADDRESSES = [
  ...[
    'https://files.example.com',
    'https://files.example.com/a',
    'https://files.example.com?b',
    'https://files.example.com#c',
  ],
  ...[
    'https://files.example.com:443/',
    'https://files.example.com.evil.example/',
    'https://files.example.com@127.0.0.1/',
  ],
  ...[
    'https://a.cdn.example.com/',
    'https://a.b.cdn.example.com/',
    'https://cdn.example.com/',
    'https://A.cdn.example.com/',
  ],
  ...[
    'http://127.0.0.1:8000/',
    'http://[::1]/',
    'file:///etc/passwd',
    '//files.example.com/',
    'HTTPS://files.example.com/',
  ],
  ...[
    's3://bucket/x',
    's3://bucket.evil/x',
    'data:text/plain,x',
    'DATA:text/plain,x',
    ' data:,x',
    'data',
    '',
    'https://',
  ],
];
const MARKS = [' ', '\t', '\n', '\\', '\u0000', '\u0085', '\u00a0', '\u2028', 'é', '%00', '/', '@', ':'];

const text = (value) => write.name(value);
const role = () =>
  often(
    () => text(random.one([...USUAL, 'system', 'developer'])),
    () => often(() => escaped(random.one(ODD_ROLES)), write.value),
  );
function address() {
  const url = random.one(ADDRESSES);
  const at = random.below(url.length + 1);
  return often(
    () => escaped(random.below(4) === 0 ? url.slice(0, at) + random.one(MARKS) + url.slice(at) : url),
    write.value,
  );
}

/** JSON of a string, some of its characters as escapes. */
function escaped(string) {
  const json = JSON.stringify(string);
  return random.below(2) === 0 ? json : text(string.replace(/[^!#-[\]-~]/g, 'x'));
}

/** An object of some of these members, in any order. */
function some(members) {
  return write.object(members.filter(() => random.below(7) !== 0).sort(() => random.below(3) - 1));
}
/** Names that only resemble those that count. */
const more = (names) =>
  random.below(4) === 0 ? [[random.one(names), random.one([role, address, write.value])()]] : [];

const source = () =>
  often(
    () =>
      some([['type', text(random.one(SOURCES))], ['value', address()], ...more(['url', 'Value', 'Type', 'mimeType'])]),
    write.value,
  );
const part = () =>
  often(
    () =>
      some([
        ['type', text(random.one(KINDS))],
        ...(random.below(2) === 0 ? [['text', often(write.string, write.value)]] : []),
        ...(random.below(2) === 0 ? [['source', source()]] : []),
        ...(random.below(3) === 0 ? [['url', address()]] : []),
        ...more(['Url', 'sources', 'image_url', 'role', '__proto__']),
      ]),
    () => often(message, write.value),
  );
const list = (make, most) =>
  `[${Array.from({ length: random.below(most + 1) }, () => write.space() + make() + write.space()).join(',')}${write.space()}]`;
const content = () =>
  random.one([write.string, () => list(part, 4), () => list(part, 4), write.value, () => list(message, 1)])();

function message(depth = 0) {
  if (depth > 2) return write.value();
  return often(
    () =>
      some([
        ['id', write.string()],
        ['role', role()],
        ['content', random.below(12) === 0 ? message(depth + 1) : content()],
        ...more(['Role', 'roles', 'rol', 'Content', 'contents', 'toolCalls', '__proto__', 'constructor']),
      ]),
    () => random.one([write.value, () => list(message, 2), () => write.nested(120 + random.below(10)), role])(),
  );
}

function body() {
  const messages = list(message, 5);
  const members = [
    ['threadId', '"t-1"'],
    ['runId', '"r-1"'],
    ['messages', random.below(30) === 0 ? write.value() : messages],
    ['tools', '[]'],
    ['context', '[]'],
    ['state', '{}'],
    ['forwardedProps', '{}'],
  ];
  const json = write.object(members.sort(() => random.below(3) - 1));
  if (random.below(10) !== 0) return Buffer.from(json);
  const bytes = write.damaged(json);
  damaged.add(bytes);
  return bytes;
}

/** Bodies with a few bytes wrong, which the gate may refuse for any of their members. */
const damaged = new WeakSet();

/** What the settings say of an address, a part and a message, as `JSON.parse` reads them. */
function rulesOf({ roles, isListed }) {
  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const isAllowed = (url) =>
    typeof url === 'string' &&
    url.isWellFormed() &&
    (url.startsWith('data:') || (isListed(url) && !/[\p{White_Space}\p{Cc}\\]/u.test(url)));
  const isFitSource = (it) => {
    if (!isObject(it)) return false;
    if (it.type === 'data') return it.url == null || isAllowed(it.url);
    return it.type === 'url' && isAllowed(it.value);
  };
  const isFit = (it) => {
    if (!isObject(it) || (it.url != null && !isAllowed(it.url))) return false;
    if (it.type === 'text') return typeof it.text === 'string' && it.source == null && it.url == null;
    if (it.type === 'binary') return it.source == null;
    return ['image', 'audio', 'video', 'document'].includes(it.type) && isFitSource(it.source);
  };
  const isSaid = (it) => isObject(it) && Object.hasOwn(it, 'role') && roles.includes(it.role);
  return { isFit, isSaid };
}

const parsed = ({ raw }) => JSON.parse(raw);
const memberOf = ({ members }, wanted) => members.find(({ name }) => name === wanted)?.value;

/** A message in pieces: its members, and the parts of a `content` that is a list. */
function split(message, keep = () => true) {
  return message.members.map(({ name, value }) => [
    name,
    name === 'content' && value.items
      ? value.items.filter((each) => keep(parsed(each))).map(({ raw }) => raw)
      : value.raw,
  ]);
}

/** What is to be left of the messages of a body. */
function expected(whole, { isFit, isSaid }) {
  const messages = memberOf(whole, 'messages')?.items ?? [];
  return messages
    .filter((each) => isSaid(parsed(each)))
    .map((each) => [memberOf(each, 'content'), split(each, isFit), split(each)])
    .filter(
      ([parts, kept, all]) =>
        !parts?.items || isSame(kept, all) || kept.some(([name, left]) => name === 'content' && left.length > 0),
    )
    .map(([, kept]) => kept);
}
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Whether the gate takes such a body at all. */
function isTaken({ whole }) {
  if (!whole.members || whole.depth > MAX_DEPTH || !isUnique(whole) || !hasWholeNames(whole)) return false;
  const messages = memberOf(whole, 'messages');
  return messages === undefined || messages.items !== undefined;
}

function assertRight({ bytes, status, sent }, rules) {
  const known = read(bytes);
  const shown = JSON.stringify(bytes.toString('latin1'));
  if (status !== 200) {
    assert.equal(status, 400, shown);
    assert.equal(sent, undefined, shown);
    assert.ok(damaged.has(bytes) || !known || !isTaken(known), `${shown} was refused`);
    return 'refused';
  }
  assert.ok(known && isTaken(known), `${shown} was taken`);
  const arrived = read(sent);
  for (const each of JSON.parse(arrived.text).messages ?? []) {
    assert.ok(rules.isSaid(each), `${shown} became ${arrived.text}`);
    if (Array.isArray(each.content)) assert.ok(each.content.every(rules.isFit), `${shown} became ${arrived.text}`);
  }
  const messages = memberOf(arrived.whole, 'messages')?.items ?? [];
  const wanted = expected(known.whole, rules);
  assert.deepEqual(
    messages.map((each) => split(each)),
    wanted,
    shown,
  );
  const before = (memberOf(known.whole, 'messages')?.items ?? []).map((each) => each.members && split(each));
  return isSame(before, wanted) ? 'unchanged' : 'changed';
}

for (const [name, settings] of Object.entries(GATES)) {
  describe(`a gate that is ${name} (SEED=${random.seed})`, () => {
    it(`lets only allowed roles and addresses of ${BODIES} bodies through`, async () => {
      const rules = rulesOf(settings);
      const counts = { refused: 0, unchanged: 0, changed: 0 };
      for (let left = BODIES; left > 0; left -= BATCH) {
        const bodies = Array.from({ length: Math.min(left, BATCH) }, body);
        for (const outcome of await outcomes(world, gates[name], bodies)) counts[assertRight(outcome, rules)]++;
      }
      const told = JSON.stringify(counts);
      assert.ok(counts.changed > BODIES / 4 && counts.unchanged > BODIES / 50 && counts.refused < BODIES / 2, told);
      console.log(`${name}: ${told}`);
    });
  });
}

// Random bodies, held against JSON.parse, which the runtime reads them with: the gate takes what that takes, but for what
// the documentation says it refuses, and hands on every byte of the members that it is not responsible for.

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

const CASES = 1500;
const MAX_DEPTH = 127;
const MAX_THREAD_BYTES = 256;
const random = randomFrom(process.env.SEED);
const write = speller(random);

let idp, origin, gates;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), LOG: 'denied', PROPERTIES: ['*'] };
  const isolated = { ...vars, THREAD_KEY: Buffer.alloc(32, 7).toString('base64url') };
  const [shared, sealing, writing] = await startGates([
    { vars },
    { vars: isolated },
    { vars: { ...isolated, IDENTITY_BODY: { '/state/tenant_id': 'tenant' } } },
  ]);
  gates = { shared, sealing, writing };
});
after(() => gates?.shared.dispose());

/** What the three gates do beyond what all of them do. */
const DUTIES = { shared: {}, sealing: { seals: true }, writing: { seals: true, tenant: '"acme"' } };

const fold = (name) => name.replace(/[_-]/g, '').toLowerCase();
const isIdentity = (name) =>
  /^(authuser$|copilotkitauth$|copilotkitforwardedheaders$|langgraphauth|authorization$|headers$)/.test(fold(name));
/** All that docs/origin lists, since a name that a few wrong bytes shorten may be another of them (`user_id`, `user_`). */
const STEERING = new RegExp(
  `^(${[
    'webhook|metadata|threadmetadata|context|input|nodename|assistantid|checkpoint.*|interruptbefore|interruptafter',
    'multitaskstrategy|oncompletion|ondisconnect|afterseconds|ifnotexists|durability|feedbackkeys|signal|streamresumable',
    'strictresume|onruncreated|restorefrom|resume|resumesessionat|forksession|langsmithtracer|mcpservers|mcpendpoints',
    'roles?|permissions|groups|scopes|sub|user|username|email|tenant.*|org.*|owner',
  ].join('|')})$`,
  's',
);
/** What becomes of the members of two members: whether they go on. */
const GOES_ON = {
  forwardedProps: (name) => !isIdentity(name) && !STEERING.test(fold(name)),
  state: (name) => !isIdentity(name),
};
/** AG-UI's own members, which go on under their own names alone. */
const OWN = 'threadId runId parentRunId state messages tools context forwardedProps resume protocolVersion'.split(' ');
const isMisspelt = (name) => !OWN.includes(name) && OWN.some((own) => fold(own) === fold(name));
const ROLES = ['user', 'assistant', 'tool', 'activity', 'reasoning'];
const isOpened = (name) => Object.hasOwn(GOES_ON, name);
/** Names that are written there, and spellings of them. */
const NAMES = {
  forwardedProps: [
    ...['authorization', 'Authorization', 'user_id', 'userId', 'auth_user', 'langgraph_auth_user', 'webhook'],
    ...['metadata', 'mcpServers', 'mcp_servers', 'checkpointId', 'tenantId', 'tenant_id', 'headers'],
    ...['theme', 'tenant', 'users_id', 'authorisation', '', 'web-hook', 'webhooks'],
  ],
  state: [
    ...['headers', 'Headers', 'auth_user', 'authUser', 'AUTH-USER', 'copilotkit_auth', 'tenantId', 'tenant_id'],
    ...['authorization', 'user_id', 'webhook', 'a', '', 'header', 'auth_users', 'tenant'],
  ],
};

/** Messages of all roles and of none, and what is no message. */
function messages() {
  const role = () =>
    random.one([...ROLES.map((name) => `"${name}"`), '"system"', '"\\u0075ser"', '"developer"', '"x"', 'null']);
  const message = () =>
    random.below(5) === 0
      ? write.value()
      : write.object(
          [
            ['id', write.string()],
            ['role', role()],
            ['content', write.string()],
            ['more', write.value()],
          ].filter(() => random.below(9) !== 0),
        );
  const list = Array.from({ length: random.below(4) }, message);
  return `[${list.map((each) => write.space() + each).join(',')}${write.space()}]`;
}

/** A `RunAgentInput` of any members, most of them there, and in any order. */
function body() {
  const usually = (make, rest = write.value) => (random.below(8) === 0 ? rest() : make());
  const chosen = (names) => {
    const some = names.filter(() => random.below(3) === 0);
    return write.object(some.map((name) => [name, write.value(1)]));
  };
  const thread = () =>
    random.one([
      write.string,
      () => '"t-1"',
      () => '"\\u0074-1"',
      () => `"${'t'.repeat(250 + random.below(10))}"`,
      () => `"${'é'.repeat(124 + random.below(8))}"`,
    ])();
  const members = [
    ['threadId', usually(thread)],
    ['runId', write.string()],
    ['state', usually(() => chosen(NAMES.state))],
    ['messages', usually(messages)],
    ['tools', '[ ]'],
    ['context', usually(() => `[${write.value()}]`)],
    ['forwardedProps', usually(() => chosen(NAMES.forwardedProps))],
    ['State', write.value(3)],
    [write.string().slice(1, -1).replaceAll('\\', ''), write.value()],
    ['deep', random.below(10) === 0 ? write.nested(MAX_DEPTH - 4 + random.below(7)) : '0'],
  ];
  const order = members.filter(() => random.below(12) !== 0).sort(() => random.below(3) - 1);
  return write.space() + write.object(order) + write.space();
}

/** Everything that stands alone in a string and is one, at every place around the blocks that a reader looks at. */
function goodStrings() {
  const escapes = ['\\"', '\\\\', '\\n', '\\u00e9', '\\uD83D\\uDE00', '\\udead'];
  const good = ['', ...escapes, '\u007f', 'é', '\u0800', '\uffff', '😀'];
  const strings = good.flatMap((text) =>
    Array.from({ length: 70 }, (_, length) => `"${'a'.repeat(length)}${text}${random.one(['', 'b', 'b'.repeat(20)])}"`),
  );
  return `{"threadId":"t-1",${write.space()}"strings":[${strings.join(',')}]}`;
}

/** Bodies with one thing in a string that may not be there, at every such place. */
function badStrings() {
  const controls = Array.from({ length: 0x20 }, (_, code) => [code]);
  const others = ['"', '\\x', '\\u12g4', '\\u12', '\\', '\\U0041', "\\'", '\\\n'].map((text) => [...Buffer.from(text)]);
  const noUtf8 = '80 bf c3 c0af e0809f eda080 edbfbf f08080af f4908080 f5 ff fe e282'.split(' ');
  return [...controls, ...others, ...noUtf8.map((hex) => [...Buffer.from(hex, 'hex')])].flatMap((bad) =>
    Array.from({ length: 34 }, (_, length) => {
      const [open, close] = random.one([
        ['{"threadId":"t-1","a":"', '"}'],
        [`{"threadId":"t-1",${' '.repeat(random.below(16))}"`, '":1}'],
      ]);
      return Buffer.concat([Buffer.from(open + 'a'.repeat(length)), Buffer.from(bad), Buffer.from(`z${close}`)]);
    }),
  );
}

/** Whether the documentation says that the gate takes it. */
function isTaken(known, { seals }) {
  if (!known?.whole.members || known.whole.depth > MAX_DEPTH) return false;
  if (!isUnique(known.whole) || !hasWholeNames(known.whole)) return false;
  if (!hasRightTypes(known.whole)) return false;
  const thread = known.whole.members.find(({ name }) => name === 'threadId');
  if (thread === undefined) return !seals;
  const id = JSON.parse(thread.value.raw);
  const isId = typeof id === 'string' && id.isWellFormed() && Buffer.byteLength(id) <= MAX_THREAD_BYTES;
  return isId && !(seals && id === '');
}

function hasRightTypes({ members }) {
  const isFit = {
    state: isObject,
    forwardedProps: isObject,
    messages: isList,
    context: (value) => isObject(value) || isList(value),
  };
  return members.every(({ name, value }) => !Object.hasOwn(isFit, name) || isFit[name](value));
}

const isObject = ({ members, raw }) => members !== undefined || raw === 'null';
const isList = ({ items }) => items !== undefined;

/** Whether a message goes on; none here has a list for its content. */
function passes({ members }) {
  const role = members?.find(({ name }) => name === 'role')?.value.raw;
  return role !== undefined && ROLES.includes(JSON.parse(role));
}

/** What goes on, in the pieces that the gate is responsible for: `[name, JSON]` of each member, or of members inside it. */
function expected({ members }, { seals, tenant }) {
  const kept = members
    .filter(({ name }) => !isMisspelt(name))
    .map(({ name, value }) => {
      if (name === 'threadId' && seals) return [name, SEALED];
      if (name === 'messages') return [name, value.items.filter(passes).map(({ raw }) => raw)];
      return [name, isOpened(name) && value.members ? inside(name, value.members, tenant) : value.raw];
    });
  if (!tenant) return kept;
  const state = kept.find(([name]) => name === 'state');
  if (!state) return [...kept, ['state', [['tenant_id', tenant]]]];
  if (!Array.isArray(state[1])) state[1] = [['tenant_id', tenant]];
  return kept;
}

function inside(place, members, tenant) {
  const isTenant = (name) => tenant && fold(name) === 'tenantid';
  const isTwin = (name) => isTenant(name) && !(place === 'state' && name === 'tenant_id');
  const kept = members
    .filter(({ name }) => GOES_ON[place](name) && !isTwin(name))
    .map(({ name, value }) => {
      if (fold(name) === 'userid') return [name, '"user-1"'];
      return [name, isTenant(name) ? tenant : value.raw];
    });
  const isMissing = tenant && place === 'state' && !kept.some(([name]) => name === 'tenant_id');
  return isMissing ? [...kept, ['tenant_id', tenant]] : kept;
}

const SEALED = 'a sealed id';
const UUID = /^"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$/;

/** The same of what has arrived. */
function arrived({ members }, { seals }) {
  return members.map(({ name, value }) => {
    if (name === 'messages') return [name, value.items.map(({ raw }) => raw)];
    if (name === 'threadId' && seals) return [name, UUID.test(value.raw) ? SEALED : value.raw];
    return [
      name,
      isOpened(name) && value.members ? value.members.map((member) => [member.name, member.value.raw]) : value.raw,
    ];
  });
}

/** Checks what became of one body; gives whether it was taken. */
function assertRight({ bytes, status, sent }, duties) {
  const known = read(bytes);
  const what = JSON.stringify(bytes.toString('latin1'));
  if (!isTaken(known, duties)) {
    assert.equal(status, 400, what);
    assert.equal(sent, undefined, what);
    return false;
  }
  assert.equal(status, 200, what);
  const wanted = expected(known.whole, duties);
  const isUntouched = JSON.stringify(wanted) === JSON.stringify(arrived(known.whole, duties)) && !duties.seals;
  if (isUntouched) assert.ok(sent.equals(bytes), `${what} became ${JSON.stringify(sent.toString('latin1'))}`);
  assert.deepEqual(arrived(read(sent).whole, duties), wanted, what);
  return true;
}

for (const [name, duties] of Object.entries(DUTIES)) {
  describe(`a gate that is ${name} (SEED=${random.seed})`, () => {
    const check = async (bodies) => {
      const all = await outcomes(
        { idp, origin },
        gates[name],
        bodies.map((text) => Buffer.from(text)),
      );
      return all.filter((outcome) => assertRight(outcome, duties)).length;
    };

    it(`takes or refuses ${CASES} random bodies, and hands on what is in them`, async () => {
      const taken = await check(Array.from({ length: CASES }, body));
      assert.ok(taken > CASES / 3 && taken < CASES * 0.95, `${taken} were taken`);
    });

    it(`takes or refuses ${CASES} bodies with a few bytes wrong`, async () => {
      const taken = await check(Array.from({ length: CASES }, () => write.damaged(body())));
      assert.ok(taken > CASES / 50 && taken < CASES / 2, `${taken} were taken`);
    });

    it('sees what may be in a string and what may not, wherever it stands', async () => {
      assert.equal(await check([goodStrings()]), 1);
      assert.equal(await check(badStrings()), 0);
    });
  });
}

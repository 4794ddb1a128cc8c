// What happens to a chat when there is too much of it, and when something around it changes.

import { claimOf } from '../session/store.js';
import { requests } from '../traffic/requests.js';
import { control } from '../traffic/useDemo.js';

const CALLS = 50;

/** Sends a message in the chat, and resolves to what became of it. */
async function say({ chat }, text) {
  const before = requests.last;
  await chat.say(text);
  const { id, status, answer } = requests.newest('/run', before);
  const { decisions, ...counted } = await control('evidence', { ids: [id] });
  return { status, answer, decision: decisions[0], ...counted };
}

const flood = {
  id: 'flood',
  title: 'Fifty calls in a second',
  about: 'A faulty page asks for the list of agents again and again.',
  async run({ gate, token, settings, scene }) {
    const headers = { authorization: `Bearer ${await token()}` };
    const send = async () => {
      const response = await requests.fetch(`${gate}/info`, { headers }, scene);
      await response.text();
      return { id: response.headers.get('x-request-id'), status: response.status };
    };
    const answers = await Promise.all(Array.from({ length: CALLS }, send));
    const refused = answers.filter(({ status }) => status === 429);
    const { requests: arrived } = await control('evidence', { ids: refused.map(({ id }) => id) });
    const { limit, period } = settings.burst;
    return {
      sent: [`GET /info, ${CALLS} times`, `the limit is ${limit} in ${period} seconds`],
      came: [`${CALLS - refused.length} answers, and ${refused.length} times 429 rate_limited`],
      reason: 'rate_limited',
      upstream: `of the refused ones, ${arrived} arrived`,
      // The calls may fall into two of the limit's periods.
      holds: refused.length >= CALLS - 2 * limit && arrived === 0,
      verdict: 'The rest was refused. The runtime never heard of it.',
    };
  },
};

const providerDown = {
  id: 'provider-down',
  title: 'The provider goes down',
  about: 'While you chat, the gate can fetch no keys: the provider is stopped for the length of one message.',
  needsChat: true,
  async run(context) {
    await control('down', { part: 'provider' });
    try {
      const isGone = await fetch(`${context.settings.issuer}/jwks`).then(
        () => false,
        () => true,
      );
      const got = await say(context, 'Is anybody there while the provider is down?');
      return {
        sent: ['the provider stopped, then one message in the chat'],
        came: [`${got.status}, as ever`, `checked with key ${got.decision.kid}, which the gate has kept`],
        upstream: `${got.requests} request arrived, as ${got.arrival?.headers['x-user-id']}`,
        holds: isGone && got.status === 200 && got.requests === 1,
        verdict: 'The chat continues. The gate knows the keys already.',
      };
    } finally {
      await control('up', { part: 'provider' });
    }
  },
};

const keysRotate = {
  id: 'keys-rotate',
  title: 'The keys rotate',
  about: 'The provider signs with a key that the gate does not know yet, half a minute after the last forged token.',
  needsChat: true,
  async run(context) {
    const { kid } = await control('rotate');
    await context.session.getToken({ renew: true });
    const got = await say(context, 'Did you notice the new key?');
    return {
      sent: [`a new signing key, ${kid}`, 'then one message in the chat, with a token that it has signed'],
      came: [`${got.status}, as ever`, `checked with key ${got.decision.kid}`],
      upstream: `${got.requests} request arrived, as ${got.arrival?.headers['x-user-id']}`,
      holds: got.status === 200 && got.decision.kid === kid && got.requests === 1,
      verdict: 'The chat continues. The gate asked the provider once.',
    };
  },
};

const revoked = {
  id: 'revoked',
  title: 'You are revoked while you chat',
  about: 'Your token is still valid for most of an hour. Your access is not.',
  needsChat: true,
  async run(context) {
    // A token that the gate has not met: it remembers for up to a minute that one was not revoked.
    const token = await context.session.getToken({ renew: true });
    await control('revoke', { user: context.user, jtis: [claimOf(token, 'jti')] });
    const got = await say(context, 'May I still talk to you?');
    return {
      sent: ['a revocation, then one message in the chat'],
      came: [`${got.status} ${got.answer?.code}`, got.answer?.message],
      reason: got.decision.reason,
      upstream: `${got.requests} requests arrived`,
      holds: got.decision.reason === 'revoked_token' && got.requests === 0,
      verdict: 'Refused. After you sign in again, the chat continues where it stopped.',
    };
  },
};

export const CHANGES = [flood, providerDown, keysRotate, revoked];

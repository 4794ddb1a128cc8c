// Tokens that are none, or not good here.

import { control } from '../traffic/useDemo.js';
import { HELPER_RUN, attempt, input, refused } from './attempt.js';

/** A scene in which the helper is called with a token that has a flaw. */
const flawed = ({ id, title, about, flaw, reason, shown }) => ({
  id,
  title,
  about,
  async run(context) {
    const token = flaw && (await control('token', { user: context.user, flaw })).token;
    const got = await attempt(context, { path: HELPER_RUN, token, body: input() });
    return { sent: [`POST ${HELPER_RUN}`, shown], ...refused(got, reason) };
  },
});

export const TOKENS = [
  flawed({
    id: 'no-token',
    title: 'No token',
    about: 'Call the helper without signing in.',
    reason: 'missing_token',
    shown: 'no Authorization header',
  }),
  flawed({
    id: 'expired',
    title: 'An expired token',
    about: 'Signed by the provider, but expired five minutes ago.',
    flaw: 'expired',
    reason: 'token_expired',
    shown: 'Authorization: Bearer …, exp 5 minutes ago',
  }),
  flawed({
    id: 'audience',
    title: 'A token for another audience',
    about: 'Signed by the provider, but for another app of the same company.',
    flaw: 'audience',
    reason: 'wrong_audience',
    shown: 'Authorization: Bearer …, aud urn:another-app',
  }),
  flawed({
    id: 'forged',
    title: 'A forged signature',
    about: "Names the provider's key, but is signed with the forger's own.",
    flaw: 'forged',
    reason: 'bad_signature',
    shown: 'Authorization: Bearer …, signed with another key',
  }),
  flawed({
    id: 'alg-none',
    title: 'alg: none',
    about: 'Its header states that it needs no signature.',
    flaw: 'unsigned',
    reason: 'algorithm_not_allowed',
    shown: 'Authorization: Bearer …, alg none, no signature',
  }),
];

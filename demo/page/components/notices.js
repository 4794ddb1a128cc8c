// What stands over the chat, in words for the person who chats.

import { explained } from '../../../cli/reasons.mjs';

/** Refusals after which signing in helps. */
const ENDED = {
  missing_token: ['You are signed out', 'Your message was not sent on: without a token, nobody gets past the gate.'],
  token_expired: [
    'Your session has ended',
    'Your message was not sent on. Sign in again, and the conversation goes on.',
  ],
  revoked_token: ['Your access was withdrawn', 'The gate refuses this token, although it is still valid for a while.'],
};

/** `{title, text, kind, action}`, or nothing where nothing is in the way. */
export function noticeFor({ problem, isBroken, demo, session, settings }) {
  const { status, refusal, user } = session;
  const { parts } = demo;
  if (!demo.isOnline) {
    return bad('You are offline', 'The chat goes on once your browser has a network again.');
  }
  if (!demo.isThere) {
    return bad('The demo has ended', 'Run npm start again: this page goes on by itself.');
  }
  if (parts.gate === 'down') {
    return bad(
      'The gate is down',
      `Nothing answers at ${hostOf(settings.gate)}. Start it in the menu above, or wait until it is.`,
    );
  }
  if (parts.gate === 'starting') {
    return bad('The gate is starting', 'This takes a few seconds. The chat goes on by itself.');
  }
  if (status === 'refused') {
    const { name } = settings.people[user];
    const title = refusal.code === 'revoked_token' ? `${name}'s access was revoked` : 'The gate refuses you';
    const text = `You have signed in, and the provider has given you a good token. The gate refuses it all the same: ${means(refusal.code)}.`;
    return { kind: 'refused', title, text, action: 'switch', requestId: refusal.request_id };
  }
  if (status === 'out' && refusal) {
    const [title, text] = ENDED[refusal.code] ?? ['The gate refuses you', refusal.message];
    return { kind: 'refused', title, text, action: 'sign-in', requestId: refusal.request_id };
  }
  if (parts.runtime === 'down') {
    return bad(
      'The runtime is down',
      'The gate is up, but nobody answers behind it. Start the runtime in the menu above.',
    );
  }
  if (status === 'unreachable') {
    return bad('The gate does not answer', `Nothing answers at ${hostOf(settings.gate)}. Trying again.`);
  }
  if (isBroken) return bad('The runtime did not answer', 'The chat begins again in a moment. What was said is kept.');
  if (!problem) return undefined;
  const { payload } = problem;
  if (problem.status === 403) {
    return {
      kind: 'refused',
      title: 'You may not do this',
      text: 'The rules of this demo leave it to others.',
      requestId: payload?.request_id,
      action: 'close',
    };
  }
  if (problem.status === 429) {
    return {
      kind: 'refused',
      title: 'Too much at once',
      text: 'Wait a few seconds, then send your message again.',
      requestId: payload?.request_id,
      action: 'close',
    };
  }
  if (problem.status >= 500) {
    return bad('The runtime did not answer', 'Your message was not answered. Try again in a moment.', 'close');
  }
  return bad(
    'Your message did not get through',
    payload?.message ?? 'Nothing has answered. Try again in a moment.',
    'close',
  );
}

const bad = (title, text, action) => ({ kind: 'down', title, text, action });
const hostOf = (url) => new URL(url).host;
const means = (code) => explained(code)?.means ?? 'see beside';

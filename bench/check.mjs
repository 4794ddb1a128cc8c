// Before anything is measured: every contender does what is said of it.

import { Failure } from '../scripts/lib/say.mjs';
import { runBody, runThread } from './bodies.mjs';
import { metadata, run } from './requests.mjs';
import { AUDIENCE, USER, forged, freshToken } from './tokens.mjs';

const BODY = runBody(4096);

/** Fails unless the contender `name` behind `client` forwards, and refuses, as it should. `isolates`: it seals threads. */
export async function check({ name, client, isolates }) {
  const demand = (holds, what) => {
    if (!holds) throw new Failure(`the contender ${name} ${what}`);
  };
  const refuses = async (request, what) => demand((await client.send(request)).status === 401, `lets ${what} pass`);

  for (const alg of ['ES256', 'RS256', 'EdDSA']) {
    const token = freshToken(alg);
    const seen = await echoed(client, metadata(token));
    demand(seen !== undefined, `refuses a good ${alg} token`);
    demand(seen.headers.authorization === `Bearer ${token}`, 'loses the token');
    demand(seen.headers['x-user-id'], 'sets no identity');
    if (name.startsWith('floor')) continue;
    demand(seen.headers['x-user-id'] === USER.sub, 'sets the wrong user');
    demand(seen.headers['x-user-role'] === USER.role, 'sets the wrong role');
    demand(seen.headers['x-user-permissions'] === USER.permissions.join(','), 'sets the wrong permissions');
    await refuses(metadata(forged(token)), `a forged ${alg} token`);
    await refuses(metadata(freshToken(alg, { aud: `${AUDIENCE}:other` })), `an ${alg} token for another audience`);
    await refuses(metadata(freshToken(alg, { exp: 1 })), `an expired ${alg} token`);
  }
  await refuses(metadata(), 'a request without a token');

  const sent = run(freshToken(), BODY);
  const seen = await echoed(client, sent);
  demand(seen?.body !== undefined, 'does not forward a run');
  const [before, after] = [JSON.parse(BODY.toString()), JSON.parse(seen.body)];
  demand(after.messages.length === before.messages.length, 'loses messages');
  demand((after.threadId !== runThread) === isolates, 'does not treat threads as it should');
}

/** The request as it reached the origin; undefined when it did not. */
async function echoed(client, request) {
  const { status, text } = await client.send({ ...request, headers: { ...request.headers, 'x-bench-echo': '1' } });
  return status === 200 ? JSON.parse(text) : undefined;
}

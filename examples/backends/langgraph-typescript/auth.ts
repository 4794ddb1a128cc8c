// Who may use this server: bearers of a token for it, each with threads of their own.

import { Auth, HTTPException } from '@langchain/langgraph-sdk/auth';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { JWKS_URL = '', ISSUER, AUDIENCE } = process.env;
const keys = createRemoteJWKSet(new URL(JWKS_URL));

export const auth = new Auth()
  .authenticate(async (request) => {
    const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['ES256', 'RS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub'],
    }).catch(() => {
      throw new HTTPException(401, { message: 'Invalid token' });
    });
    return { identity: `${payload.sub}`, role: payload.role ?? 'nobody', permissions: [] };
  })
  // The most specific handler alone runs.
  .on('*', () => false)
  .on(['assistants:read', 'assistants:search'], () => true)
  .on('threads', ({ value, user }) => {
    const owner = { owner: user.identity };
    Object.assign(value, { metadata: { ...value.metadata, ...owner } });
    return owner;
  });

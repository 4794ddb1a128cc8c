// The key that signs sessions. Only the app has it; the gate gets the public half from /.well-known/jwks.json.

import { calculateJwkThumbprint, importJWK } from 'jose';

const { d, ...jwk } = JSON.parse(process.env.SESSION_KEY);
const kid = await calculateJwkThumbprint(jwk);

export const ALG = 'ES256';
export const publicJwk = { ...jwk, kid, alg: ALG, use: 'sig' };
export const privateKey = await importJWK({ ...jwk, d }, ALG);
export const publicKey = await importJWK(jwk, ALG);

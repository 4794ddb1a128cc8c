// Closes the back door. The app has an address of its own, and a route matches only the paths that it names, so the
// runtime takes only what the gate has signed.

import { createRemoteJWKSet, jwtVerify } from 'jose';

const gate = `${process.env.NEXTAUTH_URL}/api/copilotkit`;
const keys = createRemoteJWKSet(new URL(`${gate}/.gate/jwks.json`));
const asked = { issuer: gate, audience: process.env.ORIGIN_URL, requiredClaims: ['exp', 'sub', 'operation'] };

/** Whether the gate has let this request through. */
export async function isFromGate(request) {
  try {
    await jwtVerify(request.headers.get('x-gate-assertion') ?? '', keys, { ...asked, algorithms: ['ES256'] });
    return true;
  } catch {
    return false;
  }
}

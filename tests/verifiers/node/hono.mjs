import { verifyWithJwks } from 'hono/jwt';

const { GATE_URL: gate, ORIGIN_URL: origin } = process.env;
const jwks_uri = `${gate}/.gate/jwks.json`;

export async function verifyAssertion(assertion) {
  const verification = { iss: gate, aud: origin, iat: false }; // it has no leeway for slow clocks
  const payload = await verifyWithJwks(assertion, { jwks_uri, allowedAlgorithms: ['ES256'], verification });
  if (payload.exp === undefined) throw new Error('exp is missing'); // it does not ask for one
  return payload;
}

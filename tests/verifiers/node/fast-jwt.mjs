import { createVerifier } from 'fast-jwt';
import buildGetJwks from 'get-jwks';

const { GATE_URL: gate, ORIGIN_URL: origin } = process.env;
const jwks = buildGetJwks({ jwksPath: '.gate/jwks.json' });
const verify = createVerifier({
  key: ({ header: { kid, alg } }) => jwks.getPublicKey({ domain: gate, kid, alg }),
  algorithms: ['ES256'],
  allowedIss: gate,
  allowedAud: origin,
  requiredClaims: ['exp'],
  clockTolerance: 5000, // milliseconds
});

export async function verifyAssertion(assertion) {
  return verify(assertion);
}

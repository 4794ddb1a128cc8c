import { JwtVerifier } from 'aws-jwt-verify';

const { GATE_URL: issuer, KEYS_URL: jwksUri, ORIGIN_URL: audience } = process.env; // jwksUri by https
const verifier = JwtVerifier.create({
  issuer,
  audience,
  jwksUri,
  graceSeconds: 5,
  customJwtCheck({ payload }) {
    if (payload.exp === undefined) throw new Error('exp is missing'); // it does not ask for one
  },
});

export async function verifyAssertion(assertion) {
  return verifier.verify(assertion);
}

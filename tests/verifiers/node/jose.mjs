import { createRemoteJWKSet, jwtVerify } from 'jose';

const gate = process.env.GATE_URL; // https://app.example.com/api/copilotkit
const keys = createRemoteJWKSet(new URL(`${gate}/.gate/jwks.json`));

export async function verifyAssertion(assertion, originUrl) {
  const { payload } = await jwtVerify(assertion, keys, {
    issuer: gate,
    audience: originUrl,
    algorithms: ['ES256'],
    clockTolerance: 5,
    requiredClaims: ['exp', 'sub', 'operation'],
  });
  return payload; // { sub, operation, agent, thread, … }
}

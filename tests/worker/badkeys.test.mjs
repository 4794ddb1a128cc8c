// One odd key in a set costs only itself.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { startGate } from '../support/gate.mjs';
import { other, startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { assertRefused, withoutOrigin } from './support/expect.mjs';

const rsa = makeKey('RS256', { kid: 'odd' }).jwk;
const ec = makeKey('ES256', { kid: 'odd' }).jwk;

/** What stands beside the good key, as JSON text. */
const ODD = [
  ['of an unknown kind', '{"kty":"XYZ","kid":"odd"}'],
  ['without a kind', '{"kid":"odd"}'],
  ['of an unknown curve', JSON.stringify({ ...ec, crv: 'secp256k1' })],
  ['for an unknown algorithm', JSON.stringify({ ...ec, alg: 'ES256K' })],
  ['with half of a point', JSON.stringify({ ...ec, y: undefined })],
  ['with a point off its curve', JSON.stringify({ ...ec, y: ec.x })],
  ['with a number for a coordinate', JSON.stringify({ ...ec, x: 1 })],
  ['without a modulus', JSON.stringify({ ...rsa, n: undefined })],
  ['with an empty modulus', JSON.stringify({ ...rsa, n: '' })],
  ['with padding in its modulus', JSON.stringify({ ...rsa, n: `${rsa.n}==` })],
  ['with a number for a name', JSON.stringify({ ...ec, kid: 7 })],
  ['with a member twice', '{"kty":"EC","kid":"odd","kty":"RSA"}'],
  [
    'that is a shared secret',
    '{"kty":"oct","kid":"odd","alg":"HS256","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}',
  ],
  ['that is a text', '"key"'],
  ['that is null', 'null'],
];

let origin, gate, idps;
before(async () => {
  origin = await startOrigin();
  idps = await Promise.all(ODD.map(() => startProvider(makeKey())));
  for (const [i, idp] of idps.entries()) {
    idp.serves({ keys: other(({ keys }) => `{"keys":[${ODD[i][1]},${JSON.stringify(keys[0])},${ODD[i][1]}]}`) });
  }
  gate = await startGate({ vars: { ORIGIN_URL: origin.url + BASE, ISSUERS: idps.map((idp) => idp.trusted()) } });
});
after(() => gate?.dispose());

describe('a set with a key', () => {
  ODD.forEach(([name], index) => {
    it(`${name}: the good one beside it still counts, the odd one never`, async () => {
      const idp = idps[index];
      const good = await gate.send({ path: '/info', token: idp.token() });
      assert.equal(good.status, 200, good.text);
      const odd = idp.token({}, { kid: 'odd' });
      assertRefused(await withoutOrigin(origin, () => gate.send({ path: '/info', token: odd })), 401, 'invalid_token');
    });
  });
});

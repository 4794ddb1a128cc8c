#!/usr/bin/env bash
# A key set may hold keys of kinds that a reader does not know, and RFC 7517 (section 5) has it ignore them. So one expects a
# verifier that knows ES256 to go on working when its issuer adds an Ed25519 key. node-jose 2.2.0 refuses the whole set, and
# with it every ES256 token; jose 6 reads the same set.
#
# Needs Node 20 or newer with npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --ignore-scripts --silent jose@6.2.17 node-jose@2.2.0
cat >verify.mjs <<'JS'
import { SignJWT, createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import nodeJose from 'node-jose';

async function key(alg) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: alg, alg, use: 'sig' } };
}
const [ec, ed] = [await key('ES256'), await key('EdDSA')];
const header = { alg: 'ES256', kid: 'ES256' };
const token = await new SignJWT({}).setProtectedHeader(header).setSubject('alice').sign(ec.privateKey);
const complaint = ({ message }) => message;

for (const keys of [[ec.jwk], [ec.jwk, ed.jwk]]) {
  const kinds = keys.map(({ kty }) => kty).join(' and ');
  const byJose = jwtVerify(token, createLocalJWKSet({ keys })).then(({ payload }) => payload.sub, complaint);
  const read = nodeJose.JWK.asKeyStore({ keys });
  const verified = read.then((store) => nodeJose.JWS.createVerify(store).verify(token));
  const byNodeJose = verified.then(({ payload }) => JSON.parse(payload).sub, complaint);
  console.log(`an ES256 token, a set with ${kinds}: jose says ${await byJose}, node-jose says ${await byNodeJose}`);
}
JS
echo "Node $(node --version), jose 6.2.17, node-jose 2.2.0"
output=$(node verify.mjs 2>/dev/null)
echo "$output"
expected='an ES256 token, a set with EC: jose says alice, node-jose says alice
an ES256 token, a set with EC and OKP: jose says alice, node-jose says unsupported key type'
[[ $output == "$expected" ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'

#!/usr/bin/env bash
# OpenAuth's /authorize takes `audience`, as other providers do, and keeps it with the request. One expects it in `aud` of the
# access token. @openauthjs/openauth 0.4.3 writes the client's id there, whatever was asked for, and says nothing. An API that
# checks its own identifier refuses every token, and one that checks the client id cannot tell which API a token is for.
#
# Needs Node 22.12 or newer with npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts @openauthjs/openauth@0.4.3 hono@4.13.19 arctic@2.3.4 zod@3.25.76
cat >run.mjs <<'JS'
import { issuer } from '@openauthjs/openauth';
import { MemoryStorage } from '@openauthjs/openauth/storage/memory';
import { createSubjects } from '@openauthjs/openauth/subject';
import { object } from 'zod';

console.log = () => {}; // of each request
const alice = {
  type: 'alice',
  init: (routes, ctx) => routes.get('/authorize', (c) => ctx.success(c, {})),
};
const app = issuer({
  subjects: createSubjects({ user: object({}) }),
  storage: MemoryStorage(),
  providers: { alice },
  allow: async () => true,
  success: (ctx) => ctx.subject('user', {}, { subject: 'alice' }),
});
const at = 'https://auth.example.com';
const redirect_uri = 'https://app.example.com/callback';
for (const audience of ['https://api.example.com', 'https://other.example.com', undefined]) {
  const asked = { client_id: 'web', redirect_uri, response_type: 'code', provider: 'alice', ...(audience && { audience }) };
  const first = await app.request(`${at}/authorize?${new URLSearchParams(asked)}`);
  const cookie = first.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const second = await app.request(new URL(first.headers.get('location'), at).href, { headers: { cookie } });
  const code = new URL(second.headers.get('location')).searchParams.get('code');
  const grant = new URLSearchParams({ grant_type: 'authorization_code', code, client_id: 'web', redirect_uri });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await app.request(`${at}/token`, { method: 'POST', headers, body: grant });
  const { access_token } = await answer.json();
  const { aud } = JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url'));
  process.stdout.write(`asked for ${audience ?? 'none'}: aud ${aud}\n`);
}
JS
echo "@openauthjs/openauth 0.4.3, client \"web\", Node $(node --version)"
node run.mjs 2>/dev/null | tee output
[[ $(grep -c ': aud web$' output) == 3 ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'

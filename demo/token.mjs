#!/usr/bin/env node
// Prints an access token for a demo user, obtained from the running demo's provider.

import { Failure, asksForHelp, script } from '../scripts/lib/say.mjs';
import { issuerAt, portsFrom } from './config.mjs';
import { login } from './login.mjs';
import { USERS } from './users.mjs';

const NAMES = Object.keys(USERS);
const HELP = `Usage: node demo/token.mjs ${NAMES.join('|')}

Signs a demo user in at the demo's OpenID provider (authorization code flow with PKCE) and prints the
access token. \`npm start\` must be running. IDP_PORT is the provider's port.`;

async function main(args) {
  if (asksForHelp(args)) return void console.log(HELP);
  const [user] = args;
  if (args.length !== 1 || !NAMES.includes(user)) throw new Failure(`please name one user: ${NAMES.join(' or ')}`);
  const issuer = issuerAt(portsFrom(process.env).idp);
  const { access_token: token } = await login({ issuer, user }).catch((error) => {
    const why = error.cause?.code === 'ECONNREFUSED' ? 'nothing listens there: is `npm start` running?' : error.message;
    throw new Failure(`no token from ${issuer}: ${why}`);
  });
  console.log(token);
}

await script(() => main(process.argv.slice(2)));

// @ts-check
// What the gate is set to while it is measured, and with it the gate in JavaScript that has the same duties.

import { randomBytes } from 'node:crypto';
import { AUDIENCE, ISSUER } from './tokens.mjs';

export const UPSTREAM = 'http://origin/api/copilotkit';

/** The first that matches an operation decides. With it the agents `admin-…` are hidden from the user of the tokens. */
const RULES = [
  { agents: ['admin-*'], require: { roles: ['admin'] } },
  { operations: ['agent/*'], require: { roles: ['member', 'admin'], scopes: ['agents:run'] } },
];

/** `THREAD_KEY`, as bytes. */
export const THREAD_KEY = randomBytes(32);

export const SETTINGS = {
  ORIGIN_URL: UPSTREAM,
  ISSUERS: [{ issuer: ISSUER, audience: AUDIENCE }],
  RULES,
  THREAD_KEY: THREAD_KEY.toString('base64url'),
  // The page of the bodies has properties of its own.
  PROPERTIES: ['*'],
};

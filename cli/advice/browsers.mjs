// @ts-check
// Advice about the pages that may call the gate.

/** @typedef {import('../core.mjs').Facts} Facts */
/** @typedef {import('../advice.mjs').Advice} Advice */

/**
 * @param {Facts} facts
 * @returns {Advice[]}
 */
export function browsers({ token_cookie, lists_origins }) {
  if (!token_cookie || lists_origins) return [];
  const text = "TOKEN_COOKIE without ALLOWED_ORIGINS: only pages on the gate's own host can use the cookie";
  return [{ advice: 'cookie_without_origins', setting: 'TOKEN_COOKIE', text }];
}

/** Domains below which everybody can have a host (from the private part of the Public Suffix List). */
const SHARED = [
  'a.run.app',
  'amplifyapp.com',
  'azurestaticapps.net',
  'azurewebsites.net',
  'cloudfront.net',
  'firebaseapp.com',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok.app',
  'ngrok.dev',
  'ngrok-free.app',
  'onrender.com',
  'pages.dev',
  'replit.app',
  'surge.sh',
  'trycloudflare.com',
  'up.railway.app',
  'vercel.app',
  'web.app',
  'workers.dev',
];

/**
 * Patterns of origins that cover hosts of strangers.
 *
 * @param {Facts} facts
 * @returns {Advice[]}
 */
export function previews({ patterns }) {
  /** @param {string} pattern */
  const isShared = (pattern) => {
    const domain = pattern.split('*.')[1].replace(/:\d+$/, '');
    return SHARED.some((suffix) => domain === suffix || suffix.endsWith(`.${domain}`));
  };
  return patterns
    .filter(({ pattern }) => isShared(pattern))
    .map(({ setting, pattern }) => {
      const text = `${setting} has ${pattern}: everybody can have a host below that domain. Name a part of it that is yours`;
      return { advice: 'shared_suffix', setting, text };
    });
}

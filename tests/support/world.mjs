// @ts-check
// The usual cast of a test file: one provider with one key, one origin, one gate between them.

import { BASE } from './client.mjs';
import { startGate, startGates } from './gate.mjs';
import { startProvider } from './idp.mjs';
import { makeKey } from './keys.mjs';
import { startOrigin } from './origin.mjs';

/** @typedef {Awaited<ReturnType<typeof startProvider>>} Idp */
/** @typedef {Awaited<ReturnType<typeof startOrigin>>} Origin */
/** @typedef {{idp: Idp, origin: Origin}} Cast */

/**
 * `settings` are those of `startGate`; `vars` may be a function of the cast, as the ports are not known before.
 *
 * @param {Omit<import('./gate.mjs').Settings, 'vars'> & {vars?: object | ((cast: Cast) => object)}} [settings]
 */
export async function startWorld({ vars = {}, ...settings } = {}) {
  const idp = await startProvider(makeKey());
  const origin = await startOrigin();
  const own = typeof vars === 'function' ? vars({ idp, origin }) : vars;
  const gate = await startGate({ ...settings, vars: { ...usualVars({ idp, origin }), ...own } });
  return { idp, origin, gate };
}

/**
 * The same with two gates, alike but for the mode of the origin: `multi` and `single`.
 *
 * @param {object} [vars]
 */
export async function startBothModes(vars) {
  const idp = await startProvider(makeKey());
  const origin = await startOrigin();
  const all = { ...usualVars({ idp, origin }), ...vars };
  const [multi, single] = await startGates([{ vars: all }, { vars: { ...all, ORIGIN_MODE: 'single-route' } }]);
  return { idp, origin, multi, single };
}

/**
 * The settings of a gate that trusts `idp` and stands in front of `origin`.
 *
 * @param {Cast} cast
 */
export function usualVars({ idp, origin }) {
  return { ORIGIN_URL: origin.url + BASE, ISSUERS: [idp.trusted()] };
}

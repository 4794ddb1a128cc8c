// Gates before runtimes of both dialects, each with its own settings.

import { startGates } from '../../support/gate.mjs';
import { startProvider } from '../../support/idp.mjs';
import { makeKey } from '../../support/keys.mjs';
import { startOrigin } from '../../support/origin.mjs';
import { usualVars } from '../../support/world.mjs';

/**
 * Starts a provider, an origin, and of each entry of `table` (name → further settings) two gates: one before a multi-route
 * runtime, one before a single-route one. `bothOf` returns the two of a name, and `close` ends them all.
 */
export async function startBothSides(table) {
  const idp = await startProvider(makeKey());
  const origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  const names = Object.keys(table);
  const settings = Object.values(table).flatMap((more) => [
    { vars: { ...vars, ...more } },
    { vars: { ...vars, ...more, ORIGIN_MODE: 'single-route' } },
  ]);
  const gates = await startGates(settings);
  const bothOf = (name) => gates.slice(2 * names.indexOf(name), 2 * names.indexOf(name) + 2);
  return { idp, origin, bothOf, close: () => gates[0].dispose() };
}

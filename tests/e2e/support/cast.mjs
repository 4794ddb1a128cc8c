// The usual cast of an end-to-end test: one provider, real runtimes, and a gate before each.

import '../../support/quiet.mjs';
import { startOrigin } from '../../../demo/origin.mjs';
import { Client } from '../../support/client.mjs';
import { MODES } from '../../support/dialects.mjs';
import { startGates } from '../../support/gate.mjs';
import { startProvider } from '../../support/idp.mjs';
import { makeKey } from '../../support/keys.mjs';

/**
 * Starts everything. `runtimes` are named, each with its `ORIGIN_MODE` and a function that starts it: by default one
 * for each dialect, named as it, both with `agents`. `vars` are further settings of every gate, given the provider.
 *
 * `gates`, `origins` and `bare` (a client that goes to the runtime itself) are by the same names.
 */
export async function startCast({ agents, runtimes = plainRuntimes(agents), vars = () => ({}) }) {
  const names = Object.keys(runtimes);
  const byName = async (make) => Object.fromEntries(await Promise.all(names.map(async (n) => [n, await make(n)])));
  const idp = await startProvider(makeKey());
  const origins = await byName((name) => runtimes[name].start());
  const settings = (name) => ({ ORIGIN_URL: origins[name].url, ORIGIN_MODE: runtimes[name].mode });
  const started = await startGates(
    names.map((name) => ({ vars: { ...settings(name), ISSUERS: [idp.trusted()], ...vars(idp) } })),
  );
  return {
    idp,
    origins,
    gates: Object.fromEntries(names.map((name, index) => [name, started[index]])),
    bare: await byName((name) => new Client(new URL(origins[name].url))),
    async close() {
      await started[0].dispose();
      await Promise.all(names.map((name) => origins[name].close()));
    },
  };
}

/** A runtime for each dialect. */
export const plainRuntimes = (agents) =>
  Object.fromEntries(MODES.map((mode) => [mode, { mode, start: () => startOrigin({ mode, agents }) }]));

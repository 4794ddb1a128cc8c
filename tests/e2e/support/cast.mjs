// The usual cast of an end-to-end test: one provider, and for each dialect a real runtime with a gate before it.

import { startOrigin } from '../../../demo/origin.mjs';
import { Client } from '../../worker/support/client.mjs';
import { startGates } from '../../worker/support/gate.mjs';
import { startProvider } from '../../worker/support/idp.mjs';
import { makeKey } from '../../worker/support/keys.mjs';
import { MODES } from './dialects.mjs';

/**
 * Starts everything. `agents` are those of both runtimes; `vars` are further settings of both gates, or a function that
 * gives them for a mode and the provider.
 *
 * `gates`, `origins` and `bare` (a client that goes to the runtime itself) are by mode.
 */
export async function startCast({ agents, vars = {}, start = (mode) => startOrigin({ mode, agents }) }) {
  const idp = await startProvider(makeKey());
  const origins = await byMode(start);
  const own = (mode) => (typeof vars === 'function' ? vars({ mode, idp }) : vars);
  const started = await startGates(
    MODES.map((mode) => ({
      vars: { ORIGIN_URL: origins[mode].url, ORIGIN_MODE: mode, ISSUERS: [idp.trusted()], ...own(mode) },
    })),
  );
  return {
    idp,
    origins,
    gates: Object.fromEntries(MODES.map((mode, index) => [mode, started[index]])),
    bare: await byMode((mode) => new Client(new URL(origins[mode].url))),
    async close() {
      await started[0].dispose();
      await Promise.all(MODES.map((mode) => origins[mode].close()));
    },
  };
}

async function byMode(make) {
  return Object.fromEntries(await Promise.all(MODES.map(async (mode) => [mode, await make(mode)])));
}

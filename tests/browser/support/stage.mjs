// The stage of a browser test: a provider, a real runtime, the gate before it, an app's page, and Chromium.

import '../../support/quiet.mjs';
import { startOrigin } from '../../../demo/origin.mjs';
import { promptAgent } from '../../support/agents.mjs';
import { startGate } from '../../support/gate.mjs';
import { startProvider } from '../../support/idp.mjs';
import { makeKey } from '../../support/keys.mjs';
import { newParts } from '../../support/parts.mjs';
import { bundle } from './bundle.mjs';
import { launchChromium } from './chromium.mjs';
import { startSite } from './site.mjs';

export { newPage } from './chromium.mjs';

/**
 * Sets the stage. `site` has page and gate on one origin, `elsewhere` the page alone on another. `vars` are further
 * settings of the gate, or a function that gives them for `elsewhere`. `agent` makes the one agent, and `ran` lists the runs
 * that reached it. `fakes` are bindings of the gate that the test plays, `routes` those of the app's server on `site`, given
 * the provider.
 */
export async function setStage({
  vars = {},
  mode = 'multi-route',
  agent = promptAgent,
  fakes = {},
  routes = () => ({}),
} = {}) {
  const { keep, close } = newParts();
  try {
    const ran = [];
    const folder = await bundle();
    const idp = await startProvider(makeKey());
    const agents = { default: agent((run) => ran.push(run)) };
    const origin = await keep(startOrigin({ mode, agents }));
    const elsewhere = await keep(startSite({ folder }));
    const own = typeof vars === 'function' ? vars(elsewhere) : vars;
    const usual = { ORIGIN_URL: origin.url, ORIGIN_MODE: mode, ISSUERS: [idp.trusted()] };
    const gate = await keep(startGate({ vars: { ...usual, ...own }, fakes }), (started) => started.dispose());
    const site = await keep(startSite({ folder, gate, routes: routes(idp) }));
    const browser = await keep(launchChromium());
    return { ran, idp, origin, elsewhere, gate, site, browser, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

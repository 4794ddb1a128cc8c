// The stage of a proof: provider, model and listener of the test; behind them the real backend, runtime and gate.

import '../../support/quiet.mjs';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { startOrigin } from '../../../demo/origin.mjs';
import { withoutModel } from '../../../examples/backends/without-model.mjs';
import { BASE, Client } from '../../support/client.mjs';
import { startGates } from '../../support/gate.mjs';
import { AUDIENCE, startProvider } from '../../support/idp.mjs';
import { makeKey } from '../../support/keys.mjs';
import { newParts } from '../../support/parts.mjs';
import { freeUrl } from '../../support/port.mjs';
import { startBackend } from './backend.mjs';
import { Chat } from './chat.mjs';
import { printed } from './console.mjs';
import { startListener } from './listener.mjs';
import { MODEL_KEY, startModel } from './model.mjs';

/** The settings of the gate that hides what agents tell of their insides. */
const HIDING = { HIDE_EVENTS: ['RAW', 'CUSTOM:system:*'], ERROR_MESSAGES: 'hide' };

/** Who there is. carol may do whatever alice may, and is still not alice. */
const USERS = { alice: 'admin', bob: 'member', carol: 'admin' };

/**
 * Sets the stage. `backend` says how the example `name` is started, given `{port, model}`; `agents` gives the runtime's
 * agents, given the backend's URL, and is left out where the example is a runtime itself; `mode` is that runtime's;
 * `vars` are further settings of the gate. `hiding` is a second gate that also hides what agents tell of their insides; where
 * `named`, it is before a runtime that leaves out the name of the model, since no setting of the gate hides that.
 */
export async function setStage(name, { backend, agents, mode = 'multi-route', vars = {}, named = false }) {
  const { keep, close } = newParts();
  try {
    const idp = await keep(startProvider(makeKey()), (provider) => provider.down());
    const listener = await keep(startListener());
    const model = await keep(startModel());
    const url = await freeUrl();
    const origin = agents ? await keep(startOrigin({ agents: agents(url) })) : { url: url + BASE };
    const unnaming = named ? await keep(startOrigin({ agents: unnamed(agents(url)) })) : origin;
    const ASSERTION_KEY = JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
    const secrets = { ASSERTION_KEY, THREAD_KEY: randomBytes(32).toString('base64url') };
    const trusts = { ORIGIN_URL: origin.url, ORIGIN_MODE: mode, ISSUERS: [idp.trusted()] };
    const settings = { ...trusts, ...secrets, ...vars };
    const gates = startGates([{ vars: settings }, { vars: { ...settings, ...HIDING, ORIGIN_URL: unnaming.url } }]);
    const [gate, hiding] = await keep(gates, ([started]) => started.dispose());
    // Callers know both by one name, so that a backend accepts the assertions of both.
    hiding.host = gate.host;
    const { env, ...how } = backend({ port: new URL(url).port, model });
    const trusted = { ISSUER: idp.issuer, AUDIENCE, JWKS_URL: `${idp.issuer}/keys` };
    const asserted = { GATE_URL: new URL(BASE, gate.url).href, ORIGIN_URL: origin.url };
    const openai = { OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_API_KEY: MODEL_KEY };
    const server = await keep(startBackend(name, { ...how, env: { ...trusted, ...asserted, ...openai, ...env } }));
    const bare = Object.assign(new Client(new URL(origin.url)), { mode });
    const tokens = Object.fromEntries(Object.entries(USERS).map(([sub, role]) => [sub, idp.token({ sub, role })]));
    /** A chat of a user, by default through the gate. */
    const chat = (user, { at = gate, ...more } = {}) => new Chat(at, { token: tokens[user], ...more });
    return { printed, idp, listener, model, server, url, origin, gate, hiding, bare, tokens, chat, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Agents with the middleware of docs/origin.md. */
const unnamed = (agents) =>
  Object.fromEntries(Object.entries(agents).map(([id, agent]) => [id, agent.use(withoutModel)]));

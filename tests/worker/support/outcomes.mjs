// Bodies by the thousand: what the gate answers to each, and which bytes the upstream receives.

import { BASE } from '../../support/client.mjs';
import { flood } from '../../support/flood.mjs';
import { pieces } from './pieces.mjs';

/** Sends each of `bodies` to `gate` as a run, and returns `{bytes, status, sent}` for each; `sent` is what `origin` received. */
export async function outcomes({ idp, origin }, gate, bodies) {
  const heard = new Map();
  origin.answers(async (exchange) => {
    heard.set(Number(exchange.headers['x-case']), await exchange.body());
    exchange.reply(200, { 'content-type': 'application/json' }, '{}');
  });
  const token = idp.token({ tenant: 'acme' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const requests = bodies.map((bytes, index) => ({
    method: 'POST',
    path: `${BASE}/agent/a/run`,
    headers: { ...headers, 'x-case': index },
    body: bytes,
  }));
  const statuses = await flood(gate, requests);
  return bodies.map((bytes, index) => ({ bytes, status: statuses[index], sent: heard.get(index) }));
}

/** The text that JSON.parse would get, and its pieces; undefined if it is not JSON. */
export function read(bytes) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text);
    return { text, whole: pieces(text) };
  } catch {
    return undefined;
  }
}

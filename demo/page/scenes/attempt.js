// What the scenes are made of: one request to the gate, and the count of what arrived at the runtime.

import { AGENTS } from '../../config.mjs';
import { requests } from '../traffic/requests.js';
import { control } from '../traffic/useDemo.js';

/** An agent's input as CopilotKit sends it. */
export const input = (more = {}) => ({
  threadId: 'try-1',
  runId: crypto.randomUUID(),
  state: {},
  messages: [{ id: crypto.randomUUID(), role: 'user', content: 'Who am I?' }],
  tools: [],
  context: [],
  forwardedProps: {},
  ...more,
});

export const HELPER_RUN = `/agent/${AGENTS.helper}/run`;

/** A name that occurs nowhere else, so that it can be counted. */
export const stranger = () => `mallory-${crypto.randomUUID().slice(0, 4)}`;

/**
 * Sends one request as the page would, or, `viaServer`, as curl would: there are headers that a browser does not let a page
 * send. Resolves to `{id, status, answer, dropped, text, decision, requests, mentions, arrival}`; `text` is counted at the runtime.
 */
export async function attempt({ gate, scene }, { path, method = 'POST', token, headers = {}, body, text, viaServer }) {
  const all = {
    ...(body && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
    ...headers,
  };
  const sent = body && JSON.stringify(body);
  const got = viaServer
    ? await sendByServer({ path, headers: all, body: sent, thread: body?.threadId, scene })
    : await sendByPage(gate + path, { method, headers: all, body: sent }, scene);
  const { decisions, ...counted } = await control('evidence', { ids: [got.id], text });
  return { ...got, decision: decisions[0], ...counted };
}

async function sendByPage(address, init, scene) {
  const response = await requests.fetch(address, init, scene);
  const text = await response.text();
  const id = response.headers.get('x-request-id');
  const dropped = response.headers.get('x-gate-dropped');
  return { id, status: response.status, dropped, text, answer: response.ok ? undefined : JSON.parse(text) };
}

async function sendByServer({ path, headers, body, thread, scene }) {
  const got = await control('send', { path, headers, body });
  requests.note({ method: 'POST', path, thread, hasToken: true }, got, scene);
  return { ...got, answer: got.status >= 400 ? JSON.parse(got.text) : undefined };
}

/** What a scene shows of an attempt that should have been refused. */
export function refused({ status, answer, decision, requests: arrived }, reason) {
  return {
    came: [`${status} ${answer?.code ?? ''}`.trim(), answer?.message],
    reason: decision.reason,
    upstream: `${arrived} requests arrived`,
    holds: decision.outcome === 'deny' && decision.reason === reason && arrived === 0,
    verdict: `Refused. The runtime never heard of it.`,
  };
}

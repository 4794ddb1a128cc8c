// Which ports the demo uses, and the addresses that follow from them. Its parts and the token script agree because all of
// them read this.

import { Failure } from '../scripts/lib/say.mjs';

export const BASE_PATH = '/api/copilotkit';
export const AUDIENCE = 'urn:copilotkit-gate:demo';
export const CLIENT_ID = 'copilotkit-demo';
/** The agent that the commands for a shell talk to, and those that the page offers. */
export const AGENT = 'default';
export const AGENTS = { helper: 'helper', operations: 'operations', research: 'research' };
/** The client-side tool of the operations agent. */
export const TOOL = 'restart_service';

/** Ports and the environment variables that change them. */
const PORTS = {
  gate: ['GATE_PORT', 8787],
  origin: ['ORIGIN_PORT', 4000],
  idp: ['IDP_PORT', 4001],
  page: ['PAGE_PORT', 4002],
};

/** The demo's ports; fails with what is wrong with which variable. */
export function portsFrom(env) {
  const ports = Object.fromEntries(
    Object.entries(PORTS).map(([part, [variable, usual]]) => [part, portFrom(variable, env[variable], usual)]),
  );
  const [twice] = Object.keys(PORTS).filter((part, at, parts) =>
    parts.slice(0, at).some((p) => ports[p] === ports[part]),
  );
  if (twice) throw new Failure(`${PORTS[twice][0]} is ${ports[twice]}, which another part of the demo uses`);
  return ports;
}

/** The environment variable that sets a part's port. */
export const portVariable = (part) => PORTS[part][0];

/** `NAME=port` for each port that is not the usual one. */
export const unusualPorts = (ports, parts = Object.keys(PORTS)) =>
  parts.filter((part) => ports[part] !== PORTS[part][1]).map((part) => `${PORTS[part][0]}=${ports[part]}`);

export const pageUrlAt = (port) => `http://localhost:${port}`;
export const issuerAt = (port) => `http://localhost:${port}`;
export const baseUrlAt = (port) => `http://localhost:${port}${BASE_PATH}`;

function portFrom(variable, text, usual) {
  if (!text) return usual;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new Failure(`${variable} is "${text}", but a port is a number from 1 to 65535`);
  return port;
}

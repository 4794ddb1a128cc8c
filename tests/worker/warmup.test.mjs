// The settings are parsed when the script is loaded, so that the first request finds the functions for it compiled.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { relay } from '../support/relay.mjs';
import { usualVars } from '../support/world.mjs';

/** Counts the settings that are read. Each that is a table is read as JSON text. */
const COUNTING = `
  const { stringify } = JSON;
  let count = 0;
  JSON.stringify = (...values) => {
    count += 1;
    return stringify(...values);
  };
  export const reads = () => count;
`;
/** A module in front of the gate: its answer to \`/reads\` is the count, and each event has another \`env\` than the script. */
const MODULE = `
  import { reads } from './counting.js';
  import gate from './index.js';
  export default {
    fetch: (request, { LATER, ...env }, ctx) =>
      new URL(request.url).pathname === '/reads'
        ? new Response(String(reads()))
        : gate.fetch(request, { ...env, ...LATER }, ctx),
  };
`;
const FRONT = {
  mainModule: 'front.js',
  modules: { 'counting.js': { type: 'esm', contents: COUNTING }, 'front.js': { type: 'esm', contents: MODULE } },
};

let idp, origin, usual, wrong;
before(async () => {
  idp = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = usualVars({ idp, origin });
  [usual, wrong] = await startGates([
    { vars, front: FRONT },
    { vars: { ...vars, BASE_PATH: 'copilotkit', LATER: { BASE_PATH: '/api/copilotkit' } }, front: FRONT },
  ]);
});
after(() => usual?.dispose());

describe('when the script is loaded', () => {
  it('the settings are parsed once, before any request', async () => {
    const { text } = await usual.send({ base: '', path: '/reads' });
    assert.ok(Number(text) > 0, `${text} settings`);
  });

  it('nothing is logged, and the settings of the request count', async () => {
    const { answer } = await relay(wrong, origin, { path: '/info', token: idp.token() });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(
      wrong.log.lines.filter((line) => line.includes('misconfigured')),
      [],
    );
  });
});

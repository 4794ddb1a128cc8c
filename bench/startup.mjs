// @ts-check
// Start-up: from starting the process to the first answer, with a token, so with the keys fetched. The Worker is loaded before
// workerd listens, as Cloudflare loads it before it has the first request.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from '../scripts/lib/say.mjs';
import { Client } from './load.mjs';
import { metadata } from './requests.mjs';
import { mapValues, median } from './stats.mjs';
import { freshToken } from './tokens.mjs';
import { startWorkerd } from './workerd.mjs';

/**
 * By contender, the milliseconds to the first answer and of these the `request`'s own: the medians of `times` starts in turn,
 * and the whole of each round.
 *
 * @param {Record<string, string>} configs
 * @param {number} times
 */
export async function startUp(configs, times) {
  say(`start-up: ${times} times each`);
  /** @type {Record<string, {whole: number, request: number}[]>} */
  const taken = Object.fromEntries(Object.keys(configs).map((name) => [name, []]));
  for (let time = 0; time < times; time++) {
    for (const [name, config] of Object.entries(configs)) {
      const what = metadata(freshToken());
      const start = process.hrtime.bigint();
      const process_ = await startWorkerd(config);
      const listens = process.hrtime.bigint();
      const client = new Client(process_.port);
      await client.drive({ count: 1, status: 200, what: () => what });
      const end = process.hrtime.bigint();
      taken[name].push({ whole: Number(end - start) / 1e6, request: Number(end - listens) / 1e6 });
      client.close();
      await process_.stop();
    }
  }
  return mapValues(taken, (starts) => {
    const rounds = starts.map(({ whole }) => whole);
    return { median: median(rounds), request: median(starts.map(({ request }) => request)), rounds };
  });
}

/**
 * Milliseconds that V8, here in Node, takes to compile and to instantiate the wasm module: medians over processes.
 * Undefined where this V8 is too old for the module.
 *
 * @param {string} build
 * @param {number} times
 */
export function instantiation(build, times) {
  const script = fileURLToPath(new URL('instantiate.mjs', import.meta.url));
  const runs = Array.from({ length: times }, () =>
    spawnSync(process.execPath, [script, join(build, 'index_bg.wasm')], { encoding: 'utf8' }),
  );
  if (runs.some(({ status }) => status !== 0)) return undefined;
  const taken = runs.map(({ stdout }) => JSON.parse(stdout));
  return {
    compile: median(taken.map((each) => each.compile)),
    instantiate: median(taken.map((each) => each.instantiate)),
  };
}

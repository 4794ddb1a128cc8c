// @ts-check
// A process of its own, because V8 remembers modules that it has compiled: prints milliseconds as JSON.

import { readFileSync } from 'node:fs';

const bytes = readFileSync(process.argv[2]);
const start = performance.now();
const module = new WebAssembly.Module(bytes);
const compiled = performance.now();
/** @type {Record<string, Record<string, () => void>>} */
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  imports[from] ??= {};
  imports[from][name] = () => {};
}
const before = performance.now();
new WebAssembly.Instance(module, imports);
console.log(JSON.stringify({ compile: compiled - start, instantiate: performance.now() - before }));

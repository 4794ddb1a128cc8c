// @ts-check
// The libraries that the commands bring along, bundled into core/libraries.cjs.

export { findNodeAtLocation, parseTree } from 'jsonc-parser';
export { parseTOML } from 'toml-eslint-parser';
export { parse as parseYaml } from 'yaml';

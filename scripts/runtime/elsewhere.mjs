// @ts-check
// For `node --import`: this project's files import the CopilotKit runtime from the folder RUNTIME_FOLDER instead of this project's
// node_modules, and the AG-UI client from the folder CLIENT_FOLDER, or, without one, the client that this runtime has.

import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const RUNTIME = '@copilotkit/runtime';
const CLIENT = '@ag-ui/client';
const { RUNTIME_FOLDER: folder, CLIENT_FOLDER: clientFolder } = process.env;
if (!folder) throw new Error('RUNTIME_FOLDER is not set');
const here = pathToFileURL(join(folder, 'index.mjs')).href;
const beside = clientFolder
  ? pathToFileURL(join(clientFolder, 'index.mjs')).href
  : pathToFileURL(createRequire(here).resolve(`${RUNTIME}/package.json`)).href;

/**
 * The module whose packages are meant where `specifier` is imported by a file of this project.
 *
 * @param {string} specifier
 */
function parentOf(specifier) {
  if (specifier === RUNTIME || specifier.startsWith(`${RUNTIME}/`)) return here;
  return specifier === CLIENT ? beside : undefined;
}

registerHooks({
  resolve(specifier, context, next) {
    const isOurs = !context.parentURL?.includes('/node_modules/');
    const parentURL = isOurs ? parentOf(specifier) : undefined;
    return next(specifier, parentURL ? { ...context, parentURL } : context);
  },
});

// How examples are started that are a runtime themselves.

import { newNode } from '../../../scripts/lib/npm.mjs';

/** A program of the example's folder. */
export const runtime =
  (file = 'server.mjs') =>
  ({ port }) => ({ command: [newNode(), file], ready: /^Ready/, env: { PORT: port } });

/** The changes of a program that let its agents name the model to the page. */
export const named = (file) => ({ [file]: (text) => text.replace('.use(withoutUsage)', '') });

// What the runtime prints in this process, kept instead of shown: it belongs to what is proved, and a refused run prints a lot.

import { format } from 'node:util';

const lines = [];
for (const method of ['debug', 'error', 'info', 'log', 'warn'])
  console[method] = (...values) => void lines.push(format(...values));

/** Everything so far. */
export const printed = () => lines.join('\n');

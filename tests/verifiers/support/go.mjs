// A verifier of the folder go/, which is built as one program.

import { join } from 'node:path';
import { verifierHomeOf } from '../../../scripts/lib/verifiers.mjs';

/** How to start the verifier by `library`. */
export function byGo(library) {
  const home = verifierHomeOf('go');
  return { program: () => ({ command: [join(home, 'verifier'), library], cwd: home }) };
}

import { CHANGES } from './changes.js';
import { DETOURS } from './detours.js';
import { readInstructions } from './hearing.js';
import { TOKENS } from './tokens.js';

/** Every scene, in the groups in which the page offers them. */
export const GROUPS = [
  { title: 'Without a good token', scenes: TOKENS },
  { title: 'With a good token', scenes: [...DETOURS, readInstructions] },
  { title: 'While you chat', scenes: CHANGES },
];

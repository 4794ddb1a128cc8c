// hono knows no leeway.

import { byNode } from './support/libraries.mjs';
import { verifies } from './support/verifies.mjs';

verifies('hono', { program: byNode('hono').program, leeway: false });

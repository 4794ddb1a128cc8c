import { byNode } from './support/libraries.mjs';
import { verifies } from './support/verifies.mjs';

verifies('fast-jwt', { program: byNode('fast-jwt').program });

import { byNode } from './support/libraries.mjs';
import { verifies } from './support/verifies.mjs';

verifies('aws-jwt-verify', { program: byNode('aws-jwt-verify').program });

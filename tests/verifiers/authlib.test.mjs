import { byPython } from './support/libraries.mjs';
import { verifies } from './support/verifies.mjs';

verifies('authlib', { program: byPython('authlib').program });

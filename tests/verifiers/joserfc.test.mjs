import { byPython } from './support/libraries.mjs';
import { verifies } from './support/verifies.mjs';

verifies('joserfc', { program: byPython('joserfc').program });

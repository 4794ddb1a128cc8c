// PyJWT asks for a key that it does not know at most once in thirty seconds, so its clock is moved on.

import { byPython } from './support/libraries.mjs';
import { verifies } from './support/verifies.mjs';

verifies('pyjwt', byPython('pyjwt'));

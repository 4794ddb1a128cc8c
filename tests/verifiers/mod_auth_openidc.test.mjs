// It knows no leeway and cannot be told to ask for an `exp`.

import { byApache } from './support/apache.mjs';
import { verifies } from './support/verifies.mjs';

verifies('mod_auth_openidc', { ...byApache('mod_auth_openidc'), leeway: false, asksForEnd: false });

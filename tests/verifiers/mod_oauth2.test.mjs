// It knows no leeway.

import { byApache } from './support/apache.mjs';
import { verifies } from './support/verifies.mjs';

verifies('mod_oauth2', { ...byApache('mod_oauth2'), leeway: false });

import { byGo } from './support/go.mjs';
import { verifies } from './support/verifies.mjs';

verifies('go-oidc', byGo('go-oidc'));

import { byGo } from './support/go.mjs';
import { verifies } from './support/verifies.mjs';

verifies('golang-jwt', byGo('golang-jwt'));

import { which } from '../../scripts/lib/run.mjs';
import { sourceOf } from '../../scripts/lib/verifiers.mjs';
import { verifies } from './support/verifies.mjs';

verifies('ruby-jwt', { program: () => ({ command: [which('ruby'), 'server.rb'], cwd: sourceOf('ruby') }) });

import { which } from '../../scripts/lib/run.mjs';
import { verifierHomeOf } from '../../scripts/lib/verifiers.mjs';
import { verifies } from './support/verifies.mjs';

verifies('spring-security', {
  program: ({ port }) => ({
    command: [which('java'), '-jar', 'target/verifier.jar', `--server.port=${port}`, '--server.address=127.0.0.1'],
    cwd: verifierHomeOf('spring-security'),
    ready: /Started Application/,
    env: { SPRING_PROFILES_ACTIVE: 'gate' },
  }),
});

import { which } from '../../scripts/lib/run.mjs';
import { verifierHomeOf } from '../../scripts/lib/verifiers.mjs';
import { verifies } from './support/verifies.mjs';

verifies('quarkus-oidc', {
  program: ({ port }) => ({
    command: [which('java'), '-jar', 'target/quarkus-app/quarkus-run.jar'],
    cwd: verifierHomeOf('quarkus-oidc'),
    ready: /Listening on/,
    env: { QUARKUS_HTTP_HOST: '127.0.0.1', QUARKUS_HTTP_PORT: `${port}` },
  }),
});

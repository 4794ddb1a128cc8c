// HAProxy has a key as a file and reads it when it starts: it is given both keys, as from their publishing on.

import { which } from '../../scripts/lib/run.mjs';
import { copyOf } from './support/copy.mjs';
import { verifies } from './support/verifies.mjs';

verifies('haproxy', {
  program({ upstream, pems }) {
    const folder = copyOf('haproxy', pems);
    return {
      command: [which('haproxy'), '-db', '-V', '-C', folder, '-f', 'haproxy.cfg'],
      cwd: folder,
      isCopy: true,
      ready: /Using epoll|Using poll/,
      env: { RUNTIME: new URL(upstream.url).host },
    };
  },
});

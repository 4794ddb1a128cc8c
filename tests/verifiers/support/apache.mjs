// The verifiers that are modules of Apache, which then is a proxy in front of the runtime.

import { which } from '../../../scripts/lib/run.mjs';
import { APACHE_MODULES } from '../../../scripts/lib/verifiers.mjs';
import { copyOf } from './copy.mjs';

/** How to start Apache with a verifying module. */
export function byApache(module) {
  return {
    program({ upstream }) {
      const folder = copyOf('apache');
      const env = { FOLDER: folder, MODULES: APACHE_MODULES, RUNTIME: new URL(upstream.url).host };
      const command = [which('apache2'), '-d', folder, '-f', `${module}.conf`, '-DFOREGROUND'];
      return { command, cwd: folder, isCopy: true, ready: /resuming normal operations/, env };
    },
  };
}

// How examples are started that are a runtime themselves.

import { newNode } from '../../../scripts/lib/npm.mjs';

export const runtime = ({ port }) => ({ command: [newNode(), 'server.mjs'], ready: /^Ready/, env: { PORT: port } });

import { publicJwk } from '../../../lib/session-key.js';

/** The keys by which the gate verifies sessions. */
export const GET = () => Response.json({ keys: [publicJwk] }, { headers: { 'cache-control': 'max-age=300' } });

// Says when everything is up, and then stays only to be ended with the rest.

import { setTimeout as delay } from 'node:timers/promises';

const PAGE = 'http://localhost:5173';
const PARTS = [
  PAGE,
  'http://localhost:4001/.well-known/openid-configuration',
  'http://localhost:8787/api/copilotkit/.gate/health',
];

for (const url of PARTS) {
  while (!(await fetch(url).catch(() => undefined))?.ok) await delay(200);
}
console.log(`Ready. Open ${PAGE}`);
setInterval(() => {}, 2 ** 30);

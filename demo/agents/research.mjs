// The research agent: an answer long enough that one can watch it stream.

import { setTimeout as delay } from 'node:timers/promises';
import { WhoAmIAgent } from '../agent.mjs';
import { wordsOf } from './helper.mjs';

const PAUSE_MS = 20;

export class ResearchAgent extends WhoAmIAgent {
  constructor() {
    super({ pace: () => delay(PAUSE_MS), description: 'Writes long answers, word by word.' });
  }

  pieces({ messages }) {
    const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    return wordsOf(report(`${said}`, this.headers['x-user-id'] ?? 'nobody'));
  }
}

const report = (said, user) => `## What happens to a message on its way

You asked: *${said}*. This is a fixed report, and it streams through the gate as a model's answer would.

1. **One credential.** The gate takes a token from exactly one place. Two are refused, because two readers might each pick another one.
2. **The issuer.** The token says who issued it. That is only a hint until the signature holds, and it must be an issuer that the settings name.
3. **The key.** The key comes from the issuer's own key set, which the gate keeps in memory and in KV. A key that travels inside the token is never looked at.
4. **The signature.** WebCrypto checks it over the exact bytes that arrived, under an algorithm that the settings allow. \`none\` is not one of them.
5. **The claims.** Audience, expiry and the rest are judged only after the signature has held.
6. **Revocation.** A revoked user is refused although the token is still perfectly valid.
7. **The rules.** They decide from the parsed operation which agents ${user} may run and which tools the page may declare.
8. **The thread.** The id that the page chose becomes one that belongs to ${user} alone. Nobody else can continue this conversation, even if they learn its id.
9. **The body.** Members that agents would trust, such as \`state.auth_user\`, are taken out. A webhook is, too.
10. **The headers.** Only now is the request written anew, with the identity that was verified.

### Why streaming matters

The gate sends each event of the answer on as soon as it is complete, and leaves out those that are not for the page. That is why you could read the first words while the last ones were not written yet.

> If the provider of the keys goes down in the middle of all this, nothing happens: the gate knows the keys already.
`;

// Keeps the token of CopilotKit's requests valid for as long as somebody is signed in. Made to be copied.

import { useCopilotKit } from '@copilotkit/react-core/v2';
import { useEffect, useRef } from 'react';

/** How often the app is asked for its token, besides before each message. */
const EVERY_MS = 20_000;

/**
 * `getToken({ renew })` resolves to an access token, or to nothing if nobody is signed in; `renew` asks for another than
 * the last one, which the gate has refused. `onSignedOut(refusal)` is called once there is none that the gate takes.
 */
export function useGateToken({ getToken, onSignedOut }) {
  const { copilotkit } = useCopilotKit();
  const app = useRef();
  app.current = { getToken, onSignedOut };

  useEffect(() => {
    let token = copilotkit.headers.Authorization?.replace('Bearer ', '');
    const agents = new Map();
    const repeated = new Set();

    const apply = () => {
      const Authorization = token ? `Bearer ${token}` : undefined;
      if (copilotkit.headers.Authorization === Authorization) return;
      copilotkit.setHeaders({ ...copilotkit.headers, Authorization });
    };
    const take = async (renew) => {
      const last = token;
      try {
        token = await app.current.getToken({ renew });
      } catch {
        // The identity provider may be out of reach for now: the last token is all there is.
      }
      apply();
      return Boolean(token) && token !== last;
    };

    const subscription = copilotkit.subscribe({
      // CopilotKit waits for this before it sends a message.
      async onAgentRunStarted({ agent }) {
        agents.set(agent.agentId, agent);
        await take(false);
        copilotkit.applyHeadersToAgent(agent);
      },
      // The provider sets its own headers again whenever one of its props changes.
      onHeadersChanged: apply,
      // A refused request has reached nobody, so it is sent once more with another token.
      async onError({ code, error, context }) {
        const again = { agent_run_failed: 'runAgent', agent_connect_failed: 'connectAgent' }[code];
        if (!again || error.status !== 401) return;
        const agent = agents.get(context.agentId);
        if (repeated.has(agent) || !(await take(true))) return app.current.onSignedOut(error.payload);
        repeated.add(agent);
        await copilotkit[again]({ agent });
        repeated.delete(agent);
      },
    });
    const timer = setInterval(() => take(false), EVERY_MS);
    return () => {
      clearInterval(timer);
      subscription.unsubscribe();
    };
  }, [copilotkit]);
}

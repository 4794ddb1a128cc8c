// A page with a session that outlives its tokens, built from the examples that are made to be copied. The app's server
// plays the identity provider; what stands between it and the page keeps a token until it expires, as SDKs do.

import { CopilotChat, useCopilotKit } from '@copilotkit/react-core/v2';
import { useCallback, useEffect, useState } from 'react';
import { Copilot } from '../../../examples/client/Copilot.jsx';

/** A session of `userId`, whose tokens are kept until they expire. */
function sessionOf(userId) {
  let kept;
  const getToken = async ({ renew }) => {
    if (renew || !kept || kept.expiresAt <= Date.now() / 1000) {
      const answer = await fetch(`/session/token/${userId}`, { method: 'POST' });
      kept = answer.ok ? await answer.json() : undefined;
    }
    return kept?.token;
  };
  return { userId, getToken };
}

const sessions = { alice: sessionOf('alice'), bob: sessionOf('bob') };

export function SessionPage({ settings }) {
  const [refusal, setRefusal] = useState();
  const [round, setRound] = useState(0);
  const [user, setUser] = useState('alice');
  const onSignedOut = useCallback((why) => setRefusal(why ?? {}), []);
  const onError = useCallback(({ code, error }) => {
    const { name, message, status, payload } = error;
    window.problems.push({ code, name, message, status, payload });
  }, []);
  const signIn = async () => {
    await fetch('/session', { method: 'POST' });
    setRefusal(undefined);
  };
  return (
    <>
      {refusal && (
        <section data-testid="auth-sign-in-card">
          <p data-testid="auth-refusal">{refusal.code}</p>
          <button type="button" data-testid="auth-sign-in-button" onClick={signIn}>
            Sign in again
          </button>
        </section>
      )}
      <button type="button" data-testid="other-properties" onClick={() => setRound(round + 1)}>
        Change the properties
      </button>
      <button type="button" data-testid="other-user" onClick={() => setUser('bob')}>
        Be bob
      </button>
      <Copilot
        session={sessions[user]}
        onSignedOut={onSignedOut}
        onError={onError}
        properties={{ round }}
        enableInspector={false}
      >
        <Peephole />
        <CopilotChat agentId="default" threadId={settings.threadId} />
      </Copilot>
    </>
  );
}

/** Lets the test see when CopilotKit's headers change and what they are, and run an agent that it does not list. */
function Peephole() {
  const { copilotkit } = useCopilotKit();
  useEffect(() => {
    window.changes = 0;
    window.headers = () => copilotkit.headers;
    window.runClone = () => copilotkit.runAgent({ agent: copilotkit.getAgent('default').clone() });
    const subscription = copilotkit.subscribe({
      onHeadersChanged() {
        window.changes += 1;
      },
    });
    return () => subscription.unsubscribe();
  }, [copilotkit]);
  return null;
}

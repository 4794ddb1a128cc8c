import { CopilotChat } from '@copilotkit/react-core/v2';
import '@copilotkit/react-core/v2/styles.css';
import { useCallback, useState } from 'react';
import './app.css';
import { Copilot } from './Copilot.jsx';
import { signIn, signOut } from './session.js';

const GATE = 'http://localhost:8787/api/copilotkit';

export function App({ session: opened, hasFailed }) {
  const [session, setSession] = useState(opened);
  const [hasEnded, setHasEnded] = useState(false);
  const [problem, setProblem] = useState();
  const onSignedOut = useCallback(() => setHasEnded(true), []);
  const onError = useCallback(({ error }) => {
    // These are for `onSignedOut`, once there is no other token.
    if (error.status === 401 || error.runtimeInfoStatus === 401) return;
    // The gate says what was refused; without its words, nobody answered.
    setProblem(error.payload ?? { message: 'The chat cannot be reached. Reload the page to try again.' });
  }, []);

  if (!session || hasEnded) return <SignIn hasEnded={hasEnded} hasFailed={hasFailed} />;
  return (
    <>
      <header>
        <span>Signed in as {session.userId}</span>
        <button type="button" onClick={() => signOut().then(() => setSession(undefined))}>
          Sign out
        </button>
      </header>
      {problem && (
        <p role="alert">
          {problem.message} {problem.request_id && <small>Request {problem.request_id}</small>}
        </p>
      )}
      <Copilot session={session} onSignedOut={onSignedOut} onError={onError} runtimeUrl={GATE} enableInspector={false}>
        {/* Everybody's thread has the same name here, and is still their own: the gate seals it to its user. */}
        <CopilotChat agentId="default" threadId="notes" />
      </Copilot>
    </>
  );
}

function SignIn({ hasEnded, hasFailed: hadFailed }) {
  const [hasFailed, setHasFailed] = useState(hadFailed);
  return (
    <main>
      <h1>Sign in to chat</h1>
      {hasEnded && <p role="alert">Your session has ended. Sign in again to go on where you were.</p>}
      {hasFailed && <p role="alert">Signing in did not work. Try again.</p>}
      <button type="button" onClick={() => signIn().catch(() => setHasFailed(true))}>
        Sign in
      </button>
    </main>
  );
}

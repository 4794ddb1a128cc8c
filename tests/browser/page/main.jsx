// A page as an app would write it: CopilotKit's own chat, shown once somebody has signed in. Modelled on CopilotKit's
// authentication demo, whose names of elements it keeps. What a test wants otherwise stands behind the address's `#`.

import { CopilotChat, CopilotKitProvider, useInterrupt, useThreads } from '@copilotkit/react-core/v2';
import '@copilotkit/react-core/v2/styles.css';
import { useCallback, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { FeaturesPage } from './features.jsx';
import { SessionPage } from './session.jsx';

/**
 * `token` is what a sign-in obtains. `always` shows the chat to everybody. `threadId`, `credentials`, `properties` and
 * `useSingleEndpoint` go to CopilotKit as they are. `withThreads` lists the caller's threads beside the chat, and
 * `withApproval` asks whoever sits there when an agent asks. `session` shows the page where the app's server gives tokens,
 * and `features` the one that uses all of CopilotKit.
 */
const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const STORED = 'copilotkit-gate:token';

/** What CopilotKit has told the page of errors, for the test to read. */
window.problems = [];

function Page() {
  const [token, setToken] = useState(() => localStorage.getItem(STORED));
  const [mounted, setMounted] = useState(Boolean(token) || settings.always);
  const [problem, setProblem] = useState();

  const signIn = () => {
    localStorage.setItem(STORED, settings.token);
    setToken(settings.token);
    setMounted(true);
    setProblem(undefined);
  };
  const signOut = () => {
    localStorage.removeItem(STORED);
    setToken(null);
  };
  const onError = useCallback(({ code, error }) => {
    const { name, message, status, payload } = error;
    window.problems.push({ code, name, message, status, payload });
    setProblem(message);
  }, []);

  if (!mounted) return <SignInCard signIn={signIn} />;
  return (
    <>
      <Banner isIn={Boolean(token)} signIn={signIn} signOut={signOut} />
      {problem && <p data-testid="auth-demo-error">{problem}</p>}
      <Chat token={token} onError={onError} />
    </>
  );
}

function SignInCard({ signIn }) {
  return (
    <section data-testid="auth-sign-in-card">
      <code data-testid="auth-demo-token">{settings.token}</code>
      <button type="button" data-testid="auth-sign-in-button" onClick={signIn}>
        Sign in
      </button>
    </section>
  );
}

function Banner({ isIn, signIn, signOut }) {
  return (
    <header data-testid="auth-banner" data-authenticated={String(isIn)}>
      <span data-testid="auth-status">{isIn ? 'Signed in' : 'Signed out'}</span>
      {isIn ? (
        <button type="button" data-testid="auth-sign-out-button" onClick={signOut}>
          Sign out
        </button>
      ) : (
        <button type="button" data-testid="auth-authenticate-button" onClick={signIn}>
          Authenticate
        </button>
      )}
    </header>
  );
}

function Chat({ token, onError }) {
  const headers = useMemo(() => headersFor(token), [token]);
  return (
    <CopilotKitProvider
      runtimeUrl={settings.runtimeUrl ?? '/api/copilotkit'}
      useSingleEndpoint={settings.useSingleEndpoint}
      credentials={settings.credentials}
      properties={settings.properties}
      headers={headers}
      onError={onError}
      enableInspector={false}
    >
      {settings.withThreads && <Threads />}
      {settings.withApproval && <Approval />}
      <CopilotChat agentId="default" threadId={settings.threadId} onError={onError} />
    </CopilotKitProvider>
  );
}

/** Of a caller who is signed out, some pages send an empty `Authorization`. */
function headersFor(token) {
  if (token) return { Authorization: `Bearer ${token}` };
  return settings.sendsEmpty ? { Authorization: '' } : {};
}

function Threads() {
  const { threads, isLoading, error } = useThreads({ agentId: 'default' });
  if (error) return <p data-testid="threads-error">{error.message}</p>;
  return (
    <ul data-testid="threads" data-loading={String(isLoading)}>
      {threads.map(({ id }) => (
        <li key={id} data-testid="thread">
          {id}
        </li>
      ))}
    </ul>
  );
}

function Approval() {
  useInterrupt({
    agentId: 'default',
    render: ({ resolve }) => (
      <button type="button" data-testid="approve" onClick={() => resolve({ approved: true })}>
        Approve
      </button>
    ),
  });
  return null;
}

const Shown = settings.session ? SessionPage : settings.features ? FeaturesPage : Page;
createRoot(document.getElementById('root')).render(<Shown settings={settings} />);

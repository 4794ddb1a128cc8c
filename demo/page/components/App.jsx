import { Suspense, lazy, useEffect, useState } from 'react';
import { useSession } from '../session/useSession.js';
import { requests } from '../traffic/requests.js';
import { useDemo } from '../traffic/useDemo.js';
import { Header } from './Header.jsx';
import { SignInPage } from './SignInPage.jsx';

/** CopilotKit is large: nobody waits for it before signing in. */
const Workspace = lazy(() => import('./Workspace.jsx').then(({ Workspace }) => ({ default: Workspace })));

const RETRY_MS = 2000;

/** The page: what it has to know about the demo comes first, from the demo itself. */
export function App() {
  const [settings, setSettings] = useState();
  const [isLate, setLate] = useState(false);

  useEffect(() => {
    let timer;
    const load = async () => {
      try {
        const loaded = await (await fetch('/settings.json')).json();
        requests.watch(loaded.gate);
        setSettings(loaded);
      } catch {
        setLate(true);
        timer = setTimeout(load, RETRY_MS);
      }
    };
    load();
    return () => clearTimeout(timer);
  }, []);

  if (settings) return <Demo settings={settings} />;
  return (
    <main className="blank" aria-busy="true">
      {isLate && (
        <p>
          The demo does not answer. Is <code>npm start</code> running? This page goes on by itself.
        </p>
      )}
    </main>
  );
}

function Demo({ settings }) {
  const demo = useDemo();
  const session = useSession(settings);
  return (
    <>
      <Header settings={settings} demo={demo} session={session} />
      {session.status === 'nobody' ? (
        <SignInPage settings={settings} session={session} demo={demo} />
      ) : (
        <Suspense fallback={<main className="blank" aria-busy="true" />}>
          <Workspace settings={settings} demo={demo} session={session} />
        </Suspense>
      )}
    </>
  );
}

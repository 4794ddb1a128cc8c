'use client';

import dynamic from 'next/dynamic';
import { SessionProvider, signIn, signOut, useSession } from 'next-auth/react';
import { useCallback, useState } from 'react';

/** Nothing of a chat can be shown before its first request, so the server need not load CopilotKit's client. */
const Chat = dynamic(() => import('./chat.jsx').then((module) => module.Chat), { ssr: false });

/** An open page renews its session this often, well before that ends. */
const RENEW_SECONDS = 300;

export function App({ session, users }) {
  return (
    <SessionProvider session={session} refetchInterval={RENEW_SECONDS}>
      <Content users={users} />
    </SessionProvider>
  );
}

function Content({ users }) {
  const { data } = useSession();
  const [hasEnded, setHasEnded] = useState(false);
  const onSignedOut = useCallback(() => setHasEnded(true), []);
  const user = data?.user;
  if (!user || hasEnded) return <SignIn users={users} hasEnded={hasEnded} onSignedIn={() => setHasEnded(false)} />;
  return (
    <>
      <header>
        <span>Signed in as {user.name}</span>
        <button type="button" onClick={() => signOut({ redirect: false })}>
          Sign out
        </button>
      </header>
      {/* Another user starts afresh: the chat of the last one is still in memory. */}
      <Chat key={user.id} onSignedOut={onSignedOut} />
    </>
  );
}

function SignIn({ users, hasEnded, onSignedIn }) {
  const [hasFailed, setHasFailed] = useState(false);
  const enter = async (user) => {
    const answer = await signIn('demo', { user, redirect: false }).catch(() => undefined);
    if (answer?.ok) onSignedIn();
    else setHasFailed(true);
  };
  return (
    <main>
      <h1>Sign in to chat</h1>
      {hasEnded && <p role="alert">Your session has ended. Sign in again to go on where you were.</p>}
      {hasFailed && <p role="alert">Signing in did not work. Try again.</p>}
      {users.map(({ id, name }) => (
        <button type="button" key={id} onClick={() => enter(id)}>
          Sign in as {name}
        </button>
      ))}
    </main>
  );
}

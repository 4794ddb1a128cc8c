// CopilotKit behind the gate, for a user who has signed in. Made to be copied.

import { CopilotKitProvider } from '@copilotkit/react-core/v2';
import { useEffect, useMemo, useState } from 'react';
import { useGateToken } from './useGateToken.jsx';

/**
 * `session` is what your provider's SDK gives you, `{ userId, getToken }`: the same object for as long as it is the same
 * user. Other props go to CopilotKit.
 */
export function Copilot({ session, onSignedOut, children, ...props }) {
  const [first, setFirst] = useState();
  useEffect(() => {
    const start = async () => setFirst({ session, token: await session.getToken({ renew: false }) });
    start().catch(onSignedOut);
  }, [session, onSignedOut]);
  const headers = useMemo(() => ({ Authorization: `Bearer ${first?.token}` }), [first]);

  // CopilotKit asks for /info as soon as it is mounted, and only once: it must have a token by then, and this user's.
  if (!first?.token || first.session !== session) return null;
  return (
    // Another user starts afresh: the chat of the last one is still in memory.
    <CopilotKitProvider key={session.userId} runtimeUrl="/api/copilotkit" headers={headers} {...props}>
      <Token getToken={session.getToken} onSignedOut={onSignedOut} />
      {children}
    </CopilotKitProvider>
  );
}

function Token(props) {
  useGateToken(props);
  return null;
}

'use client';

import { CopilotChat, CopilotKitProvider } from '@copilotkit/react-core/v2';
import { useCallback, useState } from 'react';

/** CopilotKit behind the gate. The browser sends the session cookie by itself, so there is no token to handle here. */
export function Chat({ onSignedOut }) {
  const [problem, setProblem] = useState();
  const onError = useCallback(
    ({ error }) => {
      if (error.status === 401 || error.runtimeInfoStatus === 401) onSignedOut();
      // The gate says what was refused; without its words, nobody answered.
      else setProblem(error.payload ?? { message: 'The chat cannot be reached. Reload the page to try again.' });
    },
    [onSignedOut],
  );
  return (
    <CopilotKitProvider runtimeUrl="/api/copilotkit" onError={onError} enableInspector={false}>
      {problem && (
        <p role="alert">
          {problem.message} {problem.request_id && <small>Request {problem.request_id}</small>}
        </p>
      )}
      {/* Everybody's thread has the same name here, and is still their own: the gate seals it to its user. */}
      <CopilotChat agentId="default" threadId="notes" />
    </CopilotKitProvider>
  );
}

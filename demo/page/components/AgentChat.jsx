import { CopilotChat, useAgent, useCopilotKit } from '@copilotkit/react-core/v2';
import { useCallback, useEffect, useImperativeHandle, useState } from 'react';
import { AGENTS } from '../../config.mjs';
import { AgentTabs } from './AgentTabs.jsx';
import { Conversations } from './Conversations.jsx';
import { Greeting } from './Greeting.jsx';
import { RestartTool } from './RestartTool.jsx';

const LABELS = { chatDisclaimerText: 'The agents here have no language model: they answer from a script.' };
/** Names for who cannot see what is on the buttons, and no menu, which would be empty. */
const INPUT = { sendButton: { 'aria-label': 'Send' }, addMenuButton: () => null };

/** The chat with one of the agents; `handle` is given `say`, with which a scene speaks in it. */
export function AgentChat({ user, handle, onSent, onError }) {
  const [agentId, setAgentId] = useState(AGENTS.helper);
  const [threads, setThreads] = useState(() => JSON.parse(localStorage.getItem(`threads:${user}`) ?? '{}'));
  // The same for everybody, which is safe: the gate makes it an id of this user's own.
  const threadId = threads[agentId] ?? `${agentId}-1`;
  const choose = (id) => {
    const chosen = { ...threads, [agentId]: id };
    localStorage.setItem(`threads:${user}`, JSON.stringify(chosen));
    setThreads(chosen);
  };
  return (
    <>
      <RestartTool />
      <div className="chat-head">
        <AgentTabs agentId={agentId} onChoose={setAgentId} />
        <Conversations agentId={agentId} threadId={threadId} onChoose={choose} />
      </div>
      <Speaker agentId={agentId} handle={handle} onSent={onSent} />
      <CopilotChat
        key={agentId}
        agentId={agentId}
        threadId={threadId}
        labels={LABELS}
        input={INPUT}
        onError={onError}
      />
    </>
  );
}

/** Speaks for the page, and greets where nobody has spoken yet. */
function Speaker({ agentId, handle, onSent }) {
  const { copilotkit } = useCopilotKit();
  const { agent } = useAgent({ agentId });
  const say = useCallback(
    async (text) => {
      agent.addMessage({ id: crypto.randomUUID(), role: 'user', content: text });
      // What goes wrong is told to `onError`.
      await copilotkit.runAgent({ agent }).catch(() => {});
    },
    [agent, copilotkit],
  );
  useImperativeHandle(handle, () => ({ say }), [say]);
  useEffect(() => {
    const subscription = copilotkit.subscribe({ onAgentRunStarted: onSent });
    return () => subscription.unsubscribe();
  }, [copilotkit, onSent]);
  return agent.messages.length === 0 && !agent.isRunning && <Greeting agentId={agentId} say={say} />;
}

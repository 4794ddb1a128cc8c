import { useCopilotKit, useThreads } from '@copilotkit/react-core/v2';
import { useEffect, useRef } from 'react';
import { Icon } from './Icon.jsx';

/** The user's conversations with an agent, as the gate lets them be listed: nobody else's are among them. */
export function Conversations({ agentId, threadId, onChoose }) {
  const { threads, refetchThreads } = useThreads({ agentId });
  const { copilotkit } = useCopilotKit();
  const menu = useRef();
  useEffect(() => {
    const subscription = copilotkit.subscribe({ onAgentRunStarted: ({ agent }) => afterRun(agent, refetchThreads) });
    return () => subscription.unsubscribe();
  }, [copilotkit, refetchThreads]);
  const choose = (id) => {
    menu.current.open = false;
    onChoose(id);
  };
  return (
    <details className="menu conversations" data-testid="conversations" ref={menu}>
      <summary className="quiet-button">
        <Icon name="history" size={16} />
        <span className="conversations-name">Conversations</span>
      </summary>
      <div className="menu-panel">
        <button type="button" className="menu-item" onClick={() => choose(`${agentId}-${Date.now()}`)}>
          <Icon name="plus" size={16} /> New conversation
        </button>
        {threads.length === 0 && <p className="fine">Nothing was said yet.</p>}
        <ul>
          {threads.map(({ id, name, updatedAt }) => (
            <li key={id}>
              <button
                type="button"
                className="menu-item"
                data-testid="conversation"
                aria-current={id === threadId}
                onClick={() => choose(id)}
              >
                {name || `From ${new Date(updatedAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`}
                <small>{id}</small>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

/** Lists again once the run that has just started is over. */
function afterRun(agent, refetch) {
  const subscription = agent.subscribe({
    onRunFinalized() {
      subscription.unsubscribe();
      refetch();
    },
  });
}

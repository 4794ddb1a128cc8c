import { useCopilotKit } from '@copilotkit/react-core/v2';
import { useEffect, useState } from 'react';
import { AGENTS } from '../../config.mjs';
import { Icon } from './Icon.jsx';

const NAMES = { [AGENTS.helper]: 'Helper', [AGENTS.operations]: 'Operations', [AGENTS.research]: 'Research' };

/** The agents. Which of them are there for this user is what the gate's answer to `/info` says. */
export function AgentTabs({ agentId, onChoose }) {
  const allowed = useAgents();
  return (
    <fieldset className="agents" aria-label="Agents">
      {Object.entries(NAMES).map(([id, name]) => {
        const isShut = allowed.length > 0 && !allowed.includes(id);
        return (
          <button
            key={id}
            type="button"
            data-testid={`agent-${id}`}
            aria-pressed={id === agentId}
            disabled={isShut}
            title={isShut ? 'The gate does not list this agent for you: it is for administrators' : undefined}
            onClick={() => onChoose(id)}
          >
            {isShut && <Icon name="lock" size={14} />}
            {name}
          </button>
        );
      })}
    </fieldset>
  );
}

function useAgents() {
  const { copilotkit } = useCopilotKit();
  const read = () => Object.keys(copilotkit.agents ?? {});
  const [agents, setAgents] = useState(read);
  useEffect(() => {
    const look = () => setAgents(Object.keys(copilotkit.agents ?? {}));
    look();
    const subscription = copilotkit.subscribe({ onAgentsChanged: look, onRuntimeConnectionStatusChanged: look });
    return () => subscription.unsubscribe();
  }, [copilotkit]);
  return agents;
}

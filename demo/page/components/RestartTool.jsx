import { useHumanInTheLoop } from '@copilotkit/react-core/v2';
import { z } from 'zod';
import { AGENTS, TOOL } from '../../config.mjs';

/** The tool of the operations agent: nothing is restarted before a person has said so, here. */
export function RestartTool() {
  useHumanInTheLoop(
    {
      name: TOOL,
      description: 'Restarts a service, once a person has confirmed it.',
      agentId: AGENTS.operations,
      parameters: z.object({ service: z.string() }),
      render: Confirmation,
    },
    [],
  );
  return null;
}

function Confirmation({ args, status, respond, result }) {
  const { service = '…' } = args;
  const answer = (confirmed) => respond?.({ confirmed, service });
  return (
    <div className="confirmation" data-testid="confirmation">
      <p className="confirmation-title">Restart {service}?</p>
      <p>Whoever uses it is disconnected for about ten seconds.</p>
      {status === 'complete' ? (
        <p className="fine">
          {/true/.test(`${JSON.stringify(result)}`) ? 'You have confirmed it.' : 'You have said no.'}
        </p>
      ) : (
        <div className="notice-actions">
          <button type="button" className="main-button" disabled={!respond} onClick={() => answer(true)}>
            Restart {service}
          </button>
          <button type="button" className="quiet-button" disabled={!respond} onClick={() => answer(false)}>
            Leave it
          </button>
        </div>
      )}
    </div>
  );
}

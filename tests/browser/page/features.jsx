// A page that uses what CopilotKit offers, by today's provider and hooks or by those of V1, and sets no `properties`: what it
// sends beside the messages, CopilotKit's client writes by itself.

import { basicCatalog } from '@copilotkit/a2ui-renderer'; // what react-core itself draws A2UI with
import {
  CopilotKit,
  useCoAgent,
  useCopilotAction,
  useCopilotAdditionalInstructions,
  useCopilotChatSuggestions,
  useCopilotReadable,
  useLangGraphInterrupt,
} from '@copilotkit/react-core';
import {
  CopilotChat,
  CopilotKitProvider,
  useAgent,
  useAgentContext,
  useConfigureSuggestions,
  useFrontendTool,
  useHumanInTheLoop,
  useInterrupt,
} from '@copilotkit/react-core/v2';
import { useCallback, useMemo } from 'react';
import { z } from 'zod';

const AGENT = 'default';
const SUGGESTIONS = { instructions: 'Suggest what to do next.', available: 'always' };
const A2UI = { catalog: basicCatalog };
const ATTACHMENTS = { enabled: true };
const OPEN_GENERATIVE_UI = {
  sandboxFunctions: [
    { name: 'beep', description: 'Beeps.', parameters: z.object({ times: z.number() }), handler: async () => 'beep' },
  ],
};

/** `settings.v1` chooses V1's provider and hooks. */
export function FeaturesPage({ settings }) {
  const headers = useMemo(() => ({ Authorization: `Bearer ${settings.token}` }), [settings]);
  const Provider = settings.v1 ? CopilotKit : CopilotKitProvider;
  const onError = useCallback(({ code, error }) => {
    window.problems.push({ code, name: error?.name, message: error?.message });
  }, []);
  return (
    <Provider
      runtimeUrl="/api/copilotkit"
      useSingleEndpoint={settings.useSingleEndpoint}
      headers={headers}
      onError={onError}
      enableInspector={false}
      a2ui={A2UI}
      openGenerativeUI={OPEN_GENERATIVE_UI}
    >
      {settings.v1 ? <HooksOfV1 /> : <Hooks />}
      <CopilotChat agentId={AGENT} threadId={settings.threadId} attachments={ATTACHMENTS} onError={onError} />
    </Provider>
  );
}

function Hooks() {
  useConfigureSuggestions(SUGGESTIONS);
  useAgentContext({ description: 'What the page shows', value: { page: 'features' } });
  useFrontendTool({ name: 'note', parameters: z.object({ text: z.string() }), handler: async () => 'noted' });
  useHumanInTheLoop({
    name: 'confirm',
    parameters: z.object({ text: z.string() }),
    render: ({ respond }) => <Answer id="confirm" answer={respond && (() => respond({ confirmed: true }))} />,
  });
  useInterrupt({
    agentId: AGENT,
    render: ({ resolve }) => <Answer id="approve" answer={() => resolve({ approved: true })} />,
  });
  const { agent } = useAgent({ agentId: AGENT });
  return <Answer id="state" answer={() => agent.setState({ mood: 'fine' })} />;
}

function HooksOfV1() {
  useCopilotChatSuggestions(SUGGESTIONS);
  useCopilotReadable({ description: 'What the page shows', value: { page: 'features' } });
  useCopilotAdditionalInstructions({ instructions: 'Be brief.' });
  useCopilotAction({ name: 'note', parameters: [{ name: 'text', type: 'string' }], handler: async () => 'noted' });
  useCopilotAction({
    name: 'confirm',
    parameters: [{ name: 'text', type: 'string' }],
    renderAndWaitForResponse: ({ respond }) => (
      <Answer id="confirm" answer={respond && (() => respond({ confirmed: true }))} />
    ),
  });
  useLangGraphInterrupt({
    render: ({ resolve }) => <Answer id="approve" answer={() => resolve(JSON.stringify({ approved: true }))} />,
  });
  const { setState } = useCoAgent({ name: AGENT, initialState: { mood: 'new' } });
  return <Answer id="state" answer={() => setState({ mood: 'fine' })} />;
}

function Answer({ id, answer }) {
  if (!answer) return null;
  return (
    <button type="button" data-testid={id} onClick={answer}>
      {id}
    </button>
  );
}

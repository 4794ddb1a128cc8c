// An agent with one tool that only admins may use, and that asks before it acts.

import { tool } from '@langchain/core/tools';
import {
  type LangGraphRunnableConfig,
  MessagesZodState,
  type Runtime,
  START,
  StateGraph,
  interrupt,
} from '@langchain/langgraph';
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';

const publishReport = tool(
  ({ title }, config: LangGraphRunnableConfig) => {
    const { identity, role } = config.configurable?.langgraph_auth_user ?? {};
    if (role !== 'admin') return `Declined: only an admin may publish, and ${identity} is ${role}.`;
    if (interrupt({ question: `Publish '${title}'?` }) !== 'yes') return `${identity} decided against it.`;
    return `Published '${title}' for ${identity}, ${role}.`;
  },
  {
    name: 'publish_report',
    description: 'Publish a report to the whole company.',
    schema: z.object({ title: z.string() }),
  },
);

/** What a page may choose if the gate's PROPERTIES has `config.configurable.tone`. Who the user is does not belong here. */
const Context = z.object({ tone: z.string().optional() });

const model = new ChatOpenAI({ model: process.env.MODEL ?? 'gpt-5-mini' }).bindTools([publishReport]);

async function answer(state: z.infer<typeof MessagesZodState>, { context }: Runtime<z.infer<typeof Context>>) {
  const instructions = `You help people with their reports. Your tone is ${context?.tone ?? 'plain'}.`;
  return { messages: [await model.invoke([{ role: 'system', content: instructions }, ...state.messages])] };
}

export const graph = new StateGraph(MessagesZodState, Context)
  .addNode('model', answer)
  .addNode('tools', new ToolNode([publishReport]))
  .addEdge(START, 'model')
  .addConditionalEdges('model', toolsCondition)
  .addEdge('tools', 'model')
  .compile();

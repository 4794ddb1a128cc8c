// A middleware for the agents of a CopilotKit runtime: `new HttpAgent({ url }).use(withoutModel)`.

import { map } from 'rxjs';

/** Leaves out the name of the model: of what a run has cost, and of the messages in the state of a LangGraph graph. */
export const withoutModel = (input, next) =>
  next.run(input).pipe(
    map(({ usage, ...event }) => {
      const { messages, ...state } = event.snapshot ?? {};
      if (!Array.isArray(messages)) return event;
      const unnamed = messages.map(({ response_metadata, ...message }) => message);
      return { ...event, snapshot: { ...state, messages: unnamed } };
    }),
  );

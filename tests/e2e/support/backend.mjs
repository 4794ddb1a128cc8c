// An agent's own server, as Python or .NET integrations run one: it notes what it is sent and answers a few events.

import { HOST, listen } from '../../../demo/listen.mjs';

/** `heard` lists the headers and the body of every run, in order. */
export async function startBackend() {
  const heard = [];
  const { port, close } = await listen(0, async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const input = JSON.parse(text);
    heard.push({ headers: request.headers, body: input });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of answerTo(input)) response.write(`data: ${JSON.stringify(event)}\n\n`);
    response.end();
  });
  return { url: `http://${HOST}:${port}/`, heard, close };
}

function answerTo({ threadId, runId, messages }) {
  const messageId = `answer-${runId}`;
  return [
    { type: 'RUN_STARTED', threadId, runId },
    { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: `You said: ${messages.at(-1)?.content}` },
    { type: 'TEXT_MESSAGE_END', messageId },
    { type: 'RUN_FINISHED', threadId, runId },
  ];
}

#!/usr/bin/env bash
# A Mastra agent keeps a conversation under a resource (the user) and a thread, by `memory: { resource, thread }`. One expects
# these ids to stay in the process: the model's vendor gets the messages. @mastra/core 1.71.0 also sends both ids to the vendor
# with each call, as the header fields x-resource-id and x-thread-id, an e-mail address in plain text, even if the agent has no
# memory. Fields of the same names in `modelSettings.headers` replace them.
#
# Needs Node 20 or newer with npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --ignore-scripts --silent @mastra/core@1.71.0 @ai-sdk/openai@3.0.141
cat >ask.mjs <<'JS'
import { createServer } from 'node:http';
import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';

const seen = [];
const chunk = (delta, finish_reason = null) => {
  const choices = [{ index: 0, delta, finish_reason }];
  return `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
};
const vendor = createServer((request, response) => {
  seen.push(request.headers);
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${chunk({ role: 'assistant', content: 'Hi' })}${chunk({}, 'stop')}data: [DONE]\n\n`);
});
await new Promise((resolve) => vendor.listen(0, '127.0.0.1', resolve));
const openai = createOpenAI({ apiKey: 'key', baseURL: `http://127.0.0.1:${vendor.address().port}/v1` });
const agent = new Agent({ id: 'a', name: 'a', instructions: 'Be brief.', model: openai.chat('gpt-5-mini') });
const memory = { resource: 'alice@example.com', thread: 'thread-7' };
const replaced = { headers: { 'x-resource-id': 'hidden', 'x-thread-id': 'hidden' } };
for (const options of [{ memory }, { memory, modelSettings: replaced }]) {
  await (await agent.stream('Hello', options)).text;
  const { 'x-resource-id': resource, 'x-thread-id': thread } = seen.at(-1);
  console.log(`${Object.keys(options).join(' and ')}: x-resource-id ${resource}, x-thread-id ${thread}`);
}
vendor.close();
vendor.closeAllConnections();
JS
echo "Node $(node --version), @mastra/core 1.71.0, @ai-sdk/openai 3.0.141: the vendor is sent"
output=$(node ask.mjs)
echo "$output"
expected='memory: x-resource-id alice@example.com, x-thread-id thread-7
memory and modelSettings: x-resource-id hidden, x-thread-id hidden'
[[ $output == "$expected" ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'

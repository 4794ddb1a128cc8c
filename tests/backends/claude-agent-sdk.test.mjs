// Claude Agent SDK for Python: a subclass of its adapter gives each call of a tool the user of its run. Beside it run the adapter
// as it comes, and the agent without the settings that keep a user's text from naming files and commands.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { INSTRUCTION } from './support/lies.mjs';
import { MODEL_KEY } from './support/model.mjs';
import { prove } from './support/prove.mjs';
import { uvicorn } from './support/uvicorn.mjs';

/** What the CLI keeps is kept in the folder of the run. */
const HERE = `import os, pathlib, tempfile
tempfile.tempdir = str(pathlib.Path().absolute())
os.environ["CLAUDE_CONFIG_DIR"] = tempfile.mkdtemp()
`;

/** Further agents of the same server: name → how it is made of the example's parts. */
const BESIDE = {
  plain:
    'ClaudeAgentAdapter("plain", replace(options, mcp_servers={"reports": reports(current_user.get)}), max_workers=3)',
  readable: 'UsersAdapter("readable", replace(options, settings=None), max_workers=1)',
  commanded: 'UsersAdapter("commanded", replace(options, extra_args={}), max_workers=1)',
  equipped: 'UsersAdapter("equipped", replace(options, tools=None), max_workers=1)',
};
const ROUTES = Object.entries(BESIDE).map(
  ([name, made]) => `add_claude_fastapi_endpoint(app, ${made}, "/${name}", dependencies=[Depends(identify)])`,
);
const MORE = ['', 'from dataclasses import replace', ...ROUTES, ''].join('\n');

/** Members of forwardedProps that the adapter makes options of the SDK, with values that it takes. */
const OPTIONS = {
  resume: crypto.randomUUID(),
  fork_session: true,
  resume_session_at: crypto.randomUUID(),
  model: 'another-model',
  fallback_model: 'a-third-model',
  temperature: 1,
  max_tokens: 1,
  max_thinking_tokens: 1,
  max_turns: 1,
  max_budget_usd: 1,
  output_format: { type: 'json_schema', schema: { type: 'object' } },
  include_partial_messages: false,
  enable_file_checkpointing: true,
  strict_mcp_config: true,
  betas: ['context-1m-2025-08-07'],
};

prove('claude-agent-sdk', {
  backend: ({ model, ...how }) => ({
    ...uvicorn('main:app')(how),
    // A process of the CLI for each thread takes some 190 MB, and its start half a second: three are enough here.
    changes: { 'main.py': (text) => HERE + text.replace('max_workers=20', 'max_workers=3') + MORE },
    env: {
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: MODEL_KEY,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '0',
    },
  }),
  agents: (url) => ({
    default: new HttpAgent({ url: `${url}/` }),
    ...Object.fromEntries(Object.keys(BESIDE).map((name) => [name, new HttpAgent({ url: `${url}/${name}` })])),
  }),
  threads: true,
  heard: { refusal: ['vendor'] },
  more(stage, { says, silent }) {
    /** What the model is told, and what comes of it, when somebody says something. */
    async function saying(text, { user = 'bob', lie, ...where }) {
      const before = stage().model.count;
      const turn = await stage().chat(user, where).say(text, lie);
      return { turn, asked: stage().model.count - before, prompt: stage().model.promptsSince(before) };
    }

    describe('a role that changes in mid-thread', () => {
      /** What alice hears as an admin, and in the same thread as a member. */
      async function twice(agentId) {
        const chat = stage().chat('alice', { agentId });
        const first = await chat.say('Publish Q3');
        chat.token = stage().idp.token({ sub: 'alice', role: 'member' });
        return [first, await chat.say('Publish Q4')];
      }

      it('counts at the next call of a tool', async () => {
        const [first, second] = await twice();
        says(first, "Published 'Q3' for alice, admin.");
        says(second, 'Declined: only an admin may publish, and alice is member.');
      });

      it('does not count without the subclass', async () => {
        const [, second] = await twice('plain');
        says(second, "Published 'Q4' for alice, admin.");
      });
    });

    describe('members of forwardedProps that are options of the SDK', () => {
      const lie = { forwardedProps: OPTIONS };

      it('do not pass the gate, none of the fifteen', async () => {
        assert.equal(Object.keys(OPTIONS).length, 15);
        const { turn, prompt } = await saying('Hello', { agentId: 'plain', lie });
        says(turn, 'You said: Hello');
        const [{ input }] = turn.of('RUN_STARTED');
        assert.deepEqual(input.forwardedProps, {});
        assert.ok(prompt.includes('claude-sonnet-5') && !prompt.includes('another-model'), prompt);
      });

      it('do not pass the subclass either', async () => {
        const { turn, prompt } = await saying('Hello', { at: stage().bare, lie });
        says(turn, 'You said: Hello');
        assert.ok(prompt.includes('claude-sonnet-5') && !prompt.includes('another-model'), prompt);
      });

      it('on the runtime alone, choose the model of the adapter as it comes', async () => {
        const { prompt } = await saying('Hello', {
          at: stage().bare,
          agentId: 'plain',
          lie: { forwardedProps: { model: 'another-model' } },
        });
        assert.ok(prompt.includes('another-model'), prompt);
      });
    });

    describe("another user's session", () => {
      const SECRET = 'the safe opens with 4711';
      let resume;
      before(async () => {
        const { turn } = await saying(SECRET, { user: 'alice', agentId: 'plain' });
        resume = turn.of('CUSTOM').find(({ name }) => name === 'system:init').value.session_id;
      });
      const intrude = async (where) =>
        (await saying('What was said before?', { ...where, lie: { forwardedProps: { resume } } })).prompt;

      it('is not resumed by its id', async () => silent({ text: await intrude({ agentId: 'plain' }) }, SECRET));

      it('is not resumed at the subclass either, on the runtime alone', async () =>
        silent({ text: await intrude({ at: stage().bare }) }, SECRET));

      it('is resumed on the runtime alone by the adapter as it comes', async () => {
        const prompt = await intrude({ at: stage().bare, agentId: 'plain' });
        assert.ok(prompt.includes(SECRET), prompt);
      });
    });

    describe('what a page writes into state and context', () => {
      const note = { note: INSTRUCTION };
      const lie = { state: note, context: [{ description: 'note', value: `${INSTRUCTION} Please.` }] };

      it('is not told the model', async () => silent({ text: (await saying('Hello', { lie })).prompt }, INSTRUCTION));

      it('is a part of its instructions without the subclass, the gate or not', async () => {
        const { prompt } = await saying('Hello', { agentId: 'plain', lie });
        const [{ messages }] = JSON.parse(prompt);
        assert.equal(messages[0].role, 'system');
        for (const text of [`"note": "${INSTRUCTION}"`, `note: ${INSTRUCTION} Please.`])
          assert.ok(messages[0].content.includes(text), prompt);
      });
    });

    describe('a text that names a file of the server, or a command', () => {
      const CONTENT = 'the content of the file';
      let folder, file;
      before(() => {
        folder = mkdtempSync(join(tmpdir(), 'gate-'));
        file = join(folder, 'notes.txt');
        writeFileSync(file, CONTENT);
      });
      after(() => rmSync(folder, { recursive: true, force: true }));

      const toolsIn = (prompt) => JSON.parse(prompt)[0].tools.map((tool) => tool.function.name);

      it('is a text, and the model has the tools of the agent alone', async () => {
        const names = [`@${file}`, `@"${file}"`, `@${folder}/`, `@${file}#L1`];
        const { prompt, turn } = await saying(`Hello ${names.join(' ')}`, {});
        says(turn, `You said: Hello @${file}`);
        assert.equal(prompt.split('notes.txt').length - 1, 3, prompt);
        silent({ text: prompt }, CONTENT);
        assert.deepEqual(toolsIn(prompt), ['mcp__reports__publish_report']);
        const { turn: answer } = await saying('/cost', {});
        assert.ok(answer.said && !/cost:/.test(answer.said), answer.text);
      });

      it('reads the file without the rule that denies it', async () => {
        const { prompt } = await saying(`Hello @${file}`, { agentId: 'readable' });
        assert.ok(prompt.includes(CONTENT), prompt);
      });

      it('runs the command without the argument that switches them off', async () => {
        const { turn, asked } = await saying('/cost', { agentId: 'commanded' });
        assert.match(turn.said, /cost:/);
        assert.equal(asked, 0);
      });

      it("reaches a model with the CLI's own tools without the empty list of them", async () => {
        const { prompt } = await saying('Hello', { agentId: 'equipped' });
        assert.ok(toolsIn(prompt).includes('Bash'), prompt);
      });
    });

    it("a page hears nothing of the server's paths, tools and versions; without the subclass it does", async () => {
      const { turn } = await saying('Hello', {});
      for (const text of ['CUSTOM', 'cwd', 'claude_code_version', 'claude-sonnet-5']) silent(turn, text);
      const { turn: plain } = await saying('Hello', { agentId: 'plain' });
      assert.ok(plain.text.includes('"cwd":"/'), plain.text);
    });
  },
});

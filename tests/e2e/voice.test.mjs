// A recording, uploaded as CopilotKit's client does it, reaches the transcription service of a runtime of either dialect as it
// was. A real runtime that is asked without a gate says how it should arrive.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { TranscriptionService } from '@copilotkit/runtime/v2';
import { startOrigin } from '../../demo/origin.mjs';
import { promptAgent } from '../support/agents.mjs';
import { DIALECTS, MODES } from '../support/dialects.mjs';
import { envelope } from '../support/requests.mjs';
import { startCast } from './support/cast.mjs';
import { startV1Origin } from './support/v1.mjs';

/** Every type that the runtime takes (`VALID_AUDIO_TYPES`, and those that it takes for WebM), and one that it refuses. */
const TYPES = ['mpeg', 'mp3', 'mp4', 'wav', 'webm', 'webm;codecs=opus', 'ogg', 'flac', 'aac'].map(
  (of) => `audio/${of}`,
);
const UNNAMED = ['', 'application/octet-stream'];
const REFUSED = 'video/webm';
const MAX_BODY_BYTES = 100_000;

class Listener extends TranscriptionService {
  /** What it heard, as the text. */
  async transcribeFile({ audioFile, mimeType, size }) {
    const hash = createHash('sha256').update(await audioFile.bytes());
    return JSON.stringify({ hash: hash.digest('hex'), name: audioFile.name, mimeType, size });
  }
}

const agents = () => ({ default: promptAgent(() => {}) });
const options = { transcriptionService: new Listener() };
const RUNTIMES = {
  'a multi-route runtime': {
    mode: 'multi-route',
    start: () => startOrigin({ mode: 'multi-route', agents: agents(), options }),
  },
  'a single-route runtime': {
    mode: 'single-route',
    start: () => startOrigin({ mode: 'single-route', agents: agents(), options }),
  },
};
/** The V1 adapters take no transcription service. */
const V1 = { 'a V1 adapter': { mode: 'single-route', start: () => startV1Origin({ agents: agents() }) } };
const MULTI = 'a multi-route runtime';

let cast, closed, v1;
before(async () => {
  cast = await startCast({ runtimes: RUNTIMES, vars: () => ({ MAX_BODY_BYTES }) });
  const rules = [{ operations: ['transcribe'], allow: 'nobody' }];
  closed = await startCast({ runtimes: RUNTIMES, vars: () => ({ RULES: rules }) });
  v1 = await startCast({ runtimes: V1 });
});
after(async () => {
  await cast?.close();
  await closed?.close();
  await v1?.close();
});

/** An upload of these bytes, as the browser writes it. */
async function upload(audio, type, name = 'recording.webm') {
  const form = new FormData();
  form.append('audio', new Blob([audio], { type }), name);
  const written = new Response(form);
  const headers = [['Content-Type', written.headers.get('content-type')]];
  return { method: 'POST', path: '/transcribe', headers, body: Buffer.from(await written.arrayBuffer()) };
}

for (const name of Object.keys(RUNTIMES)) {
  describe(`a recording for ${name}`, () => {
    for (const type of [...TYPES, ...UNNAMED]) {
      it(`of the type "${type}" is heard as it was`, async () => {
        const request = await upload(randomBytes(5000), type, 'a; b=c, ä.ogg');
        const expected = await cast.bare[MULTI].send(request);
        assert.equal(expected.status, 200, expected.text);
        const { status, text } = await cast.gates[name].send({ ...request, token: cast.idp.token() });
        assert.deepEqual([status, text], [200, expected.text]);
      });
    }

    it(`of the type ${REFUSED} is refused by the runtime itself`, async () => {
      const request = await upload(randomBytes(50), REFUSED);
      const { status, json } = await cast.gates[name].send({ ...request, token: cast.idp.token() });
      assert.deepEqual([status, json.error], [400, 'invalid_audio_format']);
    });

    it('may come as JSON and in an envelope, too', async () => {
      const body = { audio: 'AAEC', mimeType: 'audio/ogg', filename: 'a.ogg' };
      const token = cast.idp.token();
      const path = { method: 'POST', path: '/transcribe', headers: [['Content-Type', 'application/json']] };
      for (const request of [{ ...path, body: JSON.stringify(body) }, envelope({ method: 'transcribe', body })]) {
        const { status, json } = await cast.gates[name].send({ ...request, token });
        assert.deepEqual([status, json.size, json.type], [200, 3, 'audio/ogg']);
      }
    });

    it('is not heard without a token', async () => {
      const { status } = await cast.gates[name].send(await upload(randomBytes(50), 'audio/webm'));
      assert.equal(status, 401);
    });

    for (const spoken of MODES) {
      it(`is offered to a ${spoken} client where it works, and only there`, async () => {
        const offers = async ({ gates, idp }) => {
          const { status, json } = await gates[name].send({ ...DIALECTS[spoken].info(), token: idp.token() });
          assert.equal(status, 200);
          return json.audioFileTranscriptionEnabled;
        };
        assert.deepEqual([await offers(cast), await offers(closed)], [true, false]);
        const request = { ...(await upload(randomBytes(50), 'audio/webm')), token: closed.idp.token() };
        assert.equal((await closed.gates[name].send(request)).status, 403);
      });
    }
  });
}

it('a V1 adapter offers no microphone, and neither does the gate before it', async () => {
  for (const spoken of MODES) {
    const { json } = await v1.gates['a V1 adapter'].send({ ...DIALECTS[spoken].info(), token: v1.idp.token() });
    assert.equal(json.audioFileTranscriptionEnabled, false);
  }
});

it('a recording that must be read is refused beyond MAX_BODY_BYTES', async () => {
  const request = { ...(await upload(randomBytes(MAX_BODY_BYTES), 'audio/webm')), token: cast.idp.token() };
  assert.equal((await cast.gates['a single-route runtime'].send(request)).status, 413);
  assert.equal((await cast.gates[MULTI].send(request)).status, 200, 'one that passes as a stream is not read');
});

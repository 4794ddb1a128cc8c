// TOKEN_COOKIE: a page of the gate's own origin needs no header, and no other page can use the cookie, though its
// browser sends it along.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { BASE } from '../support/client.mjs';
import { DIALECTS, turn } from '../support/dialects.mjs';
import * as chat from './support/chat.mjs';
import { startSite } from './support/site.mjs';
import { newPage, setStage } from './support/stage.mjs';

const COOKIE = 'session';
const RUN = DIALECTS['multi-route'].agent('run', 'default', turn({ threadId: 'thread', says: 'Foreign' }));
const ENVELOPE = DIALECTS['single-route'].agent('run', 'default', turn({ threadId: 'thread', says: 'Foreign' }));

let stage, page, foreign;
before(async () => {
  stage = await setStage({ vars: { TOKEN_COOKIE: COOKIE } });
  // Not only another origin, as `stage.elsewhere` is, but another site.
  foreign = await startSite({ folder: stage.folder, host: '127.0.0.1' });
});
after(async () => {
  await foreign?.close();
  await stage?.close();
});
beforeEach(async () => {
  await page?.context().close();
  page = await newPage(stage);
  stage.ran.splice(0);
  stage.site.calls.splice(0);
  stage.origin.requests.splice(0);
});

/** Signs alice in as an app's server does. `SameSite=None` is the least that protects her. */
const signIn = (sameSite = 'None') =>
  page.context().addCookies([
    {
      name: COOKIE,
      value: stage.idp.token({ sub: 'alice' }),
      domain: 'localhost',
      path: '/',
      httpOnly: true,
      secure: sameSite === 'None',
      sameSite,
    },
  ]);

describe("a page on the gate's origin", () => {
  for (const useSingleEndpoint of [false, true]) {
    it(`gets answers with the cookie alone, with ${useSingleEndpoint ? 'envelopes' : 'REST'}`, async () => {
      await signIn('Strict');
      await page.goto(stage.site.address({ always: true, useSingleEndpoint }));
      assert.match(await chat.ask(page, 'Who am I?'), /x-user-id: alice/);
      await chat.assertNoProblem(page);
      for (const { headers } of stage.site.calls) assert.equal(headers.authorization, undefined);
      for (const { headers } of stage.origin.requests) assert.equal(headers.cookie, undefined);
    });
  }

  it('is refused without the cookie', async () => {
    await page.goto(stage.site.address({ always: true }));
    assert.match((await chat.problem(page, 'runtime_info_fetch_failed')).message, /status 401/);
  });
});

/** How a page makes a browser send a request that CORS does not hold back, as much like JSON as it can be made. */
const ATTEMPTS = {
  'a fetch without preflight': ({ url, body, type }) => {
    const what = { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': type }, body };
    fetch(url, what).catch(() => {});
  },
  'a beacon': ({ url, body, type }) => void navigator.sendBeacon(url, new Blob([body], { type })),
  'a form': ({ url, body }) => {
    const form = Object.assign(document.createElement('form'), { action: url, method: 'POST', enctype: 'text/plain' });
    // Sent as `name=value`: the sign between them ends up inside a member of the JSON.
    const field = { name: `${body.slice(0, -1)},"_":"`, value: '"}' };
    form.append(Object.assign(document.createElement('input'), field));
    document.documentElement.append(form);
    form.submit();
  },
};

/** Pages that are not the gate's, with the attempts in which Chromium sends the cookie along. */
const PAGES = {
  'a page of another origin on the same site': { site: () => stage.elsewhere, attempts: Object.keys(ATTEMPTS) },
  'a page of another site': { site: () => foreign, attempts: ['a form'] },
};

for (const [whose, { site, attempts }] of Object.entries(PAGES)) {
  describe(whose, () => {
    for (const how of attempts) {
      for (const [what, { path, body }] of Object.entries({ 'a run': RUN, 'an envelope': ENVELOPE })) {
        it(`cannot use the cookie for ${what} with ${how}`, async () => {
          await signIn();
          await page.goto(`${site().url}/blank`);
          const sent = { url: `${stage.site.url}${BASE}${path}`, body, type: 'text/plain; application/json' };
          const call = await refused(() => page.evaluate(ATTEMPTS[how], sent));
          assert.equal(call.method, 'POST');
        });
      }
    }
  });
}

it('a page of another site cannot send somebody to what the cookie opens', async () => {
  await signIn('Lax');
  await page.goto(`${foreign.url}/blank`);
  const call = await refused(() => page.evaluate((url) => void location.assign(url), `${stage.site.url}${BASE}/info`));
  assert.equal(call.headers.origin, undefined);
  assert.equal(call.headers['sec-fetch-site'], 'cross-site');
  await page.waitForLoadState();
  assert.match(await page.innerText('body'), /origin_not_allowed/);
});

/** Does it, and checks that the request it causes brought the cookie, was refused, and reached nobody. */
async function refused(act) {
  await act();
  const call = await stage.site.firstCall();
  assert.match(call.headers.cookie ?? '', new RegExp(`${COOKIE}=`), 'the browser sent the cookie');
  assert.equal(call.status, 403);
  assert.equal(stage.origin.requests.length, 0);
  assert.equal(stage.ran.length, 0);
  return call;
}

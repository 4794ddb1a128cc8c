// The cases that every verifier is given. A verifier's file says how it is started and where it differs.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { now } from '../../support/token.mjs';
import { setStage } from './stage.mjs';

/** What is asked again where the answer took longer than this: by then a chosen time is another. */
const IN_TIME_MS = 900;
const MOST_TRIES = 20;
/** Between a key's publishing, its use and the old one's end. */
const QUARTER_OF_AN_HOUR = 900;

/**
 * Proves that a verifier takes what the gate asserts and nothing else.
 *
 * - `program`: see `setStage`.
 * - `tells`: whether its answer names the subject.
 * - `leeway`: whether it is told to accept an assertion five seconds after its end, as it should where it can.
 * - `asksForEnd`: whether it refuses an assertion without `exp`, as it should where it can.
 * - `moveClock`: moves its clock by so many seconds, where it would ask for a new key only after a while.
 *
 * @param {string} name
 * @param {{program: Function, tells?: boolean, leeway?: boolean, asksForEnd?: boolean, moveClock?: (seconds: number) => void}} options
 */
export function verifies(name, { program, tells = true, leeway = true, asksForEnd = true, moveClock }) {
  describe(name, () => {
    let stage;
    before(async () => {
      stage = await setStage({ program });
      // Whatever it does at its first request only takes its time before the cases.
      accepted(await stage.pass());
    });
    after(() => stage?.close());

    const straight = (assertion) => stage.reach(assertion === undefined ? [] : [['x-gate-assertion', assertion]]);
    const printed = () => stage.running.lines.slice(-20).join('\n');
    function accepted(answer) {
      assert.equal(answer.status, 200, `${answer.text}\n${printed()}`);
      if (tells) assert.equal(answer.json.sub, 'alice');
    }
    const refused = (answer) => assert.equal(answer.status, 401, `${answer.text}\n${printed()}`);

    /** The answer to an assertion whose times are made of now, given while they are right. */
    async function inTime(times) {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const start = Date.now();
        const answer = await straight(stage.assertion(times(start / 1000)));
        if (Date.now() - start < IN_TIME_MS) return answer;
      }
      throw new Error(`${name} never answers within ${IN_TIME_MS} ms`);
    }

    // First: a token under a key that nobody has published, as below, makes some verifiers ask less often for a while.
    it('accepts every assertion while the key is replaced', async () => {
      let passed = 0;
      for (const state of ['before', 'published', 'used', 'after']) {
        stage.enter(state);
        for (let requests = 0; requests < 3; requests++) {
          if (moveClock) accepted(await straight(stage.assertion(times(passed)(now()))));
          else accepted(await stage.pass());
        }
        passed += QUARTER_OF_AN_HOUR;
        moveClock?.(passed);
      }
      moveClock?.(0);
    });

    describe('accepts an assertion', () => {
      it('through the gate', async () => accepted(await stage.pass()));

      it('of the same form that the test signs', async () => accepted(await inTime(times(0))));

      if (leeway) {
        it('that ended four seconds ago', async () => accepted(await inTime((at) => ended(Math.ceil(at) - 4))));
      }

      if (!asksForEnd) {
        it('without an end, which the gate never makes', async () => {
          accepted(await inTime((at) => ({ ...times(0)(at), exp: undefined })));
        });
      }

      for (const apart of [5, -5]) {
        it(`whose iat is ${apart} seconds from its own clock`, async () => {
          accepted(await inTime((at) => ({ iat: Math.floor(at) + apart, exp: Math.floor(at) + apart + 60 })));
        });
      }

      it("that the gate makes while its clock is five seconds from the verifier's", async () => {
        for (const apart of [5, -5]) accepted(await inTime(times(apart)));
      });
    });

    describe('refuses an assertion', () => {
      it('that ended eight seconds ago', async () => refused(await inTime((at) => ended(Math.floor(at) - 8))));

      const wrong = {
        'for another origin': { aud: 'https://elsewhere.example/api/copilotkit' },
        'of another gate': { iss: 'https://elsewhere.example/api/copilotkit' },
        ...(asksForEnd && { 'without an end': { exp: undefined } }),
      };
      for (const [what, claims] of Object.entries(wrong)) {
        it(what, async () => refused(await inTime((at) => ({ ...times(0)(at), ...claims }))));
      }

      it('that was tampered with', async () => {
        const [header, claims, signature] = stage.assertion(times(0)(now())).split('.');
        const forged = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'mallory' };
        refused(
          await straight([header, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.')),
        );
      });

      it("and takes no user's token in its place, nor nothing", async () => {
        const token = stage.idp.token({ sub: 'alice' });
        refused(await straight(token));
        refused(await straight(stage.idp.token({ sub: 'alice', iss: stage.gateUrl, aud: stage.originUrl })));
        refused(await stage.reach([['authorization', `Bearer ${token}`]]));
        refused(await stage.reach([['x-user-id', 'alice']]));
      });
    });
  });

  /** The times of an assertion that the gate signs when its clock is `apart` seconds ahead of this one. */
  function times(apart) {
    return (at) => ({ iat: Math.floor(at) + apart - 10, exp: Math.floor(at) + apart + 50 });
  }
  const ended = (exp) => ({ iat: exp - 60, exp });
}

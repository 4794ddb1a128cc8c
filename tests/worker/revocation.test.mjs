// REVOKED: tokens and subjects that count no longer, and a store that cannot be asked.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FakeKv } from '../support/fakes.mjs';
import { startGates } from '../support/gate.mjs';
import { startProvider } from '../support/idp.mjs';
import { makeKey } from '../support/keys.mjs';
import { startOrigin } from '../support/origin.mjs';
import { now } from '../support/token.mjs';
import { usualVars } from '../support/world.mjs';
import { assertNotLogged, assertRefused, withoutOrigin } from './support/expect.mjs';

const fake = new FakeKv();
let idp, partner, origin, gate, faked, unbound, mailed;
before(async () => {
  idp = await startProvider(makeKey());
  partner = await startProvider(makeKey());
  origin = await startOrigin();
  const vars = { ...usualVars({ idp, origin }), ISSUERS: [idp.trusted(), partner.trusted()] };
  [gate, faked, unbound, mailed] = await startGates([
    { vars, kv: ['JWKS_CACHE', 'REVOKED'] },
    { vars, fakes: { REVOKED: fake } },
    { vars },
    { vars: { ...vars, IDENTITY: { 'x-user-id': 'email' } }, kv: ['JWKS_CACHE', 'REVOKED'] },
  ]);
});
after(() => gate?.dispose());

/** Answers are remembered for a minute, so every test has subjects of its own. */
let count = 0;
const fresh = () => {
  count += 1;
  return `subject-${count}`;
};

const ask = (token, through = gate) => through.send({ path: '/info', token });

async function assertRevoked(token, through = gate) {
  assertRefused(await withoutOrigin(origin, () => ask(token, through)), 401, 'revoked_token');
}

async function assertPasses(token, through = gate) {
  const answer = await ask(token, through);
  assert.equal(answer.status, 200, answer.text);
}

const revoke = async (kind, issuer, name, entry = '') =>
  (await gate.kv('REVOKED')).put(
    `${kind}:${issuer}:${name}`,
    typeof entry === 'string' ? entry : JSON.stringify(entry),
  );

describe('a revoked token', () => {
  it('is refused by its jti; others of the same subject are not', async () => {
    const sub = fresh();
    await revoke('jti', idp.issuer, `${sub}-1`);
    await assertRevoked(idp.token({ sub, jti: `${sub}-1` }));
    await assertPasses(idp.token({ sub, jti: `${sub}-2` }));
    await assertPasses(idp.token({ sub }));
  });

  it('is not revoked for another issuer', async () => {
    const jti = fresh();
    await revoke('jti', idp.issuer, jti);
    await assertPasses(partner.token({ sub: fresh(), jti }));
  });

  it('is named by its jti alone, not by a subject that is called the same', async () => {
    const name = fresh();
    await revoke('jti', idp.issuer, name);
    await assertPasses(idp.token({ sub: name, jti: fresh() }));
  });

  it('is refused wherever it is used', async () => {
    const sub = fresh();
    await revoke('sub', idp.issuer, sub);
    const token = idp.token({ sub });
    for (const path of ['/.gate/whoami', '/threads', '/nothing-here']) {
      assertRefused(await withoutOrigin(origin, () => gate.send({ path, token })), 401, 'revoked_token');
    }
  });

  it('passes a gate that has no store', async () => {
    const sub = fresh();
    await revoke('sub', idp.issuer, sub);
    await assertPasses(idp.token({ sub }), unbound);
  });
});

describe('a revoked session', () => {
  it('ends without the others of its user', async () => {
    for (const claim of ['sid', 'session_id']) {
      const sub = fresh();
      await revoke('sid', idp.issuer, `${sub}-1`);
      await assertRevoked(idp.token({ sub, [claim]: `${sub}-1` }));
      await assertPasses(idp.token({ sub, [claim]: `${sub}-2` }));
      await assertPasses(idp.token({ sub }));
      await assertPasses(partner.token({ sub, [claim]: `${sub}-1` }));
    }
  });

  it('ends for tokens from before a time, and a new one under the same name may begin', async () => {
    const sid = fresh();
    await revoke('sid', idp.issuer, sid, { before: now() - 100 });
    await assertRevoked(idp.token({ sub: fresh(), sid, iat: now() - 101 }));
    await assertPasses(idp.token({ sub: fresh(), sid, iat: now() - 100 }));
  });
});

describe('a revoked subject', () => {
  const T = now() - 100;
  /** The entry, the claims of a token, and whether it is void. */
  const rows = [
    ['', {}, true],
    ['', { iat: now() }, true],
    [{ before: T }, { iat: T - 1 }, true],
    [{ before: T }, { iat: T }, false],
    [{ before: T }, { iat: T + 1 }, false],
    [{ before: T }, { iat: undefined }, true],
    [{ before: now() + 3600 }, { iat: now() }, true],
    [{ before: 0 }, { iat: T }, false],
    [{ before: T, note: 'left the company' }, { iat: T }, false],
    // whoever wrote an entry meant to revoke
    ['x', { iat: now() }, true],
    ['null', { iat: now() }, true],
    ['[]', { iat: now() }, true],
    ['{}', { iat: now() }, true],
    [{ befor: T }, { iat: now() }, true],
    [{ before: String(T) }, { iat: now() }, true],
    [{ before: null }, { iat: now() }, true],
    [`{"before":${T},"before":0}`, { iat: now() }, true],
    [`{"before":${T}`, { iat: now() }, true],
  ];
  for (const [entry, claims, isVoid] of rows) {
    const when = 'iat' in claims ? `iat ${claims.iat === undefined ? 'absent' : `T${claims.iat - T}`}` : 'any token';
    it(`${JSON.stringify(entry).replaceAll(T, 'T')}, ${when}: ${isVoid ? 'void' : 'passes'}`, async () => {
      const sub = fresh();
      await revoke('sub', idp.issuer, sub, entry);
      await (isVoid ? assertRevoked : assertPasses)(idp.token({ sub, ...claims }));
    });
  }

  it('is not revoked for another issuer', async () => {
    const sub = fresh();
    await revoke('sub', idp.issuer, sub);
    await assertPasses(partner.token({ sub }));
  });

  it('is found under its escaped name, and under its plain one', async () => {
    for (const spell of [(name) => name.replaceAll(':', '%3A'), (name) => name]) {
      const sub = `urn:user:${fresh()}`;
      await revoke('sub', idp.issuer, spell(sub));
      await assertRevoked(idp.token({ sub }));
    }
  });

  it("a token without a subject is nobody's, where another claim names the user", async () => {
    const [sub, jti, email] = [undefined, fresh(), 'a@example.com'];
    await assertPasses(idp.token({ sub, jti, email }), mailed);
  });
});

describe('a name that the store could never hold', () => {
  for (const claim of ['jti', 'sub']) {
    it(`an overlong ${claim} is refused: 401 claims_rejected`, async () => {
      const token = idp.token({ sub: fresh(), [claim]: 'x'.repeat(600) });
      assertRefused(await withoutOrigin(origin, () => ask(token)), 401, 'claims_rejected');
    });

    it(`an overlong ${claim} passes where there is no store`, () =>
      assertPasses(idp.token({ [claim]: 'x'.repeat(600) }), unbound));
  }
});

describe('the answers of the store', () => {
  it('are remembered', async () => {
    const [sub, jti] = [fresh(), fresh()];
    const token = idp.token({ sub, jti });
    const start = fake.reads.length;
    for (let i = 0; i < 3; i++) await assertPasses(token, faked);
    assert.deepEqual(fake.reads.slice(start).sort(), [`jti:${idp.issuer}:${jti}`, `sub:${idp.issuer}:${sub}`]);
  });

  it('are asked for again where the token is another', async () => {
    const sub = fresh();
    await assertPasses(idp.token({ sub, jti: 'known' }), faked);
    fake.entries.set(`jti:${idp.issuer}:leaked`, '');
    await assertRevoked(idp.token({ sub, jti: 'leaked' }), faked);
  });
});

describe('a store that cannot be asked: 503, never a pass', () => {
  for (const state of ['failing', 'hanging']) {
    it(state, { timeout: 8_000 }, async () => {
      const token = idp.token({ sub: fresh(), jti: fresh() });
      fake.state = state;
      for (let i = 0; i < 2; i++) {
        const answer = await withoutOrigin(origin, () => ask(token, faked));
        assertRefused(answer, 503);
      }
      fake.state = 'well';
      await assertPasses(token, faked);
    });
  }

  it('what is remembered still counts meanwhile', async () => {
    const [good, bad] = [fresh(), fresh()];
    fake.entries.set(`sub:${idp.issuer}:${bad}`, '');
    const tokens = [idp.token({ sub: good }), idp.token({ sub: bad })];
    await assertPasses(tokens[0], faked);
    await assertRevoked(tokens[1], faked);
    fake.state = 'failing';
    await assertPasses(tokens[0], faked);
    await assertRevoked(tokens[1], faked);
    fake.state = 'well';
  });

  it("is nobody's business who has no good token", async () => {
    fake.state = 'failing';
    const start = fake.reads.length;
    assertRefused(await ask(idp.token({ sub: fresh(), exp: 1 }), faked), 401, 'token_expired');
    assertRefused(await ask('garbage', faked), 401, 'invalid_token');
    assert.equal(fake.reads.length, start, 'the store is asked about nobody else');
    fake.state = 'well';
  });
});

describe('the log', () => {
  it('holds the reason and no jti', async () => {
    const [sub, jti] = [fresh(), 'jti-canary'];
    await revoke('jti', idp.issuer, jti);
    const answer = await ask(idp.token({ sub, jti }));
    const line = await gate.log.decision(answer.json.request_id);
    assert.deepEqual([line.outcome, line.reason, line.sub], ['deny', 'revoked_token', sub]);
    assertNotLogged(gate.log, [jti]);
  });
});

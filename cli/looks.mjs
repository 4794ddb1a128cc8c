// @ts-check
// What a token looks like, by what it says of itself: which of a provider's many kinds it is, how long it lives, and the
// setting that keeps its kind out. The core decides; this only finds words for what it was given.

/**
 * Header and claims of a token.
 *
 * @typedef {{header: Record<string, any>, claims: Record<string, any>}} Says
 */

/**
 * `what` it looks like, `because` of which members, and the line of an issuer's settings that keeps such tokens out, where
 * the gate does not refuse them anyway.
 *
 * @typedef {{kind: string, what: string, because: string, keepOut?: string}} Look
 */

/** Claims that only ID tokens have (OpenID Connect Core section 2). */
const OF_ID_TOKENS = ['at_hash', 'c_hash', 's_hash', 'nonce'];
/** Claims that name the client, and those in which providers write the kind of a token, folded (src/auth/purpose.rs). */
const PARTIES = ['azp', 'client_id', 'cid', 'appid'];
const KINDS = ['typ', 'type', 'tokentype', 'tokenuse'];
const DAY = 86400;

/** Reasons that already keep the token's kind out: no further line is needed. */
const KEPT_OUT = [
  'authorized_party_missing',
  'authorized_party_not_listed',
  'claim_forbidden',
  'claim_missing',
  'claim_value_not_listed',
  'machine_token',
  'refresh_token',
  'token_type_not_listed',
  'wrong_audience',
];

/**
 * What a token looks like. `says` has its header and claims, if it is a JWT; `reason` is the gate's.
 *
 * @param {string} token
 * @param {{header: Record<string, any>, claims: Record<string, any>} | undefined} says
 * @param {string} reason
 * @returns {Look[]}
 */
export function looksOf(token, says, reason) {
  if (token.startsWith('CfDJ8')) {
    return [
      look(
        'protected',
        "a token of ASP.NET Core's data protection, such as AddBearerToken makes",
        'it begins with CfDJ8',
      ),
    ];
  }
  if (token.split('.').length === 5 || says?.header.enc !== undefined) {
    return [
      look('encrypted', 'an encrypted token (a JWE), which only its recipient can read', 'it has five parts or enc'),
    ];
  }
  if (!says) return [];
  /** @type {((says: Says, reason: string) => Look | undefined)[]} */
  const kinds = [idToken, refreshToken, symmetricToken, machine, thirdParty, lightweight, bound, event];
  const found = kinds.flatMap((of) => of(says, reason) ?? []);
  return KEPT_OUT.includes(reason) ? found.map(({ keepOut, ...rest }) => rest) : found;
}

/**
 * How long the token lives, in seconds, if it says so.
 *
 * @param {{claims: Record<string, any>} | undefined} says
 */
export function lifetimeOf(says) {
  const { exp, iat, nbf } = says?.claims ?? {};
  const start = iat ?? nbf;
  return Number.isFinite(exp) && Number.isFinite(start) && exp >= start ? exp - start : undefined;
}

/**
 * Whether an access token lives longer than anyone should wait for its user's sign-out.
 *
 * @param {number} seconds
 */
export const isLong = (seconds) => seconds > DAY;

/**
 * A remedy that fits the token better than the one of the reason.
 *
 * @param {string} token
 * @param {Says | undefined} says
 * @param {string} reason
 */
export function remedyOf(token, says, reason) {
  const alg = says?.header.alg;
  if (token.startsWith('CfDJ8')) return 'it can be read only by the application that made it: let that issue JWTs';
  if (reason !== 'algorithm_not_allowed' || typeof alg !== 'string') return undefined;
  if (/^https?:\/\//.test(alg)) {
    return 'the algorithm is a URL: in .NET, sign with SecurityAlgorithms.HmacSha256 instead of HmacSha256Signature, and likewise for the others';
  }
  if (/^HS\d+$/.test(alg)) {
    return 'this is a symmetric token, and the issuer has a key set: is it a refresh token? Send the access token. Do not add the algorithm';
  }
  return undefined;
}

/** @type {(kind: string, what: string, because: string, keepOut?: string) => Look} */
const look = (kind, what, because, keepOut) => ({ kind, what, because, ...(keepOut !== undefined && { keepOut }) });

/** @param {Says} says */
function idToken({ claims }) {
  const has = OF_ID_TOKENS.filter((name) => claims[name] !== undefined && claims[name] !== null);
  const [kind] = ofKind(claims, ['id', 'idtoken']);
  if (has.length > 0) return look('id_token', 'an ID token', has.join(', '), `forbidden_claims = ${list(has)}`);
  return (
    kind && look('id_token', 'an ID token', kind.because, `claims = { ${kind.name} = "<what access tokens have>" }`)
  );
}

/** @param {Says} says */
function refreshToken({ header, claims }) {
  if (/^(application\/)?(rt|refresh)\+jwt$/i.test(header.typ)) return look('refresh_token', 'a refresh token', 'typ');
  const [kind] = ofKind(claims, ['refresh', 'refreshtoken', 'offline']).filter(
    ({ name, value }) => value !== 'offline' || fold(name) === 'typ',
  );
  return kind && look('refresh_token', 'a refresh token', kind.because);
}

/**
 * @param {Says} says
 * @param {string} reason
 */
function symmetricToken({ header }, reason) {
  if (reason !== 'algorithm_not_allowed' || !/^HS\d+$/.test(header.alg)) return undefined;
  return look('symmetric', 'a token for its issuer alone: a refresh token?', `${header.alg} beside a key set`);
}

/** @param {Says} says */
function machine({ claims }) {
  const party = PARTIES.find((name) => claims.sub !== undefined && claims[name] === claims.sub);
  if (party) return look('machine', "a machine's token", `sub is ${party}`, 'machines = false');
  if (/^service-account-/.test(claims.preferred_username)) {
    const line = `authorized_parties = ["<the page's client>"]`;
    return look('machine', 'the token of a service account of Keycloak', 'preferred_username', line);
  }
  return undefined;
}

/** @param {Says} says */
function thirdParty({ claims }) {
  if (!/\/auth\/v1$/.test(claims.iss) || !claims.client_id) return undefined;
  const what = "the token of another party's client of Supabase's OAuth server";
  return look('third_party', what, 'client_id', 'forbidden_claims = ["client_id"]');
}

/** @param {Says} says */
function lightweight({ claims }) {
  if (claims.typ !== 'Bearer' || claims.aud !== undefined || claims.sub !== undefined) return undefined;
  const what = 'a lightweight access token of Keycloak: its mappers need "Add to lightweight access token"';
  return look('lightweight', what, 'neither aud nor sub');
}

/** @param {Says} says */
const bound = ({ claims }) => (claims.cnf ? look('bound', 'a token that is bound to a key', 'cnf') : undefined);
/** @param {Says} says */
const event = ({ claims }) =>
  claims.events ? look('event', 'a security event, such as a logout token', 'events') : undefined;

/**
 * The claims that call a token one of these kinds.
 *
 * @param {Record<string, any>} claims
 * @param {string[]} kinds
 */
function ofKind(claims, kinds) {
  const named = Object.entries(claims).filter(
    ([name, value]) => KINDS.includes(fold(name)) && typeof value === 'string',
  );
  return named
    .map(([name, value]) => ({ name, value: fold(value), because: `${name} is ${JSON.stringify(value)}` }))
    .filter(({ value }) => kinds.includes(value));
}

/** @param {string} text */
const fold = (text) => text.toLowerCase().replace(/[-_]/g, '');
/** @param {string[]} names */
const list = (names) => `[${names.map((name) => `"${name}"`).join(', ')}]`;

// @ts-check
// The line that a request leaves in the log.

/**
 * What the log says of a token.
 *
 * @typedef {{issuer?: string, sub?: string, kid?: string, alg?: string}} Seen
 */

const CLIENT_GONE = 499;
const MAX_VALUE_BYTES = 384;
const MAX_PATH_BYTES = 96;

let isolate;
let count = 0;

/** Random per isolate, counted within it. */
function nextRequestId() {
  isolate ??= [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  count = (count + 1) >>> 0;
  return `${isolate}-${count.toString(16).padStart(8, '0')}`;
}

export class Entry {
  requestId = nextRequestId();
  /** @type {string | undefined} */
  kind = undefined;
  /** @type {string | undefined} */
  agent = undefined;
  /** @type {string | undefined} */
  thread = undefined;
  /**
   * Where a token was presented whose signature holds.
   *
   * @type {Seen | undefined}
   */
  token = undefined;
  /**
   * The audiences of a token that was meant for another one.
   *
   * @type {string[] | null | undefined}
   */
  aud = undefined;
  /** @type {'hit' | 'miss' | undefined} */
  cache = undefined;
  /** @type {number | undefined} */
  rule = undefined;
  /** @type {number | undefined} */
  upstreamMs = undefined;
  /**
   * Names of what was taken out of the body.
   *
   * @type {string[]}
   */
  dropped = [];
  isAuthorised = false;
  isWritten = false;

  /**
   * @param {Seen} token
   * @param {'hit' | 'miss'} cache
   */
  seen(token, cache) {
    this.token = token;
    this.cache = cache;
  }

  /** @param {{kind: string, agent?: string, thread?: string}} operation */
  operation({ kind, agent, thread }) {
    this.kind = kind;
    this.agent = agent;
    this.thread = thread;
  }

  /** @param {number} status */
  allow(status) {
    this.write('allow', 'ok', status);
  }

  /** @param {{reason: string, status: number, claim?: string, method?: string, path?: string}} refusal */
  deny({ reason, status, ...details }) {
    this.write('deny', reason, status, details);
  }

  gone() {
    this.write(this.isAuthorised ? 'allow' : 'deny', 'client_gone', CLIENT_GONE);
  }

  /**
   * @param {'allow' | 'deny'} outcome
   * @param {string} reason
   * @param {number} status
   * @param {{claim?: string, method?: string, path?: string}} [details] `path` without the query
   */
  write(outcome, reason, status, { claim, method, path } = {}) {
    if (this.isWritten) return;
    this.isWritten = true;
    console.log(
      JSON.stringify({
        event: 'decision',
        outcome,
        reason,
        claim,
        status,
        method,
        path: clip(path, MAX_PATH_BYTES),
        operation: this.kind,
        agent: clip(this.agent),
        thread: clip(this.thread),
        issuer: this.token?.issuer,
        sub: this.token?.sub,
        kid: this.token?.kid,
        alg: this.token?.alg,
        aud: this.aud,
        cache: this.cache,
        rule: this.rule,
        dropped: this.dropped.length > 0 ? this.dropped : undefined,
        upstream_ms: this.upstreamMs,
        request_id: this.requestId,
      }),
    );
  }
}

/**
 * `value` as the log shows it: whole, or its beginning and an ellipsis.
 *
 * @param {string | undefined} value
 * @param {number} [most]
 */
export function clip(value, most = MAX_VALUE_BYTES) {
  // No character takes more than six bytes as JSON.
  if (value === undefined || value.length * 6 <= most) return value;
  let bytes = 0;
  let end = 0;
  for (const character of value) {
    bytes += new TextEncoder().encode(JSON.stringify(character)).length - 2;
    if (bytes > most) return `${value.slice(0, end)}…`;
    end += character.length;
  }
  return value;
}

// Types of the gate: the settings that it reads from a Worker's vars, secrets and bindings (docs/settings.md explains each),
// and of the codes that pages branch on.

export type { LogReason, RefusalBody, RefusalCode, RefusalCodes, RefusalError } from './refusals.js';

/** A value of a claim that settings compare with. */
type Scalar = string | number | boolean;

/** One trusted token issuer: a table of `ISSUERS`. */
export interface Issuer {
  /** The exact `iss` of its tokens; may contain `{tenantid}` once. */
  issuer: string;
  /** At least one of these must be in `aud`. Required, unless `authorized_parties` is given. */
  audience?: string | string[];
  /** With `{tenantid}`: the tenants whose tokens are accepted. */
  tenants?: string | string[];
  /** URL of the key set; by default the discovery document names it. */
  jwks_uri?: string;
  /** Name of a secret with an HMAC key. */
  secret?: string;
  /** Algorithms that its tokens may use. */
  algorithms?: string | string[];
  /** The header's `typ` must be one of these. */
  typ?: string | string[];
  /** Claim path → its required value, or a list of accepted values. */
  claims?: Record<string, Scalar | Scalar[]>;
  /** Claims that must be present. */
  required_claims?: string | string[];
  /** `azp` or `client_id` must be one of these. */
  authorized_parties?: string | string[];
  /** Longest time since `iat`, in seconds. */
  max_age?: number;
  /** Seconds by which clocks may differ. */
  leeway?: number;
}

/** One rule: a table of `RULES`. It has either `allow` or `require`. */
export interface Rule {
  /** What the log calls it beside its position: 1 to 64 letters, digits and `-`. */
  name?: string;
  /** Globs over agent ids. */
  agents?: string | string[];
  /** Globs over operations, such as `agent/*`. */
  operations?: string | string[];
  /** The callers that it admits. */
  allow?: 'anyone' | 'authenticated' | 'nobody';
  /** The requirements on the token. */
  require?: {
    roles?: string | string[];
    permissions?: string | string[];
    scopes?: string | string[];
    all_scopes?: string | string[];
    claims?: Record<string, Scalar | Scalar[]>;
  };
  /** Globs over the tools that a client may declare. */
  tools?: string[];
  /** Name of a rate limit binding, or a table with its period in seconds, which callers get as `Retry-After`. */
  limit?: string | { binding: string; period: 10 | 60 };
  /** `report`: the rule decides nothing, and the log shows its decision. */
  mode?: 'enforce' | 'report';
}

/**
 * The settings that the gate reads. A table or a list may be a JSON string, a number or a boolean a string. The `Env` that
 * `wrangler types` writes for a project with the gate is assignable to it.
 */
export interface Settings {
  ORIGIN_URL: string;
  ORIGIN?: { fetch(input: never, init?: never): Promise<unknown> };
  ORIGIN_MODE?: string;
  ORIGIN_TIMEOUT_SECONDS?: number | string;
  BASE_PATH?: string;
  ISSUERS: readonly unknown[] | string;
  JWKS_CACHE?: object;
  JWKS_STALE_LIMIT?: number | string;
  IDENTITY?: object | string;
  RULES?: readonly unknown[] | string;
  OPERATIONS?: readonly unknown[] | string;
  ANONYMOUS?: boolean | string;
  ALLOWED_ORIGINS?: readonly unknown[] | string;
  TOKEN_COOKIE?: string;
  TOKEN_PROPERTY?: boolean | string;
  FORWARD_AUTHORIZATION?: string;
  THREADS?: string;
  THREAD_KEY?: string;
  ASSERTION_KEY?: string;
  MAX_BODY_BYTES?: number | string;
  MAX_STRANGER_BODY_BYTES?: number | string;
  BODY_TIMEOUT_SECONDS?: number | string;
  PROPERTIES?: readonly unknown[] | string;
  MESSAGE_ROLES?: readonly unknown[] | string;
  ATTACHMENT_URLS?: readonly unknown[] | string;
  HIDE_EVENTS?: readonly unknown[] | string;
  ERROR_MESSAGES?: string;
  IDENTITY_BODY?: object | string;
  ORIGIN_HEADERS?: string;
  KEEP_HEADERS?: readonly unknown[] | string;
  LOG?: string;
  REVOKED?: object;
  RATE_LIMIT?: object;
  AUDIT?: object;
}

/** The gate as a Worker. */
declare const gate: {
  fetch(request: Request, env: Settings, ctx: unknown): Promise<Response>;
  scheduled(event: unknown, env: Settings, ctx: unknown): Promise<void>;
};
export default gate;

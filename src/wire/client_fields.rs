//! Header fields that a client must not send upstream, and names that cannot carry identity.

use crate::base::header_name::{is_field_name, is_hop_by_hop, normalise};

/// Names that carry identity in the default settings.
pub const DEFAULT_IDENTITY: [&str; 4] = ["x-user-id", "x-user-role", "x-user-permissions", "x-user-issuer"];

/// Prefixes of names that belong to the gate, to CopilotKit's platform, or to frameworks behind it (CVE-2025-29927).
const OWN_PREFIXES: [&str; 3] = ["x-gate-", "x-cpki-", "x-middleware-"];

/// Fields that the gate writes itself, and other fields that claim an address.
const OWN: [&str; 7] = [
    "x-request-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "forwarded",
    "x-real-ip",
    "true-client-ip",
];

/// Identity fields of other proxies. A backend that was once behind one of them may still trust its fields.
const USER_PREFIXES: [&str; 24] = [
    "remote-",                      // Authelia: Remote-User, -Groups, -Email, -Name; CGI's REMOTE_USER
    "x-remote-",                    // Kubernetes authenticating proxy: X-Remote-User, -Group, -Extra-*
    "impersonate-",                 // Kubernetes user impersonation
    "x-user-",                      // the gate's own defaults, and many hand-written proxies
    "x-auth-request-",              // oauth2-proxy, --set-xauthrequest
    "x-forwarded-",                 // oauth2-proxy, Traefik: X-Forwarded-User, -Email, -Groups, -Client-Cert
    "x-authenticated-",             // Kong: X-Authenticated-Userid, -Scope, -Groups
    "x-credential-",                // Kong: X-Credential-Identifier
    "x-consumer-",                  // Kong: X-Consumer-ID, -Username, -Custom-ID, -Groups
    "x-webauth-",                   // Grafana, Gitea: X-WEBAUTH-USER, -EMAIL, -ROLE
    "x-authentik-",                 // authentik proxy provider
    "x-vouch-",                     // Vouch Proxy
    "x-hasura-",                    // Hasura session variables
    "x-goog-authenticated-user-",   // Google Identity-Aware Proxy
    "x-goog-iap-",                  // Google Identity-Aware Proxy
    "x-ms-client-principal",        // Azure App Service authentication: X-MS-CLIENT-PRINCIPAL, -ID, -NAME
    "x-ms-token-",                  // Azure App Service authentication
    "x-pomerium-",                  // Pomerium
    "x-amzn-oidc-",                 // AWS Application Load Balancer
    "x-vercel-oidc-",               // Vercel OIDC federation
    "cf-access-authenticated-user", // Cloudflare Access
    "tailscale-",                   // Tailscale Serve: Tailscale-User-Login, -Name, -App-Capabilities
    "shib-",                        // Shibboleth service provider
    "client-cert",                  // RFC 9440: Client-Cert, Client-Cert-Chain
];

/// The same, as whole names.
const USER_NAMES: [&str; 9] = [
    "x-user",                    // Ory Oathkeeper, header mutator
    "x-username",                // hand-written proxies
    "x-userinfo",                // Apache APISIX, kong-oidc
    "x-endpoint-api-userinfo",   // Google Cloud Endpoints
    "x-apigateway-api-userinfo", // Google API Gateway
    "x-anonymous-consumer",      // Kong
    "sm-user",                   // SiteMinder
    "smuser",                    // SiteMinder
    "x-ssl-client-s-dn",         // nginx, HAProxy: subject of a client certificate
];

/// Names with another meaning for HTTP, browsers, Cloudflare or the gate.
const TAKEN: [&str; 25] = [
    "accept",
    "age",
    "allow",
    "alt-svc",
    "authorization",
    "cdn-loop",
    "cookie",
    "date",
    "dnt",
    "etag",
    "expect",
    "from",
    "host",
    "origin",
    "range",
    "referer",
    "set-cookie",
    "traceparent",
    "tracestate",
    "user-agent",
    "via",
    "warning",
    "forwarded",
    "x-real-ip",
    "true-client-ip",
];

/// Prefixes of such names.
const TAKEN_PREFIXES: [&str; 10] = [
    "accept-",
    "access-control-",
    "cf-",
    "content-",
    "if-",
    "proxy-",
    "sec-",
    "x-forwarded-",
    "x-gate-",
    "x-middleware-",
];

/// Whether a client's field never goes upstream, under any settings. `name` is normalised.
pub fn is_reserved(name: &str) -> bool {
    is_hop_by_hop(name)
        || OWN.contains(&name)
        || DEFAULT_IDENTITY.contains(&name)
        || OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a field is an identity field of another proxy: it goes upstream only if `KEEP_HEADERS` names it. `name` is
/// normalised.
pub fn names_the_user(name: &str) -> bool {
    USER_NAMES.contains(&name) || USER_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether `name` may carry identity: a field name without a meaning for HTTP, browsers, Cloudflare or the gate.
pub fn may_carry_identity(name: &str) -> bool {
    let normalised = normalise(name);
    is_field_name(name)
        && !is_hop_by_hop(&normalised)
        && normalised != "x-request-id"
        && !TAKEN.contains(&&*normalised)
        && !TAKEN_PREFIXES.iter().any(|prefix| normalised.starts_with(prefix))
}

/// Whether `name` may hold a token that a proxy in front writes: a field name without another meaning. Those of identity-aware
/// proxies qualify, but not what tells a backend who the user is.
pub fn may_hold_token(name: &str) -> bool {
    let normalised = normalise(name);
    let is_taken = |prefix: &&str| match *prefix {
        "cf-" => normalised.starts_with("cf-") && !normalised.starts_with("cf-access-"),
        // oauth2-proxy has X-Forwarded-Access-Token.
        "x-forwarded-" => false,
        prefix => normalised.starts_with(prefix),
    };
    is_field_name(name)
        && !is_reserved(&normalised)
        && !normalised.starts_with("x-user-")
        && !TAKEN.contains(&&*normalised)
        && !TAKEN_PREFIXES.iter().any(is_taken)
}

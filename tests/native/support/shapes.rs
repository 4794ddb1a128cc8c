//! Tokens as identity providers issue them, one function for each way to set up a provider. Where a shape comes from
//! stands above it: the provider's documentation or its own verifier, as of November 2026.

use copilotkit_gate::base::alg::Alg;
use serde_json::{Map, Value, json};

use super::platform::NOW;

/// One provider, set up as a page says.
pub struct Shape {
    /// The page in `docs/providers/`, and which of its settings.
    pub page: &'static str,
    pub block: usize,
    /// The discovery document's URL and the issuer that it names, where the settings leave `jwks_uri` out.
    pub discovery: Option<(&'static str, &'static str)>,
    /// Without one, the provider signs with the secret `JWT_SECRET`.
    pub jwks_uri: Option<&'static str>,
    pub alg: Alg,
    /// What the published key says otherwise.
    jwk: Value,
    /// The cookie that brings the token, where the settings name one.
    pub cookie: Option<&'static str>,
    header: Value,
    claims: Value,
    /// Seconds.
    lifetime: i64,
    /// The documented token first.
    pub tokens: Vec<Token>,
}

/// A token that differs from the documented one in these members; `null` takes one away.
pub struct Token {
    pub what: &'static str,
    header: Value,
    claims: Value,
    /// The reason in the log; `ok` if it is accepted.
    pub reason: &'static str,
}

impl Shape {
    pub fn header(&self, token: &Token) -> Map<String, Value> {
        laid_over(&self.header, &token.header)
    }

    pub fn claims(&self, token: &Token) -> Value {
        let mut claims = self.claims.clone();
        claims["iat"] = json!(NOW - 10);
        claims["exp"] = json!(NOW - 10 + self.lifetime);
        Value::Object(laid_over(&claims, &token.claims))
    }

    /// The key as this provider publishes it.
    pub fn published(&self, jwk: &Value) -> Value {
        Value::Object(laid_over(jwk, &self.jwk))
    }
}

fn laid_over(all: &Value, changes: &Value) -> Map<String, Value> {
    let mut all = all.as_object().unwrap().clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            all.remove(name);
        } else {
            all.insert(name.clone(), value.clone());
        }
    }
    all
}

fn documented() -> Token {
    token("as documented", json!({}), "ok")
}

fn token(what: &'static str, claims: Value, reason: &'static str) -> Token {
    headed(what, json!({}), claims, reason)
}

fn headed(what: &'static str, header: Value, claims: Value, reason: &'static str) -> Token {
    Token {
        what,
        header,
        claims,
        reason,
    }
}

pub fn every_shape() -> Vec<Shape> {
    vec![
        adfs(),
        aspnet_core(),
        aspnet_core_short_names(),
        aspnet_core_urls(),
        aspnet_core_user_jwts(),
        auth0(),
        better_auth(),
        better_auth_oauth_provider(),
        clerk(),
        clerk_organizations(),
        cloudflare_access(),
        cognito(),
        django_oauth_toolkit(),
        entra_id(),
        entra_id_tenants(),
        firebase(),
        firebase_session(),
        google(),
        google_without_scheme(),
        keycloak(),
        okta(),
        openauth(),
        own_library_simplejwt(),
        own_library_flask_jwt_extended(),
        own_library_fastapi_users(),
        own_library_django_allauth(),
        own_library_auth_js(),
        spring_authorization_server(),
        spring_authorization_server_customized(),
        stytch(),
        supabase(),
        supabase_in_two_tables(),
        supabase_legacy(),
        workos(),
        zitadel(),
    ]
}

/// As `OpenIddict` 7.8 writes it, where access tokens are not encrypted.
fn aspnet_core() -> Shape {
    Shape {
        page: "aspnet-core",
        block: 0,
        discovery: Some((
            "https://login.example.com/.well-known/openid-configuration",
            "https://login.example.com/",
        )),
        jwks_uri: Some("https://login.example.com/.well-known/jwks"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "at+jwt" }),
        claims: json!({
            "iss": "https://login.example.com/", "aud": "copilotkit", "sub": "7f4c2a50-6d1e-4a8e-9c35-0e5c6d5a2b11",
            "name": "alice", "role": "admin", "client_id": "web", "oi_prst": "web", "scope": "openid copilotkit",
            "jti": "3f0a8a2e-17b6-4b0f-8a33-1c2b7e0f6d55",
        }),
        lifetime: 3600,
        tokens: vec![
            documented(),
            token("with two roles", json!({ "role": ["admin", "editor"] }), "ok"),
            token("for two resources", json!({ "aud": ["copilotkit", "billing"] }), "ok"),
            headed(
                "an ID token",
                json!({ "typ": "JWT" }),
                json!({ "aud": "web", "client_id": null, "scope": null }),
                "wrong_audience",
            ),
            token("without resources", json!({ "aud": null }), "wrong_audience"),
            token(
                "with the issuer but for its slash",
                json!({ "iss": "https://login.example.com" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// A token that an application of .NET signs with the secret `JWT_SECRET`.
fn of_dotnet(block: usize, claims: Value, more: Vec<Token>) -> Shape {
    let mut tokens = vec![
        documented(),
        token("for another API", json!({ "aud": "billing" }), "wrong_audience"),
        token("without an end", json!({ "exp": null }), "claim_missing"),
        headed(
            "signed with HmacSha256Signature",
            json!({ "alg": "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256" }),
            json!({}),
            "algorithm_not_allowed",
        ),
    ];
    tokens.extend(more);
    Shape {
        page: "aspnet-core",
        block,
        discovery: None,
        jwks_uri: None,
        alg: Alg::HS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims,
        lifetime: 3600,
        tokens,
    }
}

/// Names as `JwtSecurityTokenHandler.CreateToken` writes them.
fn aspnet_core_short_names() -> Shape {
    let claims = json!({
        "nameid": "42", "unique_name": "alice", "role": "admin", "nbf": NOW - 10, "iss": "https://app.example.com",
        "aud": "copilotkit",
    });
    let more = vec![
        token("with two roles", json!({ "role": ["admin", "editor"] }), "ok"),
        token("without an id", json!({ "nameid": null }), "claim_missing"),
    ];
    of_dotnet(1, claims, more)
}

/// Names as `JsonWebTokenHandler.CreateToken` and `new JwtSecurityToken` write them: those of `ClaimTypes`.
fn aspnet_core_urls() -> Shape {
    let id = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
    let role = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
    let claims = json!({
        id: "42", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": "alice", role: "admin",
        "nbf": NOW - 10, "iss": "https://app.example.com", "aud": "copilotkit",
    });
    let more = vec![
        token("of new JwtSecurityToken", json!({ "nbf": null, "iat": null }), "ok"),
        token("with two roles", json!({ role: ["admin", "editor"] }), "ok"),
        token("without an id", json!({ id: null }), "claim_missing"),
    ];
    of_dotnet(2, claims, more)
}

/// As `dotnet user-jwts create --name alice --role admin --audience copilotkit` writes it.
fn aspnet_core_user_jwts() -> Shape {
    let claims = json!({
        "unique_name": "alice", "sub": "alice", "jti": "6b0f3c1a", "role": "admin", "aud": "copilotkit",
        "nbf": NOW - 10, "iss": "dotnet-user-jwts",
    });
    let of_urls = json!({ "aud": ["http://localhost:5000", "https://localhost:5001"] });
    let more = vec![token("with the default audience", of_urls, "wrong_audience")];
    Shape {
        lifetime: 7_776_000,
        ..of_dotnet(3, claims, more)
    }
}

/// <https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles>
fn auth0() -> Shape {
    Shape {
        page: "auth0",
        block: 0,
        discovery: Some((
            "https://example.eu.auth0.com/.well-known/openid-configuration",
            "https://example.eu.auth0.com/",
        )),
        jwks_uri: Some("https://example.eu.auth0.com/.well-known/jwks.json"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "https://example.eu.auth0.com/", "sub": "auth0|6553da60a54af58e29493993",
            "aud": ["https://app.example.com/copilotkit", "https://example.eu.auth0.com/userinfo"],
            "azp": "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja", "scope": "openid profile", "permissions": ["agents:run"],
            "https://example.com/roles": ["admin"],
        }),
        lifetime: 86_400,
        tokens: vec![
            documented(),
            headed(
                "with the RFC 9068 profile",
                json!({ "typ": "at+jwt" }),
                json!({ "azp": null, "client_id": "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja", "jti": "73WakrfVbNJBaAmhQtEeDv" }),
                "ok",
            ),
            token(
                "an ID token",
                json!({ "aud": "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja" }),
                "wrong_audience",
            ),
            token(
                "for another API",
                json!({ "aud": ["https://api.example.com/"] }),
                "wrong_audience",
            ),
            token(
                "for another application",
                json!({ "azp": "awZfdIir8YFdGZWp" }),
                "authorized_party_not_listed",
            ),
            token(
                "for a machine",
                json!({ "sub": "awZfdIir8YFdGZWp@clients", "azp": "awZfdIir8YFdGZWp", "gty": "client-credentials" }),
                "authorized_party_not_listed",
            ),
            token(
                "of another tenant",
                json!({ "iss": "https://other.eu.auth0.com/" }),
                "unknown_issuer",
            ),
            token(
                "bound to a certificate",
                json!({ "cnf": { "x5t#S256": "A4DtL2Jm" } }),
                "bound_token",
            ),
        ],
    }
}

/// As better-auth 1.7.25 writes it; `tests/providers/better-auth.test.mjs` runs the real one.
fn better_auth() -> Shape {
    Shape {
        page: "better-auth",
        block: 0,
        discovery: None,
        jwks_uri: Some("https://auth.example.com/api/auth/jwks"),
        alg: Alg::EdDSA,
        jwk: json!({ "use": null }),
        cookie: None,
        header: json!({}),
        claims: json!({
            "role": "admin", "sub": "83FGsQmychlVMLUjTGwYvdYqgNw5wA2u", "iss": "https://auth.example.com",
            "aud": "https://app.example.com/copilotkit",
        }),
        lifetime: 900,
        tokens: vec![
            documented(),
            token(
                "with the default audience",
                json!({ "aud": "https://auth.example.com" }),
                "wrong_audience",
            ),
            headed(
                "the cookie of a session",
                json!({ "typ": "better-auth.session-cache+jwt" }),
                json!({ "sid": "IgP3IzKgXCd5aIeeYXvqdnvmjOQrma5m", "aud": "https://app.example.com/copilotkit" }),
                "token_type_not_listed",
            ),
        ],
    }
}

/// As `@better-auth/oauth-provider` 1.7.5 writes it; `tests/providers/better-auth-oauth-provider.test.mjs` runs the real one.
fn better_auth_oauth_provider() -> Shape {
    Shape {
        page: "better-auth-oauth-provider",
        block: 0,
        discovery: Some((
            "https://auth.example.com/api/auth/.well-known/openid-configuration",
            "https://auth.example.com/api/auth",
        )),
        jwks_uri: Some("https://auth.example.com/api/auth/jwks"),
        alg: Alg::EdDSA,
        jwk: json!({ "use": null }),
        cookie: None,
        header: json!({ "typ": "at+jwt" }),
        claims: json!({
            "role": "admin", "sub": "83FGsQmychlVMLUjTGwYvdYqgNw5wA2u",
            "aud": ["https://app.example.com/copilotkit", "https://auth.example.com/api/auth/oauth2/userinfo"],
            "client_id": "web", "azp": "web", "scope": "openid offline_access copilotkit",
            "sid": "IgP3IzKgXCd5aIeeYXvqdnvmjOQrma5m", "iss": "https://auth.example.com/api/auth",
            "jti": "0hSfpCiWQm_qmQMKL9ApzpF103-H116A",
        }),
        lifetime: 3600,
        tokens: vec![
            documented(),
            token(
                "without the scope openid",
                json!({ "aud": "https://app.example.com/copilotkit", "scope": "copilotkit" }),
                "ok",
            ),
            token(
                "of another client",
                json!({ "client_id": "other", "azp": "other" }),
                "authorized_party_not_listed",
            ),
            token(
                "of a machine",
                json!({
                    "aud": "https://app.example.com/copilotkit", "sub": "svc", "client_id": "svc", "azp": "svc",
                    "scope": "copilotkit", "sid": null, "role": null,
                }),
                "authorized_party_not_listed",
            ),
            headed(
                "an ID token",
                json!({ "typ": null }),
                json!({
                    "aud": "web", "auth_time": NOW - 20, "acr": "0", "at_hash": "SufT1qoYz9D2oxKycfQLvK6EOlEEWrq0xNvVYn66k-Q",
                    "client_id": null, "azp": null, "scope": null, "sid": null, "jti": null, "role": null,
                }),
                "wrong_audience",
            ),
            headed(
                "of the jwt plugin",
                json!({ "typ": null }),
                json!({ "iss": "https://auth.example.com", "aud": "https://auth.example.com" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// <https://clerk.com/docs/guides/sessions/session-tokens>, version 2, with the claim `role` that the page adds.
fn clerk() -> Shape {
    Shape {
        page: "clerk",
        block: 0,
        discovery: None,
        jwks_uri: Some("https://clerk.example.com/.well-known/jwks.json"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT", "oiat": NOW }),
        claims: json!({
            "iss": "https://clerk.example.com", "sub": "user_2wCzAMwwc0f1", "sid": "sess_2wCzB5Jk", "v": 2,
            "azp": "https://app.example.com", "nbf": NOW - 20, "jti": "1234567890abcdef", "fva": [7, -1], "sts": "active",
            "pla": "u:free", "fea": "u:chat", "role": "admin",
        }),
        lifetime: 60,
        tokens: vec![
            documented(),
            token(
                "for another app",
                json!({ "azp": "https://evil.example" }),
                "authorized_party_not_listed",
            ),
            token("of a native app", json!({ "azp": null }), "authorized_party_missing"),
            token(
                "of another instance",
                json!({ "iss": "https://other.clerk.accounts.dev" }),
                "unknown_issuer",
            ),
            token(
                "of a minute and a half ago",
                json!({ "exp": NOW - 30 }),
                "token_expired",
            ),
        ],
    }
}

/// The same, for an app whose users belong to organizations.
fn clerk_organizations() -> Shape {
    let mut shape = clerk();
    shape.block = 1;
    shape.claims["o"] = json!({ "id": "org_2wCz", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3" });
    shape.tokens = vec![
        documented(),
        token(
            "before the user has chosen an organization",
            json!({ "o": null, "sts": "pending" }),
            "claim_missing",
        ),
        token(
            "for another app",
            json!({ "azp": "https://evil.example" }),
            "authorized_party_not_listed",
        ),
    ];
    shape
}

/// <https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/application-token/>,
/// with an OIDC claim `role`, which stands below `custom`.
fn cloudflare_access() -> Shape {
    Shape {
        page: "cloudflare-access",
        block: 0,
        discovery: None,
        jwks_uri: Some("https://example.cloudflareaccess.com/cdn-cgi/access/certs"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: Some("CF_Authorization"),
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "https://example.cloudflareaccess.com", "sub": "7335d417-61da-459d-899c-0a01c76a2f94", "type": "app",
            "aud": ["32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"], "email": "user@example.com",
            "nbf": NOW - 10, "identity_nonce": "6ei69kawdKzMIAPF", "country": "US", "custom": { "role": "admin" },
        }),
        lifetime: 86_400,
        tokens: vec![
            documented(),
            token(
                "for another application",
                json!({ "aud": ["97e2aae120121f902df8bc99fc345913"] }),
                "wrong_audience",
            ),
            token(
                "the session's, for every application",
                json!({ "type": "org" }),
                "claim_value_not_listed",
            ),
            token(
                "of a service token",
                json!({ "sub": "", "email": null, "common_name": "e367826f93b8d71185e03fe518aff3b4.access" }),
                "claim_missing",
            ),
            token(
                "of another team",
                json!({ "iss": "https://other.cloudflareaccess.com" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>; the
/// second form of `iss` is in AWS's own verifier, aws-jwt-verify 5.2.
fn cognito() -> Shape {
    Shape {
        page: "cognito",
        block: 0,
        discovery: Some((
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example12/.well-known/openid-configuration",
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example12",
        )),
        jwks_uri: Some("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example12/.well-known/jwks.json"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({}),
        claims: json!({
            "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example12",
            "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "client_id": "57cbishk4j24pabc1234567890",
            "token_use": "access", "scope": "openid profile", "cognito:groups": ["admin"], "auth_time": NOW - 60,
            "origin_jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeef", "jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeee0",
            "username": "janedoe@example.com",
        }),
        lifetime: 3600,
        tokens: vec![
            documented(),
            token(
                "an ID token",
                json!({ "token_use": "id", "aud": "57cbishk4j24pabc1234567890", "client_id": null }),
                "authorized_party_missing",
            ),
            token(
                "for another purpose",
                json!({ "token_use": "id" }),
                "claim_value_not_listed",
            ),
            token(
                "for another app client",
                json!({ "client_id": "1example23456789" }),
                "authorized_party_not_listed",
            ),
            token(
                "of another pool",
                json!({ "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other1234" }),
                "unknown_issuer",
            ),
            token(
                "with the other form of the issuer",
                json!({ "iss": "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example12" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// As the function of the page writes it with django-oauth-toolkit 3.4.1; `tests/providers/django-oauth-toolkit.test.mjs`
/// runs the real one.
fn django_oauth_toolkit() -> Shape {
    Shape {
        page: "django-oauth-toolkit",
        block: 0,
        discovery: Some((
            "https://auth.example.com/o/.well-known/openid-configuration",
            "https://auth.example.com/o",
        )),
        jwks_uri: Some("https://auth.example.com/o/.well-known/jwks.json"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "at+jwt" }),
        claims: json!({
            "iss": "https://auth.example.com/o", "aud": "https://app.example.com/copilotkit", "sub": "1", "client_id": "web",
            "scope": "openid copilotkit", "groups": ["admin"], "jti": "3f0a8a2e17b64b0f8a331c2b7e0f6d55",
        }),
        lifetime: 300,
        tokens: vec![
            documented(),
            token("of a user without groups", json!({ "groups": [] }), "ok"),
            token(
                "of another application",
                json!({ "client_id": "other" }),
                "authorized_party_not_listed",
            ),
            token(
                "of a machine",
                json!({ "sub": "svc", "client_id": "svc", "groups": [] }),
                "authorized_party_not_listed",
            ),
            headed(
                "an ID token",
                json!({ "typ": "JWT" }),
                json!({
                    "aud": "web", "auth_time": NOW - 20, "at_hash": "URxrrmUuisp65HzUoZNHgg", "client_id": null,
                    "scope": null, "groups": null,
                }),
                "wrong_audience",
            ),
        ],
    }
}

const TENANT: &str = "11111111-2222-3333-4444-555555555555";

/// <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>, version 2.0
fn entra_id() -> Shape {
    Shape {
        page: "entra-id",
        block: 0,
        discovery: Some((
            "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0/.well-known/openid-configuration",
            "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
        )),
        jwks_uri: Some("https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/discovery/v2.0/keys"),
        alg: Alg::RS256,
        // Entra's keys name no algorithm.
        jwk: json!({ "alg": null, "issuer": null, "x5t": "key-of-the-provider" }),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0", "tid": TENANT,
            "aud": "66666666-7777-8888-9999-000000000000", "azp": "22222222-3333-4444-5555-666666666666", "azpacr": "0",
            "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ", "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
            "scp": "access_as_user", "roles": ["admin"], "nbf": NOW - 10, "ver": "2.0", "name": "Abe Lincoln",
            "preferred_username": "abeli@example.com", "aio": "AXQAi/8IAAAA", "rh": "I", "uti": "fqiBqXLPj0eQa82S-IYFAA",
        }),
        lifetime: 4500,
        tokens: vec![
            documented(),
            token(
                "of version 1.0",
                json!({ "iss": "https://sts.windows.net/11111111-2222-3333-4444-555555555555/", "ver": "1.0" }),
                "unknown_issuer",
            ),
            token(
                "for Microsoft Graph",
                json!({ "aud": "00000003-0000-0000-c000-000000000000" }),
                "wrong_audience",
            ),
            token(
                "for a daemon",
                json!({ "scp": null, "roles": ["admin"] }),
                "claim_missing",
            ),
            token(
                "an ID token, where page and API share a registration",
                json!({ "scp": null, "azp": null }),
                "claim_missing",
            ),
            token(
                "of another tenant",
                json!({ "iss": "https://login.microsoftonline.com/99999999-2222-3333-4444-555555555555/v2.0" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// <https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer>
fn entra_id_tenants() -> Shape {
    let issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let of = |tenant: &str| issuer.replace("{tenantid}", tenant);
    let consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";
    Shape {
        block: 1,
        discovery: Some((
            "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
            issuer,
        )),
        jwks_uri: Some("https://login.microsoftonline.com/common/discovery/v2.0/keys"),
        jwk: json!({ "alg": null, "issuer": issuer }),
        tokens: vec![
            documented(),
            token(
                "of a tenant that is not listed",
                json!({ "iss": of("99999999-2222-3333-4444-555555555555"), "tid": "99999999-2222-3333-4444-555555555555" }),
                "wrong_issuer",
            ),
            token(
                "of a personal account",
                json!({ "iss": of(consumers), "tid": consumers }),
                "wrong_issuer",
            ),
            token(
                "whose tid is not its issuer's",
                json!({ "tid": consumers }),
                "wrong_issuer",
            ),
            token(
                "for Microsoft Graph",
                json!({ "aud": "00000003-0000-0000-c000-000000000000" }),
                "wrong_audience",
            ),
        ],
        ..entra_id()
    }
}

/// <https://firebase.google.com/docs/auth/admin/verify-id-tokens>, and firebase-admin 14's verifier.
fn firebase() -> Shape {
    Shape {
        page: "firebase",
        block: 0,
        discovery: None,
        jwks_uri: Some("https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "https://securetoken.google.com/example-project", "aud": "example-project", "auth_time": NOW - 60,
            "sub": "Yk3aZqO1xnQ8", "user_id": "Yk3aZqO1xnQ8", "email": "user@example.com", "email_verified": true,
            "firebase": { "identities": { "email": ["user@example.com"] }, "sign_in_provider": "password" },
            "role": "admin", "permissions": ["agents:run"],
        }),
        lifetime: 3600,
        tokens: vec![
            documented(),
            token(
                "of an anonymous user",
                json!({ "firebase": { "identities": {}, "sign_in_provider": "anonymous" } }),
                "claim_value_not_listed",
            ),
            token(
                "of another project",
                json!({ "iss": "https://securetoken.google.com/other-project", "aud": "other-project" }),
                "unknown_issuer",
            ),
            token(
                "for another project",
                json!({ "aud": "other-project" }),
                "wrong_audience",
            ),
            token(
                "a session cookie",
                json!({ "iss": "https://session.firebase.google.com/example-project" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// <https://firebase.google.com/docs/auth/admin/manage-cookies>
fn firebase_session() -> Shape {
    let mut shape = firebase();
    shape.block = 1;
    shape.cookie = Some("__session");
    shape.jwks_uri = Some("https://identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys");
    shape.claims["iss"] = json!("https://session.firebase.google.com/example-project");
    shape.lifetime = 1_209_600;
    shape.tokens = vec![
        documented(),
        token(
            "an ID token",
            json!({ "iss": "https://securetoken.google.com/example-project" }),
            "unknown_issuer",
        ),
        token(
            "of an anonymous user",
            json!({ "firebase": { "identities": {}, "sign_in_provider": "anonymous" } }),
            "claim_value_not_listed",
        ),
        token(
            "for another project",
            json!({ "aud": "other-project" }),
            "wrong_audience",
        ),
    ];
    shape
}

/// <https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload>
fn google() -> Shape {
    Shape {
        page: "google",
        block: 0,
        discovery: Some((
            "https://accounts.google.com/.well-known/openid-configuration",
            "https://accounts.google.com",
        )),
        jwks_uri: Some("https://www.googleapis.com/oauth2/v3/certs"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "https://accounts.google.com", "aud": "1234567890-abc.apps.googleusercontent.com",
            "azp": "1234567890-abc.apps.googleusercontent.com", "sub": "110169484474386276334", "hd": "example.com",
            "email": "user@example.com", "email_verified": true, "nbf": NOW - 10, "jti": "a1b2c3", "name": "A User",
        }),
        lifetime: 3600,
        tokens: vec![
            documented(),
            token(
                "of a private account",
                json!({ "hd": null, "email": "user@gmail.com" }),
                "claim_value_not_listed",
            ),
            token(
                "of another domain",
                json!({ "hd": "other.example" }),
                "claim_value_not_listed",
            ),
            token(
                "for another app",
                json!({ "aud": "9876543210-xyz.apps.googleusercontent.com" }),
                "wrong_audience",
            ),
            token(
                "with the other spelling of the issuer",
                json!({ "iss": "accounts.google.com" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// The second spelling of the same page.
fn google_without_scheme() -> Shape {
    let mut shape = google();
    shape.block = 1;
    shape.discovery = None;
    shape.claims["iss"] = json!("accounts.google.com");
    shape.tokens = vec![
        documented(),
        token("of a private account", json!({ "hd": null }), "claim_value_not_listed"),
        token(
            "for another app",
            json!({ "aud": "9876543210-xyz.apps.googleusercontent.com" }),
            "wrong_audience",
        ),
    ];
    shape
}

/// <https://www.keycloak.org/docs/latest/server_admin/#audience-support>; the claims are those of a new realm of Keycloak
/// 26 with the page's two mappers; `tests/providers/keycloak.test.mjs` runs the real one.
fn keycloak() -> Shape {
    Shape {
        page: "keycloak",
        block: 0,
        discovery: Some((
            "https://login.example.com/realms/main/.well-known/openid-configuration",
            "https://login.example.com/realms/main",
        )),
        jwks_uri: Some("https://login.example.com/realms/main/protocol/openid-connect/certs"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "https://login.example.com/realms/main", "aud": ["https://app.example.com/copilotkit", "copilotkit", "account"], "typ": "Bearer",
            "sub": "f1d3a0e2-6d3b-4e0c-9f0a-2d7c5b1a8e44", "azp": "web", "sid": "bd51054b", "acr": "1", "jti": "onrtac:8c1f",
            "auth_time": NOW - 60, "allowed-origins": ["https://app.example.com"], "scope": "openid profile",
            "realm_access": { "roles": ["admin", "offline_access"] },
            "resource_access": { "account": { "roles": ["view-profile"] }, "copilotkit": { "roles": ["agents:run"] } },
            "permissions": ["agents:run"], "preferred_username": "alice", "email_verified": true,
        }),
        lifetime: 300,
        tokens: vec![
            documented(),
            token(
                "without the audience mapper",
                json!({ "aud": "account" }),
                "wrong_audience",
            ),
            token(
                "of another client, which a role of the client copilotkit has put into aud",
                json!({ "aud": ["copilotkit", "account"], "azp": "other" }),
                "wrong_audience",
            ),
            token(
                "of another client that has the scope",
                json!({ "azp": "other" }),
                "authorized_party_not_listed",
            ),
            token(
                "of a service account that has the scope",
                json!({ "azp": "svc", "client_id": "svc", "sid": null, "preferred_username": "service-account-svc" }),
                "authorized_party_not_listed",
            ),
            token("a refresh token", json!({ "typ": "Refresh" }), "refresh_token"),
            token("lightweight", json!({ "aud": null, "sub": null }), "wrong_audience"),
            token("an ID token", json!({ "typ": "ID", "aud": "web" }), "wrong_audience"),
            token(
                "an ID token with the mapper",
                json!({ "typ": "ID" }),
                "claim_value_not_listed",
            ),
            token(
                "without the scope basic",
                json!({ "sub": null, "auth_time": null }),
                "claim_missing",
            ),
            token(
                "bound by DPoP",
                json!({ "typ": "DPoP", "cnf": { "jkt": "0ZcOCORZ" } }),
                "bound_token",
            ),
            token(
                "of another realm",
                json!({ "iss": "https://login.example.com/realms/master" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// <https://developer.okta.com/docs/guides/customize-tokens-groups-claim/main/>
fn okta() -> Shape {
    Shape {
        page: "okta",
        block: 0,
        discovery: Some((
            "https://example.okta.com/oauth2/default/.well-known/openid-configuration",
            "https://example.okta.com/oauth2/default",
        )),
        jwks_uri: Some("https://example.okta.com/oauth2/default/v1/keys"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({}),
        claims: json!({
            "iss": "https://example.okta.com/oauth2/default", "aud": "api://default", "ver": 1,
            "jti": "AT.BYBJNkCefidrwo0VtGLHIZCYfSAeOyB0tVPTB6eqFss", "sub": "joe.user@example.com",
            "cid": "0oaipnnzumvqt5tiu1d6", "uid": "00uzrjisTQK1SlAMB1d5", "scp": ["openid"], "auth_time": NOW - 60,
            "groups": ["admin", "Everyone"],
        }),
        lifetime: 3600,
        tokens: vec![
            documented(),
            token(
                "an ID token",
                json!({ "aud": "0oaipnnzumvqt5tiu1d6", "uid": null }),
                "wrong_audience",
            ),
            token(
                "of the org's own server",
                json!({ "iss": "https://example.okta.com" }),
                "unknown_issuer",
            ),
            token(
                "for a machine",
                json!({ "sub": "0oaipnnzumvqt5tiu1d6", "uid": null }),
                "claim_missing",
            ),
            token(
                "for another app",
                json!({ "cid": "0oaanother" }),
                "claim_value_not_listed",
            ),
            token("bound by DPoP", json!({ "cnf": { "jkt": "0ZcOCORZ" } }), "bound_token"),
        ],
    }
}

/// A library that signs with HS256 and the secret `JWT_SECRET`; `tests/providers/` runs the real ones.
fn own_library(block: usize, claims: Value, lifetime: i64, tokens: Vec<Token>) -> Shape {
    Shape {
        page: "own-library",
        block,
        discovery: None,
        jwks_uri: None,
        alg: Alg::HS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims,
        lifetime,
        tokens,
    }
}

fn own_library_simplejwt() -> Shape {
    let claims = json!({
        "token_type": "access", "jti": "014b2441cc964e8191628e5884f3bf8f", "user_id": "1", "role": "admin",
        "aud": "https://app.example.com/copilotkit", "iss": "https://api.example.com",
    });
    let tokens = vec![
        documented(),
        token("with the user as a number", json!({ "user_id": 1 }), "ok"),
        token("a refresh token", json!({ "token_type": "refresh" }), "refresh_token"),
        token(
            "a sliding token",
            json!({ "token_type": "sliding" }),
            "claim_value_not_listed",
        ),
        token("of the defaults", json!({ "iss": null, "aud": null }), "missing_issuer"),
        token("without a user", json!({ "user_id": null }), "claim_missing"),
    ];
    own_library(0, claims, 300, tokens)
}

fn own_library_flask_jwt_extended() -> Shape {
    let claims = json!({
        "fresh": false, "jti": "e2f66a00-0a75-4079-a7bc-2903d4006e95", "type": "access", "sub": "alice", "nbf": NOW - 10,
        "csrf": "ff225e04-31eb-4066-b99e-28fc77b9a229", "role": "admin",
        "aud": "https://app.example.com/copilotkit", "iss": "https://api.example.com",
    });
    let tokens = vec![
        documented(),
        token("a refresh token", json!({ "type": "refresh" }), "refresh_token"),
        token("of the defaults", json!({ "iss": null, "aud": null }), "missing_issuer"),
        token(
            "for another API",
            json!({ "aud": "https://app.example.com/billing" }),
            "wrong_audience",
        ),
    ];
    own_library(1, claims, 900, tokens)
}

fn own_library_fastapi_users() -> Shape {
    let claims = json!({ "sub": "3f1c9d2e-5a4b-4c7d-8e6f-0a1b2c3d4e5f", "aud": ["fastapi-users:auth"] });
    let tokens = vec![
        documented(),
        token(
            "to reset a password",
            json!({ "aud": "fastapi-users:reset", "password_fgpt": "$argon2id$v=19" }),
            "wrong_audience",
        ),
        token(
            "to verify an address",
            json!({ "aud": "fastapi-users:verify", "email": "alice@example.com" }),
            "wrong_audience",
        ),
    ];
    own_library(2, claims, 3600, tokens)
}

fn own_library_django_allauth() -> Shape {
    let claims = json!({
        "sid": "tampGz9KoLRgAdqb5XiJs6WQFcFZcTdXBUyq3EC2DCz4VYNq4uUJ+6ixLndh68o/", "jti": "b4175ff2-d4f1-499d-8bf6-0cb58f98240a",
        "token_use": "access", "sub": "1",
    });
    let tokens = vec![
        documented(),
        token("a refresh token", json!({ "token_use": "refresh" }), "refresh_token"),
        token(
            "of no declared use",
            json!({ "token_use": null }),
            "claim_value_not_listed",
        ),
        token(
            "of another issuer",
            json!({ "iss": "https://other.example.com" }),
            "unknown_issuer",
        ),
    ];
    own_library(3, claims, 300, tokens)
}

fn own_library_auth_js() -> Shape {
    let claims = json!({
        "name": "alice", "sub": "17", "role": "admin", "iss": "https://app.example.com",
        "aud": "https://app.example.com/copilotkit",
    });
    let tokens = vec![
        documented(),
        token(
            "without issuer and audience",
            json!({ "iss": null, "aud": null }),
            "missing_issuer",
        ),
        token(
            "for another app",
            json!({ "aud": "https://app.example.com/billing" }),
            "wrong_audience",
        ),
    ];
    Shape {
        cookie: Some("__Secure-authjs.session-token"),
        ..own_library(4, claims, 2_592_000, tokens)
    }
}

/// As Spring Boot 4.1.2 sets it up; `tests/providers/spring-authorization-server.test.mjs` runs the real one.
fn spring_authorization_server() -> Shape {
    Shape {
        page: "spring-authorization-server",
        block: 0,
        discovery: Some((
            "https://login.example.com/.well-known/openid-configuration",
            "https://login.example.com",
        )),
        jwks_uri: Some("https://login.example.com/oauth2/jwks"),
        alg: Alg::RS256,
        jwk: json!({ "use": null, "alg": null }),
        cookie: None,
        header: json!({}),
        claims: json!({
            "sub": "alice", "aud": "web", "nbf": NOW - 10, "scope": ["openid", "copilotkit"],
            "iss": "https://login.example.com", "jti": "5d2f0a6e-7b8c-4f0e-9a43-4d9d0d1b4f53",
        }),
        lifetime: 300,
        tokens: vec![
            documented(),
            token(
                "an ID token",
                json!({ "scope": null, "azp": "web", "auth_time": NOW - 60, "nonce": "n", "sid": "mXxs" }),
                "claim_missing",
            ),
            token("of another client", json!({ "aud": "other" }), "wrong_audience"),
            token("of a machine", json!({ "sub": "svc", "aud": "svc" }), "wrong_audience"),
        ],
    }
}

fn spring_authorization_server_customized() -> Shape {
    let mut shape = spring_authorization_server();
    shape.block = 1;
    shape.header = json!({ "typ": "at+jwt" });
    shape.claims["aud"] = json!(["https://app.example.com/copilotkit"]);
    shape.claims["client_id"] = json!("web");
    shape.claims["roles"] = json!(["FACTOR_PASSWORD", "ROLE_ADMIN"]);
    shape.tokens = vec![
        documented(),
        headed(
            "an ID token",
            json!({ "typ": null }),
            json!({ "scope": null, "azp": "web", "aud": "web" }),
            "wrong_audience",
        ),
        token(
            "of another client",
            json!({ "client_id": "other" }),
            "authorized_party_not_listed",
        ),
        token(
            "of a machine",
            json!({ "sub": "svc", "client_id": "svc", "roles": null }),
            "authorized_party_not_listed",
        ),
    ];
    shape
}

/// As `OpenAuth` 0.4.3 writes it; `tests/providers/openauth.test.mjs` runs the real one.
fn openauth() -> Shape {
    Shape {
        page: "openauth",
        block: 0,
        discovery: Some((
            "https://auth.example.com/.well-known/openid-configuration",
            "https://auth.example.com",
        )),
        jwks_uri: Some("https://auth.example.com/.well-known/jwks.json"),
        alg: Alg::ES256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "mode": "access", "type": "user", "properties": { "role": "admin" }, "aud": "web",
            "iss": "https://auth.example.com", "sub": "alice",
        }),
        lifetime: 2_592_000,
        tokens: vec![
            documented(),
            token("of another client", json!({ "aud": "other" }), "wrong_audience"),
            token(
                "of another type",
                json!({ "type": "service" }),
                "claim_value_not_listed",
            ),
        ],
    }
}

/// <https://stytch.com/docs/api-reference/consumer/api/sessions/get-jwks> for keys and lifetime; issuer, audience and the
/// claim are what Stytch's own verifier checks and reads (the npm package `stytch` 14).
fn stytch() -> Shape {
    Shape {
        page: "stytch",
        block: 0,
        discovery: None,
        jwks_uri: Some("https://api.stytch.com/v1/sessions/jwks/project-live-c60c0abe-c25a-4472-a9ed-320c6667d317"),
        alg: Alg::RS256,
        jwk: json!({ "key_ops": ["verify"] }),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "stytch.com/project-live-c60c0abe-c25a-4472-a9ed-320c6667d317",
            "aud": ["project-live-c60c0abe-c25a-4472-a9ed-320c6667d317"], "nbf": NOW - 10,
            "sub": "user-live-16d9ba61-97a1-4ba4-9720-b03761dc50c6",
            "https://stytch.com/session": {
                "id": "session-live-fe6c042b-6286-479f-8a4f-b046a6c46509", "roles": ["stytch_user", "admin"],
                "attributes": { "ip_address": "203.0.113.1" }, "authentication_factors": [],
            },
        }),
        lifetime: 300,
        tokens: vec![
            documented(),
            token(
                "for another project",
                json!({ "aud": ["project-live-other"] }),
                "wrong_audience",
            ),
            token(
                "of the test environment",
                json!({ "iss": "stytch.com/project-test-8aed2e54", "aud": ["project-test-8aed2e54"] }),
                "unknown_issuer",
            ),
            token(
                "for a machine",
                json!({ "sub": "m2m-client-live-1", "https://stytch.com/session": null, "scope": "read" }),
                "claim_missing",
            ),
        ],
    }
}

/// <https://supabase.com/docs/guides/auth/jwt-fields>, with the claim that the page's hook adds.
fn supabase() -> Shape {
    Shape {
        page: "supabase",
        block: 0,
        discovery: Some((
            "https://abcdefghijklmnopqrst.supabase.co/auth/v1/.well-known/openid-configuration",
            "https://abcdefghijklmnopqrst.supabase.co/auth/v1",
        )),
        jwks_uri: Some("https://abcdefghijklmnopqrst.supabase.co/auth/v1/.well-known/jwks.json"),
        alg: Alg::ES256,
        jwk: json!({ "key_ops": ["verify"], "ext": true }),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "https://abcdefghijklmnopqrst.supabase.co/auth/v1", "aud": "authenticated", "role": "authenticated",
            "sub": "123e4567-e89b-12d3-a456-426614174000", "session_id": "123e4567-e89b-12d3-a456-426614174001",
            "email": "user@example.com", "phone": "", "aal": "aal1", "amr": [{ "method": "password", "timestamp": NOW }],
            "app_metadata": { "provider": "email" }, "user_metadata": { "name": "A User" }, "is_anonymous": false,
            "user_role": "admin",
        }),
        lifetime: 3600,
        tokens: vec![
            documented(),
            token("of a user without a role", json!({ "user_role": null }), "ok"),
            token(
                "of an anonymous user",
                json!({ "is_anonymous": true }),
                "claim_value_not_listed",
            ),
            token(
                "of a third party's client of its OAuth server",
                json!({ "client_id": "0d3f5c1e-8b7a-4f7e-9a55-5f7d0b7c1a11" }),
                "claim_forbidden",
            ),
            token(
                "the project's service_role key",
                json!({ "iss": "supabase", "role": "service_role", "aud": null, "sub": null }),
                "unknown_issuer",
            ),
            headed(
                "signed with the legacy secret",
                json!({ "alg": "HS256" }),
                json!({}),
                "algorithm_not_allowed",
            ),
            token("for another audience", json!({ "aud": "anon" }), "wrong_audience"),
            token(
                "of another project",
                json!({ "iss": "https://zyxwvutsrqponmlkjihg.supabase.co/auth/v1" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// While both kinds of tokens are in use: by the legacy secret.
fn supabase_legacy() -> Shape {
    Shape {
        alg: Alg::HS256,
        jwks_uri: None,
        discovery: None,
        ..supabase_in_two_tables()
    }
}

/// The same by keys, without the tokens for which neither table counts, so that the reason is another.
fn supabase_in_two_tables() -> Shape {
    let mut shape = supabase();
    shape.block = 1;
    shape
        .tokens
        .retain(|token| !matches!(token.reason, "algorithm_not_allowed" | "wrong_audience"));
    shape
}

/// <https://workos.com/docs/reference/authkit/session-tokens>; the issuer is that of environments made since mid-2025
/// (workos/workos-node#1694), and `client_id` stands in the vendor's own emulator. `aud` comes from the page's template.
fn workos() -> Shape {
    Shape {
        page: "workos",
        block: 0,
        discovery: None,
        jwks_uri: Some("https://api.workos.com/sso/jwks/client_01HXYZ123456789ABCDEFGHIJ"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({}),
        claims: json!({
            "iss": "https://api.workos.com/user_management/client_01HXYZ123456789ABCDEFGHIJ",
            "aud": "https://app.example.com/copilotkit", "client_id": "client_01HXYZ123456789ABCDEFGHIJ",
            "sub": "user_01HBEQKA6K4QJAS93VPE39W1JT", "sid": "session_01HQSXZGF8FHF7A9ZZFCW4387R",
            "jti": "01HQSXZXPPFPKMDD32RKTFY6PV", "org_id": "org_01HRDMC6CM357W30QMHMQ96Q0S", "role": "member",
            "roles": ["member"], "permissions": ["posts:read", "posts:write"], "entitlements": ["audit-logs"],
        }),
        lifetime: 300,
        tokens: vec![
            documented(),
            token("without the template", json!({ "aud": null }), "wrong_audience"),
            token(
                "for another application",
                json!({ "aud": "https://other.example.com" }),
                "wrong_audience",
            ),
            token(
                "of an older environment",
                json!({ "iss": "https://api.workos.com" }),
                "unknown_issuer",
            ),
            token(
                "of another environment",
                json!({ "iss": "https://api.workos.com/user_management/client_01OTHER" }),
                "unknown_issuer",
            ),
        ],
    }
}

/// <https://learn.microsoft.com/openspecs/windows_protocols/ms-oapx/>, and the rules that the page describes
fn adfs() -> Shape {
    Shape {
        page: "adfs",
        block: 0,
        discovery: None,
        jwks_uri: Some("https://adfs.example.com/adfs/discovery/keys"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT", "x5t": "key-of-the-provider" }),
        claims: json!({
            "iss": "http://adfs.example.com/adfs/services/trust", "aud": "https://app.example.com/copilotkit",
            "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "role": "admin", "apptype": "Public", "scp": "openid",
            "appid": "22222222-3333-4444-5555-666666666666", "auth_time": "2026-11-30T12:00:00.000Z", "ver": "1.0",
            "authmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        }),
        lifetime: 3600,
        tokens: vec![
            documented(),
            token(
                "an ID token",
                json!({ "iss": "https://adfs.example.com/adfs" }),
                "unknown_issuer",
            ),
            token("of a program", json!({ "scp": null }), "claim_missing"),
            token("without the rule for the id", json!({ "oid": null }), "claim_missing"),
            token(
                "for another web API",
                json!({ "aud": "https://app.example.com/billing" }),
                "wrong_audience",
            ),
        ],
    }
}

/// <https://zitadel.com/docs/apis/openidoauth/claims>
fn zitadel() -> Shape {
    Shape {
        page: "zitadel",
        block: 0,
        discovery: Some((
            "https://example-abc123.zitadel.cloud/.well-known/openid-configuration",
            "https://example-abc123.zitadel.cloud",
        )),
        jwks_uri: Some("https://example-abc123.zitadel.cloud/oauth/v2/keys"),
        alg: Alg::RS256,
        jwk: json!({}),
        cookie: None,
        header: json!({ "typ": "JWT" }),
        claims: json!({
            "iss": "https://example-abc123.zitadel.cloud", "sub": "229874261187297281", "nbf": NOW - 10,
            "aud": ["229874261187297290@web", "234567890123456789"], "jti": "229874261187297300",
            "urn:zitadel:iam:org:project:roles": {
                "admin": { "228571201981579265": "acme.example.com" }, "editor": { "228571201981579265": "acme.example.com" },
            },
        }),
        lifetime: 43_200,
        tokens: vec![
            documented(),
            token(
                "of a user without a role",
                json!({ "urn:zitadel:iam:org:project:roles": null }),
                "ok",
            ),
            token(
                "an ID token",
                json!({ "jti": null, "at_hash": "x", "amr": ["pwd"], "azp": "229874261187297290@web" }),
                "claim_missing",
            ),
            token(
                "without the scope of the project",
                json!({ "aud": ["229874261187297290@web"] }),
                "wrong_audience",
            ),
        ],
    }
}

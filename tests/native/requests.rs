//! Requests that are refused: credentials, shapes, and what the platform cannot do.

use crate::support::face::{BARE, INVALID_REQUEST, INVALID_TOKEN, assert_face};
use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::{JWKS_URI, Settings};
use crate::support::world::{REQUEST_ID, World, claims};
use copilotkit_gate::auth::keys::SourceFault;
use copilotkit_gate::wire::fault::RequestFault;
use copilotkit_gate::wire::refusal::Refusal;
use copilotkit_gate::wire::reply::Reply;
use serde_json::{Value, json};

fn world() -> World {
    World::new(&Settings::usual())
}

fn usual_token() -> String {
    TestKey::es256().token(&claims())
}

#[test]
fn a_request_without_exactly_one_credential_is_refused() {
    let token = usual_token();
    let bearer = format!("Bearer {token}");
    let get = |path: &str| Request::new("GET", path);
    let rows = [
        (get("/info"), 401, "missing_token", "missing_token"),
        (
            get("/info").field("authorization", "Basic YTpi"),
            401,
            "missing_token",
            "unsupported_scheme",
        ),
        (
            get("/info").field("authorization", "DPoP abc"),
            401,
            "missing_token",
            "unsupported_scheme",
        ),
        (
            get("/info").field("authorization", &token),
            401,
            "missing_token",
            "unsupported_scheme",
        ),
        (get("/info?access_token=abc"), 401, "missing_token", "token_in_query"),
        (get("/info?a=1&%61ccess_token"), 401, "missing_token", "token_in_query"),
        (
            get("/info?access_token=abc").bearer(&token),
            400,
            "multiple_credentials",
            "multiple_credentials",
        ),
        (
            get("/info").bearer(&token).bearer(&token),
            400,
            "multiple_credentials",
            "multiple_credentials",
        ),
        (
            get("/info").bearer(&token).field("Authorization", "Basic YTpi"),
            400,
            "multiple_credentials",
            "multiple_credentials",
        ),
        (
            get("/info").field("authorization", &format!("{bearer},{bearer}")),
            400,
            "multiple_credentials",
            "multiple_credentials",
        ),
    ];
    let world = world();
    for (request, status, code, reason) in rows {
        let what = format!("{request:.120?}");
        let answer = world.ask(&request);
        assert_eq!(answer.reason(), reason, "{what}");
        let (error, challenge) = if status == 401 {
            ("unauthorized", BARE)
        } else {
            ("invalid_request", INVALID_REQUEST)
        };
        assert_face(&answer.reply(), &what, status, error, code, challenge);
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = get("/info").field("AUTHORIZATION", &format!("{scheme} {token}"));
        assert_eq!(world.ask(&request).reason(), "ok", "schemes have no case");
    }
}

#[test]
fn a_stranger_learns_401_before_anything_else() {
    let world = world();
    let asked = [
        ("GET", "/no/such/thing"),
        ("DELETE", "/info"),
        ("POST", "/threads/clear"),
        ("GET", "/cpk-debug-events"),
        ("GET", "/threads?limit=1&limit=2"),
        ("GET", "/.gate/whoami"),
        ("GET", ""),
    ];
    let first = world.ask(&Request::new("GET", "/info")).reply();
    for (method, path) in asked {
        let reply = world.ask(&Request::new(method, path)).reply();
        assert_eq!(
            (reply.status, &reply.body, &reply.fields),
            (401, &first.body, &first.fields),
            "{method} {path}"
        );
        let reply = world.ask(&Request::new(method, path).bearer("a.b.c")).reply();
        assert_face(&reply, path, 401, "unauthorized", "invalid_token", INVALID_TOKEN);
    }
}

#[test]
fn a_verified_caller_is_told_what_is_wrong_with_the_request() {
    let world = world();
    let rows = [
        ("GET", "/nothing", 404, "not_found", "not_found", "unknown_operation"),
        ("GET", "/threads/info", 404, "not_found", "not_found", "not_found"),
        (
            "DELETE",
            "/info",
            405,
            "method_not_allowed",
            "method_not_allowed",
            "method_not_allowed",
        ),
        (
            "GET",
            "/inspector-learning?agentId=a&agentId=b",
            400,
            "invalid_request",
            "malformed_request",
            "malformed_query",
        ),
        (
            "GET",
            "/inspector-learning?agentId=%zz",
            400,
            "invalid_request",
            "malformed_request",
            "malformed_query",
        ),
        ("POST", "/threads/clear", 403, "forbidden", "rule_denied", "rule_denied"),
        (
            "GET",
            "/cpk-debug-events",
            403,
            "forbidden",
            "rule_denied",
            "rule_denied",
        ),
    ];
    for (method, path, status, error, code, reason) in rows {
        let answer = world.ask(&Request::new(method, path).bearer(&usual_token()));
        assert_eq!(answer.reason(), reason, "{method} {path}");
        assert_face(&answer.reply(), path, status, error, code, None);
    }
    for url in [
        "https://app.example.com/",
        "https://app.example.com/api/copilotkitx/info",
        "https://app.example.com/info",
    ] {
        for request in [
            Request::to_url("GET", url),
            Request::to_url("GET", url).bearer(&usual_token()),
        ] {
            assert_face(&world.ask(&request).reply(), url, 404, "not_found", "not_found", None);
        }
    }
}

/// A deployer sees which route of a newer runtime is missing; the caller does not.
#[test]
fn the_log_names_the_operation_that_the_gate_does_not_know() {
    let envelope = |envelope: Value| Request::new("POST", "").json(&envelope.to_string());
    let tunnel = |method: &str, path: &str| {
        envelope(json!({ "method": "resource/request", "params": { "httpMethod": method, "path": path } }))
    };
    let unknown = [
        (
            Request::new("PATCH", "/threads/t-1/rename?secret=1"),
            "PATCH",
            "/threads/t-1/rename",
        ),
        (
            Request::new("POST", "/info/agent/secret/run"),
            "POST",
            "/info/agent/secret/run",
        ),
        (Request::new("PURGE", "/info/"), "OTHER", "/info/"),
        (
            envelope(json!({ "method": "threads/rename" })),
            "POST",
            "threads/rename",
        ),
        (
            tunnel("put", "/threads/t-1/rename?secret=1"),
            "PUT",
            "/threads/t-1/rename",
        ),
    ];
    let known = [
        Request::new("GET", "/threads/info"),
        Request::new("POST", "/agent/a%2Fb/run"),
        Request::new("GET", "/.gate/nothing"),
        Request::new("GET", "/.gate/jwks.json"),
        Request::new("GET", "/.well-known/openid-configuration"),
        Request::to_url("GET", "https://app.example.com/info"),
        envelope(json!({ "method": "threads/list" })),
        tunnel("GET", "/info"),
    ];
    let world = world();
    for (request, method, path) in unknown {
        let answer = world.ask(&request.bearer(&usual_token()));
        assert_face(&answer.reply(), path, 404, "not_found", "not_found", None);
        assert_eq!(answer.reason(), "unknown_operation", "{path}");
        assert_eq!(
            (&answer.line["method"], &answer.line["path"]),
            (&json!(method), &json!(path))
        );
    }
    for request in known {
        let what = format!("{request:.120?}");
        let answer = world.ask(&request.bearer(&usual_token()));
        assert_face(&answer.reply(), &what, 404, "not_found", "not_found", None);
        assert_eq!(answer.reason(), "not_found", "{what}");
        assert!(
            answer.line.get("method").is_none() && answer.line.get("path").is_none(),
            "{what}"
        );
    }
    let token = usual_token();
    for path in [format!("/{token}"), format!("/info/{}", "x".repeat(5000))] {
        let line = world.ask(&Request::new("GET", &path).bearer(&token)).line;
        let logged = line["path"].as_str().unwrap();
        let start = logged.strip_suffix('…').unwrap();
        assert!(path.starts_with(start) && start.len() <= 96, "{logged}");
        assert!(!line.to_string().contains(&token));
    }
}

#[test]
fn without_any_keys_the_answer_is_503_and_says_when_to_come_back() {
    for fault in [
        SourceFault::Unreachable,
        SourceFault::TimedOut,
        SourceFault::Status(500),
        SourceFault::TooLarge,
    ] {
        let world = world();
        world.platform.fail(JWKS_URI, fault);
        let reply = world.ask_info(&usual_token()).reply();
        assert_face(&reply, "no keys", 503, "unavailable", "keys_unavailable", None);
        let (_, after) = reply.fields.iter().find(|(name, _)| *name == "retry-after").unwrap();
        assert_eq!(after, "5", "the first back-off");
        assert_eq!(world.ask(&Request::new("GET", "/.gate/health")).status(), 200);
    }
}

#[test]
fn refusals_of_the_platform_have_the_same_face() {
    let rows = [
        (Refusal::Misconfigured, 500, "misconfigured", "misconfigured", None),
        (Refusal::BadGateway, 502, "bad_gateway", "bad_gateway", None),
        (Refusal::GatewayTimeout, 504, "gateway_timeout", "gateway_timeout", None),
        (
            Refusal::RevokedToken,
            401,
            "unauthorized",
            "revoked_token",
            INVALID_TOKEN,
        ),
        (
            Refusal::MalformedRequest(RequestFault::Url),
            400,
            "invalid_request",
            "malformed_request",
            None,
        ),
        (
            Refusal::MalformedRequest(RequestFault::Unforwardable),
            400,
            "invalid_request",
            "malformed_request",
            None,
        ),
        (
            Refusal::KeysUnavailable { retry_after: -5 },
            503,
            "unavailable",
            "keys_unavailable",
            None,
        ),
    ];
    for (refusal, status, error, code, challenge) in rows {
        assert_face(
            &Reply::refusal(&refusal, REQUEST_ID, ""),
            code,
            status,
            error,
            code,
            challenge,
        );
    }
    assert_eq!(
        Refusal::KeysUnavailable { retry_after: 0 }.retry_after(),
        Some(1),
        "never less than a second"
    );
}

/// Whatever is asked and whoever notices: under the same settings the same message.
#[test]
fn a_caller_without_a_token_learns_in_which_ways_one_may_come() {
    const HEADER: &str = "Sign in first: send Authorization: Bearer <token>";
    let cookie = ("TOKEN_COOKIE", json!("__Host-token"));
    let property = ("TOKEN_PROPERTY", json!(true));
    let rules = ("RULES", json!([{ "operations": ["info"], "allow": "anyone" }]));
    let cases = [
        (vec![], format!("{HEADER}.")),
        (vec![cookie.clone()], format!("{HEADER}, or the cookie __Host-token.")),
        (
            vec![property.clone()],
            format!("{HEADER}, or forwardedProps.authorization."),
        ),
        (
            vec![cookie, property, rules],
            format!("{HEADER}, or the cookie __Host-token, or forwardedProps.authorization."),
        ),
    ];
    for (settings, message) in cases {
        let add = |usual: Settings, (name, value): &(&str, Value)| usual.with(name, value.clone());
        let world = World::new(&settings.iter().fold(Settings::usual(), add));
        for request in [
            Request::new("GET", "/threads"),
            Request::new("GET", "/threads?access_token=x"),
            Request::new("GET", "/threads").field("authorization", "Basic x"),
            Request::new("GET", "/.gate/whoami"),
            Request::new("GET", "/nothing-here"),
            Request::new("POST", "/agent/a/run").json(r#"{"threadId":"t"}"#),
            Request::new("POST", "").json(r#"{"method":"threads/clear"}"#),
        ] {
            let answer = world.ask(&request);
            let body: Value = serde_json::from_str(&answer.text()).unwrap();
            assert_eq!(body["code"], "missing_token", "{}", answer.line);
            assert_eq!(body["message"], message, "{}", answer.line);
        }
    }
}

#[test]
fn a_token_among_the_properties_may_stand_behind_its_scheme() {
    let world = World::new(&Settings::usual().with("TOKEN_PROPERTY", json!(true)));
    let token = usual_token();
    let reason = |property: &str| {
        let body = json!({ "forwardedProps": { "authorization": property } });
        let request = Request::new("POST", "/agent/a/run").json(&body.to_string());
        world.ask(&request).reason().to_owned()
    };
    for good in [token.clone(), format!("Bearer {token}"), format!("bearer {token}")] {
        assert_eq!(reason(&good), "ok", "{good:.10}");
    }
    for bad in [
        format!("Basic {token}"),
        format!("{token} {token}"),
        format!(" {token}"),
    ] {
        assert_eq!(reason(&bad), "token_syntax", "{bad:.10}");
    }
}

//! The one credential of a request among several places: `Authorization`, a cookie, and headers that a proxy writes.

use copilotkit_gate::config::Config;
use copilotkit_gate::wire::field_changes::FieldChange;
use serde_json::{Value, json};

use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims};

const COOKIE: &str = "session";
const ACCESS: &str = "cf-access-jwt-assertion";
const IAP: &str = "x-goog-iap-jwt-assertion";

fn settings() -> Settings {
    Settings::usual()
        .with("TOKEN_COOKIE", json!(COOKIE))
        .with("TOKEN_HEADERS", json!(["CF-Access-Jwt-Assertion", IAP]))
}

fn token_of(subject: &str) -> String {
    let mut claims = claims();
    claims["sub"] = Value::from(subject);
    TestKey::es256().token(&claims)
}

/// A request with these header fields, in which `ALICE` and `BOB` stand for the tokens of two callers.
fn request(fields: &[(&str, &str)]) -> Request {
    let (alice, bob) = (token_of("alice"), token_of("bob"));
    let all = Request::new("GET", "/info");
    fields.iter().fold(all, |request, (name, value)| {
        request.field(name, &value.replace("ALICE", &alice).replace("BOB", &bob))
    })
}

#[test]
fn the_same_token_twice_is_one_credential_and_two_tokens_are_none() {
    let world = World::new(&settings());
    let bearer = ("authorization", "Bearer ALICE");
    for (fields, expected) in [
        (vec![(ACCESS, "ALICE")], "ok"),
        (vec![(IAP, "ALICE")], "ok"),
        (vec![("CF-ACCESS-JWT-ASSERTION", "ALICE")], "ok"),
        (vec![(ACCESS, "ALICE"), (IAP, "ALICE")], "ok"),
        (vec![(ACCESS, "ALICE"), (ACCESS, "ALICE")], "ok"),
        (vec![(ACCESS, "ALICE"), ("cookie", "session=ALICE")], "ok"),
        (vec![(ACCESS, "ALICE"), bearer], "ok"),
        (vec![("cookie", "session=ALICE"), bearer], "ok"),
        (vec![(ACCESS, "ALICE"), ("cookie", "session=ALICE"), bearer], "ok"),
        (vec![(ACCESS, "ALICE"), ("cookie", "session=")], "ok"),
        (vec![(ACCESS, ""), bearer], "ok"),
        (
            vec![(ACCESS, ""), ("authorization", ""), ("cookie", "session=ALICE")],
            "ok",
        ),
        (vec![(ACCESS, "BOB"), bearer], "multiple_credentials"),
        (vec![(ACCESS, "ALICE"), (IAP, "BOB")], "multiple_credentials"),
        (vec![(ACCESS, "ALICE"), (ACCESS, "BOB")], "multiple_credentials"),
        (
            vec![(ACCESS, "BOB"), ("cookie", "session=ALICE")],
            "multiple_credentials",
        ),
        (vec![("cookie", "session=BOB"), bearer], "multiple_credentials"),
        (
            vec![("cookie", "session=ALICE"), (ACCESS, "BOB"), bearer],
            "multiple_credentials",
        ),
        (
            vec![(ACCESS, "ALICE"), ("authorization", "DPoP x")],
            "multiple_credentials",
        ),
        (
            vec![(ACCESS, "ALICE"), ("authorization", "Bearer")],
            "multiple_credentials",
        ),
        (
            vec![(ACCESS, "ALICE"), ("authorization", "ALICE")],
            "multiple_credentials",
        ),
        (vec![(ACCESS, "ALICE"), bearer, bearer], "multiple_credentials"),
        (vec![(ACCESS, "Bearer ALICE")], "token_syntax"),
        (vec![(ACCESS, "x")], "token_structure"),
        (vec![(ACCESS, "")], "missing_token"),
        (vec![("cf_access_jwt_assertion", "ALICE")], "missing_token"),
        (vec![("x-other", "ALICE")], "missing_token"),
    ] {
        let answer = world.ask(&request(&fields));
        assert_eq!(answer.reason(), expected, "{fields:?}");
        if expected == "ok" {
            assert_eq!(answer.line["sub"], "alice", "{fields:?}");
        }
    }
    let query = Request::new("GET", "/info?access_token=x").field(ACCESS, &token_of("alice"));
    assert_eq!(world.ask(&query).reason(), "multiple_credentials");
}

#[test]
fn the_header_stays_at_the_gate_and_its_token_goes_on_as_authorization() {
    let token = token_of("alice");
    for (choice, expected) in [("keep", vec![format!("Bearer {token}")]), ("strip", Vec::new())] {
        let world = World::new(&settings().with("FORWARD_AUTHORIZATION", json!(choice)));
        for fields in [
            vec![(ACCESS, "ALICE"), ("cf_access.jwt_assertion", "BOB")],
            vec![(ACCESS, "ALICE"), ("authorization", "Basic YTpi")],
            vec![("cookie", "session=ALICE"), ("authorization", "basic YTpi"), (IAP, "")],
        ] {
            let request = request(&fields);
            let answer = world.ask(&request);
            let sent = World::sent(answer.forwarded(), &request);
            assert_eq!(World::values(&sent, "authorization"), expected, "{fields:?}");
            let names = sent
                .iter()
                .map(|(name, _)| name.to_ascii_lowercase().replace(['_', '.'], "-"));
            assert!(
                names.into_iter().all(|name| name != ACCESS && name != IAP),
                "{fields:?}"
            );
        }
    }
}

#[test]
fn a_token_that_a_proxy_wrote_is_ambient_and_one_in_authorization_is_not() {
    let world = World::new(&settings().with("ALLOWED_ORIGINS", json!(["https://page.example"])));
    for (browser, expected) in [
        (vec![("origin", "https://page.example")], "ok"),
        (vec![("origin", "https://app.example.com")], "ok"),
        (vec![("sec-fetch-site", "same-origin")], "ok"),
        (vec![], "ok"),
        (vec![("origin", "https://evil.example")], "origin_not_allowed"),
        (vec![("origin", "null")], "origin_not_allowed"),
        (vec![("sec-fetch-site", "cross-site")], "origin_not_allowed"),
    ] {
        for (place, value) in [(ACCESS, "ALICE"), ("cookie", "session=ALICE")] {
            let mut fields = browser.clone();
            fields.push((place, value));
            assert_eq!(world.ask(&request(&fields)).reason(), expected, "{fields:?}");
            // No page knows the token of somebody else.
            fields.push(("authorization", "Bearer ALICE"));
            assert_eq!(world.ask(&request(&fields)).reason(), "ok", "{fields:?}");
            // A password beside it changes nothing.
            fields.pop();
            fields.push(("authorization", "Basic YTpi"));
            assert_eq!(world.ask(&request(&fields)).reason(), expected, "{fields:?}");
        }
    }
}

#[test]
fn a_preview_and_an_app_may_send_a_token_of_their_own_and_nothing_else() {
    let listed = json!([
        "https://page.example",
        "https://*.app.pages.example",
        "https://*.app.pages.example:8443",
        "capacitor://localhost",
        "chrome-extension://abcdefgh",
        "https://named.app.pages.example",
    ]);
    let rules = json!([{ "operations": ["info"], "allow": "anyone" }]);
    let settings = settings().with("ALLOWED_ORIGINS", listed).with("RULES", rules);
    let world = World::new(&settings);
    for (page, is_listed, is_trusted) in [
        ("https://page.example", true, true),
        ("https://named.app.pages.example", true, true),
        ("https://a-1.app.pages.example", true, false),
        ("https://a-1.app.pages.example:8443", true, false),
        ("capacitor://localhost", true, false),
        ("chrome-extension://abcdefgh", true, false),
        ("https://app.pages.example", false, false),
        ("https://a.b.app.pages.example", false, false),
        ("https://evil.example/.app.pages.example", false, false),
        ("https://.app.pages.example", false, false),
        ("http://a-1.app.pages.example", false, false),
        ("capacitor://localhost:1", false, false),
        ("tauri://localhost", false, false),
    ] {
        let ask = |fields: &[(&str, &str)]| {
            let mut all = vec![("origin", page)];
            all.extend_from_slice(fields);
            let request = request(&all);
            (world.ask(&request), request)
        };
        let expected = if is_trusted { "ok" } else { "origin_not_allowed" };
        for ambient in [(ACCESS, "ALICE"), ("cookie", "session=ALICE"), ("upgrade", "websocket")] {
            assert_eq!(ask(&[ambient]).0.reason(), expected, "{page}: {ambient:?}");
        }
        let upgrade = [("authorization", "Bearer ALICE"), ("upgrade", "websocket")];
        assert_eq!(ask(&upgrade).0.reason(), expected, "{page}");
        // A token of its own, beside which no cookie of a page that could be anybody's goes on.
        let (answer, request) = ask(&[("authorization", "Bearer ALICE"), ("cookie", "a=1")]);
        let sent = World::sent(answer.forwarded(), &request);
        let keeps_cookies = is_trusted || !is_listed;
        assert_eq!(
            World::values(&sent, "cookie"),
            vec!["a=1"; usize::from(keeps_cookies)],
            "{page}"
        );
        let changes = world.gate.reply_changes(Some(page), "r");
        let readable = changes
            .iter()
            .any(|change| matches!(change, FieldChange::Set("access-control-allow-origin", own) if own == page));
        assert_eq!(readable, is_listed, "{page}");
    }
}

#[test]
fn a_star_is_the_whole_first_label_above_two_more() {
    for origin in [
        "*",
        "https://*",
        "https://*.example",
        "https://*app.pages.example",
        "https://app.*.example.com",
        "https://*.*.pages.example",
        "https://*.app.pages.example/",
        "https://*.app.pages.example:443",
        "https://*.App.pages.example",
        "capacitor://",
        "capacitor://localhost/",
        "Capacitor://localhost",
        "null",
        "file://",
        "localhost",
    ] {
        let settings = Settings::usual().with("ALLOWED_ORIGINS", json!([origin]));
        let fault = Config::parse(&settings).err().map(|fault| fault.setting);
        assert_eq!(fault.as_deref(), Some("ALLOWED_ORIGINS"), "{origin}");
    }
}

#[test]
fn an_empty_authorization_is_none() {
    let empty = || Request::new("GET", "/info").field("authorization", "");
    let answer = World::new(&Settings::usual()).ask(&empty());
    assert_eq!((answer.status(), answer.reason()), (401, "missing_token"));
    let anonymous = World::new(&Settings::usual().with("ANONYMOUS", json!(true)));
    let answer = anonymous.ask(&empty());
    assert_eq!(answer.reason(), "ok");
    let sent = World::sent(answer.forwarded(), &empty());
    assert_eq!(World::values(&sent, "x-user-id"), ["anonymous"]);
    let rules = json!([{ "operations": ["info"], "allow": "anyone" }]);
    assert_eq!(
        World::new(&Settings::usual().with("RULES", rules))
            .ask(&empty())
            .reason(),
        "ok"
    );
    let refused = anonymous.ask(&Request::new("GET", "/info").field("authorization", "Basic YTpi"));
    assert_eq!(refused.reason(), "unsupported_scheme");
}

#[test]
fn a_caller_without_a_token_learns_of_every_way() {
    let world = World::new(&settings().with("TOKEN_PROPERTY", json!(true)));
    let body = world.ask(&Request::new("GET", "/info")).text();
    let ways = "send Authorization: Bearer <token>, or the cookie session, or the header cf-access-jwt-assertion, or the \
                header x-goog-iap-jwt-assertion, or forwardedProps.authorization.";
    assert!(body.contains(ways), "{body}");
}

#[test]
fn only_headers_without_another_meaning_may_hold_a_token() {
    let parse = |names: Value| Config::parse(&Settings::usual().with("TOKEN_HEADERS", names));
    for name in [
        "authorization",
        "Cookie",
        "host",
        "origin",
        "accept-language",
        "content-type",
        "proxy-authorization",
        "connection",
        "upgrade",
        "sec-websocket-protocol",
        "x-user-id",
        "X_User_Token",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-request-id",
        "x-gate-token",
        "x-middleware-token",
        "cf-connecting-ip",
        "cf-ray",
        "if-match",
        "with space",
        "",
    ] {
        let fault = parse(json!(["x-token", name])).err().map(|fault| fault.setting);
        assert_eq!(fault.as_deref(), Some("TOKEN_HEADERS"), "{name}");
    }
    for name in [
        ACCESS,
        IAP,
        "x-amzn-oidc-accesstoken",
        "x-auth-request-access-token",
        "x-forwarded-access-token",
        "x-ms-token-aad-id-token",
        "x-pomerium-jwt-assertion",
        "X-Token",
    ] {
        assert!(parse(json!([name])).is_ok(), "{name}");
    }
    let own = Settings::usual()
        .with("IDENTITY", json!({ "x-who": "sub" }))
        .with("TOKEN_HEADERS", json!(["X_Who"]));
    assert_eq!(Config::parse(&own).err().unwrap().setting, "TOKEN_HEADERS");
    assert!(parse(json!("x-token")).is_err());
}

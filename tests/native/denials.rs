//! What a caller may be refused for beyond the token: rules, bodies, pages, limits, revocation.

use std::collections::BTreeMap;

use crate::support::keys::{TestKey, base64url};
use crate::support::platform::NOW;
use crate::support::request::Request;
use crate::support::settings::{ISSUER, Settings};
use crate::support::world::{Answer, World, claims, claims_with};
use serde_json::{Value, json};

fn token() -> String {
    TestKey::es256().token(&claims())
}

/// POST to run the agent `a1` with this body.
fn run(body: &str) -> Request {
    Request::new("POST", "/agent/a1/run").bearer(&token()).json(body)
}

/// The field `name` of the answer to a refused request.
fn field(answer: &Answer, name: &str) -> Option<String> {
    let fields = answer.reply().fields;
    fields.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value)
}

/// Status, `error`, `code` and exact reason.
fn assert_refused(answer: &Answer, what: &str, expected: (u16, &str, &str, &str)) {
    let (status, error, code, reason) = expected;
    assert_eq!(answer.reason(), reason, "{what}");
    let body: Value = serde_json::from_str(&answer.text()).unwrap();
    assert_eq!(
        (answer.status(), &body["error"], &body["code"]),
        (status, &json!(error), &json!(code)),
        "{what}"
    );
}

#[test]
fn a_rule_that_is_not_met_says_so_and_names_the_scopes() {
    let rules = json!([
        { "agents": ["scoped"], "require": { "all_scopes": ["chat", "run"] } },
        { "agents": ["either"], "require": { "scopes": ["chat", "run"] } },
        { "agents": ["admins"], "require": { "roles": ["root"] } },
        { "agents": ["closed"], "allow": "nobody" },
    ]);
    let world = World::new(&Settings::usual().with("RULES", rules));
    let ask = |agent: &str, scope: &str| {
        let token = TestKey::es256().token(&claims_with(&json!({ "scope": scope })));
        world.ask(
            &Request::new("POST", &format!("/agent/{agent}/run"))
                .bearer(&token)
                .json("{}"),
        )
    };
    for (agent, scope, reason) in [
        ("scoped", "run chat", "ok"),
        ("scoped", "chat", "insufficient_scope"),
        ("scoped", "chat running", "insufficient_scope"),
        ("either", "run", "ok"),
        ("either", "other", "insufficient_scope"),
        ("admins", "run", "rule_denied"),
        ("closed", "run chat", "rule_denied"),
        ("other", "", "ok"),
    ] {
        let answer = ask(agent, scope);
        assert_eq!(answer.reason(), reason, "{agent} with {scope}");
        if reason != "ok" {
            assert_refused(&answer, agent, (403, "forbidden", reason, reason));
            let challenge = r#"Bearer realm="copilotkit", error="insufficient_scope", scope="chat run""#;
            let expected = (reason == "insufficient_scope").then(|| challenge.to_owned());
            assert_eq!(field(&answer, "www-authenticate"), expected, "{agent}");
        }
    }
}

#[test]
fn a_proxied_tool_call_is_held_against_the_rule() {
    let rules = json!([{ "operations": ["agent/*"], "allow": "authenticated", "tools": ["read_*"] }]);
    let world = World::new(&Settings::usual().with("RULES", rules));
    let call = |name: &str| {
        let request = json!({ "method": "tools/call", "params": { "name": name } });
        world.ask(&run(
            &json!({ "forwardedProps": { "__proxiedMCPRequest": request } }).to_string()
        ))
    };
    assert_eq!(call("read_file").reason(), "ok");
    assert_refused(
        &call("delete_file"),
        "delete_file",
        (403, "forbidden", "rule_denied", "tool_denied"),
    );
}

#[test]
fn a_body_is_read_in_one_way_or_not_at_all() {
    let settings = Settings::usual()
        .with("MAX_BODY_BYTES", json!(1000))
        .with("THREAD_KEY", json!(base64url(&[7; 32])));
    let world = World::new(&settings);
    let malformed = |reason| (400, "invalid_request", "malformed_body", reason);
    let rows = [
        ("", malformed("malformed_json")),
        ("{", malformed("malformed_json")),
        ("{}{}", malformed("malformed_json")),
        ("\u{feff}{}", malformed("malformed_json")),
        (r#"{"threadId":"t","threadId":"u"}"#, malformed("repeated_member")),
        (r#"{"threadId":"t","\u0074hreadId":"u"}"#, malformed("repeated_member")),
        (r#"{"threadId":"t","a":[{"b":1,"b":2}]}"#, malformed("repeated_member")),
        ("[]", malformed("body_not_an_object")),
        ("null", malformed("body_not_an_object")),
        ("{}", malformed("body_thread_id")),
        (r#"{"threadId":""}"#, malformed("body_thread_id")),
        (r#"{"threadId":7}"#, malformed("body_thread_id")),
        (r#"{"threadId":null}"#, malformed("body_thread_id")),
    ];
    for (body, expected) in rows {
        assert_refused(&world.ask(&run(body)), body, expected);
    }
    assert_eq!(world.ask(&run(r#"{"threadId":"t"}"#)).reason(), "ok");
    let large = json!({ "threadId": "t", "x": "y".repeat(1000) }).to_string();
    let expected = (413, "payload_too_large", "payload_too_large", "payload_too_large");
    assert_refused(&world.ask(&run(&large)), "too large", expected);
}

#[test]
fn a_body_that_is_not_said_to_be_plain_json_is_refused() {
    let world = World::new(&Settings::usual());
    let ask = |content_type: Option<&str>, coding: Option<&str>| {
        let mut request = Request::new("POST", "/agent/a1/run").bearer(&token());
        request.body = b"{}".to_vec();
        for (name, value) in [("content-type", content_type), ("content-encoding", coding)] {
            request = value.map_or(request.clone(), |value| request.field(name, value));
        }
        world.ask(&request)
    };
    for fine in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
    ] {
        assert_eq!(ask(Some(fine), None).reason(), "ok", "{fine}");
    }
    let expected = (
        415,
        "unsupported_media_type",
        "unsupported_media_type",
        "unsupported_media_type",
    );
    for wrong in [
        None,
        Some("text/plain"),
        Some("text/plain; application/json"),
        Some("application/json, text/plain"),
        Some("application/json; charset=utf-16"),
        Some("multipart/form-data; boundary=x"),
        Some(""),
    ] {
        assert_refused(&ask(wrong, None), &format!("{wrong:?}"), expected);
    }
    assert_refused(&ask(Some("application/json"), Some("gzip")), "gzip", expected);
    let before = world.platform.bodies.get();
    ask(Some("text/plain"), None);
    assert_eq!(world.platform.bodies.get(), before, "what is refused is not read");
}

#[test]
fn a_body_is_not_read_for_somebody_whose_token_is_no_good() {
    let world = World::new(&Settings::usual());
    let request = Request::new("POST", "/agent/a1/run").bearer("a.b.c").json("{");
    assert_eq!(world.ask(&request).status(), 401);
    assert_eq!(
        world.ask(&Request::new("POST", "/agent/a1/run").json("{")).status(),
        401
    );
    assert_eq!(world.platform.bodies.get(), 0);
}

#[test]
fn a_foreign_page_cannot_use_what_the_browser_adds() {
    let settings = Settings::usual()
        .with("TOKEN_COOKIE", json!("session"))
        .with("ALLOWED_ORIGINS", json!(["https://page.example.com"]));
    let world = World::new(&settings);
    let denied = (403, "forbidden", "origin_not_allowed", "origin_not_allowed");
    let cookie = || Request::new("GET", "/info").field("cookie", &format!("a=b; session={}", token()));
    for (name, value, reason) in [
        ("origin", "https://page.example.com", "ok"),
        ("origin", "https://app.example.com", "ok"),
        ("sec-fetch-site", "same-origin", "ok"),
        ("accept", "*/*", "ok"),
        ("origin", "https://evil.example.com", "origin_not_allowed"),
        ("origin", "null", "origin_not_allowed"),
        (
            "origin",
            "https://page.example.com.evil.example.com",
            "origin_not_allowed",
        ),
        ("sec-fetch-site", "cross-site", "origin_not_allowed"),
    ] {
        let answer = world.ask(&cookie().field(name, value));
        assert_eq!(answer.reason(), reason, "{name}: {value}");
        if reason != "ok" {
            assert_refused(&answer, value, denied);
        }
    }
    let preflight = |origin: &str| {
        let request = Request::new("OPTIONS", "/info").field("origin", origin);
        world.ask(&request.field("access-control-request-method", "GET"))
    };
    assert_eq!(preflight("https://page.example.com").status(), 204);
    assert_refused(&preflight("https://evil.example.com"), "preflight", denied);
    let upgrade = |origin: &str| {
        let request = Request::new("GET", "/info")
            .bearer(&token())
            .field("upgrade", "websocket");
        world.ask(&request.field("origin", origin))
    };
    assert_eq!(upgrade("https://page.example.com").status(), 200);
    assert_refused(&upgrade("https://evil.example.com"), "upgrade", denied);
    let header = Request::new("GET", "/info")
        .bearer(&token())
        .field("origin", "https://evil.example.com");
    assert_eq!(world.ask(&header).status(), 200, "a header is no ambient credential");
}

#[test]
fn a_cookie_beside_a_header_is_one_credential_too_many() {
    let world = World::new(&Settings::usual().with("TOKEN_COOKIE", json!("session")));
    let both = Request::new("GET", "/info")
        .bearer(&token())
        .field("cookie", "session=abc");
    let twice = Request::new("GET", "/info").field("cookie", "session=abc; session=def");
    for request in [both, twice] {
        assert_eq!(
            world.ask(&request).reason(),
            "multiple_credentials",
            "{:.80?}",
            request.fields
        );
    }
}

type Entries<'e> = &'e [(&'e str, &'e str)];

#[test]
fn revocation_voids_tokens_and_a_store_that_fails_never_passes_one() {
    let world = World::new(&Settings::usual());
    let ask = |members: &Value| {
        let mut claims = claims_with(members);
        claims["exp"] = json!(NOW + 10_000);
        world.ask_info(&TestKey::es256().token(&claims))
    };
    let revoke = |entries: &[(&str, &str)]| {
        let entries: BTreeMap<String, String> = entries
            .iter()
            .map(|(name, text)| (name.replace("ISS", ISSUER), (*text).to_owned()))
            .collect();
        *world.platform.revoked.borrow_mut() = Some(entries);
        world.platform.pass(60);
    };
    assert_eq!(ask(&json!({ "jti": "j1" })).reason(), "ok", "no store is bound");
    let before = format!(r#"{{"before":{NOW}}}"#);
    let rows: [(Entries<'_>, Value, &str); 9] = [
        (&[("jti:ISS:j1", "")], json!({ "jti": "j1" }), "revoked_token"),
        (&[("jti:ISS:j1", "")], json!({ "jti": "j2" }), "ok"),
        (&[("jti:https://other:j1", "")], json!({ "jti": "j1" }), "ok"),
        (&[("sub:ISS:alice", "")], json!({}), "revoked_token"),
        (
            &[("sub:ISS:alice", &before)],
            json!({ "iat": NOW - 1 }),
            "revoked_token",
        ),
        (&[("sub:ISS:alice", &before)], json!({ "iat": NOW }), "ok"),
        (&[("sub:ISS:alice", &before)], json!({ "iat": null }), "revoked_token"),
        (
            &[("sub:ISS:alice", &before)],
            json!({ "iat": 1_799_999_999.5 }),
            "revoked_token",
        ),
        (&[("sub:ISS:alice", "nonsense")], json!({}), "revoked_token"),
    ];
    for (entries, members, reason) in rows {
        revoke(entries);
        let answer = ask(&members);
        assert_eq!(answer.reason(), reason, "{entries:?} {members}");
        if reason != "ok" {
            assert_refused(
                &answer,
                "revoked",
                (401, "unauthorized", "revoked_token", "revoked_token"),
            );
        }
    }
    revoke(&[]);
    assert_eq!(ask(&json!({})).reason(), "ok");
    *world.platform.revoked.borrow_mut() = Some([(format!("sub:{ISSUER}:alice"), String::new())].into());
    world.platform.pass(59);
    assert_eq!(ask(&json!({})).reason(), "ok", "remembered");
    world.platform.pass(1);
    assert_eq!(ask(&json!({})).reason(), "revoked_token", "for no longer than a minute");
    let reads = world.platform.revocation_reads.get();
    assert_eq!(ask(&json!({})).reason(), "revoked_token");
    assert_eq!(
        world.platform.revocation_reads.get(),
        reads,
        "and not looked up for each request"
    );

    revoke(&[]);
    world.platform.revocations_fail.set(true);
    let answer = ask(&json!({}));
    assert_refused(
        &answer,
        "store down",
        (503, "unavailable", "revocation_unavailable", "revocation_unavailable"),
    );
    assert!(field(&answer, "retry-after").is_some());
    // KV takes names of up to 512 bytes.
    let room = 512 - format!("jti:{ISSUER}:").len();
    let longest = ask(&json!({ "jti": "j".repeat(room) }));
    assert_eq!(longest.reason(), "revocation_unavailable", "can be named");
    let long = ask(&json!({ "jti": "j".repeat(room + 1) }));
    assert_refused(
        &long,
        "cannot be named",
        (401, "unauthorized", "claims_rejected", "unrevocable_token"),
    );
}

#[test]
fn limits_are_kept_per_subject_and_for_refusals_per_address() {
    let world = World::new(&Settings::usual());
    let limited = (429, "rate_limited", "rate_limited", "rate_limited");
    let from = |request: Request| request.field("cf-connecting-ip", "203.0.113.7");
    world.ask(&from(Request::new("GET", "/info").bearer(&token())));
    world.ask(&from(Request::new("GET", "/info")));
    let subject = format!("subject:{ISSUER}:alice");
    assert_eq!(
        *world.platform.limited.borrow(),
        [subject, "address:203.0.113.7".to_owned()]
    );
    *world.platform.over_limit.borrow_mut() = Some("subject:".to_owned());
    let answer = world.ask(&from(Request::new("GET", "/info").bearer(&token())));
    assert_refused(&answer, "subject", limited);
    assert!(field(&answer, "retry-after").is_some_and(|after| after.parse::<u32>().unwrap() >= 1));
    *world.platform.over_limit.borrow_mut() = Some("address:".to_owned());
    assert_refused(&world.ask(&from(Request::new("GET", "/info"))), "address", limited);
    assert_eq!(
        world.ask(&from(Request::new("GET", "/info").bearer(&token()))).status(),
        200
    );
}

#[test]
fn no_two_callers_share_a_limit() {
    let identity = json!({ "x-user-id": "email" });
    let world = World::new(&Settings::usual().with("IDENTITY", identity));
    let key_of = |members: &Value| {
        let token = TestKey::es256().token(&claims_with(members));
        world.platform.limited.borrow_mut().clear();
        world.ask_info(&token);
        world.platform.limited.borrow().concat()
    };
    let rows = [
        (json!({ "sub": "8443:eve" }), format!("subject:{ISSUER}:8443%3Aeve")),
        (json!({ "sub": "8443%3Aeve" }), format!("subject:{ISSUER}:8443%253Aeve")),
        (
            json!({ "sub": null, "email": "a@example.com" }),
            format!("user:{ISSUER}:a@example.com"),
        ),
        (
            json!({ "sub": null, "email": "b@example.com" }),
            format!("user:{ISSUER}:b@example.com"),
        ),
        (
            json!({ "sub": "", "email": "b@example.com" }),
            format!("user:{ISSUER}:b@example.com"),
        ),
    ];
    for (members, key) in rows {
        assert_eq!(key_of(&members), key, "{members}");
    }
    let nameless = ["1", "2"].map(|jti| key_of(&json!({ "sub": null, "jti": jti })));
    assert!(nameless.iter().all(|key| key.starts_with("token:")), "{nameless:?}");
    assert_ne!(nameless[0], nameless[1]);
}

/// `ISS` is `https://idp.example.com`: an entry of `ISS:8443` for `eve` is not one of `ISS` for `8443:eve`.
#[test]
fn the_name_of_a_revocation_is_of_one_subject_and_the_old_form_is_still_read() {
    let world = World::new(&Settings::usual());
    let reason = |entry: &str, members: &Value| {
        let entries = [(entry.replace("ISS", ISSUER), String::new())].into();
        *world.platform.revoked.borrow_mut() = Some(entries);
        world.platform.pass(60);
        let mut claims = claims_with(members);
        claims["exp"] = json!(NOW + 10_000);
        world.ask_info(&TestKey::es256().token(&claims)).reason().to_owned()
    };
    let rows = [
        ("sub:ISS:8443%3Aeve", json!({ "sub": "8443:eve" }), "revoked_token"),
        ("sub:ISS:8443:eve", json!({ "sub": "8443:eve" }), "revoked_token"),
        ("jti:ISS:urn%3Aid%3A1", json!({ "jti": "urn:id:1" }), "revoked_token"),
        ("jti:ISS:urn:id:1", json!({ "jti": "urn:id:1" }), "revoked_token"),
        ("sub:ISS:100%25", json!({ "sub": "100%" }), "revoked_token"),
        ("sid:ISS:s1", json!({ "sid": "s1" }), "revoked_token"),
        ("sid:ISS:s1", json!({ "session_id": "s1" }), "revoked_token"),
        (
            "sid:ISS:s1",
            json!({ "sid": null, "session_id": "s1" }),
            "revoked_token",
        ),
        ("sid:ISS:s1", json!({ "sid": "s2", "session_id": "s1" }), "ok"),
        ("sid:ISS:s1", json!({ "sid": "s2" }), "ok"),
        ("sid:ISS:s1", json!({ "sub": "s1", "jti": "s1" }), "ok"),
        ("sid:ISS:7", json!({ "sid": 7 }), "revoked_token"),
        ("sid:ISS:urn%3As%251", json!({ "sid": "urn:s%1" }), "revoked_token"),
        ("sid:ISS:8443%3As", json!({ "sid": "8443:s" }), "revoked_token"),
        // No name of a session was ever written so.
        ("sid:ISS:8443:s", json!({ "sid": "8443:s" }), "ok"),
        ("sid:ISS:s1", json!({ "sid": ["s1"] }), "unrevocable_token"),
        (
            "sid:ISS:s1",
            json!({ "session_id": { "s1": true } }),
            "unrevocable_token",
        ),
        ("sid:ISS:s1", json!({ "sid": "s".repeat(512) }), "unrevocable_token"),
        ("sub:ISS:a%3Ab", json!({ "sub": "a" }), "ok"),
        ("sub:ISS:a", json!({ "sub": "a:b" }), "ok"),
    ];
    for (entry, members, expected) in rows {
        assert_eq!(reason(entry, &members), expected, "{entry} {members}");
    }
}

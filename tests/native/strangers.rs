//! Callers whom nobody knows: what is read of their bodies, what they count against, and what they reach.

use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims};
use copilotkit_gate::config::read::BindingKind;
use serde_json::{Value, json};

fn token() -> String {
    TestKey::es256().token(&claims())
}

fn post(path: &str, body: &str) -> Request {
    Request::new("POST", path)
        .json(body)
        .field("cf-connecting-ip", "203.0.113.9")
}

fn with_rules(rules: Value) -> Settings {
    Settings::usual().with("RULES", rules)
}

/// One rule lets everybody run one agent.
fn open() -> Settings {
    with_rules(json!([{ "agents": ["open"], "operations": ["agent/run"], "allow": "anyone" }]))
}

#[test]
fn a_body_is_read_only_where_a_rule_lets_strangers_do_exactly_that() {
    for (path, reads, reason) in [
        ("/agent/open/run", 1, "ok"),
        ("/agent/other/run", 0, "missing_token"),
        ("/agent/open/connect", 0, "missing_token"),
        ("/annotate", 0, "missing_token"),
        ("/nothing", 0, "missing_token"),
        // What an envelope asks for stands in its body.
        ("", 1, "missing_token"),
    ] {
        let world = World::new(&open());
        let answer = world.ask(&post(path, "{}"));
        assert_eq!(
            (world.platform.bodies.get(), answer.reason()),
            (reads, reason),
            "{path}"
        );
    }
    let world = World::new(&Settings::usual());
    assert_eq!(world.ask(&post("", r#"{"method":"info"}"#)).status(), 401);
    assert_eq!(world.platform.bodies.get(), 0, "no rule is about strangers");
}

#[test]
fn a_strangers_body_has_a_limit_of_its_own() {
    let body = |length: usize| json!({ "threadId": "t", "x": "y".repeat(length) }).to_string();
    let world = World::new(&open());
    assert_eq!(world.ask(&post("/agent/open/run", &body(60_000))).reason(), "ok");
    assert_eq!(world.ask(&post("/agent/open/run", &body(66_000))).status(), 413);
    let known = post("/agent/open/run", &body(66_000)).bearer(&token());
    assert_eq!(world.ask(&known).reason(), "ok");
    // Until a rule has let it in, a stranger learns that a token is missing, and no more.
    assert_eq!(world.ask(&post("", &body(66_000))).reason(), "missing_token");
    let small = World::new(&open().with("MAX_STRANGER_BODY_BYTES", json!(10)));
    assert_eq!(small.ask(&post("/agent/open/run", &body(1))).status(), 413);
}

#[test]
fn every_request_is_counted_once_and_before_its_body_is_read() {
    let anyone = json!([{ "operations": ["agent/run", "info"], "allow": "anyone" }]);
    let by_address = "address:203.0.113.9";
    let by_subject = "subject:https://idp.example.com:alice";
    let envelope = json!({ "method": "agent/run", "params": { "agentId": "a" }, "body": {} }).to_string();
    let property = json!({ "forwardedProps": { "authorization": token() } }).to_string();
    let usual = Settings::usual;
    let rows = [
        (usual(), post("/agent/a/run", "{}").bearer(&token()), vec![by_subject]),
        (usual(), post("", &envelope).bearer(&token()), vec![by_subject]),
        (usual(), post("/agent/a/run", "{}"), vec![by_address]),
        (usual(), post("/agent/a/run", "{}").bearer("x.y.z"), vec![by_address]),
        (usual(), post("/nothing", "{}").bearer(&token()), vec![by_address]),
        (
            usual().with("ANONYMOUS", json!(true)),
            post("/agent/a/run", "{}"),
            vec![by_address],
        ),
        (with_rules(anyone.clone()), post("/agent/a/run", "{}"), vec![by_address]),
        (with_rules(anyone.clone()), post("", &envelope), vec![by_address]),
        (
            with_rules(anyone),
            post("/agent/a/run", "{}").bearer(&token()),
            vec![by_subject],
        ),
        // Whose token it is turns out only when the body has been read.
        (
            usual().with("TOKEN_PROPERTY", json!(true)),
            post("/agent/a/run", &property),
            vec![by_address, by_subject],
        ),
        (
            usual().with("TOKEN_PROPERTY", json!(true)),
            post("/agent/a/run", "{}"),
            vec![by_address],
        ),
    ];
    for (settings, request, counted) in rows {
        let world = World::new(&settings);
        let what = format!("{} {}", request.url, world.ask(&request).reason());
        assert_eq!(*world.platform.limited.borrow(), counted, "{what}");
        if counted.is_empty() {
            continue;
        }
        let full = World::new(&settings);
        *full.platform.over_limit.borrow_mut() = Some(String::new());
        assert_eq!(full.ask(&request).status(), 429, "{what}");
        assert_eq!(full.platform.bodies.get(), 0, "{what}: nothing is read past the limit");
    }
}

#[test]
fn addresses_of_one_network_count_together() {
    for (address, key) in [
        ("203.0.113.9", "address:203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002::1", "address:2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "address:2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "address:203.0.113.9"),
        ("unix", "address:unix"),
    ] {
        let world = World::new(&Settings::usual());
        world.ask(&Request::new("GET", "/info").field("cf-connecting-ip", address));
        assert_eq!(*world.platform.limited.borrow(), [key], "{address}");
    }
}

#[test]
fn a_rule_counts_what_it_lets_through() {
    let rules = json!([
        { "agents": ["dear"], "operations": ["agent/run"], "allow": "authenticated", "limit": "RUNS" },
        { "agents": ["closed"], "allow": "nobody", "limit": "RUNS" },
    ]);
    let settings = with_rules(rules).binding("RUNS", BindingKind::RateLimit);
    let general = "subject:https://idp.example.com:alice";
    for (agent, counted) in [
        ("dear", vec![general.to_owned(), format!("RUNS:{general}")]),
        ("other", vec![general.to_owned()]),
        ("closed", vec!["address:203.0.113.9".to_owned()]),
    ] {
        let world = World::new(&settings);
        let request = post(&format!("/agent/{agent}/run"), "{}").bearer(&token());
        world.ask(&request);
        assert_eq!(*world.platform.limited.borrow(), counted, "{agent}");
    }
    let world = World::new(&settings);
    *world.platform.over_limit.borrow_mut() = Some("RUNS:".to_owned());
    let run = |agent: &str| world.ask(&post(&format!("/agent/{agent}/run"), "{}").bearer(&token()));
    assert_eq!((run("dear").status(), run("other").status()), (429, 200));
    assert_eq!(
        world.gate.rate_limits(),
        ["RATE_LIMIT", "RUNS", "RUNS"],
        "what the platform must bind"
    );
}

#[test]
fn callers_without_an_identity_reach_no_threads_and_no_memories() {
    let rules = json!([{ "operations": ["*"], "allow": "anyone" }]);
    let key = crate::support::keys::base64url(&[7; 32]);
    for settings in [
        Settings::usual().with("ANONYMOUS", json!(true)),
        with_rules(rules.clone()),
        with_rules(rules.clone()).with("ANONYMOUS", json!(true)),
        with_rules(rules).with("THREAD_KEY", json!(key)),
    ] {
        let world = World::new(&settings);
        for (method, path) in [
            ("GET", "/threads"),
            ("GET", "/threads?agentId=a"),
            ("GET", "/threads/t/messages"),
            ("POST", "/threads/clear"),
            ("GET", "/memories"),
            ("POST", "/memories/recall"),
            ("DELETE", "/memories/m"),
        ] {
            let answer = world.ask(&Request::new(method, path));
            assert_eq!(answer.reason(), "missing_token", "{method} {path}");
        }
        assert_eq!(world.ask(&Request::new("GET", "/info")).reason(), "ok");
    }
}

#[test]
fn a_body_with_too_many_members_is_too_large() {
    let world = World::new(&Settings::usual());
    let body = |members: usize| {
        let list: Vec<String> = (0..members).map(|i| format!("\"{i}\":1")).collect();
        format!("{{\"state\":{{{}}}}}", list.join(","))
    };
    let ask = |body: &str| world.ask(&post("/agent/a/run", body).bearer(&token()));
    assert_eq!(ask(&body(99_000)).reason(), "ok");
    let refused = ask(&body(100_000));
    assert_eq!((refused.status(), refused.reason()), (413, "too_many_members"));
}

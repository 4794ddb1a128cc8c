//! Rules: what each is about, what only says how it would decide, and what the log tells of it.

use crate::support::keys::{TestKey, base64url};
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims, claims_with, signed};
use copilotkit_gate::config::Config;
use copilotkit_gate::config::read::BindingKind;
use copilotkit_gate::gate::record::Record;
use copilotkit_gate::policy::Trace;
use copilotkit_gate::policy::rule::Access;
use serde_json::{Value, json};

fn world(rules: Value, threads: &str) -> World {
    let settings = Settings::usual().with("RULES", rules);
    World::new(&match threads {
        "isolated" => settings.with("THREAD_KEY", json!(base64url(&[7; 32]))),
        _ => settings,
    })
}

fn ask(world: &World, method: &str, path: &str) -> String {
    let token = TestKey::es256().token(&claims());
    let request = Request::new(method, path).bearer(&token).json(r#"{"threadId":"t"}"#);
    world.ask(&request).reason().to_owned()
}

#[test]
fn a_rule_with_agents_is_about_operations_that_name_one() {
    let rules = json!([{ "agents": ["*"], "allow": "authenticated" }]);
    let closed = json!([{ "agents": ["*"], "allow": "nobody" }]);
    for threads in ["shared", "isolated"] {
        let opened = world(rules.clone(), threads);
        for (method, path) in [("POST", "/threads/clear"), ("GET", "/cpk-debug-events")] {
            assert_eq!(ask(&opened, method, path), "rule_denied", "{threads} {path}");
        }
        let closed = world(closed.clone(), threads);
        assert_eq!(ask(&closed, "GET", "/info"), "ok", "it names no agent");
        assert_eq!(ask(&closed, "POST", "/agent/a/run"), "rule_denied");
    }
    let shared = world(json!([{ "agents": ["default"], "allow": "authenticated" }]), "shared");
    assert_eq!(ask(&shared, "GET", "/threads?agentId=default"), "rule_denied");
    assert_eq!(ask(&shared, "POST", "/agent/default/run"), "ok");
}

#[test]
fn what_is_everybodys_is_opened_by_its_full_name_only() {
    let open = |operations: Value| json!([{ "operations": operations, "allow": "authenticated" }]);
    for threads in ["shared", "isolated"] {
        for (operations, clear, debug) in [
            (json!(["*"]), "rule_denied", "rule_denied"),
            (json!(["threads/*", "cpk-*"]), "rule_denied", "rule_denied"),
            (json!(["threads/clear"]), "ok", "rule_denied"),
            (json!(["cpk-debug-events", "*"]), "rule_denied", "ok"),
        ] {
            let world = world(open(operations.clone()), threads);
            assert_eq!(ask(&world, "POST", "/threads/clear"), clear, "{operations}");
            assert_eq!(ask(&world, "GET", "/cpk-debug-events"), debug, "{operations}");
        }
        let without = world(json!([{ "allow": "authenticated" }]), threads);
        assert_eq!(ask(&without, "POST", "/threads/clear"), "rule_denied");
    }
}

#[test]
fn shared_threads_are_opened_by_operations_that_name_threads() {
    for (rules, messages) in [
        (json!([{ "allow": "authenticated" }]), "rule_denied"),
        (
            json!([{ "operations": ["threads/messages"], "allow": "authenticated" }]),
            "ok",
        ),
        (json!([{ "operations": ["threads/*"], "allow": "authenticated" }]), "ok"),
        (
            json!([{ "operations": ["threads/list"], "allow": "authenticated" }]),
            "rule_denied",
        ),
    ] {
        let world = world(rules.clone(), "shared");
        assert_eq!(ask(&world, "GET", "/threads/t/messages"), messages, "{rules}");
    }
    let isolated = world(json!([{ "allow": "authenticated" }]), "isolated");
    assert_eq!(ask(&isolated, "GET", "/threads/t/messages"), "ok");
}

#[test]
fn a_rule_that_closes_needs_no_full_name() {
    let rules = json!([{ "operations": ["*"], "allow": "nobody" }]);
    for path in ["/threads/clear", "/agent/a/run", "/memories/recall"] {
        assert_eq!(
            ask(&world(rules.clone(), "isolated"), "POST", path),
            "rule_denied",
            "{path}"
        );
    }
}

#[test]
fn a_rule_that_only_reports_decides_nothing_and_tells_the_log() {
    let rules = json!([
        { "agents": ["dear"], "require": { "roles": ["root"] }, "mode": "report" },
        { "agents": ["dear"], "allow": "nobody", "mode": "report" },
        { "agents": ["dear"], "operations": ["agent/run"], "allow": "authenticated" },
        { "operations": ["agent/*"], "allow": "nobody", "mode": "report" },
    ]);
    let world = world(rules, "isolated");
    let line = |agent: &str, role: &str| {
        let token = TestKey::es256().token(&claims_with(&json!({ "role": role })));
        let request = Request::new("POST", &format!("/agent/{agent}/run"))
            .bearer(&token)
            .json(r#"{"threadId":"t"}"#);
        world.ask(&request).line
    };
    let denied = line("dear", "admin");
    assert_eq!((&denied["outcome"], &denied["rule"]), (&json!("allow"), &json!(2)));
    assert_eq!(
        denied["report"],
        json!({ "rule": 0, "outcome": "deny", "reason": "rule_denied" })
    );
    assert_eq!(
        line("dear", "root")["report"],
        json!({ "rule": 0, "outcome": "allow", "reason": "ok" })
    );
    let other = line("other", "admin");
    assert_eq!(
        other["report"],
        json!({ "rule": 3, "outcome": "deny", "reason": "rule_denied" })
    );
    assert!(other.get("rule").is_none(), "a default decided");
}

#[test]
fn a_claim_must_have_one_of_the_listed_values() {
    let rules =
        json!([{ "agents": ["a"], "require": { "claims": { "org.plan": ["pro", "team"], "verified": true } } }]);
    let world = world(rules, "shared");
    for (members, expected) in [
        (json!({ "org": { "plan": "pro" }, "verified": true }), "ok"),
        (json!({ "org": { "plan": "team" }, "verified": true }), "ok"),
        (json!({ "org": { "plan": "free" }, "verified": true }), "rule_denied"),
        (json!({ "org": { "plan": "pro" }, "verified": false }), "rule_denied"),
        (json!({ "org": { "plan": "pro" } }), "rule_denied"),
        (json!({ "verified": true }), "rule_denied"),
    ] {
        let token = TestKey::es256().token(&claims_with(&members));
        let request = Request::new("POST", "/agent/a/run").bearer(&token).json("{}");
        assert_eq!(world.ask(&request).reason(), expected, "{members}");
    }
}

#[test]
fn a_role_or_a_scope_that_is_null_is_none() {
    for (require, claim, expected) in [
        (json!({ "roles": ["admin"] }), "role", "rule_denied"),
        (json!({ "scopes": ["run"] }), "scope", "insufficient_scope"),
    ] {
        let world = world(json!([{ "agents": ["a"], "require": require }]), "shared");
        let mut claims = claims();
        claims[claim] = Value::Null;
        let token = TestKey::es256().token(&claims);
        let request = Request::new("POST", "/agent/a/run").bearer(&token).json("{}");
        assert_eq!(world.ask(&request).reason(), expected, "{claim}");
    }
}

/// A rule that would let strangers in shows who would come, and lets nobody in.
#[test]
fn a_rule_that_reports_lets_no_stranger_in() {
    let rules = json!([{ "operations": ["agent/run"], "allow": "anyone", "mode": "report" }]);
    let world = world(rules, "isolated");
    let answer = world.ask(&Request::new("POST", "/agent/a/run").json("{}"));
    assert_eq!((answer.reason(), world.platform.bodies.get()), ("missing_token", 0));
    assert_eq!(
        answer.line["report"],
        json!({ "rule": 0, "outcome": "allow", "reason": "ok" })
    );
    let envelope = json!({ "method": "agent/run", "params": { "agentId": "a" }, "body": {} });
    let answer = world.ask(&Request::new("POST", "").json(&envelope.to_string()));
    assert_eq!((answer.reason(), world.platform.bodies.get()), ("missing_token", 0));
}

#[test]
fn a_rule_that_can_never_decide_is_a_misconfiguration() {
    let usual = |rules: Value| Settings::usual().with("RULES", rules);
    for (rules, setting) in [
        (
            json!([{ "operations": ["*clear"], "allow": "authenticated" }]),
            Some("RULES[0]"),
        ),
        (
            json!([{ "agents": ["a"], "operations": ["info"], "allow": "nobody" }]),
            Some("RULES[0]"),
        ),
        (json!([{ "operations": ["threads/clear"], "allow": "nobody" }]), None),
        (
            json!([{ "operations": ["threads/*"], "allow": "authenticated" }, { "operations": ["threads/clear"], "allow": "authenticated" }]),
            Some("RULES[1]"),
        ),
        (
            json!([{ "operations": ["threads/clear"], "allow": "authenticated" }, { "operations": ["threads/*"], "allow": "authenticated" }]),
            None,
        ),
        (
            json!([{ "operations": ["info"], "allow": "nobody", "mode": "report" }, { "operations": ["info"], "allow": "anyone" }]),
            None,
        ),
        (
            json!([{ "agents": ["*"], "allow": "authenticated" }, { "operations": ["agent/run"], "allow": "nobody" }]),
            Some("RULES[1]"),
        ),
        // Operations that name no agent, and other agents, are left for the second rule.
        (
            json!([{ "agents": ["*"], "allow": "authenticated" }, { "operations": ["info"], "allow": "nobody" }]),
            None,
        ),
        (
            json!([{ "agents": ["a"], "allow": "authenticated" }, { "operations": ["agent/run"], "allow": "nobody" }]),
            None,
        ),
        (json!([{ "allow": "nobody", "mode": "maybe" }]), Some("RULES[0].mode")),
        (
            json!([{ "allow": "authenticated", "limit": "ABSENT" }]),
            Some("RULES[0].limit"),
        ),
        (
            json!([{ "allow": "authenticated", "limit": 7 }]),
            Some("RULES[0].limit"),
        ),
    ] {
        let fault = Config::parse(&usual(rules.clone())).err();
        assert_eq!(
            fault.as_ref().map(|fault| fault.setting.as_str()),
            setting,
            "{rules}: {fault:?}"
        );
    }
}

/// `Retry-After` is the period of the binding, where some rule says it; else the shortest that there is.
#[test]
fn a_rule_may_have_a_name_that_the_log_tells() {
    let rules = json!([
        { "name": "On-Trial-2", "agents": ["a"], "allow": "nobody", "mode": "report" },
        { "name": "ops", "agents": ["a"], "allow": "authenticated" },
        { "agents": ["b"], "allow": "nobody" },
    ]);
    let world = world(rules, "isolated");
    let line = |agent: &str| {
        let request = Request::new("POST", &format!("/agent/{agent}/run")).json(r#"{"threadId":"t"}"#);
        world.ask(&signed(request)).line
    };
    let named = line("a");
    assert_eq!((&named["rule"], &named["rule_name"]), (&json!(1), &json!("ops")));
    let report = json!({ "rule": 0, "rule_name": "On-Trial-2", "outcome": "deny", "reason": "rule_denied" });
    assert_eq!(named["report"], report);
    let nameless = line("b");
    assert_eq!((&nameless["rule"], nameless.get("rule_name")), (&json!(2), None));
    let mut record = Record::new("request-1");
    record.policy(Trace {
        rule: Some(1),
        rule_name: Some("ops".to_owned()),
        report: None,
    });
    assert_eq!(record.labels()[11..], ["1", "ops"], "and so does a data point");
}

#[test]
fn a_name_is_short_plain_and_one_rules_own() {
    let name = |name: Value| json!([{ "name": name, "allow": "nobody" }]);
    let two = |first: &str, second: &str| json!([{ "name": first, "agents": ["a"], "allow": "nobody" }, { "name": second, "allow": "nobody" }]);
    let cases = [
        (name(json!("a")), None),
        (name(json!("A-1".repeat(21) + "x")), None),
        (two("a", "A"), None),
        (name(json!("a".repeat(65))), Some("RULES[0].name")),
        (name(json!("")), Some("RULES[0].name")),
        (name(json!("ops admins")), Some("RULES[0].name")),
        (name(json!("ops_admins")), Some("RULES[0].name")),
        (name(json!("bürger")), Some("RULES[0].name")),
        (name(json!(7)), Some("RULES[0].name")),
        (two("a", "a"), Some("RULES[1].name")),
    ];
    for (rules, setting) in cases {
        let fault = Config::parse(&Settings::usual().with("RULES", rules.clone())).err();
        let named = fault.as_ref().map(|fault| fault.setting.as_str());
        assert_eq!(named, setting, "{rules}: {fault:?}");
    }
}

#[test]
fn a_caller_over_a_limit_learns_its_period() {
    let rules = json!([
        { "agents": ["a"], "allow": "authenticated", "limit": { "binding": "RUNS", "period": 60 } },
        { "agents": ["b"], "allow": "authenticated", "limit": "RUNS" },
        { "agents": ["c"], "allow": "authenticated", "limit": { "binding": "SHORT", "period": 10 } },
        { "agents": ["d"], "allow": "authenticated", "limit": "OTHER" },
    ]);
    let bindings = ["RUNS", "SHORT", "OTHER", "RATE_LIMIT"];
    let bind = |settings: Settings, name: &&str| settings.binding(name, BindingKind::RateLimit);
    let world = World::new(&bindings.iter().fold(Settings::usual().with("RULES", rules), bind));
    let after = |over: &str, agent: &str| {
        world.platform.over_limit.replace(Some(over.to_owned()));
        let request = Request::new("POST", &format!("/agent/{agent}/run")).json(r#"{"threadId":"t"}"#);
        world.ask(&signed(request)).refused().retry_after()
    };
    assert_eq!((after("RUNS:", "a"), after("RUNS:", "b")), (Some(60), Some(60)));
    assert_eq!((after("SHORT:", "c"), after("OTHER:", "d")), (Some(10), Some(10)));
    assert_eq!(after("subject:", "a"), Some(10), "of RATE_LIMIT nothing is known");
}

#[test]
fn a_limit_names_a_binding_and_a_period_that_it_can_have() {
    let rule = |limit: Value| json!({ "allow": "authenticated", "limit": limit });
    let cases = [
        (json!([rule(json!("RUNS"))]), None),
        (json!([rule(json!({ "binding": "RUNS", "period": 10 }))]), None),
        (json!([rule(json!({ "binding": "RUNS", "period": 60.0 }))]), None),
        (
            json!([rule(json!({ "binding": "ABSENT", "period": 60 }))]),
            Some("RULES[0].limit.binding"),
        ),
        (json!([rule(json!({ "period": 60 }))]), Some("RULES[0].limit.binding")),
        (
            json!([rule(json!({ "binding": "RUNS", "period": 30 }))]),
            Some("RULES[0].limit.period"),
        ),
        (
            json!([rule(json!({ "binding": "RUNS", "period": 9 }))]),
            Some("RULES[0].limit.period"),
        ),
        (
            json!([rule(json!({ "binding": "RUNS", "period": "soon" }))]),
            Some("RULES[0].limit.period"),
        ),
        (
            json!([rule(json!({ "binding": "RUNS" }))]),
            Some("RULES[0].limit.period"),
        ),
        (
            json!([rule(json!({ "binding": "RUNS", "period": 60, "rate": 1 }))]),
            Some("RULES[0].limit.rate"),
        ),
        (json!([rule(json!(["RUNS"]))]), Some("RULES[0].limit")),
        (
            json!([
                { "agents": ["a"], "allow": "authenticated", "limit": { "binding": "RUNS", "period": 60 } },
                { "agents": ["b"], "allow": "authenticated", "limit": { "binding": "RUNS", "period": 10 } },
            ]),
            Some("RULES[1].limit"),
        ),
    ];
    for (rules, setting) in cases {
        let settings = Settings::usual().with("RULES", rules.clone());
        let fault = Config::parse(&settings.binding("RUNS", BindingKind::RateLimit)).err();
        let named = fault.as_ref().map(|fault| fault.setting.as_str());
        assert_eq!(named, setting, "{rules}: {fault:?}");
    }
}

#[test]
fn the_log_tells_which_rule_decided() {
    let rules = json!([
        { "agents": ["a"], "allow": "nobody" },
        { "agents": ["b"], "allow": "authenticated" },
    ]);
    let world = world(rules, "isolated");
    let rule = |agent: &str| {
        let token = TestKey::es256().token(&claims());
        let request = Request::new("POST", &format!("/agent/{agent}/run"))
            .bearer(&token)
            .json(r#"{"threadId":"t"}"#);
        world.ask(&request).line.get("rule").cloned()
    };
    assert_eq!(
        (rule("a"), rule("b"), rule("c")),
        (Some(json!(0)), Some(json!(1)), None)
    );
    let access = |index: usize| world.gate.policy().rule(index).map(|rule| &rule.access);
    assert!(matches!(access(0), Some(Access::Nobody)));
    assert!(matches!(access(1), Some(Access::Authenticated)));
    assert!(access(2).is_none());
}

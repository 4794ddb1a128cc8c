//! The log line of a decision: what it holds, and how long it may become.

use crate::support::keys::{TestKey, base64url};
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims_with};
use copilotkit_gate::auth::progress::Progress;
use copilotkit_gate::config::Config;
use copilotkit_gate::gate::Gate;
use copilotkit_gate::gate::record::Record;
use copilotkit_gate::wire::fault::RequestFault;
use copilotkit_gate::wire::refusal::Refusal;
use copilotkit_gate::wire::step::Step;
use proptest::prelude::*;
use serde_json::{Value, json};

/// The longest line, in bytes.
const LONGEST: usize = 4096;

#[test]
fn no_value_of_a_caller_makes_a_line_too_long() {
    for filler in ["x", "\u{1}", "\"", "\\", "ä", "😀", "\u{7f}", "\u{2028}"] {
        let long = filler.repeat(1500);
        let world = World::new(&Settings::usual().with("THREADS", json!("shared")));
        let key = TestKey::es256();
        let header = json!({ "alg": "ES256", "kid": "key-1" });
        let claims = claims_with(&json!({ "sub": long, "permissions": null }));
        let token = key.sign(header.to_string().as_bytes(), claims.to_string().as_bytes());
        let agent = "a".repeat(256);
        let body = json!({ "threadId": filler.repeat(256 / filler.len()) }).to_string();
        let request = Request::new("POST", &format!("/agent/{agent}/run"))
            .bearer(&token)
            .json(&body);
        let line = world.ask(&request).line.to_string();
        assert!(line.len() <= LONGEST, "{filler:?}: {} bytes", line.len());
        assert!(line.contains('…'), "{filler:?}: what is cut says so");
    }
}

proptest! {
    #[test]
    fn no_combination_of_values_makes_a_line_too_long(sub in ".{0,2000}", thread in ".{0,256}", role in ".{0,9}") {
        let world = World::new(&Settings::usual());
        let token = TestKey::es256().token(&claims_with(&json!({ "sub": sub, "role": [[role]] })));
        let body = json!({ "threadId": thread }).to_string();
        let request = Request::new("POST", "/agent/a/run").bearer(&token).json(&body);
        prop_assert!(world.ask(&request).line.to_string().len() <= LONGEST);
    }
}

/// What was authorised may have happened, whoever waits for the answer.
#[test]
fn a_client_that_is_gone_leaves_a_line_too() {
    for (authorised, outcome) in [(true, "allow"), (false, "deny")] {
        let mut record = Record::new("request-1");
        if authorised {
            record.at(Step::Upstream);
        }
        record.gone();
        let line: Value = serde_json::from_str(&record.line()).unwrap();
        let expected = (&json!(outcome), &json!("client_gone"), &json!(499));
        assert_eq!((&line["outcome"], &line["reason"], &line["status"]), expected);
    }
}

/// The gate's decision is what the log calls allowed or denied, and not how well the upstream did.
#[test]
fn a_failure_of_the_upstream_is_no_denial() {
    let rows = [
        (Step::Upstream, Refusal::BadGateway, "allow", 502),
        (Step::Upstream, Refusal::GatewayTimeout, "allow", 504),
        (
            Step::Upstream,
            Refusal::MalformedRequest(RequestFault::Unforwardable),
            "deny",
            400,
        ),
        (Step::Operation, Refusal::RuleDenied, "deny", 403),
    ];
    for (step, refusal, outcome, status) in rows {
        let mut record = Record::new("request-1");
        record.at(step);
        record.deny(&refusal);
        let line: Value = serde_json::from_str(&record.line()).unwrap();
        let expected = (&json!(outcome), &json!(refusal.reason()), &json!(status));
        assert_eq!((&line["outcome"], &line["reason"], &line["status"]), expected);
        assert_eq!(record.is_allowed(), outcome == "allow");
    }
}

#[test]
fn log_denied_writes_refusals_only() {
    for (level, allowed, denied) in [("all", true, true), ("denied", false, true)] {
        let gate = Gate::new(Config::parse(&Settings::usual().with("LOG", json!(level))).unwrap());
        let mut record = Record::new("request-1");
        record.allow(200);
        assert_eq!(gate.logs(&record), allowed, "{level}");
        record.deny(&Refusal::RuleDenied);
        assert_eq!(gate.logs(&record), denied, "{level}");
    }
}

#[test]
fn a_thread_id_that_is_too_long_is_blamed_and_not_the_json() {
    for settings in [
        Settings::usual(),
        Settings::usual().with("THREAD_KEY", json!(base64url(&[7; 32]))),
    ] {
        let world = World::new(&settings);
        let ask = |length: usize| {
            let token = TestKey::es256().token(&claims_with(&json!({})));
            let body = json!({ "threadId": "t".repeat(length) }).to_string();
            world.ask(&Request::new("POST", "/agent/a/run").bearer(&token).json(&body))
        };
        assert_eq!(ask(256).reason(), "ok");
        let refused = ask(257);
        assert_eq!((refused.status(), refused.reason()), (400, "body_thread_id"));
        assert!(refused.text().contains("threadId"), "{}", refused.text());
    }
}

/// The upstream refuses the size of what the gate sent: that is no success, although the gate let the request through.
#[test]
fn header_fields_that_the_upstream_finds_too_large_have_a_reason_of_their_own() {
    let mut record = Record::new("request-1");
    record.allow(431);
    let line: Value = serde_json::from_str(&record.line()).unwrap();
    let expected = (&json!("allow"), &json!("upstream_headers_too_large"), &json!(431));
    assert_eq!((&line["outcome"], &line["reason"], &line["status"]), expected);
}

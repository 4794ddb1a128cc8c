//! What `npm run adapters` has found that the adapters of the proven backends read, and how each member was judged: that is how
//! the gate treats it.

use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims};
use copilotkit_gate::outbound::OutboundBody;
use serde_json::{Map, Value, json};

const JUDGED: &str = include_str!("../../scripts/adapters/judged.json");
/// What a client claims, and the gate does not know of.
const SENT: &str = "what the client sent";

/// Each judged member of `forwardedProps`, by its path, with its verdict.
fn members() -> Vec<(String, String)> {
    let judged: Value = serde_json::from_str(JUDGED).unwrap();
    let adapters = judged["adapters"].as_array().unwrap();
    let all = adapters
        .iter()
        .flat_map(|adapter| adapter["members"].as_object().unwrap());
    let members = all.filter_map(|(member, row)| {
        let (place, path) = member.split_once('.').unwrap();
        let verdict = row["verdict"].as_str().unwrap().to_owned();
        let is_one = path != "*" && !path.contains("[]");
        match place {
            "forwardedProps" if is_one => Some((path.to_owned(), verdict)),
            "configurable" if is_one => Some((format!("config.configurable.{path}"), verdict)),
            _ => None,
        }
    });
    let mut members: Vec<_> = members.collect();
    members.sort();
    members.dedup();
    members
}

/// Whether a member of `forwardedProps` reaches the upstream where `PROPERTIES` is `listed`.
fn passes(path: &str, listed: Option<&str>) -> bool {
    let leaf = match path {
        "command" | "config" | "config.configurable" => json!({ "resume": SENT, "tags": SENT, "own": SENT }),
        "__proxiedMCPRequest" => json!({ "method": "ping", "params": SENT }),
        "stream_mode" | "streamMode" => json!("values"),
        _ => json!(SENT),
    };
    let properties = path.rsplit('.').fold(leaf, |value, step| {
        Value::Object(Map::from_iter([(step.to_owned(), value)]))
    });
    let settings = match listed {
        Some(pattern) => Settings::usual().with("PROPERTIES", json!([pattern])),
        None => Settings::usual(),
    };
    let input = json!({ "threadId": "t", "forwardedProps": properties }).to_string();
    let token = TestKey::es256().token(&claims());
    let request = Request::new("POST", "/agent/a/run").json(&input).bearer(&token);
    let body = match &World::new(&settings).ask(&request).forwarded().body {
        OutboundBody::Json(json) => serde_json::from_slice::<Value>(json).unwrap(),
        _ => panic!("no body"),
    };
    let found = body.pointer(&format!("/forwardedProps/{}", path.replace('.', "/")));
    found.is_some_and(|value| value.to_string().contains(SENT) || value == "values")
}

#[test]
fn every_member_that_an_adapter_reads_goes_on_as_it_was_judged() {
    let members = members();
    assert!(members.len() > 50);
    for (path, verdict) in members {
        let is_deep = path.starts_with("config.configurable.");
        let glob = if is_deep { "config.configurable.*" } else { "*" };
        let seen = [None, Some("*"), Some(glob), Some(path.as_str())].map(|listed| passes(&path, listed));
        let wanted = match verdict.as_str() {
            "passes" => [true; 4],
            "named" => [false, true, true, true],
            "in full" => [false, false, false, true],
            "identity" => [false; 4],
            "server" => continue,
            other => panic!("{path}: {other} is no verdict of a member of forwardedProps"),
        };
        assert_eq!(
            seen, wanted,
            "{path}, judged {verdict}: by default, by two globs, in full"
        );
    }
}

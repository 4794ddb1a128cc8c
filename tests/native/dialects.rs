//! A request in one dialect goes upstream in the other, and says the same there.

use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, signed};
use copilotkit_gate::outbound::OutboundBody;
use serde_json::{Value, json};

/// A gate that opens everything, before a runtime of this dialect.
fn gate(dialect: &str) -> World {
    let rules =
        json!([{ "operations": ["*", "threads/*", "threads/clear", "cpk-debug-events"], "allow": "authenticated" }]);
    World::new(
        &Settings::usual()
            .with("RULES", rules)
            .with("ORIGIN_MODE", json!(dialect)),
    )
}

#[test]
fn a_path_becomes_an_envelope() {
    let resource = |path: &str, method: &str| json!({ "method": "resource/request", "params": { "path": path, "httpMethod": method } });
    let with_agent = |method: &str| json!({ "method": method, "params": { "agentId": "a1" }, "body": {} });
    for (method, target, body, expected) in [
        ("GET", "/info", None, json!({ "method": "info" })),
        ("POST", "/agent/a1/run", Some("{}"), with_agent("agent/run")),
        ("POST", "/agent/a1/suggest", Some("{}"), with_agent("agent/suggest")),
        ("POST", "/agent/a1/connect", Some("{}"), with_agent("agent/connect")),
        (
            "POST",
            "/agent/a1/stop/t1",
            None,
            json!({ "method": "agent/stop", "params": { "agentId": "a1", "threadId": "t1" } }),
        ),
        (
            "GET",
            "/inspector-metadata",
            None,
            json!({ "method": "inspector/metadata" }),
        ),
        (
            "GET",
            "/inspector-learning?agentId=a1&skillsPage=2",
            None,
            json!({ "method": "inspector/learning", "params": { "agentId": "a1", "skillsPage": "2" } }),
        ),
        (
            "GET",
            "/threads?agentId=a1&limit=5",
            None,
            resource("/threads?agentId=a1&limit=5", "GET"),
        ),
        ("DELETE", "/threads/t1", None, resource("/threads/t1", "DELETE")),
        ("GET", "/memories", None, resource("/memories", "GET")),
    ] {
        let mut request = signed(Request::new(method, target));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = gate("single-route").ask(&request);
        let outbound = answer.forwarded();
        let OutboundBody::Json(sent) = &outbound.body else {
            panic!("{target}: no envelope");
        };
        assert_eq!(serde_json::from_slice::<Value>(sent).unwrap(), expected, "{target}");
        assert_eq!(outbound.method.name(), "POST", "{target}");
        assert!(outbound.url.ends_with("/api/copilotkit"), "{target}: {}", outbound.url);
    }
}

#[test]
fn what_the_dialect_cannot_say_is_not_found() {
    let debug = signed(Request::new("GET", "/cpk-debug-events"));
    assert_eq!(gate("single-route").ask(&debug).status(), 404);
    assert_eq!(gate("multi-route").ask(&debug).status(), 200, "a path says it");
    for method in [
        "cpk-debug-events",
        "threads/list",
        "threads/clear",
        "memories/list",
        "annotate",
        "x",
    ] {
        let envelope = json!({ "method": method }).to_string();
        let answer = gate("multi-route").ask(&signed(Request::new("POST", "").json(&envelope)));
        assert_eq!(answer.status(), 404, "{method}");
    }
}

#[test]
fn an_id_of_blanks_is_not_found() {
    for blank in [" ", "\u{a0}\u{2003}", "\u{feff} "] {
        for dialect in ["multi-route", "single-route"] {
            for (method, params) in [
                ("agent/run", json!({ "agentId": blank })),
                ("agent/stop", json!({ "agentId": "a1", "threadId": blank })),
            ] {
                let envelope = json!({ "method": method, "params": params, "body": {} }).to_string();
                let answer = gate(dialect).ask(&signed(Request::new("POST", "").json(&envelope)));
                assert_eq!(answer.status(), 404, "{dialect} {method} {blank:?}");
            }
        }
    }
}

/// A HEAD has no body, whatever its tunnel carries: a request with one cannot be made.
#[test]
fn what_is_tunnelled_beside_a_head_or_get_is_dropped() {
    for method in ["HEAD", "GET"] {
        let params = json!({ "path": "/memories", "httpMethod": method });
        let envelope = json!({ "method": "resource/request", "params": params, "body": { "threadId": 5 } }).to_string();
        let answer = gate("multi-route").ask(&signed(Request::new("POST", "").json(&envelope)));
        let outbound = answer.forwarded();
        assert!(matches!(outbound.body, OutboundBody::Empty), "{method}");
        assert_eq!(outbound.method.name(), method);
    }
}

#[test]
fn an_envelope_becomes_a_path() {
    for (envelope, method, target) in [
        (json!({ "method": "info" }), "GET", "/info"),
        (
            json!({ "method": "inspector/learning", "params": { "agentId": "a1", "skillsPage": 2, "insightsPage": null } }),
            "GET",
            "/inspector-learning?agentId=a1&skillsPage=2",
        ),
        (
            json!({ "method": "inspector/metadata", "params": { "agentId": "a1" } }),
            "GET",
            "/inspector-metadata",
        ),
        (
            json!({ "method": "agent/stop", "params": { "agentId": "a1", "threadId": "t1" } }),
            "POST",
            "/agent/a1/stop/t1",
        ),
        (
            json!({ "method": "resource/request", "params": { "path": "/threads?limit=5", "httpMethod": "get" } }),
            "GET",
            "/threads?limit=5",
        ),
    ] {
        let answer = gate("multi-route").ask(&signed(Request::new("POST", "").json(&envelope.to_string())));
        let outbound = answer.forwarded();
        assert_eq!(outbound.method.name(), method, "{envelope}");
        assert!(
            outbound.url.ends_with(&format!("/api/copilotkit{target}")),
            "{envelope}: {}",
            outbound.url
        );
    }
}

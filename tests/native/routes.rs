//! Operations: every shape there and back, and every way around that the runtime's suffix matching would allow.

use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims};
use copilotkit_gate::call::kind::{Kind, Operations};
use copilotkit_gate::call::operation::Operation;
use copilotkit_gate::wire::methods::Methods;
use copilotkit_gate::wire::refusal::Refusal;
use copilotkit_gate::wire::request::Method;
use serde_json::json;

fn parse(method: &str, target: &str) -> Result<Operation, Refusal> {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    Operation::parse(&Operations::default(), Method::from_name(method), path, query)
}

/// Operation, methods, canonical target, agent, thread.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

const SHAPES: [Row; 22] = [
    ("info", &["GET", "HEAD"], "/info", None, None),
    ("agent/run", &["POST"], "/agent/a1/run", Some("a1"), None),
    ("agent/suggest", &["POST"], "/agent/a1/suggest", Some("a1"), None),
    ("agent/connect", &["POST"], "/agent/a1/connect", Some("a1"), None),
    ("agent/stop", &["POST"], "/agent/a1/stop/t1", Some("a1"), Some("t1")),
    ("transcribe", &["POST"], "/transcribe", None, None),
    (
        "threads/list",
        &["GET", "HEAD"],
        "/threads?agentId=a1&limit=5&cursor=c%3D%3D&includeArchived=true",
        Some("a1"),
        None,
    ),
    (
        "threads/messages",
        &["GET", "HEAD"],
        "/threads/t1/messages",
        None,
        Some("t1"),
    ),
    (
        "threads/events",
        &["GET", "HEAD"],
        "/threads/t1/events",
        None,
        Some("t1"),
    ),
    ("threads/state", &["GET", "HEAD"], "/threads/t1/state", None, Some("t1")),
    ("threads/clear", &["POST"], "/threads/clear", None, None),
    ("threads/update", &["PATCH", "DELETE"], "/threads/t1", None, Some("t1")),
    ("threads/archive", &["POST"], "/threads/t1/archive", None, Some("t1")),
    ("threads/subscribe", &["POST"], "/threads/subscribe", None, None),
    ("memories/list", &["GET", "HEAD", "POST"], "/memories", None, None),
    ("memories/recall", &["POST"], "/memories/recall", None, None),
    ("memories/subscribe", &["POST"], "/memories/subscribe", None, None),
    ("memories/mutate", &["PATCH", "DELETE"], "/memories/m1", None, None),
    ("annotate", &["POST"], "/annotate", None, None),
    (
        "inspector/metadata",
        &["GET", "HEAD"],
        "/inspector-metadata",
        None,
        None,
    ),
    (
        "inspector/learning",
        &["GET", "HEAD"],
        "/inspector-learning?agentId=a1&skillsPage=1&insightsPage=2",
        Some("a1"),
        None,
    ),
    ("cpk-debug-events", &["GET", "HEAD"], "/cpk-debug-events", None, None),
];

const EVERY_METHOD: [&str; 7] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"];

#[test]
fn every_operation_is_read_and_written_back() {
    for (name, methods, target, agent, thread) in SHAPES {
        for method in methods {
            let operation = parse(method, target).unwrap_or_else(|refusal| panic!("{method} {target}: {refusal:?}"));
            assert_eq!(operation.name(), name);
            assert_eq!(operation.method().name(), *method);
            assert_eq!(operation.target(), target);
            assert_eq!((operation.agent(), operation.thread()), (agent, thread), "{target}");
            assert_eq!(
                parse(method, &operation.target()),
                Ok(operation),
                "{target} is a fixed point"
            );
        }
    }
    let known: Vec<&str> = SHAPES.iter().map(|(name, ..)| *name).collect();
    assert!(
        Kind::known().all(|kind| known.contains(&&*kind.name)),
        "an operation without a row here"
    );
    assert_eq!(Kind::known().count(), SHAPES.len());
}

#[test]
fn other_methods_are_405_with_the_ones_that_are_right() {
    for (name, methods, target, ..) in SHAPES {
        let listed = methods.join(", ");
        for method in EVERY_METHOD.into_iter().filter(|method| !methods.contains(method)) {
            let Err(Refusal::MethodNotAllowed { allow }) = parse(method, target) else {
                panic!("{method} {target} ({name}) is not 405");
            };
            assert_eq!(allow.to_string(), listed, "{method} {target}");
        }
    }
    assert_eq!(
        parse("get", "/info"),
        Err(Refusal::MethodNotAllowed {
            allow: Methods::of([Method::Get, Method::Head])
        }),
        "methods have case"
    );
}

/// What the client sends, what the WHATWG URL parser leaves of it, what the gate makes of that.
/// `None`: not found. To a gate that decides by prefix each of these is another operation than it seems.
#[test]
fn no_detour_leads_to_an_operation() {
    let rows: [(&str, &str, &str, Option<&str>); 39] = [
        ("GET", "/anything/info", "/anything/info", None),
        ("GET", "/threads/info", "/threads/info", None),
        ("GET", "/agent/x/stop/info", "/agent/x/stop/info", None),
        ("POST", "/agent/x/stop/info", "/agent/x/stop/info", None),
        ("POST", "/info/agent/secret/run", "/info/agent/secret/run", None),
        (
            "POST",
            "/agent/public/run/agent/secret/run",
            "/agent/public/run/agent/secret/run",
            None,
        ),
        ("POST", "//agent//secret//run", "//agent//secret//run", None),
        ("POST", "/agent/secret/run/", "/agent/secret/run/", None),
        ("POST", "/agent//run", "/agent//run", None),
        (
            "POST",
            "/agent/%73ecret/run",
            "/agent/%73ecret/run",
            Some("/agent/secret/run"),
        ),
        (
            "POST",
            "/agent/public/../secret/run",
            "/agent/secret/run",
            Some("/agent/secret/run"),
        ),
        (
            "POST",
            "/agent/public/%2e%2e/secret/run",
            "/agent/secret/run",
            Some("/agent/secret/run"),
        ),
        (
            "POST",
            "/agent/public/.%2E/secret/run",
            "/agent/secret/run",
            Some("/agent/secret/run"),
        ),
        (
            "POST",
            "\\agent\\secret\\run",
            "/agent/secret/run",
            Some("/agent/secret/run"),
        ),
        (
            "POST",
            "/agent/sec\tret/run",
            "/agent/secret/run",
            Some("/agent/secret/run"),
        ),
        (
            "POST",
            "/agent/public%2f..%2fsecret/run",
            "/agent/public%2f..%2fsecret/run",
            None,
        ),
        ("POST", "/agent/a%5Cb/run", "/agent/a%5Cb/run", None),
        ("POST", "/agent/%252e/run", "/agent/%252e/run", None),
        ("POST", "/agent/a%00b/run", "/agent/a%00b/run", None),
        ("POST", "/agent/a%0ab/run", "/agent/a%0ab/run", None),
        ("POST", "/agent/a%C2%85b/run", "/agent/a%C2%85b/run", None),
        ("POST", "/agent/a%ffb/run", "/agent/a%ffb/run", None),
        ("POST", "/agent/a%2/run", "/agent/a%2/run", None),
        ("POST", "/agent/a%zz/run", "/agent/a%zz/run", None),
        ("POST", "/agent/%20/run", "/agent/%20/run", None),
        ("POST", "/%61gent/secret/run", "/%61gent/secret/run", None),
        ("POST", "/AGENT/secret/RUN", "/AGENT/secret/RUN", None),
        ("POST", "/agent/secret/run;x", "/agent/secret/run;x", None),
        ("POST", "/agent/secret/run%20", "/agent/secret/run%20", None),
        ("GET", "/info.json", "/info.json", None),
        ("GET", "/info;a=b", "/info;a=b", None),
        ("GET", "/%69nfo", "/%69nfo", None),
        ("GET", "/", "/", None),
        ("GET", "", "", None),
        ("GET", "//", "//", None),
        ("POST", "/agent", "/agent", None),
        ("POST", "/agent/secret", "/agent/secret", None),
        ("GET", "/threads/clear/messages/x", "/threads/clear/messages/x", None),
        ("POST", "/x/threads/clear", "/x/threads/clear", None),
    ];
    for (method, sent, parsed, target) in rows {
        let read = parse(method, parsed).map(|operation| operation.target());
        match target {
            Some(target) => assert_eq!(read, Ok(target.to_owned()), "{method} {sent}"),
            None => assert_eq!(read.map_err(|refusal| refusal.status()), Err(404), "{method} {sent}"),
        }
    }
}

#[test]
fn a_word_that_the_runtime_dispatches_is_no_id_in_last_place() {
    for word in [
        "info",
        "inspector-metadata",
        "inspector-learning",
        "transcribe",
        "cpk-debug-events",
        "threads",
        "memories",
        "annotate",
    ] {
        let encoded = crate::support::request::escape(word);
        for id in [word, &encoded] {
            for (method, path) in [
                ("POST", format!("/agent/a1/stop/{id}")),
                ("PATCH", format!("/threads/{id}")),
                ("DELETE", format!("/threads/{id}")),
                ("PATCH", format!("/memories/{id}")),
            ] {
                assert_eq!(parse(method, &path), Err(Refusal::NotFound), "{method} {path}");
            }
            let run = parse("POST", &format!("/agent/{id}/run")).unwrap();
            assert_eq!(run.agent(), Some(word), "elsewhere it is an id like any other");
        }
    }
}

/// The runtime finds `agent/stop/run` at the end of the path and would run the agent `stop`.
#[test]
fn a_path_that_the_runtime_reads_otherwise_is_no_operation() {
    for verb in ["run", "suggest", "connect", "%72un"] {
        assert_eq!(
            parse("POST", &format!("/agent/agent/stop/{verb}")),
            Err(Refusal::NotFound),
            "{verb}"
        );
    }
    for (path, name) in [
        ("/agent/agent/stop/thread-1", "agent/stop"),
        ("/agent/agent/run", "agent/run"),
        ("/agent/stop/run", "agent/run"),
        ("/agent/threads/stop/messages", "agent/stop"),
        ("/agent/threads/run", "agent/run"),
    ] {
        assert_eq!(
            parse("POST", path).map(|operation| operation.name().to_owned()),
            Ok(name.to_owned()),
            "{path}"
        );
    }
    let params = json!({ "agentId": "agent", "threadId": "run" });
    let envelope = json!({ "method": "agent/stop", "params": params }).to_string();
    let world = World::new(&Settings::usual());
    let token = TestKey::es256().token(&claims());
    let answer = world.ask(&Request::new("POST", "").bearer(&token).json(&envelope));
    assert_eq!(answer.status(), 404);
}

#[test]
fn a_member_of_every_object_is_no_agent() {
    for name in [
        "__proto__",
        "constructor",
        "toString",
        "hasOwnProperty",
        "valueOf",
        "__defineGetter__",
        "%5f_proto__",
    ] {
        for (method, target) in [
            ("POST", format!("/agent/{name}/run")),
            ("POST", format!("/agent/{name}/stop/t")),
            ("GET", format!("/threads?agentId={name}")),
        ] {
            assert_eq!(parse(method, &target), Err(Refusal::NotFound), "{method} {target}");
        }
    }
    assert!(parse("POST", "/agent/Constructor/run").is_ok());
}

#[test]
fn fixed_paths_win_over_ids_even_for_methods_they_lack() {
    for path in [
        "/threads/clear",
        "/threads/subscribe",
        "/memories/recall",
        "/memories/subscribe",
    ] {
        for method in ["PATCH", "DELETE", "GET"] {
            assert_eq!(
                parse(method, path),
                Err(Refusal::MethodNotAllowed {
                    allow: Methods::of([Method::Post])
                }),
                "{method} {path}"
            );
        }
    }
}

#[test]
fn ids_are_decoded_once_bounded_and_encoded_again() {
    let longest = "x".repeat(256);
    let rows = [
        ("a%20b", Some(("a b", "a%20b"))),
        ("a+b", Some(("a+b", "a%2Bb"))),
        ("%C3%A9", Some(("é", "%C3%A9"))),
        ("a~b-c._d", Some(("a~b-c._d", "a~b-c._d"))),
        ("a:b@c;d=e", Some(("a:b@c;d=e", "a%3Ab%40c%3Bd%3De"))),
        ("%3F%23", Some(("?#", "%3F%23"))),
        ("...", Some(("...", "..."))),
        (longest.as_str(), Some((longest.as_str(), longest.as_str()))),
        ("%20", None),
        ("%20%C2%A0%E3%80%80", None),
        ("%EF%BB%BF", None),
        ("%2E", None),
        ("%2e%2E", None),
        ("%25", None),
        ("%2F", None),
        ("%7F", None),
    ];
    for (sent, expected) in rows {
        let read = parse("POST", &format!("/agent/{sent}/run")).ok();
        let read = read
            .as_ref()
            .map(|operation| (operation.agent().unwrap().to_owned(), operation.target()));
        let expected = expected.map(|(id, encoded)| (id.to_owned(), format!("/agent/{encoded}/run")));
        assert_eq!(read, expected, "{sent}");
    }
    assert_eq!(parse("POST", &format!("/agent/{longest}x/run")), Err(Refusal::NotFound));
}

#[test]
fn only_the_operations_own_query_members_go_on_and_none_twice() {
    let rows = [
        ("/threads", Some("/threads")),
        ("/threads?", Some("/threads")),
        ("/threads?limit=5", Some("/threads?limit=5")),
        ("/threads?x=1&limit=5&&y", Some("/threads?limit=5")),
        ("/threads?limit", Some("/threads?limit=")),
        ("/threads?%6Cimit=5", Some("/threads?limit=5")),
        ("/threads?LIMIT=5", Some("/threads")),
        ("/threads?cursor=a+b%2Bc%26d", Some("/threads?cursor=a%20b%2Bc%26d")),
        ("/threads?agentId=a%20b", Some("/threads?agentId=a%20b")),
        ("/threads?x=1&x=2", Some("/threads")),
        ("/info?agentId=a&agentId=b", Some("/info")),
        ("/threads?limit=5&limit=5", None),
        ("/threads?limit=5&%6cimit=6", None),
        ("/threads?agentId=a&agentId=b", None),
        ("/threads?limit=%", None),
        ("/threads?cursor=%ff", None),
        ("/threads?%zz=1", None),
        ("/threads?agentId=", None),
        ("/threads?agentId=..", None),
        ("/threads?agentId=a%2Fb", None),
        ("/threads?agentId=a%00", None),
    ];
    for (asked, target) in rows {
        match (parse("GET", asked), target) {
            (Ok(operation), Some(target)) => assert_eq!(operation.target(), target, "{asked}"),
            (Err(Refusal::MalformedRequest(_)), None) => {}
            (other, _) => panic!("{asked}: {other:?}"),
        }
    }
}

/// The base path ends on a segment boundary, and is compared as it stands.
#[test]
fn outside_the_base_path_there_is_nothing() {
    let world = World::new(&Settings::usual().with("BASE_PATH", json!("/api/ck")));
    let token = TestKey::es256().token(&claims());
    for (path, status) in [
        ("/api/ck/info", 200),
        ("/api/ckx/info", 404),
        ("/api/c/info", 404),
        ("/API/ck/info", 404),
        ("/api/%63k/info", 404),
        ("//api/ck/info", 404),
        ("/x/api/ck/info", 404),
        ("/info", 404),
        ("/", 404),
        ("/api/ck/api/ck/info", 404),
        ("/api/ck", 405),
        ("/api/ck/", 404),
    ] {
        let request = Request::to_url("GET", &format!("https://app.example.com{path}")).bearer(&token);
        assert_eq!(world.ask(&request).status(), status, "{path}");
    }
}

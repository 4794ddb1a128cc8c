//! The setting `OPERATIONS`: routes that the gate does not know are read, decided, sealed and translated as any other, and
//! none can be taken for one that it knows.

use crate::support::keys::{TestKey, base64url};
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims, signed};
use copilotkit_gate::config::Config;
use copilotkit_gate::outbound::{Outbound, OutboundBody};
use serde_json::{Value, json};

/// One of each kind.
fn operations() -> Value {
    json!([
        { "name": "threads/rename", "method": ["PATCH", "PUT"], "path": "/threads/{thread}/rename" },
        { "name": "agent/resume", "method": "POST", "path": "/agent/{agent}/resume", "body": "agent-input" },
        { "name": "agent/fork", "method": "POST", "path": "/agent/{agent}/fork/{thread}", "body": "agent-input" },
        { "name": "skills", "method": "GET", "path": "/skills", "query": ["page", "agentId"] },
        { "name": "feedback", "method": "POST", "path": "/feedback" },
        { "name": "ping", "method": "POST", "path": "/ping", "body": "none" },
        { "name": "threads/create", "method": "POST", "path": "/threads" },
    ])
}

const NAMES: [&str; 7] = [
    "threads/rename",
    "agent/resume",
    "agent/fork",
    "skills",
    "feedback",
    "ping",
    "threads/create",
];

fn settings(rules: Value) -> Settings {
    Settings::usual().with("OPERATIONS", operations()).with("RULES", rules)
}

/// A gate that opens all of them to verified callers.
fn open() -> Settings {
    settings(json!([{ "operations": NAMES, "allow": "authenticated" }]))
}

fn isolated() -> Settings {
    open().with("THREAD_KEY", json!(base64url(&[7; 32])))
}

fn target(outbound: &Outbound) -> &str {
    outbound.url.split_once("/api/copilotkit").unwrap().1
}

fn json_of(outbound: &Outbound) -> Value {
    match &outbound.body {
        OutboundBody::Json(json) => serde_json::from_slice(json).unwrap(),
        _ => panic!("no JSON"),
    }
}

#[test]
fn its_requests_go_upstream_in_their_canonical_form() {
    let world = World::new(&open());
    for (method, asked, name, canonical, agent, thread) in [
        (
            "PATCH",
            "/threads/t%31/rename",
            "threads/rename",
            "/threads/t1/rename",
            None,
            Some("t1"),
        ),
        (
            "PUT",
            "/threads/t1/rename?x=1",
            "threads/rename",
            "/threads/t1/rename",
            None,
            Some("t1"),
        ),
        (
            "POST",
            "/agent/a1/resume",
            "agent/resume",
            "/agent/a1/resume",
            Some("a1"),
            None,
        ),
        ("GET", "/skills", "skills", "/skills", None, None),
        (
            "HEAD",
            "/skills?agentId=a1&y&page=2",
            "skills",
            "/skills?agentId=a1&page=2",
            Some("a1"),
            None,
        ),
        ("POST", "/feedback", "feedback", "/feedback", None, None),
        ("POST", "/threads", "threads/create", "/threads", None, None),
    ] {
        let answer = world.ask(&signed(Request::new(method, asked).json("{}")));
        let outbound = answer.forwarded();
        assert_eq!(
            (outbound.method.name(), target(outbound)),
            (method, canonical),
            "{asked}"
        );
        assert_eq!(answer.line["operation"], name, "{asked}");
        assert_eq!(answer.line.get("agent").and_then(Value::as_str), agent, "{asked}");
        assert_eq!(answer.line.get("thread").and_then(Value::as_str), thread, "{asked}");
    }
}

#[test]
fn what_is_not_its_request_is_refused_as_elsewhere() {
    let world = World::new(&open());
    for (method, asked, status, allow) in [
        ("POST", "/threads/t1/rename", 405, Some("PUT, PATCH")),
        ("GET", "/threads/t1/rename", 405, Some("PUT, PATCH")),
        ("POST", "/skills", 405, Some("GET, HEAD")),
        ("PUT", "/threads", 405, Some("GET, HEAD, POST")),
        ("PATCH", "/threads//rename", 404, None),
        ("PATCH", "/threads/%2e%2e/rename", 404, None),
        ("PATCH", "/threads/a%2Fb/rename", 404, None),
        ("PATCH", "/threads/t1/rename/", 404, None),
        ("PATCH", "/x/threads/t1/rename", 404, None),
        ("PATCH", "/threads/t1/%72ename", 404, None),
        ("POST", "/agent/__proto__/resume", 404, None),
        ("GET", "/skills?page=1&page=2", 400, None),
        ("GET", "/skills?agentId=..", 400, None),
        // The runtime would take its end for the thread `rename`, and the agent's for the thread `stop`.
        ("PATCH", "/threads/threads/rename", 404, None),
        ("POST", "/agent/agent/fork/run", 404, None),
        ("POST", "/agent/a1/fork/info", 404, None),
    ] {
        let answer = world.ask(&signed(Request::new(method, asked).json(r#"{"threadId":"t"}"#)));
        assert_eq!(answer.status(), status, "{method} {asked}");
        assert_eq!(answer.refused().allow().as_deref(), allow, "{method} {asked}");
    }
}

/// The runtime could take the thread `skills` for the list of skills.
#[test]
fn an_id_that_makes_a_known_path_end_in_its_path_is_none() {
    let world = World::new(&open());
    let stop = |thread: &str| {
        world
            .ask(&signed(Request::new("POST", &format!("/agent/a1/stop/{thread}"))))
            .status()
    };
    assert_eq!((stop("skills"), stop("skill")), (404, 200));
    let known = World::new(&Settings::usual());
    assert_eq!(
        known
            .ask(&signed(Request::new("POST", "/agent/a1/stop/skills")))
            .status(),
        200
    );
}

#[test]
fn it_is_denied_unless_a_rule_names_it_in_full() {
    for (rules, reason) in [
        (json!([]), "rule_denied"),
        (json!([{ "allow": "authenticated" }]), "rule_denied"),
        (json!([{ "allow": "anyone" }]), "rule_denied"),
        (
            json!([{ "operations": ["threads/*", "info"], "allow": "authenticated" }]),
            "rule_denied",
        ),
        (
            json!([{ "operations": ["*"], "allow": "authenticated" }]),
            "rule_denied",
        ),
        (
            json!([{ "operations": ["threads/rename"], "allow": "authenticated" }]),
            "ok",
        ),
        (
            json!([{ "operations": ["threads/rename"], "require": { "roles": ["admin"] } }]),
            "ok",
        ),
        (
            json!([{ "operations": ["threads/rename"], "require": { "roles": ["root"] } }]),
            "rule_denied",
        ),
        (
            json!([{ "operations": ["threads/rename"], "allow": "authenticated", "mode": "report" }]),
            "rule_denied",
        ),
        (json!([{ "operations": ["*"], "allow": "nobody" }]), "rule_denied"),
        // A rule that cannot open it leaves it to the next.
        (
            json!([{ "allow": "authenticated" }, { "operations": ["threads/rename"], "allow": "authenticated" }]),
            "ok",
        ),
        (
            json!([{ "operations": ["threads/*"], "allow": "authenticated" }, { "operations": ["threads/rename"], "allow": "authenticated" }]),
            "ok",
        ),
        (
            json!([{ "operations": ["threads/*"], "allow": "nobody" }, { "operations": ["info", "threads/rename"], "allow": "authenticated" }]),
            "rule_denied",
        ),
    ] {
        for settings in [
            settings(rules.clone()),
            settings(rules.clone()).with("THREAD_KEY", json!(base64url(&[7; 32]))),
        ] {
            let world = World::new(&settings);
            let answer = world.ask(&signed(Request::new("PATCH", "/threads/t1/rename").json("{}")));
            assert_eq!(answer.reason(), reason, "{rules}");
        }
    }
}

#[test]
fn rules_see_the_agent_that_it_names() {
    let world = World::new(&settings(json!([
        { "agents": ["a1"], "operations": ["agent/resume", "skills"], "allow": "authenticated" },
    ])));
    for (method, asked, reason) in [
        ("POST", "/agent/a1/resume", "ok"),
        ("POST", "/agent/a2/resume", "rule_denied"),
        ("GET", "/skills?agentId=a1", "ok"),
        ("GET", "/skills?agentId=a2", "rule_denied"),
        ("GET", "/skills", "rule_denied"),
    ] {
        let answer = world.ask(&signed(Request::new(method, asked).json(r#"{"threadId":"t"}"#)));
        assert_eq!(answer.reason(), reason, "{asked}");
    }
}

#[test]
fn a_rule_names_what_exists_and_can_open_it() {
    let fault = |rules: Value| Config::parse(&settings(rules)).err().map(|fault| fault.setting);
    for (rules, setting) in [
        (
            json!([{ "operations": ["threads/renam"], "allow": "authenticated" }]),
            Some("RULES[0].operations"),
        ),
        (
            json!([{ "operations": ["*rename"], "allow": "authenticated" }]),
            Some("RULES[0]"),
        ),
        (json!([{ "operations": ["*rename"], "allow": "nobody" }]), None),
        (
            json!([{ "agents": ["a"], "operations": ["feedback"], "allow": "authenticated" }]),
            Some("RULES[0]"),
        ),
        (
            json!([
                { "operations": ["feedback"], "allow": "authenticated" },
                { "operations": ["feedback"], "allow": "nobody" },
            ]),
            Some("RULES[1]"),
        ),
        (
            json!([
                { "operations": ["threads/*"], "allow": "authenticated" },
                { "operations": ["threads/*"], "require": { "roles": ["admin"] } },
            ]),
            Some("RULES[1]"),
        ),
    ] {
        assert_eq!(fault(rules.clone()).as_deref(), setting, "{rules}");
    }
    let unknown = Settings::usual().with(
        "RULES",
        json!([{ "operations": ["threads/rename"], "allow": "nobody" }]),
    );
    assert_eq!(Config::parse(&unknown).err().unwrap().setting, "RULES[0].operations");
}

/// What is personal is never a stranger's or an anonymous caller's: they share one identity.
#[test]
fn callers_without_a_token_reach_only_what_is_not_personal() {
    let anyone = json!([{ "operations": NAMES, "allow": "anyone" }]);
    for settings in [
        settings(anyone.clone()),
        settings(anyone.clone()).with("ANONYMOUS", json!(true)),
    ] {
        let world = World::new(&settings);
        for (method, asked, status) in [
            ("PATCH", "/threads/t1/rename", 401),
            ("POST", "/threads", 401),
            ("POST", "/agent/a1/resume", 401),
            ("POST", "/agent/a1/fork/t1", 401),
            ("GET", "/skills", 200),
            ("POST", "/feedback", 200),
        ] {
            let answer = world.ask(&Request::new(method, asked).json(r#"{"threadId":"t"}"#));
            assert_eq!(answer.status(), status, "{asked}");
        }
    }
    let named = json!([{ "name": "memories/export", "method": "GET", "path": "/export" }]);
    let rules = json!([{ "operations": ["memories/export"], "allow": "anyone" }]);
    let world = World::new(&Settings::usual().with("OPERATIONS", named).with("RULES", rules));
    assert_eq!(world.ask(&Request::new("GET", "/export")).status(), 401);
    let anonymous = World::new(&settings(json!([])).with("ANONYMOUS", json!(true)));
    assert_eq!(
        anonymous.ask(&Request::new("POST", "/feedback").json("{}")).reason(),
        "rule_denied"
    );
}

#[test]
fn its_thread_ids_are_sealed_in_the_path_and_in_an_agents_input() {
    let world = World::new(&isolated());
    let sealed = |thread: &str| {
        let body = json!({ "threadId": thread }).to_string();
        let answer = world.ask(&signed(Request::new("POST", "/agent/a1/run").json(&body)));
        answer.forwarded().thread.clone().unwrap()
    };
    let (one, two) = (sealed("t1"), sealed("t2"));

    let answer = world.ask(&signed(Request::new("PATCH", "/threads/t1/rename").json("{}")));
    assert_eq!(target(answer.forwarded()), format!("/threads/{one}/rename"));
    assert_eq!(answer.line["thread"], one);
    let again = world.ask(&signed(
        Request::new("PATCH", &format!("/threads/{one}/rename")).json("{}"),
    ));
    assert_eq!(again.forwarded().url, answer.forwarded().url);

    let resume = world.ask(&signed(
        Request::new("POST", "/agent/a1/resume").json(r#"{"threadId":"t1"}"#),
    ));
    assert_eq!(json_of(resume.forwarded())["threadId"], one);
    assert_eq!(resume.line["thread"], one);
    let without = world.ask(&signed(Request::new("POST", "/agent/a1/resume").json("{}")));
    assert_eq!(without.reason(), "body_thread_id");

    let fork = world.ask(&signed(
        Request::new("POST", "/agent/a1/fork/t1").json(r#"{"threadId":"t2"}"#),
    ));
    assert_eq!(target(fork.forwarded()), format!("/agent/a1/fork/{one}"));
    assert_eq!(json_of(fork.forwarded())["threadId"], two);

    let nobody = crate::support::world::claims_with(&json!({ "sub": null }));
    let token = TestKey::es256().token(&nobody);
    let answer = world.ask(&Request::new("PATCH", "/threads/t1/rename").bearer(&token).json("{}"));
    assert_eq!(answer.status(), 401);
}

#[test]
fn an_agents_input_gets_what_every_agents_input_gets() {
    let rules = json!([{ "operations": ["agent/resume"], "allow": "authenticated", "tools": ["search"] }]);
    let settings = settings(rules)
        .with("IDENTITY_BODY", json!({ "/state/user": "sub" }))
        .with("TOKEN_PROPERTY", json!(true));
    let world = World::new(&settings);
    let token = TestKey::es256().token(&claims());
    let body = json!({
        "threadId": "t", "state": { "user": "mallory" }, "tools": [{ "name": "search" }, { "name": "shell" }],
        "forwardedProps": { "authorization": token, "webhook": "https://evil.example", "user_id": "mallory" },
    });
    let answer = world.ask(&Request::new("POST", "/agent/a1/resume").json(&body.to_string()));
    let sent = json_of(answer.forwarded());
    assert_eq!(sent["state"]["user"], "alice");
    assert_eq!(sent["tools"], json!([{ "name": "search" }]));
    let props = &sent["forwardedProps"];
    assert!(
        props.get("authorization").is_none() && props.get("webhook").is_none(),
        "{props}"
    );
    assert_ne!(props["user_id"], "mallory");
    let malformed = world.ask(
        &Request::new("POST", "/agent/a1/resume")
            .bearer(&token)
            .json(r#"{"a":1,"a":2}"#),
    );
    assert_eq!(malformed.status(), 400);
}

#[test]
fn an_opaque_body_streams_whatever_it_is_and_no_body_ends_at_the_gate() {
    let world = World::new(&isolated());
    for content_type in [
        "application/json",
        "application/octet-stream",
        "multipart/form-data; boundary=b",
    ] {
        let mut request = Request::new("POST", "/feedback").field("content-type", content_type);
        request.body = b"\x00\xff".to_vec();
        let answer = world.ask(&signed(request));
        assert!(
            matches!(answer.forwarded().body, OutboundBody::Stream),
            "{content_type}"
        );
    }
    assert_eq!(world.platform.bodies.get(), 0, "nothing was read");
    let answer = world.ask(&signed(Request::new("POST", "/ping").json(r#"{"x":1}"#)));
    assert!(matches!(answer.forwarded().body, OutboundBody::Empty));
    let get = world.ask(&signed(Request::new("GET", "/skills")));
    assert!(
        matches!(get.forwarded().body, OutboundBody::Stream),
        "a GET goes on as it came"
    );
}

/// The request by path, the envelopes that mean the same, and what each runtime gets.
#[test]
fn it_is_read_and_written_in_both_dialects() {
    let resource = |path: &str, method: &str, body: Value| {
        let params = json!({ "path": path, "httpMethod": method });
        json!({ "method": "resource/request", "params": params, "body": body })
    };
    let rows = [
        (
            ("PATCH", "/threads/t1/rename", json!({ "name": "x" })),
            vec![resource("/threads/t1/rename", "patch", json!({ "name": "x" }))],
            resource("/threads/t1/rename", "PATCH", json!({ "name": "x" })),
        ),
        (
            ("POST", "/agent/a1/resume", json!({ "threadId": "t1" })),
            vec![
                json!({ "method": "agent/resume", "params": { "agentId": "a1" }, "body": { "threadId": "t1" } }),
                resource("/agent/a1/resume", "POST", json!({ "threadId": "t1" })),
            ],
            json!({ "method": "agent/resume", "params": { "agentId": "a1" }, "body": { "threadId": "t1" } }),
        ),
        (
            ("POST", "/agent/a1/fork/t2", json!({ "threadId": "t1" })),
            vec![json!({
                "method": "agent/fork", "params": { "agentId": "a1", "threadId": "t2" }, "body": { "threadId": "t1" },
            })],
            json!({ "method": "agent/fork", "params": { "agentId": "a1", "threadId": "t2" }, "body": { "threadId": "t1" } }),
        ),
        (
            ("GET", "/skills?page=2", Value::Null),
            vec![
                json!({ "method": "skills", "params": { "page": 2 } }),
                resource("/skills?page=2&x=1", "GET", Value::Null),
            ],
            json!({ "method": "skills", "params": { "page": "2" } }),
        ),
        (
            ("POST", "/feedback", json!({ "up": true })),
            vec![
                json!({ "method": "feedback", "body": { "up": true } }),
                json!({ "method": "feedback", "body": r#"{"up":true}"# }),
                resource("/feedback", "POST", json!({ "up": true })),
            ],
            json!({ "method": "feedback", "body": { "up": true } }),
        ),
        (
            ("POST", "/ping", Value::Null),
            vec![json!({ "method": "ping", "body": { "ends": "here" } })],
            json!({ "method": "ping" }),
        ),
    ];
    let multi = World::new(&open());
    let single = World::new(&open().with("ORIGIN_MODE", json!("single-route")));
    for ((method, path, body), envelopes, written) in rows {
        let by_path = Request::new(method, path).json(&body.to_string());
        let mut requests: Vec<Request> = envelopes
            .iter()
            .map(|envelope| Request::new("POST", "").json(&envelope.to_string()))
            .collect();
        for request in &requests {
            let answer = multi.ask(&signed(request.clone()));
            let outbound = answer.forwarded();
            assert_eq!((outbound.method.name(), target(outbound)), (method, path), "{written}");
            match &body {
                Value::Null => assert!(matches!(outbound.body, OutboundBody::Empty), "{written}"),
                body => assert_eq!(json_of(outbound), *body, "{written}"),
            }
        }
        requests.push(by_path);
        for request in requests {
            let answer = single.ask(&signed(request));
            let mut written = written.clone();
            if written["body"].is_null() {
                written.as_object_mut().unwrap().remove("body");
            }
            assert_eq!(json_of(answer.forwarded()), written, "{path}");
        }
    }
}

#[test]
fn an_envelope_names_it_in_one_way_only_and_never_around_its_row() {
    let world = World::new(&open());
    for (envelope, status) in [
        // As the other `threads/*`, it has no method of its own; and of two methods an envelope could not say which.
        (
            json!({ "method": "threads/rename", "params": { "threadId": "t1" }, "body": {} }),
            404,
        ),
        (json!({ "method": "agent/resume", "params": { "agentId": "a1" } }), 400),
        (json!({ "method": "agent/resume", "body": { "threadId": "t" } }), 400),
        (json!({ "method": "skills", "params": { "page": [1] } }), 400),
        (
            json!({ "method": "agent/fork", "params": { "agentId": "agent", "threadId": "run" }, "body": {} }),
            404,
        ),
        (
            json!({ "method": "resource/request", "params": { "path": "/x/feedback", "httpMethod": "POST" } }),
            404,
        ),
        (
            json!({ "method": "resource/request", "params": { "path": "/agent/a1/run", "httpMethod": "POST" } }),
            404,
        ),
        (
            json!({ "method": "resource/request", "params": { "path": "/feedback", "httpMethod": "GET" } }),
            405,
        ),
    ] {
        let answer = world.ask(&signed(Request::new("POST", "").json(&envelope.to_string())));
        assert_eq!(answer.status(), status, "{envelope}");
    }
    let binary = signed(Request::new("POST", "/feedback").field("content-type", "application/octet-stream"));
    let single = World::new(&open().with("ORIGIN_MODE", json!("single-route")));
    assert_eq!(
        single
            .ask(&Request {
                body: vec![0],
                ..binary
            })
            .status(),
        415,
        "no envelope could hold it"
    );
}

#[test]
fn a_preflight_lists_the_methods_that_there_are() {
    let preflight = Request::new("OPTIONS", "/threads/t1/rename")
        .field("origin", "https://page.example")
        .field("access-control-request-method", "PUT");
    let methods = |settings: Settings| {
        let world = World::new(&settings.with("ALLOWED_ORIGINS", json!(["https://page.example"])));
        match world.ask(&preflight).decision {
            crate::support::world::Decision::Reply(reply) => {
                let mut fields = reply.fields.into_iter();
                fields
                    .find(|(name, _)| *name == "access-control-allow-methods")
                    .unwrap()
                    .1
            }
            _ => panic!("no preflight"),
        }
    };
    assert_eq!(methods(Settings::usual()), "GET, HEAD, POST, PATCH, DELETE");
    assert_eq!(methods(open()), "GET, HEAD, POST, PUT, PATCH, DELETE");
}

#[test]
fn the_settings_say_which_operation_no_rule_opens() {
    let notices = |rules: Value| -> Vec<String> {
        let config = Config::parse(&settings(rules)).unwrap();
        config.notices.into_iter().map(|notice| notice.setting).collect()
    };
    assert_eq!(
        notices(json!([{ "operations": NAMES, "allow": "authenticated" }])),
        Vec::<String>::new()
    );
    let all_but_ping: Vec<&str> = NAMES.into_iter().filter(|name| *name != "ping").collect();
    assert_eq!(
        notices(json!([
            { "operations": all_but_ping, "allow": "authenticated" },
            { "operations": ["ping"], "allow": "authenticated", "mode": "report" },
            { "operations": ["*"], "allow": "nobody" },
        ])),
        ["OPERATIONS[5]"]
    );
}

#[test]
fn each_mistake_names_its_place() {
    let sound = json!({ "name": "x/y", "method": "POST", "path": "/x/{thread}/y", "query": ["q"], "body": "opaque" });
    let with = |member: &str, value: Value| {
        let mut table = sound.clone();
        if value.is_null() {
            table.as_object_mut().unwrap().remove(member);
        } else {
            table[member] = value;
        }
        table
    };
    let fault = |operations: &Value| {
        let settings = Settings::usual().with("OPERATIONS", operations.clone());
        Config::parse(&settings).err().map(|fault| {
            assert!(!fault.fault.is_empty() && !fault.remedy.is_empty(), "{fault:?}");
            fault.setting
        })
    };
    assert_eq!(fault(&json!([sound])), None);
    assert_eq!(fault(&json!([])), None);
    assert_eq!(fault(&json!(json!([sound]).to_string())), None, "a string of JSON");
    for operations in [json!({}), json!("x"), json!(7), json!(2)] {
        assert_eq!(fault(&operations).as_deref(), Some("OPERATIONS"), "{operations}");
    }
    assert_eq!(fault(&json!(["x"])).as_deref(), Some("OPERATIONS[0]"));
    let twice = json!([sound, with("path", json!("/z"))]);
    assert_eq!(fault(&twice).as_deref(), Some("OPERATIONS[1].name"));
    let wrong = [
        ("extra", vec![json!(1)]),
        (
            "name",
            vec![
                json!(null),
                json!(""),
                json!(7),
                json!("a*"),
                json!("a b"),
                json!("/a"),
                json!("a/"),
                json!("a//b"),
                json!("ä"),
                json!("a".repeat(65)),
                json!("info"),
                json!("threads/clear"),
                json!("resource/request"),
            ],
        ),
        (
            "method",
            vec![
                json!(null),
                json!(""),
                json!([]),
                json!("get"),
                json!("HEAD"),
                json!("OPTIONS"),
                json!("QUERY"),
                json!(["POST", "TRACE"]),
                json!([7]),
            ],
        ),
        (
            "path",
            vec![
                json!(null),
                json!(""),
                json!(7),
                json!("x"),
                json!("/"),
                json!("/x/"),
                json!("//x"),
                json!("/x/../y"),
                json!("/x%20y"),
                json!("/x?y"),
                json!("/x y"),
                json!("/*"),
                json!("/{x}"),
                json!("/x{agent}"),
                json!("/{memory}/x"),
                json!("/{agent}/x/{agent}"),
                json!("/.gate/x"),
                json!("/x/.y"),
                // What the runtime takes for an operation that the gate knows, or one of those for it.
                json!("/transcribe"),
                json!("/x/info"),
                json!("/x/agent/{agent}/run"),
                json!("/agent/{thread}/run"),
                json!("/x/threads/clear"),
                json!("/threads/{thread}"),
                json!("/threads/{agent}"),
                json!("/threads/x"),
                json!("/x/threads/{thread}"),
                json!("/memories/{thread}"),
                json!("/{agent}/threads/{thread}"),
                json!("/agent/{agent}/stop/x"),
                json!("/run"),
                json!("/{thread}"),
                json!("/{agent}/{thread}"),
                json!("/stop/{thread}"),
                json!("/clear"),
            ],
        ),
        (
            "query",
            vec![
                json!("q"),
                json!([""]),
                json!(["a&b"]),
                json!(["a=b"]),
                json!(["q", "q"]),
                json!([7]),
                json!(["threadId"]),
                json!(["thread_id"]),
                json!(["THREADID"]),
                json!(["agent_id"]),
                json!(["AgentId"]),
            ],
        ),
        ("body", vec![json!(""), json!("json"), json!(7), json!(true)]),
    ];
    for (member, values) in wrong {
        for value in values {
            let mut table = with(member, value.clone());
            if member == "path" && value == "/threads/{thread}" {
                table["method"] = json!(["POST", "PATCH"]);
            }
            let setting = fault(&json!([table]));
            assert_eq!(setting, Some(format!("OPERATIONS[0].{member}")), "{value}");
        }
    }
    let agent = json!({ "name": "x", "method": "GET", "path": "/x/{agent}", "query": ["agentId"] });
    assert_eq!(fault(&json!([agent])).as_deref(), Some("OPERATIONS[0].query"));
    let input = json!({ "name": "x", "method": ["GET", "POST"], "path": "/x", "body": "agent-input" });
    assert_eq!(fault(&json!([input])).as_deref(), Some("OPERATIONS[0].body"));
    for (first, second, method) in [
        ("/x/{thread}", "/x/{thread}", "POST"),
        ("/x/{thread}", "/y/x/{thread}", "GET"),
        ("/y/x/{thread}", "/x/{thread}", "GET"),
        ("/x/{thread}", "/x/all", "GET"),
        ("/x/{thread}", "/x/{agent}", "GET"),
    ] {
        let pair = json!([
            { "name": "one", "method": "POST", "path": first },
            { "name": "two", "method": method, "path": second },
        ]);
        assert_eq!(fault(&pair).as_deref(), Some("OPERATIONS[1].path"), "{first} {second}");
    }
    let shared = json!([
        { "name": "one", "method": "POST", "path": "/x/{thread}" },
        { "name": "two", "method": "GET", "path": "/x/{thread}" },
    ]);
    assert_eq!(fault(&shared), None, "one path with two methods");
}

//! The answers that are filtered: `/info` tells a caller what the gate serves to them, and nothing that it does not.

use crate::support::keys::{TestKey, base64url};
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims, claims_with, signed};
use copilotkit_gate::call::kind::Operations;
use copilotkit_gate::wire::refusal::Refusal;
use serde_json::{Map, Value, json};

fn isolated() -> Settings {
    Settings::usual().with("THREAD_KEY", json!(base64url(&[7; 32])))
}

fn by_path() -> Request {
    Request::new("GET", "/info")
}

fn by_envelope() -> Request {
    Request::new("POST", "").json(r#"{"method":"info"}"#)
}

/// What becomes of the upstream's `info` for this request; `None`: it passes unread.
fn filtered(settings: &Settings, request: &Request, info: &Value) -> Option<Value> {
    let world = World::new(settings);
    let answer = world.ask(request);
    let filter = answer.forwarded().answer.filter.as_ref()?;
    let text = world.gate.filter(filter, info.to_string().into_bytes()).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}

/// The member `threadEndpoints`: whether there is `list`, `inspect`, `mutations` and `realtimeMetadata`.
fn endpoints([list, inspect, mutations, realtime]: [bool; 4]) -> Value {
    json!({ "list": list, "inspect": inspect, "mutations": mutations, "realtimeMetadata": realtime })
}

/// What a runtime of REST paths says, and what one of envelopes says.
fn multi_route() -> Value {
    json!({ "agents": { "a": {} }, "threadEndpoints": endpoints([true, true, true, true]) })
}

fn single_route() -> Value {
    json!({ "agents": { "a": {} }, "threadEndpoints": endpoints([false, false, false, false]),
            "singleRoute": { "resourceOperations": true, "threadEndpoints": endpoints([true, true, false, false]) } })
}

#[test]
fn an_answer_that_promises_what_is_served_passes_unread() {
    assert_eq!(filtered(&isolated(), &signed(by_path()), &multi_route()), None);
}

#[test]
fn a_client_is_told_which_threads_the_gate_serves_in_its_dialect() {
    let single = isolated().with("ORIGIN_MODE", json!("single-route"));
    for (what, settings, request, info, threads, resources) in [
        (
            "envelope to paths",
            isolated(),
            by_envelope(),
            multi_route(),
            endpoints([true, true, true, true]),
            true,
        ),
        (
            "path to envelopes",
            single.clone(),
            by_path(),
            single_route(),
            endpoints([true, true, false, false]),
            true,
        ),
        (
            "envelope to envelopes",
            single.clone(),
            by_envelope(),
            single_route(),
            endpoints([true, true, false, false]),
            true,
        ),
        // A runtime from before `resource/request` serves none, whatever the gate could translate.
        (
            "path to old envelopes",
            single,
            by_path(),
            json!({ "threadEndpoints": endpoints([false, false, false, false]) }),
            endpoints([false, false, false, false]),
            false,
        ),
    ] {
        let sent = filtered(&settings, &signed(request), &info).unwrap_or_else(|| panic!("{what}: unread"));
        assert_eq!(sent["threadEndpoints"], threads, "{what}");
        let expected = json!({ "resourceOperations": true, "threadEndpoints": threads });
        assert_eq!(sent.get("singleRoute"), resources.then_some(&expected), "{what}");
    }
}

#[test]
fn no_list_is_promised_that_would_be_refused() {
    let none = endpoints([false, false, false, false]);
    let rules = |rules: Value| Settings::usual().with("RULES", rules);
    for (what, settings, request, threads) in [
        ("shared threads", Settings::usual(), signed(by_path()), none.clone()),
        (
            "a rule for lists alone",
            rules(json!([{ "operations": ["threads/list"], "allow": "authenticated" }])),
            signed(by_path()),
            endpoints([true, false, false, false]),
        ),
        (
            "anonymous",
            isolated().with("ANONYMOUS", json!(true)),
            by_path(),
            none.clone(),
        ),
        (
            "a rule against one kind of reading",
            isolated().with("RULES", json!([{ "operations": ["threads/state"], "allow": "nobody" }])),
            signed(by_path()),
            endpoints([true, false, true, true]),
        ),
    ] {
        let sent = filtered(&settings, &request, &multi_route()).unwrap_or_else(|| panic!("{what}: unread"));
        assert_eq!(sent["threadEndpoints"], threads, "{what}");
    }
    let quiet = json!({ "agents": {} });
    assert_eq!(
        filtered(&Settings::usual(), &signed(by_path()), &quiet),
        Some(quiet),
        "nothing is added"
    );
}

#[test]
fn no_microphone_is_offered_that_would_be_refused() {
    let info = |offered: bool| json!({ "agents": {}, "audioFileTranscriptionEnabled": offered });
    let closed = json!([{ "operations": ["transcribe"], "allow": "nobody" }]);
    for mode in ["multi-route", "single-route"] {
        let settings = isolated().with("ORIGIN_MODE", json!(mode));
        let kept = filtered(&settings, &signed(by_path()), &info(true)).unwrap_or_else(|| info(true));
        assert_eq!(kept, info(true), "{mode}");
        let settings = settings.with("RULES", closed.clone());
        assert_eq!(
            filtered(&settings, &signed(by_path()), &info(true)),
            Some(info(false)),
            "{mode}"
        );
        let older = json!({ "agents": {} });
        assert_eq!(
            filtered(&settings, &signed(by_path()), &older),
            Some(older),
            "nothing is added"
        );
    }
}

/// A page asks once, before it signs in, and is told what every verified caller may do.
#[test]
fn a_stranger_sees_what_every_verified_caller_may_do() {
    let rules = json!([
        { "operations": ["info"], "allow": "anyone" },
        { "agents": ["secret"], "require": { "roles": ["admin"] } },
    ]);
    let sent = filtered(
        &isolated().with("RULES", rules),
        &by_path(),
        &json!({
            "agents": { "open": {}, "secret": {} }, "threadEndpoints": endpoints([true, true, true, true]),
        }),
    );
    let sent = sent.unwrap();
    assert_eq!(sent["agents"], json!({ "open": {} }));
    assert_eq!(sent["threadEndpoints"], endpoints([true, true, true, true]));
}

#[test]
fn anonymous_callers_see_the_agents_that_they_may_run() {
    let rules = json!([{ "agents": ["members"], "allow": "authenticated" }, { "agents": ["open"], "allow": "anyone" }]);
    let settings = isolated().with("RULES", rules).with("ANONYMOUS", json!(true));
    let info =
        json!({ "agents": { "members": {}, "open": {}, "other": {} }, "a2ui": { "agents": ["members", "open"] } });
    let sent = filtered(&settings, &by_path(), &info).unwrap();
    assert_eq!(sent["agents"], json!({ "open": {}, "other": {} }));
    assert_eq!(sent["a2ui"], json!({ "agents": ["open"] }));
    let signed_in = filtered(&settings, &signed(by_path()), &info);
    assert_eq!(signed_in, None, "a verified caller may run them all");
}

/// The list and the decision about a run go two ways through the rules: they must come to the same.
#[test]
fn a_verified_caller_sees_the_agents_that_they_may_run_and_no_others() {
    let rules = json!([
        { "agents": ["*"], "allow": "nobody", "mode": "report" },
        { "agents": ["*"], "operations": ["agent/stop"], "allow": "nobody" },
        { "operations": ["info"], "allow": "authenticated" },
        { "agents": ["ops-*"], "require": { "roles": ["admin"] } },
        { "agents": ["ops-shell", "draft"], "allow": "authenticated" },
        { "agents": ["d*"], "allow": "nobody" },
    ]);
    let settings = Settings::usual().with("RULES", rules);
    let agents = ["ops-shell", "ops-", "ops", "draft", "default", "other"];
    let info = json!({ "agents": agents.map(|name| (name.to_owned(), json!({}))).into_iter().collect::<Map<_, _>>() });
    for (role, expected) in [
        ("admin", vec!["ops-shell", "ops-", "ops", "draft", "other"]),
        ("member", vec!["ops", "draft", "other"]),
    ] {
        let token = TestKey::es256().token(&claims_with(&json!({ "role": role })));
        let sent = filtered(&settings, &by_path().bearer(&token), &info).unwrap();
        let is_shown = |name: &&str| sent["agents"].get(name).is_some();
        let may_run = |name: &&str| {
            let path = format!("/agent/{name}/run");
            let run = Request::new("POST", &path).json("{}").bearer(&token);
            World::new(&settings).ask(&run).status() == 200
        };
        assert_eq!(
            agents.into_iter().filter(is_shown).collect::<Vec<_>>(),
            expected,
            "{role}"
        );
        assert_eq!(
            agents.into_iter().filter(may_run).collect::<Vec<_>>(),
            expected,
            "{role}"
        );
    }
}

/// Where agents are hidden, what cannot be read could show them; promises alone are no secret.
#[test]
fn what_cannot_be_read_is_withheld_only_where_something_is_hidden() {
    let hiding = json!([{ "agents": ["secret"], "allow": "nobody" }]);
    for (settings, text, expected) in [
        (Settings::usual(), "<html>", Ok("<html>")),
        (
            Settings::usual().with("RULES", hiding.clone()),
            "<html>",
            Err(Refusal::BadGateway),
        ),
        (
            Settings::usual().with("RULES", hiding),
            r#"{"agents":["secret"]}"#,
            Err(Refusal::BadGateway),
        ),
    ] {
        let world = World::new(&settings);
        let answer = world.ask(&signed(by_path()));
        let filter = answer.forwarded().answer.filter.as_ref().unwrap();
        let sent = world.gate.filter(filter, text.as_bytes().to_vec());
        assert_eq!(
            sent.map(|text| String::from_utf8(text).unwrap()),
            expected.map(str::to_owned),
            "{text}"
        );
    }
}

#[test]
fn a_runtime_that_speaks_the_other_dialect_is_recognised() {
    for (mode, operation, status, recognised) in [
        ("multi-route", "info", 405, true),
        ("single-route", "info", 404, true),
        ("multi-route", "info", 404, false),
        ("multi-route", "info", 200, false),
        ("single-route", "info", 405, false),
        ("multi-route", "agent/run", 405, false),
        ("single-route", "agent/run", 404, false),
    ] {
        let world = World::new(&Settings::usual().with("ORIGIN_MODE", json!(mode)));
        let kind = Operations::default().named(operation).unwrap();
        let fault = world.gate.check_dialect(kind.answer, status).err();
        assert_eq!(fault.is_some(), recognised, "{mode} {operation} {status}");
        assert!(fault.is_none_or(|fault| fault.setting == "ORIGIN_MODE"));
    }
}

#[test]
fn a_refused_head_tells_nothing_of_the_dialect() {
    let world = World::new(&Settings::usual().with("ORIGIN_MODE", json!("multi-route")));
    for (method, is_ok) in [("GET", false), ("HEAD", true)] {
        let answer = world.ask(&signed(Request::new(method, "/info")));
        let checked = world.gate.check_dialect(answer.forwarded().answer.kind, 405);
        assert_eq!(checked.is_ok(), is_ok, "{method}");
    }
}

#[test]
fn who_am_i_says_until_when() {
    let world = World::new(&Settings::usual().with("ANONYMOUS", json!(true)));
    let ask = |request: &Request| serde_json::from_str::<Value>(&world.ask(request).text()).unwrap();
    let who = Request::new("GET", "/.gate/whoami");
    let known = ask(&signed(who.clone()));
    let identity = json!({
        "x-user-id": "alice", "x-user-role": "admin", "x-user-permissions": "read,write",
        "x-user-issuer": "https://idp.example.com",
    });
    let expected = json!({ "identity": identity, "issuer": "https://idp.example.com", "expires_at": claims()["exp"] });
    assert_eq!(known, expected);
    assert_eq!(ask(&who), json!({ "identity": { "x-user-id": "anonymous" } }));
}

//! What changes in the header fields of an answer before a client gets it.

use copilotkit_gate::call::body::dropped::Dropped;
use copilotkit_gate::call::operations::AnswerKind;
use copilotkit_gate::gate::Gate;
use copilotkit_gate::outbound::answer::AnswerPlan;
use copilotkit_gate::wire::answer::AnswerHead;
use copilotkit_gate::wire::field_changes::FieldChanges;
use serde_json::{Value, json};

use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{REQUEST_ID, World, changed, signed};

const APP: &str = "https://app.example";
const PAGE: Option<&str> = Some(APP);

/// An upstream's answer that says all it can.
const ANSWER: [(&str, &str); 12] = [
    ("content-type", "application/json"),
    ("content-length", "2"),
    ("content-encoding", "gzip"),
    ("transfer-encoding", "chunked"),
    ("etag", "\"v1\""),
    ("last-modified", "Wed, 25 Nov 2026 12:00:00 GMT"),
    ("cache-control", "public, max-age=600"),
    ("x-request-id", "of-the-upstream"),
    ("x-shared-secret", "echoed"),
    ("access-control-allow-origin", "*"),
    ("vary", "Accept"),
    ("x-other", "kept"),
];

fn settings() -> Settings {
    Settings::usual().with("ALLOWED_ORIGINS", json!([APP]))
}

fn with_origin_headers(fields: Value) -> Settings {
    settings().with("ORIGIN_HEADERS", fields)
}

/// The fields of the answer that a client gets, in the order of their names; `None` where it is handed over as it is.
fn received(
    settings: &Settings,
    status: u16,
    fields: &[(&str, &str)],
    replaces_body: bool,
    page: Option<&str>,
) -> Option<Vec<(String, String)>> {
    let seen = fields
        .iter()
        .copied()
        .filter(|(name, _)| AnswerHead::SEEN.contains(name));
    let answer = AnswerHead {
        status,
        fields: seen.collect(),
    };
    let gate = World::new(settings).gate;
    let plan = AnswerPlan {
        kind: AnswerKind::Unfiltered,
        filter: None,
        events: None,
        page: page.map(str::to_owned),
        dropped: Dropped::default(),
    };
    let changes = gate.answer_changes(&answer, replaces_body, &plan, REQUEST_ID)?;
    Some(carried_out(fields, &changes))
}

fn carried_out(fields: &[(&str, &str)], changes: &FieldChanges) -> Vec<(String, String)> {
    let owned = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut fields = changed(&owned.collect::<Vec<_>>(), changes);
    fields.sort();
    fields
}

fn values<'f>(fields: &'f [(String, String)], name: &str) -> Vec<&'f str> {
    World::values(fields, name)
}

#[test]
fn no_cache_keeps_an_answer() {
    let (private, untransformed) = ("private, no-store", "private, no-store, no-transform");
    let rows = [
        (None, private),
        (Some("public, max-age=600"), private),
        (
            Some("public, s-maxage=600, immutable, stale-while-revalidate=60"),
            private,
        ),
        (Some("no-cache"), private),
        (Some(""), private),
        (Some("no-transform"), untransformed),
        (Some("no-cache, no-transform"), untransformed),
        (Some("No-Transform,max-age=1"), untransformed),
        (Some("max-age=1 ,\tno-transform\t, no-cache"), untransformed),
        (Some("x-no-transform"), private),
        (Some("no-transform=1"), private),
        (Some("no-transformed, x"), private),
    ];
    for (value, expected) in rows {
        let fields: Vec<_> = value.map(|value| ("cache-control", value)).into_iter().collect();
        for status in [200, 201, 206, 302, 404, 500, 503] {
            let received = received(&settings(), status, &fields, false, None).unwrap();
            assert_eq!(values(&received, "cache-control"), [expected], "{status} {value:?}");
        }
    }
}

#[test]
fn a_304_keeps_what_it_says_about_caching() {
    let all = received(&settings(), 304, &ANSWER, false, None).unwrap();
    assert_eq!(values(&all, "cache-control"), ["public, max-age=600"]);
    assert_eq!(values(&all, "x-request-id"), [REQUEST_ID]);
    let none = received(&settings(), 304, &[], false, None).unwrap();
    assert!(values(&none, "cache-control").is_empty());
}

#[test]
fn the_answer_that_opens_a_websocket_is_handed_over_as_it_is() {
    let settings = with_origin_headers(json!({ "x-shared-secret": "secret" }));
    assert_eq!(received(&settings, 101, &ANSWER, false, PAGE), None);
}

#[test]
fn the_request_id_is_the_gates() {
    for status in [200, 204, 304, 404, 500] {
        let received = received(&settings(), status, &ANSWER, false, None).unwrap();
        assert_eq!(values(&received, "x-request-id"), [REQUEST_ID], "{status}");
    }
}

#[test]
fn fields_for_the_upstream_alone_do_not_come_back() {
    let settings = with_origin_headers(json!({ "X-Shared-Secret": "secret", "x-other": "secret" }));
    for status in [200, 304, 500] {
        let received = received(&settings, status, &ANSWER, false, PAGE).unwrap();
        assert!(values(&received, "x-shared-secret").is_empty(), "{status}");
        assert!(values(&received, "x-other").is_empty(), "{status}");
    }
}

#[test]
fn no_setting_takes_away_what_the_gate_says_itself() {
    let settings =
        with_origin_headers(json!({ "Cache-Control": "no-cache", "Vary": "X", "Access-Control-Allow-Origin": "*" }));
    let received = received(&settings, 200, &ANSWER, false, PAGE).unwrap();
    assert_eq!(values(&received, "cache-control"), ["private, no-store"]);
    assert_eq!(values(&received, "access-control-allow-origin"), [APP]);
    assert_eq!(values(&received, "vary"), ["Origin"]);
}

#[test]
fn what_describes_a_body_goes_with_it() {
    let describing = [
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "etag",
        "last-modified",
    ];
    for replaces_body in [false, true] {
        let received = received(&settings(), 200, &ANSWER, replaces_body, None).unwrap();
        for name in describing {
            assert_eq!(values(&received, name).is_empty(), replaces_body, "{name}");
        }
        assert_eq!(values(&received, "content-type"), ["application/json"]);
    }
}

#[test]
fn only_a_listed_page_may_read_an_answer() {
    for (page, may_read) in [
        (PAGE, true),
        (Some("https://evil.example"), false),
        (Some("null"), false),
        (None, false),
    ] {
        let received = received(&settings(), 200, &ANSWER, false, page).unwrap();
        let allowed: &[&str] = if may_read { &[APP] } else { &[] };
        assert_eq!(values(&received, "access-control-allow-origin"), allowed, "{page:?}");
        let credentials: &[&str] = if may_read { &["true"] } else { &[] };
        assert_eq!(
            values(&received, "access-control-allow-credentials"),
            credentials,
            "{page:?}"
        );
        assert_eq!(values(&received, "vary"), ["Accept", "Origin"], "{page:?}");
    }
}

#[test]
fn everything_else_is_the_upstreams() {
    let received = received(&Settings::usual(), 200, &ANSWER, false, None).unwrap();
    let mut expected: Vec<(String, String)> = ANSWER
        .iter()
        .map(|(name, value)| match *name {
            "cache-control" => (*name, "private, no-store"),
            "x-request-id" => (*name, REQUEST_ID),
            _ => (*name, *value),
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    expected.sort();
    assert_eq!(received, expected);
}

#[test]
fn a_reply_has_the_request_id_and_speaks_to_listed_pages() {
    let (listing, usual) = (World::new(&settings()), World::new(&Settings::usual()));
    let reply = |world: &World, page| carried_out(&[], &world.gate.reply_changes(page, REQUEST_ID));
    let id = ("x-request-id".to_owned(), REQUEST_ID.to_owned());
    assert_eq!(reply(&usual, None), vec![id.clone()]);
    let foreign = reply(&listing, Some("https://evil.example"));
    assert_eq!(foreign, [("vary".to_owned(), "Origin".to_owned()), id.clone()]);
    let listed = reply(&listing, PAGE);
    assert_eq!(values(&listed, "access-control-allow-origin"), [APP]);
    assert!(values(&listed, "access-control-expose-headers")[0].contains("X-Request-Id"));
    assert!(listed.contains(&id));
    assert_eq!(carried_out(&[], &Gate::misconfigured_changes(REQUEST_ID)), [id]);
}

#[test]
fn only_a_success_with_a_body_is_filtered() {
    let rules = json!([{ "agents": ["secret"], "allow": "nobody" }]);
    let world = World::new(&Settings::usual().with("RULES", rules));
    let answer = world.ask(&signed(Request::new("GET", "/info")));
    let plan = &answer.forwarded().answer;
    for status in [200, 201, 203, 206, 226, 299] {
        assert!(plan.filter_for(status).is_some(), "{status}");
    }
    for status in [101, 199, 204, 300, 304, 404, 500] {
        assert!(plan.filter_for(status).is_none(), "{status}");
    }
}

/// gzip is asked for. What comes in another coding cannot be read: it is withheld where it could show something.
#[test]
fn an_answer_in_a_coding_that_is_not_undone_is_withheld_where_something_is_hidden() {
    let rules = json!([{ "agents": ["secret"], "allow": "nobody" }]);
    let hiding = Settings::usual().with("RULES", rules);
    for (settings, hides) in [(hiding, true), (Settings::usual(), false)] {
        let world = World::new(&settings);
        let request = signed(Request::new("GET", "/info").field("accept-encoding", "zstd, br"));
        let answer = world.ask(&request);
        let outbound = answer.forwarded();
        assert_eq!(values(&World::sent(outbound, &request), "accept-encoding"), ["gzip"]);
        for (coding, is_read) in [
            (None, true),
            (Some(""), true),
            (Some("gzip"), true),
            (Some("br"), true),
            (Some("identity"), true),
            (Some("GZIP"), false),
            (Some("zstd"), false),
            (Some("deflate"), false),
            (Some("gzip, br"), false),
            (Some("gzip, gzip"), false),
        ] {
            let head = |status| AnswerHead {
                status,
                fields: coding.map(|coding| ("content-encoding", coding)).into_iter().collect(),
            };
            let (filtered, failed) = (
                outbound.answer.filter_of(&head(200)),
                outbound.answer.filter_of(&head(404)),
            );
            match filtered {
                Ok(filter) => assert_eq!((filter.is_some(), is_read || !hides), (is_read, true), "{coding:?}"),
                Err(refusal) => {
                    assert!(hides && !is_read, "{coding:?}");
                    assert_eq!((refusal.status(), refusal.reason()), (502, "coded_answer"));
                    let details = serde_json::to_value(refusal.details()).unwrap();
                    assert_eq!(details, json!({ "coding": coding }));
                }
            }
            assert!(failed.unwrap().is_none(), "a failure shows nothing");
        }
    }
    let run = signed(Request::new("GET", "/inspector-metadata").field("accept-encoding", "zstd"));
    let answer = World::new(&Settings::usual()).ask(&run);
    assert_eq!(
        values(&World::sent(answer.forwarded(), &run), "accept-encoding"),
        ["zstd"]
    );
}

#[test]
fn an_answer_is_for_the_page_that_asked() {
    let world = World::new(&settings());
    for page in [None, PAGE, Some("https://evil.example")] {
        let mut request = signed(Request::new("GET", "/info"));
        if let Some(page) = page {
            request = request.field("Origin", page);
        }
        assert_eq!(world.ask(&request).forwarded().answer.page.as_deref(), page);
    }
}

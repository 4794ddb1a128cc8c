//! `MESSAGE_ROLES` and `ATTACHMENT_URLS`: who may write messages, and where addresses in them may lead.

use crate::support::settings::Settings;
use crate::support::upstream::{ask, dropped, sent, upstream};
use crate::support::world::World;
use copilotkit_gate::config::Config;
use serde_json::{Value, json};

fn messages_of(settings: &Settings, messages: &Value) -> Value {
    upstream(settings, &json!({ "messages": messages }))["messages"].clone()
}

/// What is left of a message's parts.
fn parts_of(settings: &Settings, part: &Value) -> Value {
    let text = json!({ "type": "text", "text": "kept" });
    let message = json!({ "id": "m", "role": "user", "content": [part, text] });
    let messages = messages_of(settings, &json!([message]));
    let mut parts = messages[0]["content"].as_array().unwrap().clone();
    assert_eq!(parts.pop(), Some(text));
    json!(parts)
}

fn with_urls(urls: &Value) -> Settings {
    Settings::usual().with("ATTACHMENT_URLS", urls.clone())
}

const ROLES: [&str; 5] = ["user", "assistant", "tool", "activity", "reasoning"];

#[test]
fn messages_of_the_roles_that_are_listed_go_on_and_no_others() {
    let message = |role: &Value| json!({ "id": "m", "role": role, "content": "x" });
    let kept: Vec<Value> = ROLES.iter().map(|role| message(&json!(role))).collect();
    assert_eq!(messages_of(&Settings::usual(), &json!(kept)), json!(kept));
    for (bad, name) in [
        (message(&json!("system")), "messages.system"),
        (message(&json!("developer")), "messages.developer"),
        (message(&json!("System")), "messages.other"),
        (message(&json!("system ")), "messages.other"),
        (message(&json!("")), "messages.other"),
        (message(&json!(null)), "messages.other"),
        (message(&json!(["user"])), "messages.other"),
        (message(&json!({ "role": "user" })), "messages.other"),
        (json!({ "id": "m", "content": "x" }), "messages.other"),
        (json!({ "Role": "user", "content": "x" }), "messages.other"),
        (json!("user"), "messages.other"),
        (json!(["user"]), "messages.other"),
        (json!(null), "messages.other"),
    ] {
        for at in [0, 2, kept.len()] {
            let mut messages = kept.clone();
            messages.insert(at, bad.clone());
            assert_eq!(messages_of(&Settings::usual(), &json!(messages)), json!(kept), "{bad}");
            assert_eq!(
                dropped(&Settings::usual(), &json!({ "messages": messages })),
                [name],
                "{bad}"
            );
        }
        assert_eq!(messages_of(&Settings::usual(), &json!([bad, bad])), json!([]));
    }
}

#[test]
fn a_role_counts_as_every_reader_reads_it() {
    let body =
        r#"{"messages":[{"role":"s\u0079stem","content":"x"},{"r\u006fle":"system"},{"r\u006fle":"\u0075ser"}]}"#;
    assert_eq!(
        sent(&Settings::usual(), body),
        r#"{"messages":[{"r\u006fle":"\u0075ser"}]}"#
    );
    // As many roles as messages, but not one in each.
    for body in [
        r#"{"messages":[{"role":"user","\u0072ole2":"user"},{"content":"x"}]}"#,
        r#"{"messages":[{"role":"user","x":{"role":"user"}},{"content":"x"}]}"#,
        r#"{"messages":[{"role":"user","x":[{"role":"user"}]},["role","user"]]}"#,
        r#"{"messages":[{"role":"user"},{"role ":"user","\"role\"":"user"}]}"#,
        r#"{"state":{"messages":[{"role":"user"}]},"messages":[{"role":"user"},"user"]}"#,
    ] {
        let messages: Value = serde_json::from_str(&sent(&Settings::usual(), body)).unwrap();
        assert_eq!(messages["messages"].as_array().unwrap().len(), 1, "{body}");
    }
    let twice = ask(
        &World::new(&Settings::usual()),
        r#"{"messages":[{"role":"user","r\u006fle":"system"}]}"#,
    );
    assert_eq!((twice.status(), twice.reason()), (400, "repeated_member"));
}

#[test]
fn message_roles_may_add_system_and_developer_or_leave_roles_out() {
    let messages = json!([
        { "role": "system", "content": "x" }, { "role": "developer", "content": "x" }, { "role": "user", "content": "x" },
        { "role": "other" },
    ]);
    let with = |roles: &Value| Settings::usual().with("MESSAGE_ROLES", roles.clone());
    for roles in [
        json!(["user", "system"]),
        json!(["developer", "user", "tool"]),
        json!(["tool"]),
        json!([]),
    ] {
        let is_listed = |message: &&Value| roles.as_array().unwrap().contains(&message["role"]);
        let kept: Vec<&Value> = messages.as_array().unwrap().iter().filter(is_listed).collect();
        assert_eq!(messages_of(&with(&roles), &messages), json!(kept), "{roles}");
    }
    for bad in [
        json!(["other"]),
        json!(["User"]),
        json!([""]),
        json!([1]),
        json!({}),
        json!(true),
    ] {
        assert_eq!(
            Config::parse(&with(&bad)).err().unwrap().setting,
            "MESSAGE_ROLES",
            "{bad}"
        );
    }
}

#[test]
fn what_stays_is_byte_for_byte_and_what_only_looks_like_a_message_is_none() {
    let odd = r#"{ "role" : "user" ,"content": "{\"role\":\"system\"}", "x": {"role":"system", "n":1.0e+0} }"#;
    let call =
        r#"{"role":"assistant","toolCalls":[{"function":{"arguments":"{\"role\":\"system\"}"},"role":"system"}]}"#;
    let activity = r#"{"role":"activity","content":{"role":"system","url":"http://10.0.0.1/"}}"#;
    let whole = format!(r#"{{"messages" : [ {odd} ,{call}, {activity} ] , "x":1.0}}"#);
    assert_eq!(sent(&Settings::usual(), &whole), whole);
    let bad = r#"{"role":"system"}"#;
    let mixed = format!(r#"{{"messages":[{bad},{odd},{bad}, {call} ,{activity},{bad}]}}"#);
    assert_eq!(
        sent(&Settings::usual(), &mixed),
        format!(r#"{{"messages":[{odd},{call},{activity}]}}"#)
    );
}

#[test]
fn an_address_goes_on_where_it_is_listed_and_data_always() {
    let url = |value: &str| json!({ "type": "url", "value": value });
    let parts = |value: &str| {
        let kinds = ["image", "audio", "video", "document"];
        let mut parts: Vec<Value> = kinds.map(|kind| json!({ "type": kind, "source": url(value) })).into();
        parts.push(json!({ "type": "binary", "mimeType": "x/y", "url": value }));
        parts
    };
    let listed = json!([
        "https://files.example.com",
        "https://*.cdn.example.com",
        "http://intern.example:8080",
        "s3://bucket",
        "https://[::1]",
    ]);
    for (address, passes) in [
        ("https://files.example.com/a b", false),
        ("https://files.example.com", true),
        ("https://files.example.com/", true),
        ("https://files.example.com/a/b?c=d#e", true),
        ("https://files.example.com?x", true),
        ("https://files.example.com#x", true),
        ("https://files.example.com:443/", false),
        ("https://files.example.com:8443/", false),
        ("https://files.example.com@10.0.0.1/", false),
        ("https://files.example.com.evil.example/", false),
        ("https://files.example.com\\@10.0.0.1/", false),
        ("https://files.example.com/\\..", false),
        ("https://files.example.com/\t", false),
        ("https://files.example.com/\u{a0}", false),
        ("https://files.example.com/\u{85}", false),
        ("https://FILES.example.com/", false),
        ("HTTPS://files.example.com/", false),
        ("http://files.example.com/", false),
        (" https://files.example.com/", false),
        ("//files.example.com/", false),
        ("https:files.example.com/", false),
        ("https://a.cdn.example.com/x", true),
        ("https://a.b.cdn.example.com/x", false),
        ("https://.cdn.example.com/x", false),
        ("https://cdn.example.com/x", false),
        ("https://a/.cdn.example.com/x", false),
        ("https://A.cdn.example.com/x", false),
        ("http://intern.example:8080/x", true),
        ("http://intern.example/x", false),
        ("s3://bucket/key", true),
        ("s3://bucket2/key", false),
        ("https://[::1]/x", true),
        ("http://169.254.169.254/latest/meta-data", false),
        ("file:///etc/passwd", false),
        ("/etc/passwd", false),
        ("", false),
    ] {
        for part in parts(address) {
            let kept = |passes: bool| if passes { json!([part]) } else { json!([]) };
            assert_eq!(parts_of(&with_urls(&listed), &part), kept(passes), "{part}");
            assert_eq!(parts_of(&Settings::usual(), &part), json!([]), "{part}");
            assert_eq!(parts_of(&with_urls(&json!(["*"])), &part), json!([part]), "{part}");
            let message = json!({ "messages": [{ "role": "tool", "content": [part] }] });
            assert_eq!(dropped(&Settings::usual(), &message), ["messages.url"], "{part}");
        }
    }
    for part in parts("data:text/plain,a b") {
        assert_eq!(parts_of(&Settings::usual(), &part), json!([part]));
    }
}

#[test]
fn a_part_has_a_form_that_ag_ui_knows() {
    let data = json!({ "type": "data", "value": "aGk=", "mimeType": "text/plain" });
    for part in [
        json!({ "type": "text", "text": "https://10.0.0.1/" }),
        json!({ "type": "text", "text": "", "metadata": { "url": "x" } }),
        json!({ "type": "image", "source": data }),
        json!({ "type": "document", "source": data, "metadata": { "filename": "x" } }),
        json!({ "type": "binary", "mimeType": "x/y", "data": "aGk=" }),
        json!({ "type": "binary", "mimeType": "x/y", "id": "file-1", "url": null }),
    ] {
        assert_eq!(parts_of(&Settings::usual(), &part), json!([part]), "{part}");
    }
    let url = json!({ "type": "url", "value": "https://files.example.com/" });
    let open = with_urls(&json!(["*"]));
    for part in [
        json!({ "type": "text" }),
        json!({ "type": "text", "text": 1 }),
        json!({ "type": "text", "text": { "x": 1 } }),
        json!({ "type": "text", "text": "x", "source": url }),
        json!({ "type": "text", "text": "x", "url": "https://files.example.com/" }),
        json!({ "type": "image" }),
        json!({ "type": "image", "source": null }),
        json!({ "type": "image", "source": "https://files.example.com/" }),
        json!({ "type": "image", "source": { "type": "url" } }),
        json!({ "type": "image", "source": { "type": "file", "value": "x" } }),
        json!({ "type": "image", "source": { "value": "x" } }),
        json!({ "type": "image", "url": "https://files.example.com/" }),
        json!({ "type": "binary", "mimeType": "x/y", "source": url }),
        json!({ "type": "image_url", "image_url": { "url": "https://files.example.com/" } }),
        json!({ "type": "file", "file": { "file_id": "x" } }),
        json!({ "type": "Image", "source": data }),
        json!({ "type": ["image"], "source": data }),
        json!({ "source": data }),
        json!({}),
        json!("text"),
        json!(null),
        json!([{ "type": "text", "text": "x" }]),
    ] {
        assert_eq!(parts_of(&open, &part), json!([]), "{part}");
        let message = json!({ "messages": [{ "role": "user", "content": [part] }] });
        assert_eq!(dropped(&open, &message), ["messages.part"], "{part}");
    }
    for hidden in [
        json!({ "type": "image", "source": data, "url": "http://10.0.0.1/" }),
        json!({ "type": "image", "source": { "type": "data", "value": "x", "url": "http://10.0.0.1/" } }),
        json!({ "type": "binary", "data": "x", "url": ["http://10.0.0.1/"] }),
        json!({ "type": "image", "source": { "type": "url", "value": { "href": "http://10.0.0.1/" } } }),
    ] {
        let message = json!({ "messages": [{ "role": "user", "content": [hidden] }] });
        assert_eq!(parts_of(&Settings::usual(), &hidden), json!([]), "{hidden}");
        assert_eq!(dropped(&Settings::usual(), &message), ["messages.url"], "{hidden}");
    }
}

#[test]
fn a_message_without_a_part_left_goes_and_others_keep_theirs_byte_for_byte() {
    let bad = r#"{"type":"document","source":{"type":"url","value":"http://10.0.0.1/"}}"#;
    let good = r#"{ "type" : "text", "text" : "\u0041", "n": 1.0 }"#;
    let body = format!(
        r#"{{"messages":[{{"role":"user","content":[{bad}]}},{{"id":"m","role":"user","content":[{bad},{good} ,{bad}],"n":1.0}},{{"role":"user","content":[ ]}},{{"role":"assistant","content":null}},{{"role":"user","content":[ {good} ]}}]}}"#
    );
    assert_eq!(
        sent(&Settings::usual(), &body),
        format!(
            r#"{{"messages":[{{"id":"m","role":"user","content":[{good}],"n":1.0}},{{"role":"user","content":[ ]}},{{"role":"assistant","content":null}},{{"role":"user","content":[ {good} ]}}]}}"#
        )
    );
}

#[test]
fn an_origin_is_one_as_browsers_write_it() {
    for bad in [
        json!("https://x.example"),
        json!(["https://x.example/"]),
        json!(["https://x.example/path"]),
        json!(["x.example"]),
        json!(["https://X.example"]),
        json!(["https://x.example:443"]),
        json!(["https://*.example"]),
        json!(["https://a.*.example.com"]),
        json!(["https://*"]),
        json!(["https://user@x.example"]),
        json!([""]),
        json!(["data:"]),
        json!([1]),
        json!({}),
    ] {
        assert_eq!(
            Config::parse(&with_urls(&bad)).err().unwrap().setting,
            "ATTACHMENT_URLS",
            "{bad}"
        );
    }
}

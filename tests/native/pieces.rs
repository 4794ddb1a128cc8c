//! A body is changed in its own memory: the result is the same as that of a copy, and as a model of the edits has it.

use copilotkit_gate::base::json::Json;
use copilotkit_gate::call::body::Input;
use copilotkit_gate::call::body::object::Object;
use copilotkit_gate::call::body::scrub::{ScrubContext, ScrubSettings};
use copilotkit_gate::call::envelope::{open, write};
use copilotkit_gate::call::kind::Operations;
use copilotkit_gate::call::operation::Operation;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::Value;

/// An object that is set, and may be edited then.
const OBJECT: &str = r#"{"a":1,"bb":"x"}"#;
const NAMES: [&str; 6] = ["a", "bb", "threadId", "state", "a-long-name", "é"];

/// The text of a value, or members.
#[derive(Clone, Debug)]
enum Model {
    Text(String),
    Members(Vec<(String, Model)>),
}

/// An edit of the member `name`, or of the member `inner` of that.
#[derive(Clone, Debug)]
struct Edit {
    name: &'static str,
    inner: Option<&'static str>,
    /// `None` removes the member.
    text: Option<String>,
}

fn text() -> impl Strategy<Value = String> {
    let long = (1..90_usize).prop_map(|length| format!("\"{}\"", "x".repeat(length)));
    prop_oneof![
        select(vec!["1", "\",\"", "[1, {}]", "[]", "null", "\"}\"", OBJECT]).prop_map(str::to_owned),
        long
    ]
}

fn members(inner: BoxedStrategy<Model>) -> BoxedStrategy<Model> {
    let names = subsequence(&NAMES[..], 0..=NAMES.len()).prop_shuffle();
    let members = names.prop_flat_map(move |names| (Just(names), vec(inner.clone(), NAMES.len())));
    members
        .prop_map(|(names, values)| Model::Members(names.into_iter().map(str::to_owned).zip(values).collect()))
        .boxed()
}

fn document() -> BoxedStrategy<Model> {
    let inner = members(text().prop_map(|text| Model::of(&text)).boxed());
    members(prop_oneof![text().prop_map(|text| Model::of(&text)), inner].boxed())
}

fn edit() -> impl Strategy<Value = Edit> {
    let name = || select(NAMES.to_vec());
    let parts = (name(), proptest::option::of(name()), proptest::option::of(text()));
    parts.prop_map(|(name, inner, text)| Edit { name, inner, text })
}

impl Model {
    fn of(text: &str) -> Self {
        let member = |name: &str, value: &str| (name.to_owned(), Self::Text(value.to_owned()));
        if text == OBJECT {
            Self::Members(vec![member("a", "1"), member("bb", "\"x\"")])
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// With these blanks around all values.
    fn write(&self, blank: &str) -> String {
        match self {
            Self::Text(text) => format!("{blank}{text}{blank}"),
            Self::Members(members) => {
                let members = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{}", value.write(blank)));
                format!("{blank}{{{}}}{blank}", members.collect::<Vec<_>>().join(","))
            }
        }
    }

    /// The same as [`change`]; returns whether anything has changed.
    fn change(&mut self, name: &str, inner: Option<&str>, text: Option<&String>) -> bool {
        let Self::Members(members) = self else { return false };
        let at = members.iter().position(|(known, _)| known == name);
        match (at, inner, text) {
            (Some(at), Some(inner), text) => members[at].1.change(inner, None, text),
            (Some(at), None, None) => {
                members.remove(at);
                true
            }
            (Some(at), None, Some(text)) => {
                members[at].1 = Self::of(text);
                true
            }
            (None, None, Some(text)) => {
                members.push((name.to_owned(), Self::of(text)));
                true
            }
            (None, ..) => false,
        }
    }
}

fn change(object: &mut Object, name: &str, inner: Option<&str>, text: Option<&String>) {
    match (inner, text) {
        (Some(inner), text) => drop(object.edit(name, &mut |object| change(object, inner, None, text))),
        (None, None) => object.remove_if(&mut |known| known == name),
        (None, Some(text)) => object.set_json(name, Json::read(text.clone().into_bytes()).unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_body_is_the_same_in_its_own_memory(
        mut model in document(),
        blank in select(vec!["", " ", "\n\n"]),
        edits in vec(edit(), 0..6),
        is_inside in any::<bool>(),
    ) {
        let text = model.write(blank);
        let mut object = if is_inside {
            let envelope = format!(r#"{{"method":"agent/run","body":{text}}}"#);
            Object::parse_strictly(envelope.into_bytes()).unwrap().into_member("body").unwrap()
        } else {
            Object::parse_strictly(text.clone().into_bytes()).unwrap()
        };
        let mut is_changed = false;
        for Edit { name, inner, text } in &edits {
            is_changed |= model.change(name, *inner, text.as_ref());
            change(&mut object, name, *inner, text.as_ref());
        }
        let copied = object.to_bytes();
        let shared = object.clone().into_bytes();
        prop_assert_eq!(&copied, &shared);
        let own = object.into_bytes();
        prop_assert_eq!(String::from_utf8_lossy(&copied), String::from_utf8_lossy(&own));
        if is_changed {
            let expected: Value = serde_json::from_str(&model.write("")).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Value>(&own).unwrap(), expected);
        } else {
            prop_assert_eq!(String::from_utf8_lossy(&own), if is_inside { text.trim() } else { &text });
        }
    }
}

/// Wasm's memory never shrinks: a long body must not need it twice.
#[test]
fn a_body_stays_in_the_memory_that_it_was_read_into() {
    let long = "x".repeat(1 << 16);
    for (thread, member) in [("t", "a"), ("thread-id", "gone"), ("sealed-id", "a")] {
        let json = format!(r#"{{"method":"agent/run","body":{{"threadId":"{thread}","{member}":1,"long":"{long}"}}}}"#);
        let mut json = json.into_bytes();
        json.reserve_exact(64);
        let (start, capacity) = (json.as_ptr(), json.capacity());
        let mut body = Object::parse_strictly(json).unwrap().into_member("body").unwrap();
        body.set("threadId", &Value::from("sealed-id"));
        body.remove_if(&mut |name| name == "gone");
        let body = body.into_bytes();
        assert_eq!((body.as_ptr(), body.capacity()), (start, capacity));
        let (operation, written) = (open_run(), body.len());
        let envelope = write(&operation, Some(body)).unwrap();
        assert_eq!((envelope.as_ptr(), envelope.capacity()), (start, capacity));
        assert!(envelope.len() > written && serde_json::from_slice::<Value>(&envelope).is_ok());
    }
}

#[test]
fn a_body_stays_there_when_messages_and_their_parts_are_removed() {
    let long = "x".repeat(1 << 16);
    let message = |role: &str| format!(r#"{{"role":"{role}","content":"{long}"}}"#);
    let part = format!(r#"{{"type":"text","text":"{long}"}}"#);
    let parts = |parts: &str| format!(r#"{{"id" : "m","role":"user","content":[{parts}]}}"#);
    let (user, bad) = (message("user"), message("system"));
    let far = r#"{"type":"binary","url":"http://10.0.0.1/"}"#;
    for (sent, kept) in [
        (
            format!("{bad}, {user},{user} ,{bad},{user},{bad}"),
            format!("{user},{user},{user}"),
        ),
        (format!("{bad},{bad}"), String::new()),
        (
            format!("{user},{}", parts(&format!("{far},{part},{part} , {far}"))),
            format!("{user},{}", parts(&format!("{part},{part}")).replace(" : ", ":")),
        ),
        (format!("{},{user}", parts(far)), user.clone()),
        (format!("{},{bad}", parts("")), parts("")),
    ] {
        let json = format!(r#"{{"threadId":"t","messages":[{sent}],"state":{{"a":"{long}"}}}}"#).into_bytes();
        let (start, capacity) = (json.as_ptr(), json.capacity());
        let mut input = Input::parse(json).unwrap();
        let context = ScrubContext {
            user: None,
            takes_token: false,
        };
        input.scrub(&ScrubSettings::default(), &context).unwrap();
        let body = input.into_bytes();
        assert_eq!((body.as_ptr(), body.capacity()), (start, capacity));
        let expected = format!(r#"{{"threadId":"t","messages":[{kept}],"state":{{"a":"{long}"}}}}"#);
        assert!(
            body == expected.as_bytes(),
            "{}",
            String::from_utf8_lossy(&body).replace(&long, "…")
        );
    }
}

fn open_run() -> Operation {
    let envelope = br#"{"method":"agent/run","params":{"agentId":"a"}}"#;
    open(&Operations::default(), envelope.to_vec()).unwrap().operation
}

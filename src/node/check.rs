//! Every fault of the settings, not only the first: a faulty value is set aside, and the Worker's parser runs again.

use serde_json::{Value, json};

use super::facts::facts;
use super::vars::JsonVars;
use crate::config::Config;
use crate::config::read::Misconfigured;

/// Largest number of faults that are looked for.
const MAX_FAULTS: usize = 100;

/// Stand-ins for settings without a default, so that a fault in one does not hide those of others.
const STAND_IN_URL: &str = "https://runtime.example.com/api/copilotkit";
/// 32 bytes, base64url.
const STAND_IN_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Checks the settings.
pub(super) fn check(settings: &str) -> Value {
    let mut vars = JsonVars::new(settings);
    let mut faults: Vec<Misconfigured> = Vec::new();
    // The original positions of the rules in the settings, while some are set aside.
    let mut rules: Vec<usize> = (0..MAX_FAULTS.saturating_mul(10)).collect();
    while faults.len() < MAX_FAULTS {
        let mut fault = match Config::parse(&vars) {
            Ok(config) => {
                return json!({
                    "faults": faults.iter().map(misconfigured).collect::<Vec<_>>(),
                    "notices": config.notices.iter().map(misconfigured).collect::<Vec<_>>(),
                    "known": vars.asked(),
                    "facts": facts(&config),
                });
            }
            Err(fault) => fault,
        };
        let place = SettingPath::of(&fault.setting);
        if !set_aside(&mut vars, &place) {
            faults.push(fault);
            break;
        }
        if let SettingPath {
            name: "RULES",
            index: Some(index),
            rest,
        } = place
            && index < rules.len()
        {
            fault.setting = format!("RULES[{}]{rest}", rules.remove(index));
        }
        faults.push(fault);
    }
    json!({
        "faults": faults.iter().map(misconfigured).collect::<Vec<_>>(),
        "notices": [],
        "known": vars.asked(),
        "facts": null,
    })
}

/// A fault as JSON.
pub(super) fn misconfigured(what: &Misconfigured) -> Value {
    let Misconfigured { setting, fault, remedy } = what;
    json!({ "setting": setting, "fault": fault, "remedy": remedy })
}

/// A place within the settings, such as `ISSUERS[0].audience`.
struct SettingPath<'s> {
    name: &'s str,
    index: Option<usize>,
    /// The text after the name and the index, with its dot.
    rest: &'s str,
}

impl<'s> SettingPath<'s> {
    fn of(setting: &'s str) -> Self {
        let end = setting.find(['[', '.']).unwrap_or(setting.len());
        let (name, rest) = setting.split_at(end);
        let item = rest.strip_prefix('[').and_then(|item| item.split_once(']'));
        let indexed = item.and_then(|(index, rest)| Some((index.parse().ok()?, rest)));
        match indexed {
            Some((index, rest)) => Self {
                name,
                index: Some(index),
                rest,
            },
            None => Self {
                name,
                index: None,
                rest,
            },
        }
    }
}

/// Removes the value at `place` from the settings, or replaces it with a sound one. `false` if that was already done.
fn set_aside(vars: &mut JsonVars, place: &SettingPath<'_>) -> bool {
    unfold(vars, place.name);
    match (vars.vars.get_mut(place.name), place.index) {
        (Some(Value::Array(items)), Some(index)) if index < items.len() => match place.name {
            "ISSUERS" => replace(items, index, vec![stand_in_issuer(index)]),
            "OPERATIONS" => {
                let mut stand_ins = stand_in_operations(index, items);
                if place.rest == ".name" {
                    stand_ins.remove(0);
                }
                replace(items, index, stand_ins)
            }
            _ => {
                items.remove(index);
                true
            }
        },
        (Some(Value::Object(members)), None) if place.rest.starts_with('.') => {
            members.remove(place.rest.trim_start_matches('.')).is_some()
        }
        _ => {
            let stand_in = match place.name {
                "ORIGIN_URL" => Value::from(STAND_IN_URL),
                "THREAD_KEY" => Value::from(STAND_IN_KEY),
                "ISSUERS" => json!([stand_in_issuer(0)]),
                name => return vars.vars.remove(name).is_some(),
            };
            vars.vars.insert(place.name.to_owned(), stand_in.clone()) != Some(stand_in)
        }
    }
}

/// Puts the next of these in the place of the item at `index`: the others keep their positions. `false` where the last is
/// there already.
fn replace(items: &mut [Value], index: usize, stand_ins: Vec<Value>) -> bool {
    let Some(item) = items.get_mut(index) else {
        return false;
    };
    let used = stand_ins.iter().position(|stand_in| stand_in == item);
    let next = used.map_or(0, |position| position.saturating_add(1));
    match stand_ins.into_iter().nth(next) {
        Some(stand_in) => {
            *item = stand_in;
            true
        }
        None => false,
    }
}

/// An operation under the name of the one at `index`, so that rules may still name it, and one under another name.
fn stand_in_operations(index: usize, items: &[Value]) -> Vec<Value> {
    let of = |name: &Value| json!({ "name": name, "method": "GET", "path": format!("/stand-in/{index}") });
    let name = items.get(index).and_then(|item| item.get("name")).cloned();
    vec![of(&name.unwrap_or_default()), of(&format!("stand-in/{index}").into())]
}

fn stand_in_issuer(index: usize) -> Value {
    json!({ "issuer": format!("https://stand-in-{index}.example.com"), "audience": "stand-in" })
}

/// Parses a table that is written as a JSON string.
fn unfold(vars: &mut JsonVars, name: &str) {
    if let Some(Value::String(text)) = vars.vars.get(name)
        && let Ok(value @ (Value::Array(_) | Value::Object(_))) = serde_json::from_str(text)
    {
        vars.vars.insert(name.to_owned(), value);
    }
}

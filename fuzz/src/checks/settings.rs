//! Settings: the input is an object of settings in JSON, or lines `NAME=value`, that come on top of the usual ones.

use copilotkit_gate::config::Config;
use serde_json::Value;

use crate::support::settings::Settings;

/// A text that no log may contain.
const SECRETS: [&str; 3] = ["THREAD_KEY", "ASSERTION_KEY", "ORIGIN_HEADERS"];

pub fn run(data: &[u8]) {
    let given = given(data);
    let settings = given.iter().fold(Settings::usual(), |settings, (name, value)| {
        settings.with(name, value.clone())
    });
    let Err(fault) = Config::parse(&settings).map(drop) else {
        return;
    };
    assert!(!fault.setting.is_empty() && !fault.fault.is_empty() && !fault.remedy.is_empty());
    assert_eq!(Config::parse(&settings).map(drop), Err(fault.clone()));
    let told = format!("{} {} {}", fault.setting, fault.fault, fault.remedy);
    for (name, value) in given {
        // Anything shorter may be a part of what is said anyhow.
        if SECRETS.contains(&name.as_str())
            && let Some(secret) = value.as_str().filter(|secret| secret.len() > 40)
        {
            assert!(!told.contains(secret), "{told}");
        }
    }
}

fn given(data: &[u8]) -> Vec<(String, Value)> {
    if let Ok(Value::Object(members)) = serde_json::from_slice(data) {
        return members.into_iter().collect();
    }
    String::from_utf8_lossy(data)
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect()
}

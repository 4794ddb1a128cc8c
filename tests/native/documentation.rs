//! The documentation against the code: the table of settings names every default and every bound as the code has them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::pages::page;
use crate::support::settings::Settings;
use copilotkit_gate::call::kind::Kind;
use copilotkit_gate::call::operations::{Body, Runtimes};
use copilotkit_gate::config::Config;
use copilotkit_gate::config::defaults::{self, Number};
use copilotkit_gate::wire::request::Method;
use serde_json::{Value, json};

/// The rows of every table of a page, by the name in their first column.
fn rows(page: &str) -> BTreeMap<String, Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_matches('|');
        line.split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    page.lines()
        .filter(|line| line.starts_with("| `"))
        .map(cells)
        .map(|row| (row[0].trim_matches('`').to_owned(), row))
        .collect()
}

fn settings() -> BTreeMap<String, Vec<String>> {
    rows(&page("docs/settings.md"))
}

fn number(rows: &BTreeMap<String, Vec<String>>, name: &str, number: &Number) {
    let row = &rows[name];
    assert_eq!(row[2], format!("`{}`", number.default), "{name}");
    let bounds = format!("{} to {}.", number.range.start(), number.range.end());
    assert!(row[3].starts_with(&bounds), "{name}: {bounds} {}", row[3]);
}

#[test]
fn every_default_stands_in_the_table_as_the_code_has_it() {
    let rows = settings();
    for (name, default) in [
        ("ORIGIN_MODE", defaults::ORIGIN_MODE.to_owned()),
        ("BASE_PATH", defaults::BASE_PATH.to_owned()),
        ("ANONYMOUS", defaults::ANONYMOUS.to_string()),
        ("TOKEN_PROPERTY", defaults::TOKEN_PROPERTY.to_string()),
        ("FORWARD_AUTHORIZATION", defaults::FORWARD_AUTHORIZATION.to_owned()),
        ("ERROR_MESSAGES", defaults::ERROR_MESSAGES.to_owned()),
        ("LOG", defaults::LOG.to_owned()),
    ] {
        assert_eq!(rows[name][2], format!("`{default}`"), "{name}");
    }
    number(&rows, "MAX_BODY_BYTES", &defaults::MAX_BODY_BYTES);
    number(&rows, "MAX_STRANGER_BODY_BYTES", &defaults::MAX_STRANGER_BODY_BYTES);
    number(&rows, "BODY_TIMEOUT_SECONDS", &defaults::BODY_TIMEOUT_SECONDS);
    number(&rows, "ORIGIN_TIMEOUT_SECONDS", &defaults::ORIGIN_TIMEOUT_SECONDS);
    number(&rows, "JWKS_STALE_LIMIT", &defaults::JWKS_STALE_LIMIT);
    number(&rows, "leeway", &defaults::LEEWAY);
    let identity = defaults::IDENTITY.map(|(name, path)| format!("`{name} = \"{path}\"`"));
    assert_eq!(rows["IDENTITY"][2], identity.join(", "));
}

/// A value that no setting may have is refused only if the setting is read at all.
#[test]
fn every_setting_of_the_table_exists_and_no_other() {
    let rows = settings();
    let vars = rows.iter().filter(|(name, row)| {
        let is_setting = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        is_setting && (row[1].starts_with("var") || row[1].starts_with("secret"))
    });
    for (name, _) in vars {
        let refused = Config::parse(&Settings::usual().with(name, Value::Null)).is_err();
        assert!(refused, "{name} takes anything, so nothing reads it");
    }
    assert!(Config::parse(&Settings::usual().with("NO_SETTING", json!(null))).is_ok());
    let source = page("src/config.rs");
    let read: Vec<&str> = source
        .split("setting(\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(read.len() > 20, "settings are read in another way now: {read:?}");
    for name in read {
        assert!(rows.contains_key(name), "{name} is read and stands in no table");
    }
}

#[test]
fn the_table_of_operations_is_that_of_the_code() {
    let page = page("docs/rules.md");
    let lines: Vec<&str> = page.lines().collect();
    for kind in Kind::known() {
        let methods: Vec<&str> = kind
            .methods
            .iter()
            .map(Method::name)
            .filter(|name| *name != "HEAD")
            .collect();
        let agent = match (kind.names_agent(), kind.may_name_agent()) {
            (true, _) => "path",
            (false, true) => "query, optional",
            (false, false) => "",
        };
        let thread = match kind.body {
            Body::AgentInput | Body::Annotation => "body",
            _ if kind.path.has_thread() => "path",
            _ => "",
        };
        let runtimes = match kind.runtimes {
            Runtimes::All => "",
            Runtimes::Intelligence => "Intelligence",
            Runtimes::Intelligence170 => "Intelligence, from 1.70.2",
            Runtimes::Memories => "with memories",
            Runtimes::Debugging => "with debugging",
            Runtimes::Newer => panic!("{} is known", kind.name),
        };
        let request = format!("{} `{}`", methods.join(", "), kind.path.as_str());
        let cells = [&format!("`{}`", kind.name), &request, agent, thread, runtimes];
        let row = cells.map(|cell| {
            if cell.is_empty() {
                " ".to_owned()
            } else {
                format!(" {cell} ")
            }
        });
        let row = format!("|{}|", row.join("|"));
        assert!(lines.contains(&&*row), "{row}");
    }
}

/// The names and files of a cell like "`Alg` and `Hash` in [`src/base/alg.rs`](src/base/alg.rs) list them": each link with
/// the names in backticks since the one before.
fn places(cell: &str) -> Vec<(Vec<&str>, &str)> {
    cell.split("](")
        .zip(cell.split("](").skip(1))
        .map(|(before, after)| {
            let (before, _) = before.rsplit_once('[').unwrap();
            let before = before.split_once(')').map_or(before, |(_, words)| words);
            let names = before.split('`').skip(1).step_by(2).collect();
            (names, after.split(')').next().unwrap())
        })
        .collect()
}

/// Whether `source` declares `name`: a type, a constant, a function, or, with `::`, what belongs to a type.
fn declares(source: &str, name: &str) -> bool {
    let keywords = [
        "fn", "struct", "enum", "trait", "const", "static", "type", "function", "class",
    ];
    let lines = || source.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let has = |keywords: &[&str], name: &str| {
        lines().any(|line| {
            let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            words
                .windows(2)
                .any(|pair| keywords.contains(&pair[0]) && pair[1] == name)
        })
    };
    match name.rsplit_once("::") {
        None => has(&keywords, name),
        Some((owner, item)) => {
            let is_owners = |line: &str| line.starts_with("impl") && line.contains(owner);
            has(&keywords, item) && (has(&["struct", "enum", "trait"], owner) || lines().any(is_owners))
        }
    }
}

#[test]
fn every_row_of_where_to_look_names_what_its_file_declares() {
    let page = page("ARCHITECTURE.md");
    let (_, section) = page.split_once("\n## Where to look\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let places = places(row.trim_matches('|').split_once('|').unwrap().1);
        assert!(!places.is_empty(), "no file: {row}");
        for (names, file) in places {
            assert!(!names.is_empty(), "{file} without what to look for: {row}");
            for name in names {
                assert!(declares(&self::page(file), name), "{file} declares no {name}: {row}");
            }
        }
    }
}

#[test]
fn every_file_that_is_mutated_exists() {
    let script = page("scripts/mutants.mjs");
    let (_, list) = script.split_once("const DECIDING = [").unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let files: Vec<&str> = list.split('\'').skip(1).step_by(2).collect();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists(), "{file}");
    }
}

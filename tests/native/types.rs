//! `types/refusals.d.ts`, for pages that branch on a refusal: it is written from the tables in the sources, and the copy in
//! the repository is held against them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::pages::page;

const FILE: &str = "types/refusals.d.ts";
/// What writes the file anew.
const RENEW: &str = "RENEW_TYPES=1 cargo test --test native types::";

/// One row of `Refusal::face`.
struct Face<'s> {
    variant: &'s str,
    error: &'s str,
    code: &'s str,
}

/// The body of the function `name`, up to the line that closes it.
fn function<'s>(source: &'s str, name: &str) -> &'s str {
    let (_, rest) = source.split_once(&format!("fn {name}(")).unwrap();
    rest.split("\n    }\n").next().unwrap()
}

/// The name of the variant of `Self` in a pattern.
fn variant(pattern: &str) -> &str {
    let name = pattern.trim().strip_prefix("Self::").unwrap_or_default();
    name.split(|c: char| !c.is_alphanumeric()).next().unwrap()
}

/// What stands between double quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

fn faces(refusal: &str) -> Vec<Face<'_>> {
    function(refusal, "face")
        .lines()
        .filter_map(|line| line.split_once(" => ("))
        .flat_map(|(patterns, row)| {
            let [error, code] = [0, 1].map(|at| quoted(row).nth(at).unwrap());
            patterns.split(" | ").map(move |pattern| Face {
                variant: variant(pattern),
                error,
                code,
            })
        })
        .collect()
}

/// The codes of each error, in the order of the table.
fn codes<'s>(faces: &[Face<'s>]) -> Vec<(&'s str, Vec<&'s str>)> {
    let mut codes: Vec<(&str, Vec<&str>)> = Vec::new();
    for face in faces {
        match codes.iter_mut().find(|(error, _)| *error == face.error) {
            Some((_, own)) if own.contains(&face.code) => {}
            Some((_, own)) => own.push(face.code),
            None => codes.push((face.error, vec![face.code])),
        }
    }
    codes
}

/// Every reason of a decision line: those of faults, those of refusals, and those that are no refusal.
fn reasons<'s>(refusal: &'s str, fault: &'s str, record: &'s str, faces: &[Face<'s>]) -> Vec<&'s str> {
    let own: BTreeMap<&str, &str> = function(refusal, "reason")
        .lines()
        .filter_map(|line| line.split_once(" => "))
        .map(|(pattern, reason)| (variant(pattern), reason))
        .collect();
    let of_face = |face: &Face<'s>| match own.get(face.variant) {
        None => Some(face.code),
        Some(reason) => quoted(reason).next(),
    };
    let faults = fault.split("fn reason(").skip(1).flat_map(|rest| {
        let body = rest.split("\n    }\n").next().unwrap();
        body.lines()
            .filter_map(|line| line.split_once(" => "))
            .flat_map(|(_, reason)| quoted(reason))
    });
    let others = ["allow", "gone"]
        .map(|name| function(record, name))
        .into_iter()
        .flat_map(quoted)
        .filter(|word| !["allow", "deny"].contains(word));
    let mut all: Vec<&str> = others.chain(faces.iter().filter_map(of_face)).chain(faults).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A union of literal types.
fn union(names: &[&str], separator: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    quoted.join(separator)
}

/// What the file is to hold.
fn written() -> String {
    let [refusal, fault, record] = ["src/wire/refusal.rs", "src/wire/fault.rs", "src/gate/record.rs"].map(page);
    let faces = faces(&refusal);
    let row = |(error, codes): &(&str, Vec<&str>)| format!("  {error}: {};", union(codes, " | "));
    let rows: Vec<String> = codes(&faces).iter().map(row).collect();
    let rows = rows.join("\n");
    format!(
        "// What callers see of a refusal, and the reasons of the decision log. docs/operate.md explains each.
// Written from src/wire/refusal.rs, src/wire/fault.rs and src/gate/record.rs by
// `{RENEW}`.

/** Each `error` with its `code`s. */
export interface RefusalCodes {{
{rows}
}}

export type RefusalError = keyof RefusalCodes;

export type RefusalCode = RefusalCodes[RefusalError];

/** The JSON body of a refusal. */
export type RefusalBody = {{
  [E in RefusalError]: {{ error: E; code: RefusalCodes[E]; message: string; request_id: string }};
}}[RefusalError];

/** The `reason` of a decision line in the log. */
export type LogReason =
  | {};
",
        union(&reasons(&refusal, &fault, &record, &faces), "\n  | ")
    )
}

#[test]
fn the_types_have_every_error_code_and_reason_of_the_tables() {
    let written = written();
    if std::env::var_os("RENEW_TYPES").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE), &written).unwrap();
    }
    assert_eq!(page(FILE), written, "{FILE} is out of date: run `{RENEW}`");
}

/// So that the tables are not read in vain where they have changed their form.
#[test]
fn the_tables_are_read_whole() {
    let [refusal, fault] = ["src/wire/refusal.rs", "src/wire/fault.rs"].map(page);
    let faces = faces(&refusal);
    let (_, variants) = refusal.split_once("pub enum Refusal {\n").unwrap();
    let (variants, _) = variants.split_once("\n}\n").unwrap();
    for line in variants
        .lines()
        .filter(|line| line.starts_with("    ") && line[4..].starts_with(char::is_uppercase))
    {
        let name = line.trim().split(|c: char| !c.is_alphanumeric()).next().unwrap();
        assert!(faces.iter().any(|face| face.variant == name), "no row of {name}");
    }
    let written = written();
    // Every word in snake case that the two files quote is an error, a code or a reason, or is known to be none.
    for word in
        quoted(&fault).filter(|word| word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    {
        assert!(written.contains(&format!("'{word}'")), "{word}");
    }
}

/// `explain` and `logs` explain each reason.
#[test]
fn every_reason_is_explained_by_the_commands() {
    let commands = page("cli/reasons.mjs");
    let [refusal, fault, record] = ["src/wire/refusal.rs", "src/wire/fault.rs", "src/gate/record.rs"].map(page);
    for reason in reasons(&refusal, &fault, &record, &faces(&refusal)) {
        let name = if reason.starts_with("claim_type_") {
            "claim_type"
        } else {
            reason
        };
        assert!(
            commands.contains(&format!("\n  {name}: reason(")),
            "cli/reasons.mjs does not explain {reason}"
        );
    }
}

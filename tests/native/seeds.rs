//! The seeds of the fuzz targets: what a target checks is true of every one of them, and of each with a byte changed.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/checks/mod.rs"]
pub mod checks;

/// The seeds of a target, and each cut short and with one byte replaced, at every place.
fn each(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let seeds: Vec<Vec<u8>> = files.map(|path| fs::read(path).unwrap()).collect();
    assert!(seeds.len() > 3, "{target}");
    for seed in &seeds {
        check(seed);
        for at in 0..seed.len() {
            check(&seed[..at]);
            let mut changed = seed.clone();
            changed[at] ^= 1;
            check(&changed);
        }
    }
}

#[test]
fn bodies() {
    each("bodies", checks::bodies::run);
}

#[test]
fn cookies() {
    each("cookies", checks::cookies::run);
}

#[test]
fn envelopes() {
    each("envelopes", checks::envelopes::run);
}

#[test]
fn events() {
    each("events", checks::events::run);
}

#[test]
fn heads() {
    each("heads", checks::heads::run);
}

#[test]
fn json() {
    each("json", checks::json::run);
}

#[test]
fn paths() {
    each("paths", checks::paths::run);
}

#[test]
fn settings() {
    each("settings", checks::settings::run);
}

#[test]
fn tokens() {
    each("tokens", checks::tokens::run);
}

#[test]
fn uploads() {
    each("uploads", checks::uploads::run);
}

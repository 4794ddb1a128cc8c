#!/usr/bin/env bash
# A Rust struct with `#[derive(Deserialize)]` reads a JSON object, and one expects it to refuse a list, above all with
# `deny_unknown_fields`. serde's derive takes a list as well, and reads its items as the fields in the order of their declaration:
# `[[["EC","1"]]]` is a key set of one key. So a program may accept documents that all readers in other languages refuse, and the
# order of the fields has become part of its format. A struct that is flattened into another one refuses lists.
#
# Needs Rust with cargo.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "lists"
version = "0.0.0"
edition = "2021"
[dependencies]
serde = { version = "=1.0.228", features = ["derive"] }
serde_json = "=1.0.150"
TOML
cat >src/main.rs <<'RS'
use serde::Deserialize;
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct KeySet { keys: Vec<Key> }
#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Key { kty: String, kid: Option<String> }
#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Wrapped { #[serde(flatten)] set: KeySet }
fn main() {
    for text in [r#"{"keys":[{"kty":"EC","kid":"1"}]}"#, r#"[[["EC","1"]]]"#, r#"[[{"kty":"EC"}]]"#] {
        let read = |taken: bool| if taken { "taken" } else { "refused" };
        let plain = read(serde_json::from_str::<KeySet>(text).is_ok());
        let flat = read(serde_json::from_str::<Wrapped>(text).is_ok());
        println!("{text}: {plain}, flattened {flat}");
    }
}
RS
echo "$(cargo --version), serde 1.0.228, serde_json 1.0.150"
output=$(cargo run --quiet)
echo "$output"
expected='{"keys":[{"kty":"EC","kid":"1"}]}: taken, flattened taken
[[["EC","1"]]]: taken, flattened refused
[[{"kty":"EC"}]]: taken, flattened refused'
[[ $output == "$expected" ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'

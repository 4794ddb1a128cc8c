//! The page on more providers keeps its word: the lines of its table, as somebody would paste them into an issuer, accept the
//! provider's access token and refuse its other tokens. The claims are those that the providers' own flows wrote.

use crate::support::keys::TestKey;
use crate::support::pages::page;
use crate::support::settings::Settings;
use crate::support::world::{World, claims_with};
use serde_json::{Value, json};

/// A provider, the lines of its row, and its tokens, each with the reason in the log.
struct Row {
    provider: &'static str,
    lines: &'static [&'static str],
    tokens: Vec<(&'static str, Value, &'static str)>,
}

fn rows() -> Vec<Row> {
    vec![
        Row {
            provider: "Ory Hydra",
            lines: &["machines = false"],
            tokens: vec![
                (
                    "access",
                    json!({ "client_id": "web", "ext": { "role": "admin" }, "scp": ["openid"], "jti": "1" }),
                    "ok",
                ),
                (
                    "without an audience",
                    json!({ "aud": [], "client_id": "web" }),
                    "wrong_audience",
                ),
                (
                    "machine",
                    json!({ "sub": "svc", "client_id": "svc", "ext": {} }),
                    "machine_token",
                ),
            ],
        },
        Row {
            provider: "Casdoor",
            lines: &[
                r#"authorized_parties = ["<client id>"]"#,
                r#"claims = { tokenType = "access-token" }"#,
            ],
            tokens: vec![
                (
                    "access",
                    json!({ "azp": "<client id>", "tokenType": "access-token", "roles": [{ "owner": "main", "name": "admin" }] }),
                    "ok",
                ),
                (
                    "refresh",
                    json!({ "azp": "<client id>", "tokenType": "refresh-token" }),
                    "refresh_token",
                ),
                (
                    "of another client that names the audience",
                    json!({ "azp": "other", "tokenType": "access-token" }),
                    "authorized_party_not_listed",
                ),
            ],
        },
        Row {
            provider: "Pocket ID",
            lines: &[r#"claims = { type = "oauth-access-token" }"#],
            tokens: vec![
                ("access", json!({ "type": "oauth-access-token" }), "ok"),
                (
                    "ID",
                    json!({ "type": "id-token", "nonce": "n" }),
                    "claim_value_not_listed",
                ),
                ("refresh", json!({ "type": "refresh-token" }), "refresh_token"),
            ],
        },
        Row {
            provider: "zitadel/oidc",
            lines: &[r#"forbidden_claims = ["at_hash", "nonce"]"#],
            tokens: vec![
                ("access", json!({ "jti": "1", "client_id": "web" }), "ok"),
                ("ID", json!({ "at_hash": "x", "azp": "web" }), "claim_forbidden"),
                (
                    "ID, asked for with a nonce",
                    json!({ "nonce": "n", "azp": "web" }),
                    "claim_forbidden",
                ),
            ],
        },
    ]
}

/// Its tokens name their client in three claims, and their kind in none.
fn rows_of_uaa() -> Vec<Row> {
    vec![
        Row {
            provider: "Cloud Foundry UAA",
            lines: &[r#"required_claims = ["scope"]"#, "machines = false"],
            tokens: vec![
                (
                    "access",
                    json!({ "scope": ["copilotkit.use"], "client_id": "web", "cid": "web", "azp": "web", "grant_type": "password" }),
                    "ok",
                ),
                (
                    "refresh",
                    json!({ "granted_scopes": ["copilotkit.use"], "client_id": "web", "cid": "web", "jti": "1-r" }),
                    "claim_missing",
                ),
                (
                    "machine",
                    json!({ "sub": "svc", "scope": ["copilotkit.use"], "client_id": "svc", "cid": "svc", "azp": "svc" }),
                    "machine_token",
                ),
            ],
        },
        Row {
            provider: "Cloud Foundry UAA",
            lines: &[r#"forbidden_claims = ["granted_scopes"]"#],
            tokens: vec![
                ("access", json!({ "scope": ["copilotkit.use"] }), "ok"),
                (
                    "refresh",
                    json!({ "granted_scopes": ["copilotkit.use"] }),
                    "claim_forbidden",
                ),
            ],
        },
    ]
}

#[test]
fn the_lines_of_the_table_keep_a_providers_other_tokens_out() {
    let text = page("docs/more-providers.md");
    for Row {
        provider,
        lines,
        tokens,
    } in rows().into_iter().chain(rows_of_uaa())
    {
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("| {provider} |")))
            .unwrap();
        for line in lines {
            assert!(row.contains(&format!("`{line}`")), "{provider}: {line}");
        }
        let members: Value = basic_toml::from_str(&lines.join("\n")).unwrap();
        let world = World::new(&Settings::of_issuer_with(&members));
        for (kind, claims, reason) in tokens {
            let line = world.ask_info(&TestKey::es256().token(&claims_with(&claims))).line;
            assert_eq!(line["reason"], reason, "{provider}: {kind}: {line}");
        }
    }
}

//! The pages on identity providers keep their word: their settings, as somebody would paste them, check tokens of the
//! shape that the provider documents, and the upstream gets the identity that the page shows.

use std::collections::BTreeSet;

use crate::support::keys::TestKey;
use crate::support::pages::{blocks, names, page};
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::shapes::{Shape, Token, every_shape};
use crate::support::world::{Answer, World};
use serde_json::{Value, json};

const FOLDER: &str = "docs/providers";

/// The settings of a page over the usual ones.
fn settings(toml: &str) -> Settings {
    let file: Value = basic_toml::from_str(toml).unwrap_or_else(|fault| panic!("{fault}\n{toml}"));
    let vars = file["vars"].as_object().unwrap();
    vars.iter().fold(Settings::usual(), |settings, (name, value)| {
        settings.with(name, value.clone())
    })
}

impl Shape {
    fn page(&self) -> String {
        page(&format!("{FOLDER}/{}.md", self.page))
    }

    fn key(&self) -> TestKey {
        TestKey::new(self.alg, "key-of-the-provider", b'S')
    }

    /// A gate with the page's settings, and the provider's documents where those settings look for them.
    fn world(&self) -> World {
        let toml = &blocks(&self.page(), "settings")[self.block];
        // The bytes of `key` are 64 times "S", in the encoding of the page: text, or base64 by default.
        let secret = if toml.contains("secret_encoding") {
            "S".repeat(64)
        } else {
            format!("{}Uw==", "U1NT".repeat(21))
        };
        let world = World::new(&settings(toml).with("JWT_SECRET", json!(secret)));
        let Some(jwks_uri) = self.jwks_uri else {
            return world;
        };
        let keys = json!({ "keys": [self.published(&self.key().jwk())] });
        world.platform.publish(jwks_uri, &keys.to_string(), None);
        if let Some((url, issuer)) = self.discovery {
            let document = json!({ "issuer": issuer, "jwks_uri": jwks_uri });
            world.platform.publish(url, &document.to_string(), None);
        }
        world
    }

    /// What becomes of a token, sent where the settings take it from.
    fn ask(&self, world: &World, token: &Token) -> Answer {
        let mut header = json!({ "alg": self.alg.name(), "kid": "key-of-the-provider" });
        header.as_object_mut().unwrap().extend(self.header(token));
        let text = self
            .key()
            .sign(header.to_string().as_bytes(), self.claims(token).to_string().as_bytes());
        let request = Request::new("GET", "/.gate/whoami");
        world.ask(&match self.cookie {
            Some(name) => request
                .field("cookie", &format!("theme=dark; {name}={text}"))
                .field("sec-fetch-site", "same-origin"),
            None => request.bearer(&text),
        })
    }
}

#[test]
fn the_settings_of_a_page_decide_on_its_providers_tokens() {
    for shape in every_shape() {
        let world = shape.world();
        for token in &shape.tokens {
            let answer = shape.ask(&world, token);
            assert_eq!(
                answer.reason(),
                token.reason,
                "{} {}: {}: {}",
                shape.page,
                shape.block,
                token.what,
                answer.line
            );
        }
    }
}

#[test]
fn the_upstream_gets_the_identity_that_a_page_shows() {
    for shape in every_shape() {
        let shown = blocks(&shape.page(), "identity");
        let shown: Value = serde_json::from_str(&shown[shape.block.min(shown.len() - 1)]).unwrap();
        let answer = shape.ask(&shape.world(), &shape.tokens[0]);
        let told: Value = serde_json::from_str(&answer.text()).unwrap();
        assert_eq!(told["identity"], shown, "{}", shape.page);
    }
}

/// Every page, and each of its settings, is checked by an accepted token first and then by several that it refuses.
#[test]
fn no_page_and_no_settings_of_a_page_go_untested() {
    let shapes = every_shape();
    let tested: BTreeSet<(String, usize)> = shapes.iter().map(|s| (s.page.to_owned(), s.block)).collect();
    let written = names(FOLDER).into_iter().flat_map(|name| {
        let count = blocks(&page(&format!("{FOLDER}/{name}.md")), "settings").len();
        assert!(count > 0, "{name} has no settings");
        (0..count).map(move |block| (name.clone(), block))
    });
    assert_eq!(tested, written.collect());
    for shape in &shapes {
        assert_eq!(shape.tokens[0].reason, "ok", "{}", shape.page);
        let refused = shape.tokens.iter().filter(|token| token.reason != "ok").count();
        assert!(refused >= 2, "{} {}", shape.page, shape.block);
    }
}

#[test]
fn the_table_of_providers_names_every_page() {
    let index = page("docs/providers.md");
    for name in names(FOLDER) {
        assert!(index.contains(&format!("(providers/{name}.md)")), "{name}");
    }
}

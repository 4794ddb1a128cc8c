//! Properties: mangled tokens never pass, no parser panics, what is written is read back.

use crate::support::keys::{EVERY_ALG, TestKey, base64url, from_base64url};
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::verifier::verify_token;
use crate::support::world::{World, claims};
use base64ct::{Base64UrlUnpadded, Encoding};
use copilotkit_gate::auth::claim_path::ClaimPath;
use copilotkit_gate::auth::claim_source::ClaimSource;
use copilotkit_gate::auth::credential;
use copilotkit_gate::auth::identity::IdentityMap;
use copilotkit_gate::auth::keys::{Jwk, KeySet};
use copilotkit_gate::auth::token::Untrusted;
use copilotkit_gate::base::json::{self, Json};
use copilotkit_gate::base::web_url::WebUrl;
use copilotkit_gate::call::kind::Operations;
use copilotkit_gate::call::operation::Operation;
use copilotkit_gate::config::Config;
use copilotkit_gate::gate::record::Record;
use copilotkit_gate::wire::request::Method;
use percent_encoding::percent_decode_str;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json as value};

/// One way to damage a token.
#[derive(Clone, Debug)]
enum Mangle {
    Replace(usize, char),
    Insert(usize, char),
    Delete(usize),
    Truncate(usize),
    FlipBit(usize, usize, u8),
    Swap(usize, usize),
    Repeat(usize),
    /// The JSON of a part written another way: with white space, or an escape for its first letter.
    Respell(usize, bool),
}

fn mangle() -> impl Strategy<Value = Mangle> {
    let character = prop_oneof![
        proptest::char::range('!', '~'),
        Just('='),
        Just('.'),
        Just(' '),
        Just('\n'),
        Just('é'),
        any::<char>(),
    ];
    prop_oneof![
        (any::<usize>(), character.clone()).prop_map(|(at, c)| Mangle::Replace(at, c)),
        (any::<usize>(), character).prop_map(|(at, c)| Mangle::Insert(at, c)),
        any::<usize>().prop_map(Mangle::Delete),
        any::<usize>().prop_map(Mangle::Truncate),
        (0_usize..3, any::<usize>(), 0_u8..8).prop_map(|(part, at, bit)| Mangle::FlipBit(part, at, bit)),
        (0_usize..3, 0_usize..3).prop_map(|(one, other)| Mangle::Swap(one, other)),
        (0_usize..3).prop_map(Mangle::Repeat),
        (0_usize..2, any::<bool>()).prop_map(|(part, escape)| Mangle::Respell(part, escape)),
    ]
}

impl Mangle {
    /// The token after this damage; as it was, where earlier damage leaves nothing to do it to.
    fn apply(&self, token: &str) -> String {
        self.damage(token).unwrap_or_else(|| token.to_owned())
    }

    fn damage(&self, token: &str) -> Option<String> {
        let mut chars: Vec<char> = token.chars().collect();
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let length = chars.len().max(1);
        match *self {
            Self::Replace(at, c) => *chars.get_mut(at % length)? = c,
            Self::Insert(at, c) => chars.insert(at % length, c),
            Self::Delete(at) => {
                chars.get(at % length)?;
                chars.remove(at % length);
            }
            Self::Truncate(at) => chars.truncate(at % length),
            Self::FlipBit(part, at, bit) => {
                let mut bytes = bytes_of(parts.get(part)?)?;
                let at = at % bytes.len().max(1);
                *bytes.get_mut(at)? ^= 1 << bit;
                parts[part] = base64url(&bytes);
                return Some(parts.join("."));
            }
            Self::Swap(one, other) => {
                parts.get(one.max(other))?;
                parts.swap(one, other);
                return Some(parts.join("."));
            }
            Self::Repeat(part) => {
                parts.insert(part, parts.get(part)?.clone());
                return Some(parts.join("."));
            }
            Self::Respell(part, escape) => {
                let text = String::from_utf8(bytes_of(parts.get(part)?)?).ok()?;
                let respelt = if escape {
                    let first = text.chars().nth(2)?;
                    text.replacen(first, &format!("\\u{:04x}", u32::from(first)), 1)
                } else {
                    text.replacen(':', ": ", 1)
                };
                parts[part] = base64url(respelt.as_bytes());
                return Some(parts.join("."));
            }
        }
        Some(chars.into_iter().collect())
    }
}

fn bytes_of(part: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(part).ok()
}

fn quick(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// JSON texts without repeated names, as `serde_json` writes them.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((any::<String>(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn header_of(claim: &Value) -> String {
    let map = IdentityMap::new(
        vec![("x-claim".to_owned(), ClaimSource::whole(ClaimPath::named("claim")))],
        false,
    );
    let claims = value!({ "claim": claim });
    let headers = map.headers(claims.as_object().unwrap()).unwrap();
    headers
        .iter()
        .next()
        .map(|(_, value)| value.to_owned())
        .unwrap_or_default()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

proptest! {
    #![proptest_config(quick(400))]

    /// Whatever is done to a token, it passes only if it is the same token in the end.
    #[test]
    fn a_mangled_token_never_passes(number in 0_usize..13, ways in vec(mangle(), 1..4)) {
        let key = TestKey::new(EVERY_ALG[number], "key-1", 1);
        let token = key.token(&claims());
        let jwk = match key.alg.name() {
            "HS256" | "HS384" | "HS512" => Jwk::from_secret(from_base64url(&key.secret_setting())),
            _ => Jwk::parse(key.jwk().to_string().as_bytes()).unwrap(),
        };
        prop_assert!(verify_token(&token, &jwk).is_ok());
        let mangled = ways.iter().fold(token.clone(), |token, way| way.apply(&token));
        prop_assert_eq!(verify_token(&mangled, &jwk).is_ok(), mangled == token, "{:?}: {}", ways, mangled);
    }
}

proptest! {
    #![proptest_config(quick(2000))]

    #[test]
    fn no_parser_panics_on_any_bytes(bytes in vec(any::<u8>(), 0..200), text in ".{0,200}", parts in vec("[ -~]{0,40}", 0..5)) {
        let texts = [text, String::from_utf8_lossy(&bytes).into_owned(), parts.join("."), parts.join("/"), parts.join("&a=")];
        let _ = (json::value::parse(&bytes), json::value::parse_object(&bytes), Json::read(bytes.clone()));
        let _ = (KeySet::parse(&bytes).is_ok(), Jwk::parse(&bytes).is_ok());
        let mut record = Record::new("properties");
        for text in &texts {
            let _ = Untrusted::parse(text, &mut record).is_ok();
            let _ = json::value::parse(text.as_bytes());
            let encoded = format!("{}.{}.{}", base64url(text.as_bytes()), base64url(&bytes), base64url(b"x"));
            let _ = Untrusted::parse(&encoded, &mut record).is_ok();
            let _ = ClaimPath::parse(text);
            let _ = (WebUrl::parse(text), WebUrl::parse_with_query(text), WebUrl::parse_plain(text));
            for method in [Method::Get, Method::Post, Method::Patch] {
                let _ = Operation::parse(&Operations::default(), method, text, Some(text));
                let _ = Operation::parse(&Operations::default(), method, &format!("/agent/{text}/run"), None);
            }
            let request = Request::new("GET", "/info").field("authorization", text).field("cookie", text).field("x-token", text);
            let _ = credential::read(&request.head(), Some("session"), &["x-token".to_owned()]).is_ok();
            for name in ["ISSUERS", "IDENTITY", "RULES", "ORIGIN_URL", "BASE_PATH", "ALLOWED_ORIGINS", "THREAD_KEY", "ASSERTION_KEY"] {
                let _ = Config::parse(&Settings::usual().with(name, value!(text))).is_ok();
            }
        }
    }

    #[test]
    fn no_setting_of_any_shape_panics(setting in document()) {
        for name in ["ISSUERS", "IDENTITY", "RULES", "MAX_BODY_BYTES", "ALLOWED_ORIGINS", "ASSERTION_KEY"] {
            let _ = Config::parse(&Settings::usual().with(name, setting.clone())).is_ok();
        }
    }

    /// What is written for an operation is read as that operation.
    #[test]
    fn a_target_is_a_fixed_point(agent in ".{1,30}", thread in "[ -~]{1,30}", cursor in any::<String>()) {
        let encode = crate::support::request::escape;
        let asked = [
            (Method::Post, format!("/agent/{}/run", encode(&agent)), None),
            (Method::Post, format!("/agent/{}/stop/{}", encode(&agent), encode(&thread)), None),
            (Method::Delete, format!("/threads/{}", encode(&thread)), None),
            (Method::Get, "/threads".to_owned(), Some(format!("cursor={}&agentId={}", encode(&cursor), encode(&agent)))),
        ];
        for (method, path, query) in asked {
            let Ok(operation) = Operation::parse(&Operations::default(), method, &path, query.as_deref()) else { continue };
            let target = operation.target();
            prop_assert!(target.is_ascii() && !target.contains("//"));
            let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
            prop_assert_eq!(Operation::parse(&Operations::default(), method, path, query), Ok(operation));
        }
    }

    /// Two claims never make one header, and no header holds what could end it.
    #[test]
    fn header_encoding_is_injective_and_visible_ascii(text in any::<String>(), mixed in "[%0-9A-F,é ]{0,12}", list in vec("[%0-9A-F,é ]{1,8}", 1..5)) {
        for text in [text, mixed] {
            let header = header_of(&value!(text));
            prop_assert!(header.bytes().all(|byte| byte.is_ascii_graphic()), "{:?}", header);
            prop_assert_eq!(decoded(&header), text);
        }
        let header = header_of(&value!(list));
        prop_assert!(header.bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert_eq!(header.split(',').map(decoded).collect::<Vec<_>>(), list);
    }
}

/// All single-character changes of one token at the whole gate, not just where chance leads.
#[test]
fn no_single_change_of_a_token_passes_the_gate() {
    let world = World::new(&Settings::usual());
    let token = TestKey::es256().token(&claims());
    assert_eq!(world.status(&token), 200);
    for at in 0..token.len() {
        for replacement in ["", "A", "B", "_", "-", ".", "=", "+", "/", "~", "AA"] {
            let mut changed = token.clone();
            changed.replace_range(at..=at, replacement);
            if changed != token {
                assert_eq!(world.status(&changed), 401, "{replacement:?} at {at}");
            }
        }
    }
}

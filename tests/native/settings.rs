//! Settings: each wrong one closes the gate and names itself, and none tells a secret.

use crate::support::keys::base64url;
use crate::support::settings::{JWKS_URI, Settings, issuer_with, usual_issuer};
use copilotkit_gate::base::web_url::{WebUrl, WebUrlFault};
use copilotkit_gate::config::Config;
use copilotkit_gate::config::read::{BindingKind, Misconfigured};
use copilotkit_gate::outbound::fields::Authorization;
use serde_json::{Value, json};

fn fault(settings: &Settings) -> Misconfigured {
    match Config::parse(settings) {
        Ok(_) => panic!("accepted"),
        Err(fault) => fault,
    }
}

#[test]
fn the_usual_settings_have_the_documented_defaults() {
    let config = Config::parse(&Settings::usual()).unwrap();
    assert_eq!(config.base_path, "/api/copilotkit");
    assert_eq!(
        (config.auth.anonymous, config.outbound.authorization),
        (false, Authorization::Keep)
    );
    assert_eq!(config.call.limits.known, 10_485_760);
    let (_, issuer) = config.auth.issuers.iter().next().unwrap();
    let algorithms: Vec<&str> = issuer.algorithms.iter().map(|alg| alg.name()).collect();
    let all = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ];
    assert_eq!(algorithms, all);
    assert_eq!((issuer.leeway, issuer.max_age), (30, None));
    let names: Vec<(&str, bool)> = ["x-user-id", "X_User-Role", "x-user-permissions", "x-user", "accept"]
        .into_iter()
        .map(|name| (name, config.auth.strips(name)))
        .collect();
    let stripped: Vec<&str> = names
        .iter()
        .filter(|(_, strips)| *strips)
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(stripped, ["x-user-id", "X_User-Role", "x-user-permissions", "x-user"]);
}

#[test]
fn each_missing_setting_names_itself() {
    for name in ["ORIGIN_URL", "ISSUERS"] {
        names_itself(name, &Settings::usual().without(name));
    }
}

#[test]
fn each_wrong_address_names_itself() {
    for url in [
        json!(""),
        json!(7),
        json!("runtime.example.com"),
        json!("http://runtime.example.com/x"),
        json!("ftp://runtime.example.com"),
        json!("https://"),
        json!("https://user:pw@runtime.example.com"),
        json!("https://runtime.example.com/x?y=1"),
        json!("https://runtime.example.com/x#y"),
        json!("https://runtime.example.com/x/../y"),
        json!("https://runtime.example.com/%2e%2E/y"),
        json!("https://runtime.example.com:99999"),
        json!("https://runtime.example.com:"),
        json!("https://Runtime.example.com"),
        json!("https://runtime.example.com/a b"),
        json!(" https://runtime.example.com"),
    ] {
        names_itself("ORIGIN_URL", &Settings::usual().with("ORIGIN_URL", url));
    }
    for path in [
        "", "/", "api", "/api/", "//api", "/api//x", "/a/../b", "/a%2fb", "/a?b", "/ä", "/a b",
    ] {
        names_itself("BASE_PATH", &Settings::usual().with("BASE_PATH", json!(path)));
    }
}

#[test]
fn each_wrong_setting_names_itself() {
    for (name, values) in [
        (
            "ANONYMOUS",
            vec![json!("yes"), json!(1), json!("True"), json!(""), json!(null)],
        ),
        (
            "FORWARD_AUTHORIZATION",
            vec![json!("drop"), json!(true), json!(""), json!("Keep")],
        ),
        (
            "MAX_BODY_BYTES",
            vec![
                json!(0),
                json!(-1),
                json!(33_554_433),
                json!(1.5),
                json!("10 MB"),
                json!([]),
            ],
        ),
        (
            "HIDE_EVENTS",
            vec![
                json!("RAW"),
                json!({}),
                json!([1]),
                json!([""]),
                json!(["raw"]),
                json!(["RAW1"]),
                json!(["*"]),
                json!(["TEXT_*"]),
                json!(["RAW "]),
                json!(["RUN_ERROR"]),
                json!(["RUN_STARTED"]),
                json!(["CUSTOM:"]),
                json!(["RAW:x"]),
                json!(vec!["RAW"; 65]),
            ],
        ),
        (
            "ERROR_MESSAGES",
            vec![json!("remove"), json!("Hide"), json!(true), json!("")],
        ),
        ("JWKS_STALE_LIMIT", vec![json!(-1), json!(2_592_001), json!("1h")]),
        (
            "IDENTITY",
            vec![
                json!([]),
                json!("x"),
                json!(1),
                json!("{"),
                json!(r#"{"x-a":"a","x-a":"b"}"#),
            ],
        ),
        (
            "ISSUERS",
            vec![
                json!([]),
                json!({}),
                json!("[]"),
                json!("nonsense"),
                json!(1),
                json!("[{},]"),
            ],
        ),
    ] {
        for value in values {
            names_itself(name, &Settings::usual().with(name, value));
        }
    }
}

/// Checks that the fault of `settings` is in the one called `name`, and that it says what is wrong and what would be right.
fn names_itself(name: &str, settings: &Settings) {
    let fault = fault(settings);
    assert_eq!(fault.setting, name, "{fault:?}");
    assert!(!fault.fault.is_empty() && !fault.remedy.is_empty(), "{fault:?}");
}

#[test]
fn identity_goes_only_into_headers_of_its_own() {
    for name in [
        "authorization",
        "Cookie",
        "set-cookie",
        "host",
        "connection",
        "te",
        "upgrade",
        "transfer-encoding",
        "content-type",
        "content_length",
        "accept",
        "accept-encoding",
        "access-control-allow-origin",
        "cf-connecting-ip",
        "sec-fetch-site",
        "proxy-authorization",
        "x-forwarded-for",
        "X_Forwarded_Host",
        "x-gate-assertion",
        "x-middleware-next",
        "x-request-id",
        "if-none-match",
        "origin",
        "range",
        "forwarded",
        "via",
        "",
        "x user",
        "x:user",
        "x-usér",
        "x-user\r\n",
    ] {
        let fault = fault(&Settings::usual().with("IDENTITY", json!({ name: "sub" })));
        assert_eq!(fault.setting, format!("IDENTITY.{name}"), "{fault:?}");
    }
    for path in [
        json!(""),
        json!(1),
        json!(null),
        json!("a..b"),
        json!(".a"),
        json!("a."),
        json!("/"),
        json!("/a~2"),
        json!("/a~"),
    ] {
        let fault = fault(&Settings::usual().with("IDENTITY", json!({ "x-user": path })));
        assert_eq!(fault.setting, "IDENTITY.x-user", "{path}");
    }
    let twice = fault(&Settings::usual().with("IDENTITY", json!({ "x-user-id": "sub", "X_User_Id": "email" })));
    assert!(
        twice.setting.eq_ignore_ascii_case("IDENTITY.x-user-id") || twice.setting == "IDENTITY.X_User_Id",
        "{twice:?}"
    );
    for fine in [
        json!({}),
        json!({ "x-user": "/https:~1~1example.com~1role" }),
        json!(r#"{"x-user":"a.b.c"}"#),
        json!({ "user_id": "sub" }),
    ] {
        assert!(
            Config::parse(&Settings::usual().with("IDENTITY", fine.clone())).is_ok(),
            "{fine}"
        );
    }
}

/// Checks that each of these members of the second issuer is named by its fault.
fn name_themselves(wrong: &[(&str, Value)]) {
    for (member, members) in wrong {
        let good = json!({ "issuer": "https://other.example.com", "audience": "a" });
        let settings = with_secrets(&Settings::of_issuers(&json!([good, issuer_with(members)])));
        let fault = Config::parse(&settings).err();
        let named = fault.as_ref().map(|fault| fault.setting.clone());
        assert_eq!(named, Some(format!("ISSUERS[1].{member}")), "{members}: {fault:?}");
    }
}

#[test]
fn each_wrong_member_about_an_issuers_keys_names_itself() {
    name_themselves(&[
        ("jwks_uri", json!({ "jwks_uri": "http://idp.example.com/jwks" })),
        ("jwks_uri", json!({ "jwks_uri": "/jwks" })),
        ("jwks_uri", json!({ "jwks_uri": 1 })),
        ("jwks_uri", json!({ "jwks_uri": "https://user@idp.example.com/jwks" })),
        ("jwks_uri", json!({ "secret": "GOOD" })),
        ("algorithms", json!({ "algorithms": ["none"] })),
        ("algorithms", json!({ "algorithms": ["rs256"] })),
        ("algorithms", json!({ "algorithms": ["RS256", "HS256"] })),
        ("algorithms", json!({ "algorithms": [] })),
        (
            "algorithms",
            json!({ "jwks_uri": null, "secret": "GOOD", "algorithms": ["RS256"] }),
        ),
        (
            "algorithms",
            json!({ "jwks_uri": null, "secret": "SHORT_FOR_HS512", "algorithms": ["HS512"] }),
        ),
        ("secret", json!({ "jwks_uri": null, "secret": "ABSENT" })),
        ("secret", json!({ "jwks_uri": null, "secret": "SHORT" })),
        ("secret", json!({ "jwks_uri": null, "secret": ["GOOD", "SHORT"] })),
        (
            "secret",
            json!({ "jwks_uri": null, "secret": ["GOOD", "GOOD", "GOOD", "GOOD", "GOOD"] }),
        ),
        (
            "secret",
            json!({ "jwks_uri": null, "secret": "GOOD", "secret_encoding": "hex" }),
        ),
        (
            "secret",
            json!({ "jwks_uri": null, "secret": "EMPTY", "secret_encoding": "text" }),
        ),
        (
            "secret_encoding",
            json!({ "jwks_uri": null, "secret": "GOOD", "secret_encoding": "base64" }),
        ),
        ("secret_encoding", json!({ "secret_encoding": "hex" })),
        ("service", json!({ "service": "ABSENT" })),
        (
            "service",
            json!({ "jwks_uri": null, "secret": "GOOD", "service": "IDP" }),
        ),
        ("secret", json!({ "jwks_uri": null, "secret": "EMPTY" })),
        ("secret", json!({ "jwks_uri": null, "secret": "TABLE" })),
        ("secret", json!({ "jwks_uri": null, "secret": 1 })),
    ]);
}

#[test]
fn each_wrong_member_of_an_issuer_names_itself() {
    let wrong: Vec<(&str, Value)> = vec![
        ("issuer", json!({ "issuer": null })),
        ("issuer", json!({ "issuer": "" })),
        ("issuer", json!({ "issuer": [] })),
        ("issuer", json!({ "issuer": ["https://idp.example.com", 1] })),
        (
            "issuer",
            json!({ "issuer": ["https://idp.example.com", "https://idp.example.com"] }),
        ),
        ("issuer", json!({ "issuer": "https://*.example.com" })),
        (
            "issuer",
            json!({ "issuer": ["a", "https://x.example.com/{tenantid}"], "tenants": ["t"] }),
        ),
        (
            "issuer",
            json!({ "issuer": "https://other.example.com", "audience": "a" }),
        ),
        (
            "issuer",
            json!({ "issuer": ["x", "https://other.example.com"], "audience": ["b", "a"] }),
        ),
        (
            "issuer",
            json!({ "issuer": "http://idp.example.com", "jwks_uri": null }),
        ),
        ("issuer", json!({ "issuer": "idp", "jwks_uri": null })),
        (
            "issuer",
            json!({ "issuer": "https://idp.example.com/?x=1", "jwks_uri": null }),
        ),
        ("audience", json!({ "audience": null })),
        ("audience", json!({ "audience": [] })),
        ("audience", json!({ "audience": "" })),
        ("audience", json!({ "audience": ["a", ""] })),
        ("audience", json!({ "audience": ["a", 1] })),
        ("subject", json!({ "subject": "a..b" })),
        ("subject", json!({ "subject": ["sub"] })),
        ("machines", json!({ "machines": "no" })),
        ("accept_missing_iss", json!({ "accept_missing_iss": 1 })),
        ("forbidden_claims", json!({ "forbidden_claims": ["aud"] })),
        ("forbidden_claims", json!({ "forbidden_claims": ["a..b"] })),
        ("required_claims", json!({ "required_claims": ["/a~2"] })),
        ("audience", json!({ "audience": "https://*.example.com" })),
        ("authorized_parties", json!({ "authorized_parties": ["web*"] })),
        ("authorized_parties", json!({ "authorized_parties": ["https://*.com"] })),
        (
            "authorized_parties",
            json!({ "authorized_parties": ["https://a.*.example.com"] }),
        ),
        ("typ", json!({ "typ": [] })),
        ("typ", json!({ "typ": [1] })),
        ("required_claims", json!({ "required_claims": {} })),
        ("max_age", json!({ "max_age": 0 })),
        ("max_age", json!({ "max_age": "soon" })),
        ("max_age", json!({ "max_age": 1.5 })),
        ("leeway", json!({ "leeway": -1 })),
        ("leeway", json!({ "leeway": 3601 })),
        ("authorized_parties", json!({ "authorized_parties": [""] })),
        ("tenants", json!({ "tenants": ["t1"] })),
        ("tenants", json!({ "issuer": "https://x.example.com/{tenantid}" })),
        (
            "tenants",
            json!({ "issuer": "https://x.example.com/{tenantid}", "tenants": [] }),
        ),
        (
            "tenants",
            json!({ "issuer": "https://x.example.com/{tenantid}/{tenantid}", "tenants": ["t1"] }),
        ),
        ("audiences", json!({ "audiences": ["a"] })),
        ("Leeway", json!({ "Leeway": 30 })),
    ];
    name_themselves(&wrong);
    let twice = fault(&Settings::of_issuers(&json!([usual_issuer(), usual_issuer()])));
    assert_eq!(twice.setting, "ISSUERS[1].issuer");
    for item in [json!(1), json!([]), json!(null)] {
        assert_eq!(
            fault(&Settings::of_issuers(&json!([item]))).setting,
            "ISSUERS[0]",
            "{item}"
        );
    }
}

/// Secrets good and bad; all of them hold this text.
const TELLTALE: &str = "c2VjcmV0";

fn with_secrets(settings: &Settings) -> Settings {
    let long = |length: usize| base64url(&[b"secret".repeat(11).as_slice()].concat()[..length]);
    settings
        .clone()
        .with("GOOD", json!(long(64)))
        .with("SHORT_FOR_HS512", json!(long(48)))
        .with("SHORT", json!(long(31)))
        .with("PADDED", json!(format!("{}=", long(32))))
        .with("EMPTY", json!(""))
        .with("TABLE", json!({ TELLTALE: TELLTALE }))
}

#[test]
fn no_message_tells_a_secret() {
    assert!(
        with_secrets(&Settings::usual())
            .clone()
            .without("X")
            .with("Y", json!(1))
            .has(TELLTALE)
    );
    for secret in ["SHORT", "PADDED", "TABLE", "SHORT_FOR_HS512"] {
        let members = json!({ "jwks_uri": null, "secret": secret, "algorithms": ["HS512"] });
        let fault = fault(&with_secrets(&Settings::of_issuer_with(&members)));
        let told = format!("{fault:?}");
        assert!(!told.contains(TELLTALE), "{told}");
    }
}

#[test]
fn a_binding_of_another_kind_closes_the_gate_and_is_named() {
    let rows = [
        (
            "ORIGIN",
            BindingKind::Service,
            BindingKind::KvNamespace,
            "service binding",
        ),
        (
            "JWKS_CACHE",
            BindingKind::KvNamespace,
            BindingKind::Service,
            "KV namespace",
        ),
        (
            "REVOKED",
            BindingKind::KvNamespace,
            BindingKind::Dataset,
            "KV namespace",
        ),
        (
            "RATE_LIMIT",
            BindingKind::RateLimit,
            BindingKind::KvNamespace,
            "rate limit binding",
        ),
        (
            "AUDIT",
            BindingKind::Dataset,
            BindingKind::RateLimit,
            "Analytics Engine dataset",
        ),
    ];
    for (name, expected, other, kind) in rows {
        assert!(
            Config::parse(&Settings::usual().binding(name, expected)).is_ok(),
            "{name}"
        );
        let fault = fault(&Settings::usual().binding(name, other));
        assert_eq!(fault.setting, name);
        assert!(fault.fault.contains(kind) && fault.remedy.contains(kind), "{fault:?}");
    }
}

#[test]
fn each_wrong_setting_of_bodies_headers_and_keys_names_itself() {
    let rows = [
        (
            "MAX_STRANGER_BODY_BYTES",
            vec![json!(-1), json!(33_554_433), json!("64 KB")],
        ),
        ("BODY_TIMEOUT_SECONDS", vec![json!(0), json!(301), json!("soon")]),
        ("LOG", vec![json!("none"), json!(true), json!("")]),
        (
            "KEEP_HEADERS",
            vec![
                json!("x-user-timezone"),
                json!([7]),
                json!(["x user"]),
                json!(["X-User-Id"]),
                json!(["x_user_issuer"]),
                json!(["x-gate-assertion"]),
                json!(["x-forwarded-for"]),
                json!(["x-request-id"]),
                json!(["connection"]),
                json!(["x-cpki-user-id"]),
            ],
        ),
        ("ORIGIN_HEADERS", vec![json!([]), json!("x"), json!("{")]),
        (
            "THREAD_KEY",
            vec![
                json!("[]"),
                json!([]),
                json!(["short"]),
                json!([base64url(&[1; 32]), "short"]),
                json!([base64url(&[1; 32]), 7]),
                json!({}),
            ],
        ),
        ("ORIGIN_TIMEOUT_SECONDS", vec![json!(0), json!(601), json!(true)]),
    ];
    for (name, values) in rows {
        for value in values {
            let fault = fault(&Settings::usual().with(name, value.clone()));
            assert_eq!(fault.setting, name, "{value}: {fault:?}");
            assert!(!fault.fault.is_empty() && !fault.remedy.is_empty(), "{fault:?}");
        }
    }
}

/// The faults of secrets name the member and never its value.
#[test]
fn a_header_that_cannot_be_set_is_named_without_its_value() {
    for (name, value) in [
        ("connection", json!("SECRET")),
        ("Transfer-Encoding", json!("SECRET")),
        ("x-gate-assertion", json!("SECRET")),
        ("X_User_Id", json!("SECRET")),
        ("host", json!("SECRET")),
        ("content-length", json!("7")),
        ("not a name", json!("SECRET")),
        ("x-ok", json!("SECRET\n")),
        ("x-ok", json!("SECRET\u{e4}")),
        ("x-ok", json!({ "SECRET": 1 })),
    ] {
        let fault = fault(&Settings::usual().with("ORIGIN_HEADERS", json!({ name: value })));
        assert_eq!(fault.setting, format!("ORIGIN_HEADERS.{name}"), "{fault:?}");
        assert!(!format!("{fault:?}").contains("SECRET"), "{fault:?}");
    }
    let twice = fault(&Settings::usual().with("ORIGIN_HEADERS", json!({ "x-a": "1", "X_A": "2" })));
    assert!(twice.setting.starts_with("ORIGIN_HEADERS."), "{twice:?}");
}

#[test]
fn several_issuers_without_a_header_for_them_are_worth_a_notice() {
    let second = issuer_with(&json!({ "issuer": "https://other.example.com" }));
    let two = Settings::of_issuers(&json!([usual_issuer(), second]));
    let notices = |settings: &Settings| {
        let config = Config::parse(settings).unwrap();
        config
            .notices
            .into_iter()
            .map(|notice| notice.setting)
            .collect::<Vec<_>>()
    };
    let own = two.clone().with("IDENTITY", json!({ "x-user-id": "sub" }));
    assert_eq!(notices(&own), ["IDENTITY"]);
    assert!(notices(&two).is_empty(), "the default tells them apart");
    let with_issuer = two.with("IDENTITY", json!({ "x-user-id": "sub", "x-idp": "iss" }));
    assert!(notices(&with_issuer).is_empty());
    assert!(notices(&Settings::usual().with("IDENTITY", json!({ "x-user-id": "sub" }))).is_empty());
}

#[test]
fn an_issuer_needs_an_audience_or_authorized_parties() {
    for (members, setting) in [
        (json!({ "audience": null }), Some("ISSUERS[0].audience")),
        (json!({ "audience": null, "authorized_parties": ["web"] }), None),
        (json!({ "authorized_parties": ["web"] }), None),
        (json!({ "audience": [] }), Some("ISSUERS[0].audience")),
        (json!({ "claims": {} }), Some("ISSUERS[0].claims")),
        (json!({ "claims": { "a..b": 1 } }), Some("ISSUERS[0].claims.a..b")),
        (json!({ "claims": { "a": [] } }), Some("ISSUERS[0].claims.a")),
        (json!({ "claims": { "a": { "b": 1 } } }), Some("ISSUERS[0].claims.a")),
    ] {
        let fault = Config::parse(&Settings::of_issuer_with(&members)).err();
        assert_eq!(fault.as_ref().map(|fault| fault.setting.as_str()), setting, "{members}");
    }
}

#[test]
fn the_secret_that_is_missing_is_named_unless_it_could_be_the_secret_itself() {
    let told = |name: &str| {
        let fault = fault(&Settings::of_issuer_with(&json!({ "jwks_uri": null, "secret": name })));
        assert_eq!(fault.setting, "ISSUERS[0].secret");
        fault.fault
    };
    assert!(told("IDP_SECRET").contains("IDP_SECRET"));
    let pasted = base64url(&[7; 32]);
    assert!(!told(&pasted).contains(&pasted));
}

#[test]
fn what_is_right_is_taken_in_every_documented_form() {
    let text = json!([usual_issuer()]).to_string();
    let tenants = json!({ "issuer": "https://x.example.com/{tenantid}/v2.0", "tenants": ["t1"], "jwks_uri": null });
    let rows = [
        Settings::usual().with("ISSUERS", json!(text)),
        Settings::usual().with("ORIGIN_URL", json!("http://localhost:4000/api")),
        Settings::usual().with("ORIGIN_URL", json!("http://127.0.0.1:4000")),
        Settings::usual().with("ORIGIN_URL", json!("http://[::1]:4000/")),
        Settings::usual()
            .with("ORIGIN_URL", json!("http://runtime/api"))
            .binding("ORIGIN", BindingKind::Service),
        Settings::usual().with("ANONYMOUS", json!("true")),
        Settings::usual().with("MAX_BODY_BYTES", json!("1024")),
        Settings::usual().with("MAX_STRANGER_BODY_BYTES", json!(0)),
        Settings::usual().with("BODY_TIMEOUT_SECONDS", json!("300")),
        Settings::usual().with("LOG", json!("denied")),
        Settings::usual().with("KEEP_HEADERS", json!(["x-user-timezone", "x-anything"])),
        Settings::usual().with("PROPERTIES", json!(["theme", "a2ui*"])),
        Settings::usual().with("PROPERTIES", json!("[\"theme\"]")),
        Settings::usual().with(
            "IDENTITY_BODY",
            json!({ "/state/auth_user/user_id": "sub", "/forwardedProps/t": "$token" }),
        ),
        Settings::usual().with("ORIGIN_HEADERS", json!("{\"x-service\":\"s\"}")),
        Settings::usual().with("THREAD_KEY", json!([base64url(&[1; 32]), base64url(&[2; 64])])),
        Settings::usual().with("THREAD_KEY", json!(json!([base64url(&[1; 32])]).to_string())),
        Settings::usual().with("RULES", json!([{ "allow": "authenticated", "mode": "enforce" }])),
        Settings::usual().with("MAX_BODY_BYTES", json!(1024.0)),
        Settings::of_issuer_with(&tenants),
        Settings::of_issuer_with(&json!({ "audience": ["a", "b"], "typ": "at+jwt", "algorithms": ["ES256", "EdDSA"] })),
        Settings::of_issuer_with(&json!({ "jwks_uri": format!("{JWKS_URI}?p=b2c_1") })),
        Settings::of_issuer_with(&json!({ "issuer": "http://localhost:4001", "jwks_uri": null })),
        with_secrets(&Settings::of_issuer_with(
            &json!({ "jwks_uri": null, "secret": "GOOD" }),
        )),
    ];
    for settings in rows {
        if let Err(fault) = Config::parse(&settings) {
            panic!("{fault:?}");
        }
    }
    let shortened = with_secrets(&Settings::of_issuer_with(
        &json!({ "jwks_uri": null, "secret": "SHORT_FOR_HS512" }),
    ));
    let config = Config::parse(&shortened).unwrap();
    let (_, issuer) = config.auth.issuers.iter().next().unwrap();
    let names: Vec<&str> = issuer.algorithms.iter().map(|alg| alg.name()).collect();
    assert_eq!(
        names,
        ["HS256", "HS384"],
        "a secret is used only for what it is long enough for"
    );
}

#[test]
fn only_loopback_hosts_may_be_plain_http() {
    for (url, expected) in [
        ("http://localhost", Ok(())),
        ("http://app.localhost:8080/x", Ok(())),
        ("http://127.9.9.9", Ok(())),
        ("http://[::1]", Ok(())),
        ("http://localhost.example.com", Err(WebUrlFault::Insecure)),
        ("http://127.0.0.1.example.com", Err(WebUrlFault::Insecure)),
        ("http://notlocalhost", Err(WebUrlFault::Insecure)),
        ("http://128.0.0.1", Err(WebUrlFault::Insecure)),
        ("http://[::2]", Err(WebUrlFault::Insecure)),
        ("http://localhost@evil.example.com", Err(WebUrlFault::Malformed)),
        ("http://localhost:80@evil.example.com", Err(WebUrlFault::Malformed)),
        ("http://localhost\\.evil.example.com", Err(WebUrlFault::Malformed)),
        ("HTTP://localhost", Err(WebUrlFault::Malformed)),
        ("https:/localhost", Err(WebUrlFault::Malformed)),
    ] {
        assert_eq!(WebUrl::parse(url).map(|_| ()), expected, "{url}");
    }
}

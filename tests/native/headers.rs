//! What the origin learns of the caller: identity headers, what is removed, what the gate writes.

use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{REQUEST_ID, World, claims, claims_with, info};
use serde_json::{Value, json};

fn usual_token() -> String {
    TestKey::es256().token(&claims())
}

#[test]
fn identity_headers_come_from_the_claims_alone() {
    let world = World::new(&Settings::usual());
    let request = info(&usual_token())
        .field("X-User-Id", "mallory")
        .field("x_user_role", "root")
        .field("X-USER_permissions", "all")
        .field("accept", "text/event-stream");
    let answer = world.ask(&request);
    let sent = World::sent(answer.forwarded(), &request);
    let value = |name: &str| -> Vec<&str> {
        let same = |own: &str| own.to_ascii_lowercase().replace('_', "-") == name;
        sent.iter()
            .filter(|(own, _)| same(own))
            .map(|(_, value)| value.as_str())
            .collect()
    };
    assert_eq!(value("x-user-id"), ["alice"]);
    assert_eq!(value("x-user-role"), ["admin"]);
    assert_eq!(value("x-user-permissions"), ["read,write"]);
    assert_eq!(value("accept"), ["text/event-stream"]);
    assert_eq!(value("x-request-id"), [REQUEST_ID]);
}

#[test]
fn an_absent_claim_leaves_no_header_of_the_client_behind() {
    let world = World::new(&Settings::usual());
    let token = TestKey::es256().token(&claims_with(&json!({ "role": null, "permissions": [] })));
    let request = info(&token)
        .field("x-user-role", "root")
        .field("x-user-permissions", "all");
    let answer = world.ask(&request);
    let names: Vec<String> = World::sent(answer.forwarded(), &request)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name == "x-user-role" || name == "x-user-permissions"),
        "{names:?}"
    );
}

#[test]
fn claims_become_header_values_that_any_server_reads_the_same() {
    let identity = json!({ "x-user": "user", "x-groups": "realm_access.groups", "x-first": "/realm_access/groups/0" });
    let world = World::new(&Settings::usual().with("IDENTITY", identity));
    let rows: [(Value, Value, Option<&str>, Option<&str>); 9] = [
        (json!("alice"), json!(["a"]), Some("alice"), Some("a")),
        (
            json!("Zoë Ł"),
            json!(["a b", "c,d"]),
            Some("Zo%C3%AB%20%C5%81"),
            Some("a%20b,c%2Cd"),
        ),
        (
            json!("a\r\nx-user-id: root"),
            json!([]),
            Some("a%0D%0Ax-user-id:%20root"),
            None,
        ),
        (json!("100%"), json!(["%2C"]), Some("100%"), Some("%252C")),
        (json!("%41"), json!([1, true, "x"]), Some("%2541"), Some("1,true,x")),
        (json!(42), json!("a,b"), Some("42"), Some("a,b")),
        (json!(false), json!(["", ""]), Some("false"), Some(",")),
        (json!(""), json!(7), None, Some("7")),
        (json!("\u{0}\u{7f}"), json!([""]), Some("%00%7F"), None),
    ];
    for (user, groups, user_header, groups_header) in rows {
        let members = json!({ "user": user, "realm_access": { "groups": groups } });
        let request = info(&TestKey::es256().token(&claims_with(&members)));
        let answer = world.ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        let value = |name: &str| {
            sent.iter()
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(value("x-user"), user_header, "{user}");
        assert_eq!(value("x-groups"), groups_header, "{groups}");
        assert_eq!(
            value("x-user-id"),
            None,
            "the default headers are not set beside IDENTITY"
        );
    }
}

#[test]
fn a_structured_claim_costs_its_default_header_and_is_refused_under_a_mapping_of_ones_own() {
    let own = Settings::usual().with("IDENTITY", json!({ "x-user-id": "sub", "x-user-role": "role" }));
    let (usual, own) = (World::new(&Settings::usual()), World::new(&own));
    for role in [json!({ "a": 1 }), json!([["a"]]), json!([{}]), json!([null])] {
        let request = info(&TestKey::es256().token(&claims_with(&json!({ "role": role }))));
        assert_eq!(own.ask(&request).reason(), "identity_claim_type", "{role}");
        let answer = usual.ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        assert_eq!(World::values(&sent, "x-user-role"), Vec::<&str>::new(), "{role}");
        assert_eq!(World::values(&sent, "x-user-id"), ["alice"], "{role}");
    }
}

#[test]
fn what_only_the_gate_may_say_is_removed() {
    let world = World::new(&Settings::usual());
    let removed = [
        "x-gate-assertion",
        "X-Gate_Anything",
        "x-cpki-user",
        "x_cpki_user",
        "x-middleware-subrequest",
        "forwarded",
        "x-forwarded-for",
        "X_Forwarded_Host",
        "x-request-id",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "x-hop",
        "X_Hop",
    ];
    let kept = [
        "accept",
        "content-type",
        "cookie",
        "authorization",
        "x-tenant",
        "x-users-id",
        "accept-language",
    ];
    let mut request = info(&usual_token()).field("Connection", "keep-alive, X-Hop");
    for name in removed
        .into_iter()
        .chain(kept)
        .filter(|name| !["connection", "authorization"].contains(name))
    {
        request = request.field(name, "client");
    }
    let answer = world.ask(&request);
    let outbound = answer.forwarded();
    for name in removed {
        assert!(!World::passes(outbound, name), "{name} goes on");
    }
    for name in kept {
        assert!(World::passes(outbound, name), "{name} is removed");
    }
    assert!(
        !World::sent(outbound, &request)
            .iter()
            .any(|(name, value)| value == "client" && removed.contains(&name.as_str()))
    );
}

/// What other proxies call the user, by the names that their documentation gives.
#[test]
fn no_other_proxys_word_for_the_user_goes_on() {
    let names = [
        "Remote-User",
        "REMOTE_USER",
        "Remote-Groups",
        "X-Remote-User",
        "X-Remote-Extra-Scopes",
        "Impersonate-User",
        "X-Auth-Request-User",
        "X-Auth-Request-Email",
        "X-Auth-Request-Access-Token",
        "X-Forwarded-User",
        "X-Forwarded-Email",
        "X-Forwarded-Groups",
        "X-Forwarded-Preferred-Username",
        "X-Forwarded-Client-Cert",
        "X-User",
        "X-User-Email",
        "X-User-Issuer",
        "x.user.id",
        "x_user.role",
        "X-Username",
        "X-Userinfo",
        "X-Authenticated-Userid",
        "X-WEBAUTH-USER",
        "X-Webauth-Role",
        "X-Consumer-ID",
        "X-Consumer-Username",
        "X-Credential-Identifier",
        "X-Anonymous-Consumer",
        "X-authentik-username",
        "X-Vouch-User",
        "X-Hasura-Role",
        "X-Goog-Authenticated-User-Email",
        "X-Goog-IAP-JWT-Assertion",
        "X-Apigateway-Api-Userinfo",
        "X-MS-CLIENT-PRINCIPAL",
        "X-MS-CLIENT-PRINCIPAL-NAME",
        "X-MS-TOKEN-AAD-ID-TOKEN",
        "X-Pomerium-Claim-Email",
        "X-Pomerium-Jwt-Assertion",
        "X-Amzn-Oidc-Identity",
        "X-Amzn-Oidc-Data",
        "x-vercel-oidc-token",
        "Cf-Access-Authenticated-User-Email",
        "Tailscale-User-Login",
        "Shib-EPPN",
        "SM_USER",
        "Client-Cert",
    ];
    for identity in [json!({ "x-app-user": "sub" }), json!(null)] {
        let mut settings = Settings::usual();
        if !identity.is_null() {
            settings = settings.with("IDENTITY", identity.clone());
        }
        for name in names {
            let request = info(&usual_token()).field(name, "mallory");
            let answer = World::new(&settings).ask(&request);
            let sent = World::sent(answer.forwarded(), &request);
            assert!(
                !sent.iter().any(|(_, value)| value == "mallory"),
                "{name} goes on with {identity}"
            );
        }
    }
    for name in [
        "x-users",
        "x-remotely",
        "remote",
        "x-auth-token",
        "cf-access-jwt-assertion",
        "x-tenant-id",
        "x-ms-version",
    ] {
        let request = info(&usual_token()).field(name, "mine");
        let answer = World::new(&Settings::usual()).ask(&request);
        assert_eq!(
            World::values(&World::sent(answer.forwarded(), &request), name),
            ["mine"],
            "{name}"
        );
    }
}

#[test]
fn a_harmless_name_goes_on_where_the_settings_keep_it() {
    let keep = json!(["x-user-timezone", "X_Forwarded_Prefix", "x-hasura-locale"]);
    let world = World::new(&Settings::usual().with("KEEP_HEADERS", keep));
    for (name, goes_on) in [
        ("x-user-timezone", true),
        ("X-User_Timezone", true),
        ("x-forwarded-prefix", true),
        ("x-hasura-locale", true),
        ("x-user-timezones", false),
        ("x-hasura-role", false),
        ("x-user-id", false),
        ("x-forwarded-for", false),
    ] {
        let request = info(&usual_token()).field(name, "mine");
        let answer = world.ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        assert_eq!(sent.iter().any(|(_, value)| value == "mine"), goes_on, "{name}");
    }
}

#[test]
fn two_issuers_are_told_apart() {
    let world = World::new(&Settings::usual());
    let request = info(&usual_token());
    let answer = world.ask(&request);
    let sent = World::sent(answer.forwarded(), &request);
    assert_eq!(World::values(&sent, "x-user-issuer"), ["https://idp.example.com"]);
}

#[test]
fn fields_for_the_upstream_alone_stand_over_everything_else() {
    let secret = json!({ "Authorization": "Basic c2VydmljZQ==", "cf-access-client-secret": "s3cret", "Accept": "x/y",
        "x-forwarded-for": "192.0.2.1" });
    for (settings, value) in [
        (Settings::usual().with("ORIGIN_HEADERS", secret.clone()), "as a table"),
        (
            Settings::usual().with("ORIGIN_HEADERS", json!(secret.to_string())),
            "as a string",
        ),
    ] {
        let world = World::new(&settings.with("FORWARD_AUTHORIZATION", json!("keep")));
        let request = info(&usual_token())
            .field("accept", "application/json")
            .field("cf-access-client-secret", "mine")
            .field("cf-connecting-ip", "203.0.113.9");
        let answer = world.ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        for (name, expected) in [
            ("authorization", "Basic c2VydmljZQ=="),
            ("cf-access-client-secret", "s3cret"),
            ("accept", "x/y"),
            ("x-forwarded-for", "192.0.2.1"),
        ] {
            assert_eq!(World::values(&sent, name), [expected], "{value}: {name}");
        }
        assert!(!answer.line.to_string().contains("s3cret"), "in the log");
    }
}

#[test]
fn the_gate_writes_where_the_call_came_from() {
    let world = World::new(&Settings::usual());
    let request = info(&usual_token())
        .field("cf-connecting-ip", "203.0.113.7")
        .field("x-forwarded-for", "127.0.0.1")
        .field("x-forwarded-proto", "http");
    let answer = world.ask(&request);
    let sent = World::sent(answer.forwarded(), &request);
    for (name, expected) in [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "app.example.com"),
    ] {
        let values: Vec<&str> = sent
            .iter()
            .filter(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(values, [expected], "{name}");
    }
}

#[test]
fn the_authorization_header_goes_on_unless_it_is_to_be_stripped() {
    for (setting, kept) in [("keep", true), ("strip", false)] {
        let world = World::new(&Settings::usual().with("FORWARD_AUTHORIZATION", json!(setting)));
        let request = info(&usual_token());
        let answer = world.ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        let values = World::values(&sent, "authorization");
        let expected = format!("Bearer {}", usual_token_of(&request));
        assert_eq!(values, if kept { vec![expected.as_str()] } else { vec![] }, "{setting}");
    }
}

fn usual_token_of(request: &Request) -> String {
    let (_, value) = request.fields.iter().find(|(name, _)| name == "authorization").unwrap();
    value.trim_start_matches("Bearer ").to_owned()
}

#[test]
fn a_websocket_upgrade_stays_one_and_nothing_else_becomes_one() {
    let world = World::new(&Settings::usual());
    for (upgrade, stays) in [
        ("websocket", true),
        ("WebSocket", true),
        ("h2c", false),
        ("websocket, h2c", false),
    ] {
        let request = info(&usual_token())
            .field("connection", "Upgrade")
            .field("upgrade", upgrade);
        let answer = world.ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        let upgrades = World::values(&sent, "upgrade");
        assert_eq!(upgrades.len(), usize::from(stays), "{upgrade}: {upgrades:?}");
    }
}

#[test]
fn an_upgrade_cannot_be_put_into_an_envelope() {
    let world = World::new(&Settings::usual().with("ORIGIN_MODE", json!("single-route")));
    let request = info(&usual_token());
    assert_eq!(world.ask(&request).reason(), "ok");
    let upgrade = request.field("connection", "Upgrade").field("upgrade", "websocket");
    let answer = world.ask(&upgrade);
    assert_eq!((answer.status(), answer.reason()), (400, "unforwardable_request"));
}

#[test]
fn an_upgrade_means_nothing_on_another_method() {
    let world = World::new(&Settings::usual());
    let request = Request::new("POST", "/agent/a/run")
        .bearer(&usual_token())
        .field("connection", "Upgrade")
        .field("upgrade", "websocket")
        .field("origin", "https://evil.example.com")
        .json("{}");
    let answer = world.ask(&request);
    let sent = World::sent(answer.forwarded(), &request);
    assert!(World::values(&sent, "upgrade").is_empty());
}

#[test]
fn what_is_filtered_is_asked_for_whole_and_anew() {
    let key = crate::support::keys::base64url(&[7; 32]);
    let world = World::new(&Settings::usual().with("THREAD_KEY", json!(key)));
    let conditions = ["range", "if-range", "if-none-match", "if-modified-since"];
    for (path, filtered) in [("/threads", true), ("/threads/t/messages", false)] {
        let mut request = Request::new("GET", path).bearer(&usual_token());
        for name in conditions {
            request = request.field(name, "x");
        }
        let answer = world.ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        for name in conditions {
            assert_eq!(World::values(&sent, name).is_empty(), filtered, "{path}: {name}");
        }
    }
    // Without a body there is nothing to filter.
    for (method, filters) in [("GET", true), ("HEAD", false)] {
        let answer = world.ask(&Request::new(method, "/threads").bearer(&usual_token()));
        assert_eq!(answer.forwarded().answer.filter.is_some(), filters, "{method}");
    }
}

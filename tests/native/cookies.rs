//! The cookie that may carry the token, among others that are nobody's business.

use crate::support::keys::TestKey;
use crate::support::request::Request;
use crate::support::settings::Settings;
use crate::support::world::{World, claims};
use proptest::prelude::*;
use serde_json::json;

const NAME: &str = "__Host-token";

fn world() -> World {
    World::new(&Settings::usual().with("TOKEN_COOKIE", json!(NAME)))
}

/// What becomes of a request with this `Cookie` field, in which `T` stands for a good token.
fn reason(cookies: &str) -> String {
    reason_of(&cookies.replace('T', &TestKey::es256().token(&claims())))
}

/// What becomes of a request with this `Cookie` field.
fn reason_of(cookies: &str) -> String {
    let answer = world().ask(&Request::new("GET", "/info").field("cookie", cookies));
    answer.reason().to_owned()
}

#[test]
fn a_cookie_is_found_between_semicolons_and_nowhere_else() {
    for (cookies, expected) in [
        ("__Host-token=T", "ok"),
        ("a=1; __Host-token=T; b=2", "ok"),
        ("a=1;__Host-token=T;b=2", "ok"),
        ("a=1;\t__Host-token = T ", "ok"),
        ("__Host-token=\"T\"", "ok"),
        ("__host-token=T", "missing_token"),
        ("x__Host-token=T", "missing_token"),
        ("a=__Host-token=T", "missing_token"),
        ("a=1\u{a0};__Host-token=T", "ok"),
        ("\u{a0}__Host-token=T", "missing_token"),
        // Another cookie's value, which somebody else may read as a cookie of its own.
        ("lang=en, __Host-token=T", "multiple_credentials"),
        ("lang=en,__Host-token=T", "multiple_credentials"),
        ("lang=en,\t__Host-token =T; b=2", "multiple_credentials"),
        ("__Host-token=T; lang=en, __Host-token=x", "multiple_credentials"),
        ("__Host-token=T, __Host-token=T", "multiple_credentials"),
        // The same token twice is one credential, and a cookie without a value is none.
        ("__Host-token=T; __Host-token=T", "ok"),
        ("__Host-token=T; __Host-token=\"T\"", "ok"),
        ("__Host-token=; __Host-token=T", "ok"),
        ("__Host-token=", "missing_token"),
        ("__Host-token=\"\"; a=1", "missing_token"),
        ("__Host-token=T; __Host-token=x", "multiple_credentials"),
        ("lang=en, de; __Host-token=T", "ok"),
    ] {
        assert_eq!(reason(cookies), expected, "{cookies}");
    }
}

#[test]
fn the_other_cookies_go_upstream_byte_for_byte() {
    for (cookies, upstream) in [
        ("__Host-token=T", None),
        ("a=1; __Host-token=T; b=2", Some("a=1; b=2")),
        ("a=1;__Host-token=T;b=2", Some("a=1;b=2")),
        ("__Host-token=T; a=\"1, 2\"; b = x==", Some("a=\"1, 2\"; b = x==")),
        ("a=1;  b=2 ; __Host-token=T;;c", Some("a=1;  b=2 ;;c")),
        ("lang=en, de; __Host-token=T", Some("lang=en, de")),
    ] {
        let token = TestKey::es256().token(&claims());
        let request = Request::new("GET", "/info").field("cookie", &cookies.replace('T', &token));
        let answer = world().ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        assert_eq!(
            World::values(&sent, "cookie"),
            upstream.into_iter().collect::<Vec<_>>(),
            "{cookies}"
        );
        assert_eq!(
            World::values(&sent, "authorization"),
            [format!("Bearer {token}")],
            "{cookies}"
        );
    }
}

/// What becomes of a request with these cookies, in which `A`, `B` and `C` stand for the parts of a good token.
fn reason_of_parts(cookies: &str) -> String {
    let token = TestKey::es256().token(&claims());
    let (first, rest) = token.split_at(100);
    let (second, third) = rest.split_at(100);
    let stand_ins = [('T', token.as_str()), ('A', first), ('B', second), ('C', third)];
    let pairs = cookies.split('=').map(|piece| {
        let letter = piece.trim_start_matches('"').chars().next();
        let known = stand_ins.iter().find(|(name, _)| Some(*name) == letter);
        known.map_or_else(|| piece.to_owned(), |(name, value)| piece.replacen(*name, value, 1))
    });
    reason_of(&pairs.collect::<Vec<_>>().join("="))
}

#[test]
fn a_token_in_parts_is_put_together() {
    for (cookies, expected) in [
        ("__Host-token.0=A; __Host-token.1=B; __Host-token.2=C", "ok"),
        ("__Host-token.2=C; a=1; __Host-token.0=A;__Host-token.1=\"B\"", "ok"),
        (
            "__Host-token=; __Host-token.0=A; __Host-token.1=B; __Host-token.2=C",
            "ok",
        ),
        (
            "__Host-token.0=A; __Host-token.1=B; __Host-token.2=C; __Host-token.2=C",
            "ok",
        ),
        ("__Host-token.0=T", "ok"),
        (
            "__Host-token=chunks-3; __Host-tokenC1=A; __Host-tokenC2=B; __Host-tokenC3=C",
            "ok",
        ),
        (
            "__Host-tokenC3=C; __Host-tokenC1=A; __Host-token=chunks-3; __Host-tokenC2=B",
            "ok",
        ),
        // What an earlier, longer token has left: ASP.NET Core reads no further than the number says.
        ("__Host-token=chunks-1; __Host-tokenC1=T; __Host-tokenC2=B", "ok"),
        ("__Host-token=T; __Host-tokenC1=A", "ok"),
        ("__Host-tokenC1=T", "missing_token"),
        ("__Host-token=chunks-0", "missing_token"),
        // Other cookies.
        ("__Host-token.x=T", "missing_token"),
        ("__Host-token.00=T", "missing_token"),
        ("__Host-token.0x=T", "missing_token"),
        ("__host-token.0=T", "missing_token"),
        ("x__Host-token.0=T", "missing_token"),
        // Gaps.
        ("__Host-token.0=A; __Host-token.2=C", "multiple_credentials"),
        ("__Host-token.1=T", "multiple_credentials"),
        (
            "__Host-token.0=A; __Host-token.1=; __Host-token.2=C",
            "multiple_credentials",
        ),
        (
            "__Host-token=chunks-3; __Host-tokenC1=A; __Host-tokenC3=C",
            "multiple_credentials",
        ),
        (
            "__Host-token=chunks-3; __Host-tokenC1=A; __Host-tokenC2=B",
            "multiple_credentials",
        ),
        ("__Host-token=chunks-2; __Host-tokenC2=T", "multiple_credentials"),
        ("__Host-token=chunks-1", "multiple_credentials"),
        (
            "__Host-token=chunks-65535; __Host-tokenC65535=T",
            "multiple_credentials",
        ),
        // Two of them.
        ("__Host-token.0=A; __Host-token.0=B", "multiple_credentials"),
        ("__Host-token=T; __Host-token.0=T", "multiple_credentials"),
        (
            "__Host-token=chunks-1; __Host-tokenC1=T; __Host-token.0=T",
            "multiple_credentials",
        ),
        (
            "__Host-token=chunks-1; __Host-tokenC1=T; __Host-token=T",
            "multiple_credentials",
        ),
        ("lang=en, __Host-token.0=T", "multiple_credentials"),
        ("__Host-token.0=T; lang=en, __Host-token.1=x", "multiple_credentials"),
        ("lang=en, __Host-tokenC1=T", "multiple_credentials"),
        // Not a number of parts.
        ("__Host-token=chunks-x", "token_structure"),
    ] {
        assert_eq!(reason_of_parts(cookies), expected, "{cookies}");
    }
}

#[test]
fn a_token_in_parts_is_bounded_as_a_whole() {
    let parts = |count: usize| {
        let parts = (0..count).map(|at| format!("{NAME}.{at}={}", "x".repeat(2048)));
        parts.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(reason(&parts(8)), "token_structure");
    assert_eq!(reason(&format!("{}; {NAME}.8=x", parts(8))), "token_too_long");
}

#[test]
fn no_part_goes_upstream() {
    let token = TestKey::es256().token(&claims());
    let (first, second) = token.split_at(80);
    for (cookies, upstream) in [
        (
            format!("a=1; {NAME}.0={first}; b=2;{NAME}.1={second}; c"),
            "a=1; b=2; c",
        ),
        (
            format!("{NAME}=chunks-2; {NAME}C1={first}; {NAME}C2={second}; {NAME}C3=x; {NAME}Cx=1"),
            "__Host-tokenCx=1",
        ),
        (format!("{NAME}={token}; {NAME}C1={first}; a=1"), "a=1"),
    ] {
        let request = Request::new("GET", "/info").field("cookie", &cookies);
        let answer = world().ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        assert_eq!(World::values(&sent, "cookie"), [upstream], "{cookies}");
        assert_eq!(World::values(&sent, "authorization"), [format!("Bearer {token}")]);
    }
}

proptest! {
    /// Whatever stands around it, the token does not leave the gate in a cookie, and no cookie appears that was not sent.
    #[test]
    fn no_token_leaves_in_a_cookie(before in "[a-z=, ;\"]{0,20}", after in "[a-z=, ;\"]{0,20}") {
        let token = TestKey::es256().token(&claims());
        let cookies = format!("{before};{NAME}={token};{after}");
        let request = Request::new("GET", "/info").field("cookie", &cookies);
        let answer = world().ask(&request);
        let sent = World::sent(answer.forwarded(), &request);
        let field = World::values(&sent, "cookie").first().map_or(String::new(), |field| (*field).to_owned());
        prop_assert!(!field.contains(&token));
        let trim = |text: &str| text.trim_matches([' ', '\t']).to_owned();
        prop_assert_eq!(trim(&field), trim(&format!("{before};{after}")));
    }
}

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
    let cookies = cookies.replace('T', &TestKey::es256().token(&claims()));
    let answer = world().ask(&Request::new("GET", "/info").field("cookie", &cookies));
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
        ("__Host-token=T; __Host-token=T", "multiple_credentials"),
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

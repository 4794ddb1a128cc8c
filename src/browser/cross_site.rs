//! Cross-site requests: whether a page may use a credential that its browser attaches by itself.
//!
//! A cookie goes along with requests that another site's page makes (cross-site request forgery), and a WebSocket is
//! opened without CORS. Both are decided by what the browser tells about the page, which the page cannot change:
//!
//! 1. `Origin` is the gate's own web origin, or listed in full in `ALLOWED_ORIGINS`: allowed (Fetch section 3.1).
//! 2. `Origin` is anything else, `null` included: refused.
//! 3. No `Origin`, and `Sec-Fetch-Site: cross-site` (Fetch Metadata section 2.3): a cookie is refused.
//! 4. No `Origin`, and any other `Sec-Fetch-Site` or none: allowed. Browsers send no `Origin` with same-origin GET
//!    requests, and programs that are no browser attach nothing by themselves.

use super::origins::AllowedOrigins;
use crate::wire::refusal::Refusal;
use crate::wire::request::Head;

/// Checks a request whose credential the browser may have attached by itself.
pub fn check_ambient_credential(allowed: &AllowedOrigins, head: &Head<'_>) -> Result<(), Refusal> {
    let is_cross_site = || {
        head.fields
            .get("sec-fetch-site")
            .is_some_and(|site| site.eq_ignore_ascii_case("cross-site"))
    };
    match head.page() {
        Some(origin) if is_own_or_listed(allowed, origin, head) => Ok(()),
        None if !is_cross_site() => Ok(()),
        _ => Err(Refusal::OriginNotAllowed),
    }
}

/// Checks a WebSocket upgrade, if the request is one: conditions 1, 2 and 4.
pub fn check_upgrade(allowed: &AllowedOrigins, head: &Head<'_>) -> Result<(), Refusal> {
    let is_allowed = !head.is_upgrade() || head.page().is_none_or(|origin| is_own_or_listed(allowed, origin, head));
    if is_allowed {
        Ok(())
    } else {
        Err(Refusal::OriginNotAllowed)
    }
}

fn is_own_or_listed(allowed: &AllowedOrigins, origin: &str, head: &Head<'_>) -> bool {
    origin == head.origin || allowed.trusts(origin)
}

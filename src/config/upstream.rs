//! The settings about the request to the upstream: `ORIGIN_URL`, `ORIGIN_MODE`, `ORIGIN_HEADERS`, `IDENTITY_BODY`,
//! `FORWARD_AUTHORIZATION`.

use super::defaults;
use super::read::{Misconfigured, Setting};
use crate::auth::claim_path::ClaimPath;
use crate::auth::identity::IdentityMap;
use crate::base::header_name::{is_field_name, is_hop_by_hop, normalise};
use crate::base::web_url::WebUrl;
use crate::call::dialect::Dialect;
use crate::outbound::fields::Authorization;
use crate::outbound::identity_body::{BodyPointer, BodyValue, IdentityBody};
use crate::outbound::origin_headers::OriginHeaders;

/// In place of a claim path: the verified token itself.
const TOKEN: &str = "$token";

pub(super) fn url(setting: &Setting, is_service: bool) -> Result<WebUrl, Misconfigured> {
    let remedy = "the URL of the runtime's base path, https (or http to a loopback host), such as \
                  https://runtime.example.com/api/copilotkit";
    let url = setting.string()?.ok_or_else(|| setting.missing(remedy))?;
    let url = url.trim_end_matches('/');
    let url = if is_service {
        WebUrl::parse_plain(url)
    } else {
        WebUrl::parse(url)
    };
    url.map_err(|_| setting.invalid("is not such a URL", remedy))
}

pub(super) fn dialect(setting: &Setting) -> Result<Dialect, Misconfigured> {
    let mode = setting.one_of(&["multi-route", "single-route"])?;
    Ok(match mode.unwrap_or(defaults::ORIGIN_MODE) {
        "single-route" => Dialect::SingleRoute,
        _ => Dialect::MultiRoute,
    })
}

pub(super) fn authorization(setting: &Setting) -> Result<Authorization, Misconfigured> {
    let choice = setting.one_of(&["keep", "strip"])?;
    Ok(match choice.unwrap_or(defaults::FORWARD_AUTHORIZATION) {
        "strip" => Authorization::Strip,
        _ => Authorization::Keep,
    })
}

/// Reads a secret table. No fault repeats a value of it.
pub(super) fn headers(setting: &Setting, identity: &IdentityMap) -> Result<OriginHeaders, Misconfigured> {
    let remedy = "a secret: a JSON object of header names and values";
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, value) in setting.table()?.unwrap_or_default() {
        let member = setting.member(&name, Some(value));
        let normalised = normalise(&name).into_owned();
        let belongs_elsewhere = is_hop_by_hop(&normalised)
            || normalised.starts_with("x-gate-")
            || identity.has(&normalised)
            || matches!(normalised.as_str(), "host" | "content-length" | "x-request-id");
        if !is_field_name(&name) || belongs_elsewhere {
            let fault = "is not a header that can be set";
            let right = "a header name that is not hop-by-hop, not x-gate-*, and not one of IDENTITY";
            return Err(member.invalid(fault, right));
        }
        let value = member.string()?.ok_or_else(|| member.missing(remedy))?;
        if !value.bytes().all(|b| matches!(b, b'\t' | b' '..=b'~')) {
            return Err(member.invalid(
                "contains a character that a header value cannot have",
                "visible ASCII and spaces",
            ));
        }
        if fields.iter().any(|(known, _)| normalise(known) == normalised) {
            return Err(member.invalid("names the same header twice", "each header once"));
        }
        fields.push((name.to_ascii_lowercase(), value));
    }
    Ok(OriginHeaders::new(fields))
}

pub(super) fn identity_body(setting: &Setting) -> Result<IdentityBody, Misconfigured> {
    let mut pairs: Vec<(BodyPointer, BodyValue)> = Vec::new();
    for (pointer, path) in setting.table()?.unwrap_or_default() {
        let member = setting.member(&pointer, Some(path));
        let place = BodyPointer::parse(&pointer).ok_or_else(|| {
            let right = "a JSON Pointer into the agent's input, such as /state/auth_user/user_id";
            member.invalid(
                "does not start with /state/ or /forwardedProps/, or has an empty step",
                right,
            )
        })?;
        if place.has_index() {
            let fault = "has a step that is a number: an item of a list cannot be written";
            return Err(member.invalid(fault, "a JSON Pointer whose steps are names of members"));
        }
        if pairs.iter().any(|(known, _)| known.overlaps(&place)) {
            return Err(member.invalid(
                "is inside another of these pointers",
                "pointers that do not contain each other",
            ));
        }
        let remedy = "a claim path such as sub or realm_access.roles, or $token for the verified token";
        let value = match member.string()?.ok_or_else(|| member.missing(remedy))? {
            token if token == TOKEN => BodyValue::Token,
            path => {
                BodyValue::Claim(ClaimPath::parse(&path).ok_or_else(|| member.invalid("is not a claim path", remedy))?)
            }
        };
        pairs.push((place, value));
    }
    Ok(IdentityBody::new(pairs))
}

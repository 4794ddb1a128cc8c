//! `Untrusted`: a compact JWS taken apart strictly, before any of it is trusted (RFC 7515 sections 4 and 5.2).

use base64ct::{Base64UrlUnpadded, Encoding};
use jwt_compact::UntrustedToken;
use serde_json::{Map, Value};

use super::progress::Progress;
use crate::base::alg::Alg;
use crate::base::json::value;
use crate::wire::fault::TokenFault;
use crate::wire::step::Step;

/// A token of valid form whose signature has not been verified.
pub struct Untrusted<'t> {
    pub(crate) parsed: UntrustedToken<'t>,
    pub(crate) signing_input: &'t [u8],
    alg: Alg,
    alg_name: String,
    claims: Map<String, Value>,
}

impl<'t> Untrusted<'t> {
    /// Takes `token` apart.
    ///
    /// jwt-compact splits and decodes (no padding, no white space, no spare bits); unique member names, types of the
    /// header's members and the absence of extensions are checked here, since it does not.
    pub fn parse(token: &'t str, progress: &mut impl Progress) -> Result<Self, TokenFault> {
        progress.at(Step::Token);
        let (signing_input, _) = token.rsplit_once('.').ok_or(TokenFault::Structure)?;
        let (header, payload) = signing_input.split_once('.').ok_or(TokenFault::Structure)?;
        let header = value::parse_object(&decode(header)?).map_err(|_| TokenFault::Header)?;
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(TokenFault::CriticalHeader);
        }
        let is_string_or_absent = |name| header.get(name).is_none_or(Value::is_string);
        if !["kid", "typ", "cty", "jku", "x5u"].into_iter().all(is_string_or_absent) {
            return Err(TokenFault::Header);
        }
        let alg_name = header.get("alg").and_then(Value::as_str).ok_or(TokenFault::Header)?;
        progress.at(Step::Algorithm);
        let alg = Alg::from_name(alg_name).ok_or(TokenFault::Algorithm)?;
        progress.at(Step::Token);
        let parsed = UntrustedToken::new(token).map_err(|_| TokenFault::Structure)?;
        let claims = value::parse_object(&decode(payload)?).map_err(TokenFault::Payload)?;
        Ok(Self {
            parsed,
            signing_input: signing_input.as_bytes(),
            alg,
            alg_name: alg_name.to_owned(),
            claims,
        })
    }

    /// The algorithm that the header names.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The header's `alg`, as it is written there.
    pub(crate) fn alg_name(&self) -> &str {
        &self.alg_name
    }

    /// The header's `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.parsed.header().key_id.as_deref()
    }

    /// The `iss` claim, unverified: good for choosing whose keys to try, and for nothing else.
    pub fn issuer_hint(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    pub(crate) fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    pub(crate) fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

fn decode(part: &str) -> Result<Vec<u8>, TokenFault> {
    Base64UrlUnpadded::decode_vec(part).map_err(|_| TokenFault::Structure)
}

//! `Untrusted`: a compact JWS, parsed strictly before any of it is trusted (RFC 7515 sections 4 and 5.2).

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};

use super::progress::Progress;
use crate::base::alg::Alg;
use crate::base::json::value;
use crate::wire::excerpt::Excerpt;
use crate::wire::fault::TokenFault;
use crate::wire::step::Step;

/// The header members that the gate reads. All others change nothing, with any value.
const READ: [&str; 3] = ["alg", "kid", "typ"];

/// A token of valid form whose signature has not been verified.
pub struct Untrusted<'t> {
    text: &'t str,
    signing_input: &'t str,
    signature: Vec<u8>,
    header: Map<String, Value>,
    alg: Alg,
    claims: Map<String, Value>,
}

impl<'t> Untrusted<'t> {
    /// Parses `token`: three parts of strict base64url (no padding, no white space, no spare bits), header and payload as
    /// JSON objects with unique member names, and no extension.
    pub fn parse(token: &'t str, progress: &mut impl Progress) -> Result<Self, TokenFault> {
        progress.at(Step::Token);
        // RFC 7516 section 7.1: five parts are a JWE.
        if token.bytes().filter(|byte| *byte == b'.').count() == 4 {
            return Err(TokenFault::Encrypted);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(TokenFault::Structure)?;
        let (header, payload) = signing_input.split_once('.').ok_or(TokenFault::Structure)?;
        let header = value::parse_object(&decode(header)?).map_err(|_| TokenFault::Header)?;
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(TokenFault::CriticalHeader);
        }
        if header.contains_key("enc") {
            return Err(TokenFault::Encrypted);
        }
        if header.get("cty").and_then(Value::as_str).is_some_and(is_jwt) {
            return Err(TokenFault::Nested);
        }
        if !READ
            .into_iter()
            .all(|name| header.get(name).is_none_or(Value::is_string))
        {
            return Err(TokenFault::Header);
        }
        let name = header.get("alg").and_then(Value::as_str).ok_or(TokenFault::Header)?;
        let alg = Alg::from_name(name).ok_or_else(|| TokenFault::Algorithm(Excerpt::of(name)))?;
        let signature = decode(signature)?;
        let claims = value::parse_object(&decode(payload)?).map_err(TokenFault::Payload)?;
        Ok(Self {
            text: token,
            signing_input,
            signature,
            header,
            alg,
            claims,
        })
    }

    /// The algorithm that the header names.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The header's `alg` as it is written there.
    pub(crate) fn alg_name(&self) -> &str {
        self.header_text("alg").unwrap_or_default()
    }

    /// The header's `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.header_text("kid")
    }

    /// The `iss` claim, unverified: it may choose the keys to try, and nothing else.
    pub fn issuer_hint(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// Whether the signature is longer or shorter than any of this algorithm.
    pub(crate) fn has_impossible_signature(&self) -> bool {
        !self.alg.signature_lengths().contains(&self.signature.len())
    }

    pub(crate) fn signing_input(&self) -> &'t str {
        self.signing_input
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }

    pub(crate) fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    pub(crate) fn into_claims(self) -> Map<String, Value> {
        self.claims
    }

    /// The token for jwt-compact, which reads more of a header than the gate: without the members that change nothing. The
    /// signature is that of the token itself.
    pub(crate) fn for_jwt_compact(&self) -> String {
        let is_plain = self.header.keys().all(|name| READ.contains(&name.as_str()));
        let rest = self.text.split_once('.').map_or("", |(_, rest)| rest);
        if is_plain {
            return self.text.to_owned();
        }
        let mut header = self.header.clone();
        header.retain(|name, _| READ.contains(&name.as_str()));
        let header = value::write(&header);
        format!("{}.{rest}", Base64UrlUnpadded::encode_string(header.as_bytes()))
    }

    fn header_text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }
}

/// Whether `cty` names a JWT: then the payload is a token of its own (RFC 7519 section 5.2).
fn is_jwt(content_type: &str) -> bool {
    let content_type = content_type.to_ascii_lowercase();
    content_type.strip_prefix("application/").unwrap_or(&content_type) == "jwt"
}

fn decode(part: &str) -> Result<Vec<u8>, TokenFault> {
    Base64UrlUnpadded::decode_vec(part).map_err(|_| TokenFault::Structure)
}

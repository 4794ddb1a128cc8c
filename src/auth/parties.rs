//! `Party`: the clients for which an issuer's tokens may have been issued.

use serde_json::{Map, Value};

use crate::base::origin_pattern::OriginPattern;
use crate::wire::excerpt::Excerpt;
use crate::wire::fault::ClaimFault;

/// The claims that name the client: `OpenID` Connect Core 1.0 section 2, RFC 9068 section 2.2, Entra ID, Okta.
pub const PARTY_CLAIMS: [&str; 4] = ["azp", "client_id", "appid", "cid"];

/// One entry of `authorized_parties`.
pub enum Party {
    /// This client.
    Named(String),
    /// The pages of these web origins, as Clerk writes them into `azp`.
    Origins(OriginPattern),
}

impl Party {
    /// Whether `party` is this one.
    pub fn is(&self, party: &str) -> bool {
        match self {
            Self::Named(name) => name == party,
            Self::Origins(pattern) => pattern.matches(party),
        }
    }

    /// The clients that a token names, each with its claim; claims of another type than string are left out.
    pub fn claimed(claims: &Map<String, Value>) -> impl Iterator<Item = (&'static str, &str)> {
        PARTY_CLAIMS
            .into_iter()
            .filter_map(|claim| Some((claim, claims.get(claim)?.as_str()?)))
    }

    /// Checks that a token names a client, and only clients among `listed`. An empty list accepts any token.
    pub(super) fn check(claims: &Map<String, Value>, listed: &[Self]) -> Result<(), ClaimFault> {
        let is_text = |claim: &&str| claims.get(*claim).is_none_or(Value::is_string);
        if let Some(claim) = PARTY_CLAIMS.into_iter().find(|claim| !is_text(claim)) {
            return Err(ClaimFault::Type(claim));
        }
        if listed.is_empty() {
            return Ok(());
        }
        let mut has_party = false;
        for (claim, party) in Self::claimed(claims) {
            has_party = true;
            if !listed.iter().any(|own| own.is(party)) {
                return Err(ClaimFault::AuthorizedParty {
                    claim,
                    party: Excerpt::of(party),
                });
            }
        }
        if has_party {
            Ok(())
        } else {
            Err(ClaimFault::AuthorizedPartyMissing)
        }
    }
}

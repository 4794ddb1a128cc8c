//! `Issuer`: one trusted token issuer and its demands; the choice among several by the unverified `iss`.

use serde_json::{Map, Value};

use super::claim_path::ClaimPath;
use super::parties::Party;
use super::tenant::TenantTemplate;
use super::token::Untrusted;
use crate::base::alg::Alg;
use crate::base::web_url::WebUrl;
use crate::wire::fault::TokenFault;

/// One entry of the setting `ISSUERS`.
pub struct Issuer {
    /// The `iss` values that name this issuer, or one template of them. The first is the canonical name.
    pub names: Vec<TenantTemplate>,
    /// Whether tokens without `iss` are this issuer's.
    pub accept_missing_iss: bool,
    /// The tenants that are accepted; empty where no name has `{tenantid}`.
    pub tenants: Vec<String>,
    /// At least one of them must be in `aud`; empty: `aud` is not checked.
    pub audience: Vec<String>,
    /// The source of its keys.
    pub keys: KeysFrom,
    /// The service binding through which its documents are fetched.
    pub service: Option<String>,
    /// The algorithms that its tokens may use.
    pub algorithms: Vec<Alg>,
    /// The header's `typ` must be one of these (RFC 7515 section 4.1.9); `None`: absent, `JWT` or `at+jwt`.
    pub typ: Option<Vec<String>>,
    /// The claim that identifies its users.
    pub subject: ClaimPath,
    /// For each claim the values of which it must have one.
    pub claims: Vec<(ClaimPath, Vec<Value>)>,
    /// Claims that must be present.
    pub required_claims: Vec<ClaimPath>,
    /// Claims that must be absent.
    pub forbidden_claims: Vec<ClaimPath>,
    /// Whether tokens whose subject is their own client are accepted.
    pub machines: bool,
    /// Longest time since `iat`, in seconds.
    pub max_age: Option<i64>,
    /// Seconds by which clocks may differ.
    pub leeway: i64,
    /// When not empty, the token must name parties (`azp`, `client_id`, …), and only these.
    pub authorized_parties: Vec<Party>,
}

/// The source of an issuer's keys.
pub enum KeysFrom {
    /// The first discovery document that exists at one of these URLs names the key set.
    Discovery(Vec<WebUrl>),
    /// The JWK Set is at this URL.
    JwksUri(WebUrl),
    /// HMAC keys shared with the issuer; nothing is fetched.
    Secrets(Vec<Vec<u8>>),
}

/// The trusted issuers, in the order of the settings.
pub struct Issuers(Vec<Issuer>);

/// The position of an issuer. Only [`Issuers`] makes one, so it always names an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerIndex(usize);

impl Issuers {
    /// Takes issuers of which no two could claim the same token.
    pub fn new(issuers: Vec<Issuer>) -> Self {
        Self(issuers)
    }

    /// Chooses the trusted issuer that `token` names. An exact name wins over a template. Of several entries with one
    /// name, the token's kind of algorithm and then its audience decide; both are checked again once the signature is
    /// verified.
    ///
    /// # Errors
    /// [`TokenFault::MissingIssuer`] and [`TokenFault::UnknownIssuer`].
    pub fn choose(&self, token: &Untrusted<'_>) -> Result<(IssuerIndex, &Issuer), TokenFault> {
        let Some(iss) = token.claims().get("iss") else {
            let takes_it = |(_, issuer): &(_, &Issuer)| issuer.accept_missing_iss;
            return self.iter().find(takes_it).ok_or(TokenFault::MissingIssuer);
        };
        let iss = iss.as_str().ok_or(TokenFault::UnknownIssuer { meant: None })?;
        let is_template = |(_, issuer): &(_, &Issuer)| issuer.names.iter().any(TenantTemplate::is_multi_tenant);
        let (templates, mut named): (Vec<_>, Vec<_>) = self
            .iter()
            .filter(|(_, issuer)| issuer.is_called(iss))
            .partition(is_template);
        named.extend(templates);
        if named.len() > 1 {
            let may_be = |(_, issuer): &&(_, &Issuer)| issuer.may_have_issued(token.alg(), token.claims());
            if let Some(chosen) = named.iter().find(may_be) {
                return Ok(*chosen);
            }
        }
        named.first().copied().ok_or(TokenFault::UnknownIssuer { meant: None })
    }

    /// The configured name that `iss` was probably meant to be: it differs only by a slash at its end, by case, scheme or
    /// default port.
    pub fn meant(&self, iss: &str) -> Option<&str> {
        let names = self.0.iter().flat_map(|issuer| &issuer.names);
        let mut names = names.map(TenantTemplate::as_str);
        names.find(|name| plain(name) == plain(iss))
    }

    /// Every issuer with its position.
    pub fn iter(&self) -> impl Iterator<Item = (IssuerIndex, &Issuer)> {
        self.0
            .iter()
            .enumerate()
            .map(|(index, issuer)| (IssuerIndex(index), issuer))
    }
}

impl Issuer {
    /// The name under which the issuer is known everywhere behind the signature, for a token that names it `iss`.
    pub fn canonical<'i>(&'i self, iss: Option<&'i str>) -> &'i str {
        match (self.names.first(), iss) {
            (Some(name), Some(iss)) if name.is_multi_tenant() => iss,
            (Some(name), _) => name.as_str(),
            (None, iss) => iss.unwrap_or_default(),
        }
    }

    /// Whether the keys are secrets, so that only HMAC verifies.
    pub fn has_secrets(&self) -> bool {
        matches!(self.keys, KeysFrom::Secrets(_))
    }

    fn is_called(&self, iss: &str) -> bool {
        self.names.iter().any(|name| name.tenant_of(iss).is_some())
    }

    fn may_have_issued(&self, alg: Alg, claims: &Map<String, Value>) -> bool {
        let names_audience = || self.audience.iter().any(|own| has_text(claims.get("aud"), own));
        let names_party = || {
            let parties = Party::claimed(claims);
            parties
                .into_iter()
                .any(|(_, party)| self.authorized_parties.iter().any(|own| own.is(party)))
        };
        self.has_secrets() == Alg::HMAC.contains(&alg)
            && (self.audience.is_empty() || names_audience())
            && (self.authorized_parties.is_empty() || names_party())
    }
}

impl IssuerIndex {
    /// The position as a number, for lists in the same order.
    pub fn get(self) -> usize {
        self.0
    }
}

fn has_text(claim: Option<&Value>, text: &str) -> bool {
    claim.is_some_and(|claim| match claim {
        Value::Array(list) => list.iter().any(|item| item == text),
        claim => claim == text,
    })
}

/// A URL without its scheme, its default port and the slash at its end, in lower case.
fn plain(name: &str) -> String {
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    let (scheme, rest) = name.split_once("://").unwrap_or(("", &name));
    let (host, path) = rest
        .split_at_checked(rest.find('/').unwrap_or(rest.len()))
        .unwrap_or((rest, ""));
    let port = match scheme {
        "http" => ":80",
        _ => ":443",
    };
    format!("{}{path}", host.strip_suffix(port).unwrap_or(host))
}

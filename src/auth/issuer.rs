//! `Issuer`: one trusted token issuer and its requirements; the choice among several by the unverified `iss`.

use serde_json::Value;

use super::claim_path::ClaimPath;
use crate::base::alg::Alg;
use crate::base::web_url::WebUrl;

/// One entry of the setting `ISSUERS`.
pub struct Issuer {
    /// The exact `iss`, or a template of it.
    pub template: TenantTemplate,
    /// The accepted tenants; empty if `template` has no `{tenantid}`.
    pub tenants: Vec<String>,
    /// At least one of them must be in `aud`. If empty, `aud` is ignored, and `authorized_parties` is not empty.
    pub audience: Vec<String>,
    /// The source of its keys.
    pub keys: KeysFrom,
    /// The algorithms that its tokens may use.
    pub algorithms: Vec<Alg>,
    /// The header's `typ` must be one of these (RFC 7515 section 4.1.9); `None`: absent, `JWT` or `at+jwt`.
    pub typ: Option<Vec<String>>,
    /// Claims with their accepted values.
    pub claims: Vec<(ClaimPath, Vec<Value>)>,
    /// Claims that must be present.
    pub required_claims: Vec<String>,
    /// Longest time since `iat`, in seconds.
    pub max_age: Option<i64>,
    /// Seconds by which clocks may differ.
    pub leeway: i64,
    /// If not empty, `azp` or `client_id` must be one of these.
    pub authorized_parties: Vec<String>,
}

/// The source of an issuer's keys.
pub enum KeysFrom {
    /// The discovery document of `OpenID` Connect Discovery 1.0 section 4, at this URL, names the key set.
    Discovery(WebUrl),
    /// The JWK Set is at this URL.
    JwksUri(WebUrl),
    /// An HMAC key that is shared with the issuer; nothing is fetched.
    Secret(Vec<u8>),
}

/// The trusted issuers, in the order of the settings.
pub struct Issuers(Vec<Issuer>);

/// The position of an issuer. Only [`Issuers`] makes one, so it always names an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerIndex(usize);

/// An `iss` value, which may contain `{tenantid}` once in place of a tenant's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantTemplate(String);

/// The placeholder in Entra ID's multi-tenant documents.
pub const TENANT: &str = "{tenantid}";

impl Issuers {
    /// Makes the list; the templates of `issuers` must differ.
    pub fn new(issuers: Vec<Issuer>) -> Self {
        Self(issuers)
    }

    /// Selects the trusted issuer that `iss` names. An exact match takes precedence over a template.
    pub fn choose(&self, iss: &str) -> Option<(IssuerIndex, &Issuer)> {
        let matches = || {
            self.iter()
                .filter(|(_, issuer)| issuer.template.tenant_of(iss).is_some())
        };
        matches()
            .find(|(_, issuer)| !issuer.template.is_multi_tenant())
            .or_else(|| matches().next())
    }

    /// Every issuer with its position.
    pub fn iter(&self) -> impl Iterator<Item = (IssuerIndex, &Issuer)> {
        self.0
            .iter()
            .enumerate()
            .map(|(index, issuer)| (IssuerIndex(index), issuer))
    }
}

impl IssuerIndex {
    /// The position as a number, for lists in the same order.
    pub fn get(self) -> usize {
        self.0
    }
}

impl TenantTemplate {
    /// Makes a template from `template`, unchanged.
    pub fn new(template: &str) -> Self {
        Self(template.to_owned())
    }

    /// The template, including its placeholder.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it matches more than one issuer.
    pub fn is_multi_tenant(&self) -> bool {
        self.0.contains(TENANT)
    }

    /// Whether `iss` is this issuer: `Some(None)` if it is equal, `Some(Some(tenant))` if a template matches, else `None`.
    pub fn tenant_of<'i>(&self, iss: &'i str) -> Option<Option<&'i str>> {
        let Some((before, after)) = self.0.split_once(TENANT) else {
            return (self.0 == iss).then_some(None);
        };
        let tenant = iss.strip_prefix(before)?.strip_suffix(after)?;
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        (!tenant.is_empty() && tenant.bytes().all(is_allowed)).then_some(Some(tenant))
    }

    /// The URL of the discovery document (`OpenID` Connect Discovery 1.0 section 4). For its template, Entra ID serves one under
    /// `common`.
    pub fn discovery_url(&self) -> String {
        let base = self.0.replace(TENANT, "common");
        format!("{}/.well-known/openid-configuration", base.trim_end_matches('/'))
    }
}

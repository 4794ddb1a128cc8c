//! `TenantTemplate`: an `iss` value, or Entra ID's template of one.

/// The placeholder that Entra ID's multi-tenant documents use.
pub const TENANT: &str = "{tenantid}";

/// An `iss` value, which may contain `{tenantid}` once in place of a tenant's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantTemplate(String);

impl TenantTemplate {
    /// Takes `template` unchanged.
    pub fn new(template: &str) -> Self {
        Self(template.to_owned())
    }

    /// The template, placeholder included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it covers more than one issuer.
    pub fn is_multi_tenant(&self) -> bool {
        self.0.contains(TENANT)
    }

    /// Whether `iss` is this issuer: `Some(None)` where it is exactly that, `Some(Some(tenant))` where a template
    /// matches, `None` otherwise.
    pub fn tenant_of<'i>(&self, iss: &'i str) -> Option<Option<&'i str>> {
        let Some((before, after)) = self.0.split_once(TENANT) else {
            return (self.0 == iss).then_some(None);
        };
        let tenant = iss.strip_prefix(before)?.strip_suffix(after)?;
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        (!tenant.is_empty() && tenant.bytes().all(is_allowed)).then_some(Some(tenant))
    }

    /// The URLs of the discovery document, in the order in which they are asked: that of `OpenID` Connect Discovery 1.0
    /// section 4, then those of RFC 8414 section 3.1, with the path behind and before. Entra ID serves its template's under
    /// `common`.
    pub fn discovery_urls(&self) -> Vec<String> {
        let base = self.0.replace(TENANT, "common");
        let base = base.trim_end_matches('/');
        let host_end = base.find("://").and_then(|at| {
            let host_at = at.saturating_add(3);
            Some(host_at.saturating_add(base.get(host_at..)?.find('/')?))
        });
        let (host, path) = base
            .split_at_checked(host_end.unwrap_or(base.len()))
            .unwrap_or((base, ""));
        let mut urls = vec![
            format!("{base}/.well-known/openid-configuration"),
            format!("{host}/.well-known/oauth-authorization-server{path}"),
        ];
        if !path.is_empty() {
            urls.push(format!("{base}/.well-known/oauth-authorization-server"));
        }
        urls
    }
}

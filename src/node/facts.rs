//! A summary of the settings, for advice and for tokens that a command makes.

use serde_json::{Value, json};

use crate::auth::claim_path::ClaimPath;
use crate::auth::issuer::{Issuer, KeysFrom};
use crate::auth::parties::Party;
use crate::auth::tenant::TenantTemplate;
use crate::base::web_url::WebUrl;
use crate::config::Config;
use crate::policy::rule::{Limit, Mode, Rule};

/// The summary.
pub(super) fn facts(config: &Config) -> Value {
    let auth = &config.auth;
    json!({
        "base_path": config.base_path,
        "origin_url": config.outbound.upstream.as_str(),
        "threads_are_isolated": config.call.threads_are_isolated,
        "token_cookie": auth.token_cookie,
        "anonymous": auth.anonymous,
        "lists_origins": !config.origins.is_empty(),
        "patterns": patterns(config),
        "properties": about_properties(config),
        "message_roles": config.outbound.scrub.message_roles.names(),
        "attachment_urls": config.outbound.scrub.attachment_urls.listed().collect::<Vec<_>>(),
        "asserts": config.outbound.assertion_keys.is_some(),
        "rules": config.rules.iter().map(about_rule).collect::<Vec<_>>(),
        "issuers": auth.issuers.iter().map(|(_, issuer)| about(issuer)).collect::<Vec<_>>(),
    })
}

/// The patterns of web origins, each with its setting.
fn patterns(config: &Config) -> Value {
    let allowed = config
        .origins
        .for_tokens()
        .map(|pattern| ("ALLOWED_ORIGINS".to_owned(), pattern));
    let parties = config.auth.issuers.iter().flat_map(|(index, issuer)| {
        let setting = format!("ISSUERS[{}].authorized_parties", index.get());
        issuer.authorized_parties.iter().filter_map(move |party| match party {
            Party::Named(_) => None,
            Party::Origins(pattern) => Some((setting.clone(), pattern.as_str())),
        })
    });
    let all = allowed.chain(parties).filter(|(_, pattern)| pattern.contains('*'));
    all.map(|(setting, pattern)| json!({ "setting": setting, "pattern": pattern }))
        .collect()
}

/// The patterns of `PROPERTIES`, and those that name the caller.
fn about_properties(config: &Config) -> Value {
    let properties = &config.outbound.scrub.properties;
    json!({
        "patterns": properties.patterns(),
        "callers": properties.callers().collect::<Vec<_>>(),
    })
}

fn about_rule(rule: &Rule) -> Value {
    let limit = rule.limit.as_ref();
    json!({
        "enforces": rule.mode == Mode::Enforce,
        "operations": rule.operations.iter().map(|kind| &*kind.name).collect::<Vec<_>>(),
        "limit": limit.map(|Limit { binding, period }| json!({ "binding": binding, "period": period })),
    })
}

fn about(issuer: &Issuer) -> Value {
    let (place, url) = match &issuer.keys {
        KeysFrom::Discovery(urls) => ("discovery", urls.first().map(WebUrl::as_str)),
        KeysFrom::JwksUri(url) => ("jwks_uri", Some(url.as_str())),
        KeysFrom::Secrets(_) => ("secret", None),
    };
    let claims = issuer.claims.iter();
    let parties = issuer.authorized_parties.iter().map(|party| match party {
        Party::Named(name) => name.clone(),
        Party::Origins(pattern) => pattern.as_str().replace('*', "preview"),
    });
    let steps = |paths: &[ClaimPath]| paths.iter().cloned().map(ClaimPath::into_steps).collect::<Vec<_>>();
    json!({
        "issuer": issuer.names.first().map(TenantTemplate::as_str),
        "tenants": issuer.tenants,
        "audience": issuer.audience,
        "authorized_parties": parties.collect::<Vec<_>>(),
        "algorithms": issuer.algorithms.iter().map(|alg| alg.name()).collect::<Vec<_>>(),
        "typ": issuer.typ,
        "claims": claims.map(|(path, values)| json!([path.clone().into_steps(), values])).collect::<Vec<_>>(),
        "subject": issuer.subject.clone().into_steps(),
        "required_claims": steps(&issuer.required_claims),
        "forbidden_claims": steps(&issuer.forbidden_claims),
        "keys": place,
        "url": url,
    })
}

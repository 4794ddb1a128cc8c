//! The keys of one issuer: the published set, and the gate's verdict on each key.

use serde_json::{Value, json};

use super::host::{Host, NodePlatform};
use super::vars::JsonVars;
use crate::auth::keys::{KeySet, SourceFault};
use crate::config::Config;
use crate::gate::Gate;

/// Fetches the set as the Worker's schedule does: `null`, or the fault.
pub(super) async fn renew(settings: &str, index: usize, host: Host) -> Value {
    let Ok(config) = Config::parse(&JsonVars::new(settings)) else {
        return json!("misconfigured");
    };
    let gate = Gate::new(config);
    let auth = gate.auth();
    let Some((issuer, _)) = auth.settings().issuers.iter().nth(index) else {
        return json!("misconfigured");
    };
    let platform = NodePlatform::new(host, Vec::new());
    json!(auth.keys().renew(issuer, &platform).await.err())
}

/// Each key of the set: `{fault}`, or `{algorithms}` of the issuer that it may verify.
pub(super) fn validate(settings: &str, index: usize, document: &str) -> Value {
    let Ok(config) = Config::parse(&JsonVars::new(settings)) else {
        return json!("misconfigured");
    };
    let algorithms = config
        .auth
        .issuers
        .iter()
        .nth(index)
        .map(|(_, issuer)| &issuer.algorithms);
    match KeySet::validate_each(document.as_bytes()) {
        Err(fault) => json!(SourceFault::from(fault)),
        Ok(keys) => keys
            .iter()
            .map(|key| match key {
                Err(fault) => json!({ "fault": fault.name() }),
                Ok(key) => {
                    let fitting = algorithms.into_iter().flatten().filter(|alg| key.fits(**alg));
                    json!({ "algorithms": fitting.map(|alg| alg.name()).collect::<Vec<_>>() })
                }
            })
            .collect(),
    }
}

//! Envelopes: what is written for one that was read is read as the same.

use copilotkit_gate::call::envelope::{Opened, open, write};
use copilotkit_gate::call::kind::Operations;
use copilotkit_gate::call::operation::Operation;

use crate::oracle::is_good;

pub fn run(data: &[u8]) {
    let operations = Operations::default();
    let Ok(Opened { operation, body }) = open(&operations, data.to_vec()) else {
        return;
    };
    assert!(is_good(data));
    let body = body.map(|body| body.to_bytes());
    assert!(body.as_deref().is_none_or(is_good));

    let written = write(&operation, body.clone()).unwrap();
    assert!(is_good(&written));
    let again = open(&operations, written).unwrap();
    assert_eq!(again.operation, operation);
    assert_eq!(
        again.body.map(|body| body.to_bytes()),
        body.map(|body| body.trim_ascii().to_vec())
    );

    // A runtime of paths is asked for the same.
    let target = operation.target();
    let (path, query) = target
        .split_once('?')
        .map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
    assert_eq!(
        Operation::parse(&operations, operation.method(), path, query),
        Ok(operation)
    );
}

//! Paths: the input is a method, a path below the base path and a query: `GET /threads?limit=1`.

use copilotkit_gate::call::kind::Operations;
use copilotkit_gate::call::operation::Operation;
use copilotkit_gate::wire::request::Method;

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some((method, target)) = text.split_once(' ') else {
        return;
    };
    let operations = Operations::default();
    let method = Method::from_name(method);
    let (path, query) = split(target);
    let Ok(operation) = Operation::parse(&operations, method, path, query) else {
        return;
    };

    let target = operation.target();
    let (path, query) = split(&target);
    assert_eq!(
        Operation::parse(&operations, method, path, query),
        Ok(operation.clone())
    );
    assert!(target.bytes().all(|byte| byte.is_ascii_graphic()));
    for segment in path.strip_prefix('/').unwrap().split('/') {
        assert!(!matches!(segment, "" | "." | ".."), "{target}");
        for hidden in ["%2F", "%5C", "%25", "%00", "%0A", "%0D"] {
            assert!(!segment.contains(hidden), "{target}");
        }
    }
    for id in [operation.agent(), operation.thread()].into_iter().flatten() {
        assert!(!id.is_empty() && id.len() <= 256);
        assert_ne!(id, "__proto__");
    }
}

fn split(target: &str) -> (&str, Option<&str>) {
    target
        .split_once('?')
        .map_or((target, None), |(path, query)| (path, Some(query)))
}

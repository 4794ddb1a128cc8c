//! Heads: the input is a method and a URL with a space between, and header fields as lines `name:value`.

use std::collections::BTreeMap;

use copilotkit_gate::auth::credential::{self, Location};
use copilotkit_gate::base::header_name::is_field_name;
use copilotkit_gate::edge::bridge::IncomingHead;
use copilotkit_gate::wire::request::{FieldSource, Fields, Head, Method};

use crate::support::request::Request;

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    check_any(&text);
    let Some(request) = request(&text) else { return };
    let fields = Fields::all(request.read_all());
    if Head::new(Method::from_name(&request.method), &request.url, fields).is_none() {
        assert!(!request.url.contains("://"));
        return;
    }
    let head = request.head();
    check_target(&head, &request);
    check_fields(&head, &request);
    check_credential(&head);
    check_text(&head, &request);
}

/// Whatever comes over from JavaScript, the head has the method and the URL of its first line.
fn check_any(text: &str) {
    let nothing = Request::new("GET", "/");
    let Some(mut incoming) = IncomingHead::parse(text) else {
        assert!(!text.contains('\n') || !text.split('\n').next().unwrap().contains(' '));
        return;
    };
    if let Some(head) = incoming.head(&nothing) {
        let (method, rest) = text.split_once(' ').unwrap();
        assert_eq!(head.method, Method::from_name(method));
        assert!(rest.starts_with(head.origin));
    }
}

/// A head that was written as text is read as it was.
fn check_text(head: &Head<'_>, request: &Request) {
    let mut text = format!("{} {}\n", request.method, request.url);
    for (name, value) in request.read_all().iter() {
        text.extend([name, ":", value, "\n"]);
    }
    text.push('\n');
    let mut incoming = IncomingHead::parse(&text).unwrap();
    let read = incoming.head(request).unwrap();
    assert_eq!(
        (read.method, read.origin, read.path, read.query),
        (head.method, head.origin, head.path, head.query)
    );
    assert!(read.fields.names().eq(head.fields.names()));
    for name in head.fields.names() {
        assert_eq!(read.fields.get(name), head.fields.get(name));
    }
}

/// A request as workerd hands it over: the URL is parsed, and field names and values have the form that `Headers` demands.
fn request(text: &str) -> Option<Request> {
    let mut lines = text.split('\n');
    let (method, url) = lines.next()?.split_once(' ')?;
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) || method.is_empty() {
        return None;
    }
    let mut request = Request::to_url(method, url);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if is_field_name(name) && !value.contains(['\r', '\0']) {
            request = request.field(name, value);
        }
    }
    Some(request)
}

fn check_target(head: &Head<'_>, request: &Request) {
    assert_eq!(head.method, Method::from_name(&request.method));
    let rest = request.url.strip_prefix(head.origin).unwrap();
    assert!(head.origin.contains("://"));
    assert!(head.path.starts_with('/'));
    assert!(!head.path.contains(['?', '#']));
    let target = match head.query {
        Some(query) => format!("{}?{query}", head.path),
        None => head.path.to_owned(),
    };
    let sent = rest.split('#').next().unwrap();
    assert_eq!(
        target.strip_prefix('/').unwrap(),
        sent.strip_prefix('/').unwrap_or(sent)
    );
}

fn check_fields(head: &Head<'_>, request: &Request) {
    let mut sent = BTreeMap::<String, Vec<&str>>::new();
    for (name, value) in &request.fields {
        sent.entry(name.to_ascii_lowercase()).or_default().push(value);
    }
    for (name, values) in &sent {
        assert_eq!(head.fields.get(name), Some(values.join(", ").as_str()));
    }
    assert_eq!(
        head.fields.get("x-not-sent-by-anyone"),
        sent.get("x-not-sent-by-anyone").map(|_| "")
    );
    let mut names: Vec<&str> = head.fields.names().collect();
    names.sort_unstable();
    assert!(names.into_iter().eq(sent.keys()));
}

fn check_credential(head: &Head<'_>) {
    let Ok(credential) = credential::read(head, Some("session"), &["x-token".to_owned()]) else {
        return;
    };
    let token = credential.token.as_str();
    assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b','));
    let authorization = head.fields.get("authorization");
    match credential.location {
        Location::Header => assert!(authorization.unwrap().ends_with(token)),
        Location::Cookie => {
            assert!(is_no_bearer(authorization));
            // In parts, it is not there as a whole.
            let cookies = head.fields.get("cookie").unwrap();
            assert!(cookies.contains(token) || cookies.contains("session.") || cookies.contains("chunks-"));
        }
        Location::ProxyHeader => {
            assert!(is_no_bearer(authorization));
            assert!(head.fields.get("x-token").unwrap().contains(token));
        }
        Location::Property => unreachable!("a head has no property"),
    }
}

/// Whether the field is no credential beside another: absent, empty or a password.
fn is_no_bearer(authorization: Option<&str>) -> bool {
    authorization.is_none_or(|field| field.is_empty() || field.to_ascii_lowercase().starts_with("basic"))
}

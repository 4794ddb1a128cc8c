//! Uploads: the input is a form whose boundary is `b`.

use base64ct::{Base64, Encoding};
use copilotkit_gate::call::upload::to_json;
use serde_json::Value;

pub fn run(data: &[u8]) {
    let Some(json) = to_json("multipart/form-data; boundary=b", data) else {
        return;
    };
    assert!(data.starts_with(b"--b\r\n") && (data.ends_with(b"\r\n--b--") || data.ends_with(b"\r\n--b--\r\n")));
    let value: Value = serde_json::from_slice(&json).unwrap();
    let members = value.as_object().unwrap();
    let is_known = |name: &String| ["audio", "mimeType", "filename"].contains(&name.as_str());
    assert!(members.keys().all(is_known));
    assert!(!members["mimeType"].as_str().unwrap().is_empty());
    let audio = Base64::decode_vec(members["audio"].as_str().unwrap()).unwrap();
    // One of the parts as it came, whole.
    let text = [b"\r\n\r\n", audio.as_slice(), b"\r\n--b"].concat();
    assert!(data.windows(text.len()).any(|window| window == text));
    assert!(!audio.windows(5).any(|window| window == b"\r\n--b"));
}

//! The defaults of all settings, and the bounds of those that are numbers. `docs/settings.md` lists the same, which a test
//! checks.

use std::ops::RangeInclusive;

/// `ORIGIN_MODE`.
pub const ORIGIN_MODE: &str = "multi-route";
/// `BASE_PATH`.
pub const BASE_PATH: &str = "/api/copilotkit";
/// `IDENTITY`: header names and claim paths.
pub const IDENTITY: [(&str, &str); 4] = [
    ("x-user-id", "sub"),
    ("x-user-role", "role"),
    ("x-user-permissions", "permissions"),
    ("x-user-issuer", "iss"),
];
/// `subject` of an issuer.
pub const SUBJECT: &str = "sub";
/// `machines` of an issuer.
pub const MACHINES: bool = true;
/// `accept_missing_iss` of an issuer.
pub const ACCEPT_MISSING_ISS: bool = false;
/// `secret_encoding` of an issuer.
pub const SECRET_ENCODING: &str = "base64url";
/// `ANONYMOUS`.
pub const ANONYMOUS: bool = false;
/// `TOKEN_PROPERTY`.
pub const TOKEN_PROPERTY: bool = false;
/// `FORWARD_AUTHORIZATION`.
pub const FORWARD_AUTHORIZATION: &str = "keep";
/// `ERROR_MESSAGES`.
pub const ERROR_MESSAGES: &str = "forward";
/// `LOG`.
pub const LOG: &str = "all";

/// `MAX_BODY_BYTES`.
pub const MAX_BODY_BYTES: Number = Number {
    default: 10 * 1024 * 1024,
    // Memory (128 MB) contains about three copies of a body.
    range: 1..=32 * 1024 * 1024,
};
/// `MAX_STRANGER_BODY_BYTES`.
pub const MAX_STRANGER_BODY_BYTES: Number = Number {
    default: 64 * 1024,
    range: 0..=32 * 1024 * 1024,
};
/// `BODY_TIMEOUT_SECONDS`.
pub const BODY_TIMEOUT_SECONDS: Number = Number {
    default: 30,
    range: 1..=300,
};
/// `ORIGIN_TIMEOUT_SECONDS`.
pub const ORIGIN_TIMEOUT_SECONDS: Number = Number {
    default: 100,
    range: 1..=600,
};
/// `JWKS_STALE_LIMIT`, in seconds.
pub const JWKS_STALE_LIMIT: Number = Number {
    default: 24 * 60 * 60,
    range: 0..=30 * 24 * 60 * 60,
};
/// `leeway` of an issuer, in seconds.
pub const LEEWAY: Number = Number {
    default: 30,
    range: 0..=3600,
};

/// A setting that is a whole number.
pub struct Number {
    /// Its value if none is set.
    pub default: i64,
    /// The values that it may have.
    pub range: RangeInclusive<i64>,
}

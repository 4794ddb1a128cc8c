//! `Progress`: what is noted of a credential while it is verified, for the log and for `copilotkit-gate explain`.

use crate::wire::step::Step;

/// Notes how far the verification of a credential has come.
pub trait Progress {
    /// Notes the step that begins now: a refusal from here on happened at it.
    fn at(&mut self, step: Step);

    /// Notes the token as soon as its signature is verified, whether it is acceptable or not.
    fn token(&mut self, seen: SeenToken);
}

/// The log's fields about a token whose signature was verified.
pub struct SeenToken {
    /// The canonical name of its issuer.
    pub issuer: String,
    /// Its subject.
    pub sub: Option<String>,
    /// The header's `kid`.
    pub kid: Option<String>,
    /// The algorithm it was verified under.
    pub alg: &'static str,
    /// `hit` where it was in the token cache, else `miss`.
    pub cache: &'static str,
}

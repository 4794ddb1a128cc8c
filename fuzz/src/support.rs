//! Helpers of the native tests.

#[path = "../../tests/native/support/request.rs"]
pub mod request;
#[path = "../../tests/native/support/settings.rs"]
pub mod settings;

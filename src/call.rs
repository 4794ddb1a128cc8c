//! `Call`: an operation with what it carries, read from either of the runtime's dialects.

use crate::body::Input;
use crate::config::{Config, OriginMode};
use crate::route::{Kind, Operation, envelope};
use crate::wire::refusal::{BodyFault, Refusal};
use crate::wire::request::{Head, Method};

/// One operation and its body.
pub struct Call {
    operation: Operation,
    content: Content,
}

/// What goes along.
pub enum Content {
    /// The request's own body, if it has one, unread.
    Stream,
    /// Nothing.
    Empty,
    /// A body that the gate answers for.
    Input(Input),
    /// JSON text that goes on as it is, in another dialect than it came.
    Json(Vec<u8>),
}

/// The body of the request in hand.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait BodySource {
    /// Reads the whole body, at most `limit` bytes.
    ///
    /// # Errors
    /// [`Refusal::PayloadTooLarge`], or [`Refusal::MalformedBody`] when the client broke off.
    async fn read_body(&self, limit: usize) -> Result<Vec<u8>, Refusal>;
}

impl Call {
    /// Reads the call that a request below the base path makes. Only bodies that must be looked into are read.
    pub async fn read(head: &Head<'_>, path: &str, config: &Config, body: &impl BodySource) -> Result<Self, Refusal> {
        if path.is_empty() {
            return Self::read_envelope(head, config, body).await;
        }
        let operation = Operation::parse(head.method, path, head.query)?;
        let kind = operation.kind();
        let may_have_body = !matches!(head.method, Method::Get | Method::Head);
        let content = if kind.has_agent_input() || (kind == Kind::Annotate && config.thread_key.is_some()) {
            require_json(head)?;
            Content::Input(Input::parse(body.read_body(config.max_body_bytes).await?)?)
        } else if !may_have_body {
            if config.origin_mode == OriginMode::SingleRoute {
                Content::Empty
            } else {
                Content::Stream
            }
        } else if config.origin_mode == OriginMode::SingleRoute {
            let text = body.read_body(config.max_body_bytes).await?;
            if text.is_empty() {
                Content::Empty
            } else {
                require_json(head)?;
                Content::Json(Input::parse(text)?.into_bytes())
            }
        } else {
            let is_upload = kind == Kind::Transcribe
                && media_type(head).is_some_and(|(essence, _)| essence == "multipart/form-data");
            if !is_upload && head.fields.get("content-type").is_some() {
                require_json(head)?;
            }
            Content::Stream
        };
        Ok(Self { operation, content })
    }

    async fn read_envelope(head: &Head<'_>, config: &Config, body: &impl BodySource) -> Result<Self, Refusal> {
        if head.method != Method::Post {
            return Err(Refusal::MethodNotAllowed { allow: "POST" });
        }
        require_json(head)?;
        let envelope::Opened { operation, body } = envelope::open(body.read_body(config.max_body_bytes).await?)?;
        let kind = operation.kind();
        let content = match body {
            Some(text) if kind.has_agent_input() || kind == Kind::Annotate => Content::Input(Input::parse(text)?),
            None if kind.has_agent_input() || matches!(kind, Kind::Annotate | Kind::Transcribe) => {
                return Err(Refusal::MalformedBody(BodyFault::Member));
            }
            Some(text) if operation.method() != Method::Get => Content::Json(Input::parse(text)?.into_bytes()),
            _ => Content::Empty,
        };
        Ok(Self { operation, content })
    }

    /// What is asked.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The thread it is about, wherever that stands.
    pub fn thread(&self) -> Option<&str> {
        match &self.content {
            Content::Input(input) => input.thread(),
            _ => self.operation.thread(),
        }
    }

    /// The token that the properties of an agent's input carry.
    pub fn token_property(&self) -> Option<String> {
        match &self.content {
            Content::Input(input) if self.operation.kind().has_agent_input() => input.token_property(),
            _ => None,
        }
    }

    /// The parts.
    pub fn into_parts(self) -> (Operation, Content) {
        (self.operation, self.content)
    }
}

/// Demands `application/json`, in UTF-8 and not compressed. `text/plain; application/json` would do for the runtime, and
/// a browser sends it across origins without asking.
fn require_json(head: &Head<'_>) -> Result<(), Refusal> {
    let (essence, parameters) = media_type(head).ok_or(Refusal::UnsupportedMediaType)?;
    let is_utf8 = parameters
        .iter()
        .all(|parameter| matches!(parameter.as_str(), "charset=utf-8" | "charset=\"utf-8\""));
    let is_plain = head
        .fields
        .get("content-encoding")
        .is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    if essence == "application/json" && is_utf8 && is_plain {
        Ok(())
    } else {
        Err(Refusal::UnsupportedMediaType)
    }
}

/// The `Content-Type` in lower case: type and subtype, and the parameters.
fn media_type(head: &Head<'_>) -> Option<(String, Vec<String>)> {
    let value = head.fields.get("content-type")?.to_ascii_lowercase();
    let mut parts = value.split(';').map(|part| part.trim().to_owned());
    Some((parts.next()?, parts.filter(|part| !part.is_empty()).collect()))
}

//! `Call`: an operation with what it carries, read from either of the runtime's dialects.

pub mod body;
pub mod dialect;
pub mod envelope;
pub mod id;
pub mod operation;
pub mod shapes;

use crate::wire::fault::BodyFault;
use crate::wire::refusal::Refusal;
use crate::wire::request::{Head, Method};
use body::Input;
use dialect::Dialect;
use operation::Operation;
use shapes::Kind;

/// The settings of this stage.
pub struct CallSettings {
    /// `ORIGIN_MODE`.
    pub dialect: Dialect,
    /// `MAX_BODY_BYTES`.
    pub max_body_bytes: usize,
    /// Whether thread ids are rewritten, wherever they stand.
    pub threads_are_isolated: bool,
}

/// One operation and its body.
pub struct Call {
    operation: Operation,
    content: Content,
}

/// The body of a call.
pub enum Content {
    /// The request's own body, if it has one, unread.
    Stream,
    /// None.
    Empty,
    /// A body that the gate is responsible for.
    Input(Input),
    /// JSON that goes on as it is, in another dialect than it came.
    Json(Vec<u8>),
}

/// The body of the current request.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait BodySource {
    /// Reads the whole body, at most `limit` bytes.
    ///
    /// # Errors
    /// [`Refusal::PayloadTooLarge`], or [`Refusal::MalformedBody`] when the client broke off.
    async fn read_body(&self, limit: usize) -> Result<Vec<u8>, Refusal>;
}

impl Call {
    /// Reads the call that a request below the base path makes. Only bodies that must be inspected are read.
    pub async fn read(
        head: &Head<'_>,
        path: &str,
        settings: &CallSettings,
        body: &impl BodySource,
    ) -> Result<Self, Refusal> {
        if path.is_empty() {
            return Self::read_envelope(head, settings, body).await;
        }
        let operation = Operation::parse(head.method, path, head.query)?;
        let kind = operation.kind();
        let may_have_body = !matches!(head.method, Method::Get | Method::Head);
        let content = if kind.has_agent_input() || (kind == Kind::Annotate && settings.threads_are_isolated) {
            require_json(head)?;
            Content::Input(Input::parse(body.read_body(settings.max_body_bytes).await?)?)
        } else if !may_have_body {
            match settings.dialect {
                Dialect::SingleRoute => Content::Empty,
                Dialect::MultiRoute => Content::Stream,
            }
        } else if settings.dialect == Dialect::SingleRoute {
            let bytes = body.read_body(settings.max_body_bytes).await?;
            if bytes.is_empty() {
                Content::Empty
            } else {
                require_json(head)?;
                Content::Json(Input::parse(bytes)?.into_bytes())
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

    async fn read_envelope(head: &Head<'_>, settings: &CallSettings, body: &impl BodySource) -> Result<Self, Refusal> {
        if head.method != Method::Post {
            return Err(Refusal::MethodNotAllowed { allow: "POST" });
        }
        require_json(head)?;
        let envelope::Opened { operation, body } = envelope::open(body.read_body(settings.max_body_bytes).await?)?;
        let kind = operation.kind();
        let content = match body {
            Some(body) if kind.has_agent_input() || kind == Kind::Annotate => Content::Input(Input::parse(body)?),
            None if kind.has_agent_input() || matches!(kind, Kind::Annotate | Kind::Transcribe) => {
                return Err(Refusal::MalformedBody(BodyFault::Member));
            }
            Some(body) if operation.method() != Method::Get => Content::Json(Input::parse(body)?.into_bytes()),
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

/// Demands `application/json`, in UTF-8 and not compressed. The runtime would also take `text/plain; application/json`,
/// which a browser sends across origins without a preflight.
fn require_json(head: &Head<'_>) -> Result<(), Refusal> {
    let (essence, parameters) = media_type(head).ok_or(Refusal::UnsupportedMediaType)?;
    let is_utf8 = parameters
        .iter()
        .all(|parameter| matches!(parameter.as_str(), "charset=utf-8" | "charset=\"utf-8\""));
    let is_identity = head
        .fields
        .get("content-encoding")
        .is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    if essence == "application/json" && is_utf8 && is_identity {
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

//! `Call`: an operation with what it carries, read from either of the runtime's dialects.

pub mod body;
pub mod configured;
pub mod dialect;
pub mod envelope;
pub mod id;
pub mod kind;
pub mod operation;
pub mod operations;
pub mod path_pattern;
pub mod upload;

use crate::auth::caller::Caller;
use crate::wire::fault::BodyFault;
use crate::wire::methods::Methods;
use crate::wire::refusal::Refusal;
use crate::wire::request::{Head, Method};
use body::Input;
use body::object::Object;
use dialect::Dialect;
use kind::Operations;
use operation::Operation;
use operations::Body;

/// The settings of this stage.
pub struct CallSettings {
    /// The operations that the gate knows.
    pub operations: Operations,
    /// `ORIGIN_MODE`.
    pub dialect: Dialect,
    /// Most bytes of a body.
    pub limits: BodyLimits,
    /// Whether thread ids are rewritten, in every place.
    pub threads_are_isolated: bool,
}

/// Most bytes that the gate reads of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    /// `MAX_BODY_BYTES`: of a body whose caller is known.
    pub known: usize,
    /// `MAX_STRANGER_BODY_BYTES`: before the caller is known.
    pub stranger: usize,
}

impl BodyLimits {
    /// Most bytes that are read of a body of `caller`.
    pub fn of(self, caller: &Caller) -> usize {
        match caller {
            Caller::Stranger => self.stranger,
            Caller::Anonymous | Caller::Verified(_) => self.known,
        }
    }
}

/// The operation of a request, as far as its head tells.
pub enum Asked {
    /// This operation.
    Operation(Operation),
    /// The operation that the envelope in the body names.
    Envelope,
}

/// One operation and its body.
pub struct Call {
    /// The operation.
    pub operation: Operation,
    /// Its body.
    pub content: Content,
}

/// The body of a call.
pub enum Content {
    /// The request's own body, if it has one, unread.
    Stream,
    /// None.
    Empty,
    /// A body that the gate is responsible for.
    Input(Input),
    /// JSON for the other dialect: that of the client, or made of its upload.
    Json(Vec<u8>),
}

/// The body of the current request.
#[expect(async_fn_in_trait, reason = "an isolate has one thread: no future is ever sent")]
pub trait BodySource {
    /// Reads the whole body, at most `limit` bytes, within `BODY_TIMEOUT_SECONDS`.
    ///
    /// # Errors
    /// [`Refusal::PayloadTooLarge`], [`Refusal::RequestTimeout`], or [`Refusal::MalformedBody`] when the client broke off.
    async fn read_body(&self, limit: usize) -> Result<Vec<u8>, Refusal>;
}

impl Asked {
    /// Reads what a request for `path`, below the base path, asks for.
    pub fn read(operations: &Operations, head: &Head<'_>, path: &str) -> Result<Self, Refusal> {
        if !path.is_empty() {
            return Operation::parse(operations, head.method, path, head.query).map(Self::Operation);
        }
        if head.method != Method::Post {
            let allow = Methods::of([Method::Post]);
            return Err(Refusal::MethodNotAllowed { allow });
        }
        require_json(head)?;
        Ok(Self::Envelope)
    }

    /// Whether the body may contain a token in its properties.
    pub fn may_hold_token(&self) -> bool {
        match self {
            Self::Operation(operation) => operation.kind().body == Body::AgentInput,
            Self::Envelope => true,
        }
    }
}

impl Call {
    /// Reads the operation that an envelope names, and what it carries.
    pub async fn read_envelope(operations: &Operations, limit: usize, body: &impl BodySource) -> Result<Self, Refusal> {
        let envelope::Opened { operation, body } = envelope::open(operations, body.read_body(limit).await?)?;
        let content = match (operation.kind().body, body) {
            (Body::AgentInput | Body::Annotation, Some(body)) => Content::Input(Input::of(body)?),
            (Body::AgentInput | Body::Annotation | Body::Speech, None) => {
                return Err(Refusal::MalformedBody(BodyFault::Member));
            }
            // A `threadId` in it means nothing; GET and HEAD have no body.
            (Body::Speech | Body::Json | Body::Opaque, Some(body))
                if !matches!(operation.method(), Method::Get | Method::Head) =>
            {
                Content::Json(body.into_bytes())
            }
            _ => Content::Empty,
        };
        Ok(Self { operation, content })
    }

    /// The thread it is about, in any place.
    pub fn thread(&self) -> Option<&str> {
        match &self.content {
            Content::Input(input) => input.thread(),
            _ => self.operation.thread(),
        }
    }

    /// The token that the properties of an agent's input carry.
    pub fn token_property(&self) -> Option<String> {
        match &self.content {
            Content::Input(input) if self.operation.kind().body == Body::AgentInput => input.token_property(),
            _ => None,
        }
    }
}

impl Content {
    /// Reads what `operation` carries. Only a body that must be inspected is read, and at most `limit` bytes of it.
    pub async fn read(
        operation: &Operation,
        head: &Head<'_>,
        settings: &CallSettings,
        limit: usize,
        body: &impl BodySource,
    ) -> Result<Self, Refusal> {
        let form = operation.kind().body;
        if form == Body::AgentInput || (form == Body::Annotation && settings.threads_are_isolated) {
            require_json(head)?;
            return Ok(Self::Input(Input::parse(body.read_body(limit).await?)?));
        }
        let may_have_body = !matches!(head.method, Method::Get | Method::Head);
        if form == Body::Nothing && may_have_body {
            return Ok(Self::Empty);
        }
        if settings.dialect == Dialect::SingleRoute {
            let bytes = if may_have_body {
                body.read_body(limit).await?
            } else {
                Vec::new()
            };
            if bytes.is_empty() {
                return Ok(Self::Empty);
            }
            if form == Body::Speech && is_form(head) {
                let content_type = head.fields.get("content-type").unwrap_or_default();
                let json = upload::to_json(content_type, &bytes);
                return json.map(Self::Json).ok_or(Refusal::MalformedBody(BodyFault::Form));
            }
            require_json(head)?;
            return Ok(Self::Json(Object::parse_strictly(bytes)?.into_bytes()));
        }
        let may_be_no_json = form == Body::Opaque || (form == Body::Speech && is_form(head));
        if may_have_body && !may_be_no_json && head.fields.get("content-type").is_some() {
            require_json(head)?;
        }
        Ok(Self::Stream)
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

/// Whether the body is an uploaded form.
fn is_form(head: &Head<'_>) -> bool {
    media_type(head).is_some_and(|(essence, _)| essence == "multipart/form-data")
}

/// The `Content-Type` in lower case: type and subtype, and the parameters.
fn media_type(head: &Head<'_>) -> Option<(String, Vec<String>)> {
    let value = head.fields.get("content-type")?.to_ascii_lowercase();
    let mut parts = value.split(';').map(|part| part.trim().to_owned());
    Some((parts.next()?, parts.filter(|part| !part.is_empty()).collect()))
}

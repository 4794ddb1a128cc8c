//! A gate with its platform: the one place that builds and asks a gate.

use copilotkit_gate::auth::keys::KeySource;
use copilotkit_gate::base::saved::{Reader, Saved};
use copilotkit_gate::config::Config;
use copilotkit_gate::gate::record::Record;
use copilotkit_gate::gate::{self, Gate};
use copilotkit_gate::outbound::Outbound;
use copilotkit_gate::wire::field_changes::{FieldChange, FieldChanges};
use copilotkit_gate::wire::refusal::Refusal;
use copilotkit_gate::wire::reply::Reply;
use copilotkit_gate::wire::step::Step;
use serde_json::{Value, json};

use super::keys::{TestKey, key_set};
use super::platform::{FakePlatform, NOW};
use super::request::Request;
use super::settings::{AUDIENCE, ISSUER, JWKS_URI, Settings};

/// The id of every request in these tests.
pub const REQUEST_ID: &str = "request-1";

pub struct World {
    pub gate: Gate,
    pub platform: FakePlatform,
}

/// What became of a request.
pub enum Decision {
    Forward(Box<Outbound>),
    Reply(Reply),
    Refused(Refusal),
}

/// What became of a request, and the log line that says so.
pub struct Answer {
    pub decision: Decision,
    pub line: Value,
    /// Where it was refused.
    pub step: Option<Step>,
    /// In which ways the gate takes a token.
    pub ways: String,
}

impl World {
    /// A gate with these settings; the usual issuer publishes [`TestKey::es256`].
    pub fn new(settings: &Settings) -> Self {
        let platform = FakePlatform::new();
        platform.publish(JWKS_URI, &key_set(&[&TestKey::es256()]), None);
        let config = Config::parse(settings).unwrap_or_else(|fault| panic!("{fault:?}"));
        Self {
            gate: Gate::new(config),
            platform,
        }
    }

    /// Another isolate of the same Worker: it knows nothing, but shares the store and the providers.
    #[must_use]
    pub fn restarted(self, settings: &Settings) -> Self {
        self.platform.take_background();
        Self {
            gate: Self::new(settings).gate,
            platform: self.platform,
        }
    }

    /// The next instance in the same isolate: it has what the one before has told it.
    #[must_use]
    pub fn handed_over(self, settings: &Settings) -> Self {
        let mut saved = Saved::default();
        self.gate.save(&mut saved);
        let next = self.restarted(settings);
        let saved = saved.into_bytes();
        next.gate.restore(&mut Reader::new(&saved), next.platform.now());
        next
    }

    /// What becomes of `request`.
    pub async fn answer(&self, request: &Request) -> Answer {
        let mut record = Record::new(REQUEST_ID);
        let platform = self.platform.with_body(&request.body);
        let head = request.head();
        let decision = match self.gate.decide(&head, &platform, &mut record).await {
            Ok(gate::Decision::Forward(outbound)) => {
                record.allow(200);
                Decision::Forward(outbound)
            }
            Ok(gate::Decision::Reply(reply)) => {
                record.allow(reply.status);
                Decision::Reply(reply)
            }
            Err(refusal) => {
                record.deny(&refusal);
                Decision::Refused(refusal)
            }
        };
        let line = serde_json::from_str(&record.line()).unwrap();
        let step = match &decision {
            Decision::Refused(_) => Some(record.step()),
            _ => None,
        };
        let ways = self.gate.auth().token_ways().to_owned();
        Answer {
            decision,
            line,
            step,
            ways,
        }
    }

    pub fn ask(&self, request: &Request) -> Answer {
        self.platform.run(self.answer(request))
    }

    /// All at the same moment, interleaved.
    pub fn ask_all(&self, requests: &[Request]) -> Vec<Answer> {
        self.platform
            .run_all(requests.iter().map(|request| self.answer(request)).collect())
    }

    /// GET `/info` with this token.
    pub fn ask_info(&self, token: &str) -> Answer {
        self.ask(&info(token))
    }

    /// The status that the caller of `/info` with this token sees; 200 stands for going upstream.
    pub fn status(&self, token: &str) -> u16 {
        self.ask_info(token).status()
    }

    /// Runs the background work that was recorded so far.
    pub fn background(&self) {
        for index in self.platform.take_background() {
            let platform = self.platform.with_body(&[]);
            let _ = platform.run(self.gate.auth().keys().refresh(index, &platform));
        }
    }

    /// What reaches the upstream of the client's header fields and the gate's own: what `edge` does with an [`Outbound`].
    pub fn sent(outbound: &Outbound, request: &Request) -> Vec<(String, String)> {
        let mut fields = changed(&request.fields, &outbound.fields);
        fields.sort();
        fields
    }

    /// Whether a client's field of this name goes on.
    pub fn passes(outbound: &Outbound, name: &str) -> bool {
        let removed = |change| matches!(change, FieldChange::Remove(own) if own.eq_ignore_ascii_case(name));
        !outbound.fields.iter().any(removed)
    }

    /// The values among `sent` under `name`.
    pub fn values<'s>(sent: &'s [(String, String)], name: &str) -> Vec<&'s str> {
        let own = sent.iter().filter(|(own, _)| own == name);
        own.map(|(_, value)| value.as_str()).collect()
    }
}

impl Answer {
    pub fn status(&self) -> u16 {
        match &self.decision {
            Decision::Forward(_) => 200,
            Decision::Reply(reply) => reply.status,
            Decision::Refused(refusal) => refusal.status(),
        }
    }

    /// The exact reason, as the log has it.
    pub fn reason(&self) -> &str {
        self.line["reason"].as_str().unwrap()
    }

    pub fn forwarded(&self) -> &Outbound {
        match &self.decision {
            Decision::Forward(outbound) => outbound,
            _ => panic!("not forwarded: {}", self.line),
        }
    }

    pub fn refused(&self) -> &Refusal {
        match &self.decision {
            Decision::Refused(refusal) => refusal,
            _ => panic!("not refused: {}", self.line),
        }
    }

    /// The body of the gate's own answer.
    pub fn text(&self) -> String {
        let body = match &self.decision {
            Decision::Reply(reply) => reply.body.clone(),
            Decision::Refused(_) => self.reply().body,
            Decision::Forward(_) => panic!("forwarded: {}", self.line),
        };
        body.unwrap_or_default()
    }

    /// The refusal as the caller gets it.
    pub fn reply(&self) -> Reply {
        Reply::refusal(self.refused(), REQUEST_ID, &self.ways)
    }
}

/// `fields` after these changes, as `Headers` carries them out.
pub fn changed(fields: &[(String, String)], changes: &FieldChanges) -> Vec<(String, String)> {
    let mut fields = fields.to_vec();
    for change in changes.iter() {
        if let FieldChange::Remove(name) | FieldChange::Set(name, _) = change {
            fields.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        }
        if let FieldChange::Set(name, value) | FieldChange::Append(name, value) = change {
            fields.push((name.to_owned(), value.to_owned()));
        }
    }
    fields
}

/// GET `/info` with this token.
pub fn info(token: &str) -> Request {
    Request::new("GET", "/info").bearer(token)
}

/// The request with an acceptable token.
pub fn signed(request: Request) -> Request {
    request.bearer(&TestKey::es256().token(&claims()))
}

/// Acceptable claims.
pub fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": NOW - 10, "exp": NOW + 300,
        "role": "admin", "permissions": ["read", "write"],
    })
}

/// Acceptable claims but for these members; `null` takes one away.
pub fn claims_with(members: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

//! `Gate`: everything that an isolate needs to decide, and its instructions to the platform. [`pipeline`] makes the
//! decision.

pub mod limit;
pub mod notice;
pub mod own;
mod pipeline;
pub mod record;

use crate::auth::Authenticator;
use crate::base::clock::Seconds;
use crate::base::saved::{Reader, Saved};
use crate::browser::origins::AllowedOrigins;
use crate::call::dialect::Dialect;
use crate::call::operations::AnswerKind;
use crate::config::read::Misconfigured;
use crate::config::{Config, LogLevel, Timeouts};
use crate::outbound::OutboundSettings;
use crate::outbound::answer::{AnswerPlan, Filter};
use crate::outbound::answer_fields::{self, AnswerContext};
use crate::policy::Policy;
use crate::wire::answer::AnswerHead;
use crate::wire::field_changes::FieldChanges;
use crate::wire::refusal::Refusal;
use crate::wire::request::Head;
use limit::Count;
use notice::Notices;
use pipeline::{Pipeline, Turn};
use record::Record;

pub use pipeline::{Decision, Platform};

/// The gate of one isolate: its settings and what it has learnt.
pub struct Gate {
    pipeline: Pipeline,
    log: LogLevel,
    timeouts: Timeouts,
}

impl Gate {
    /// A gate with these settings that knows no key and no token yet.
    pub fn new(config: Config) -> Self {
        let policy = Policy::new(config.rules, config.call.threads_are_isolated);
        Self {
            pipeline: Pipeline {
                auth: Authenticator::new(config.auth, policy.regards_strangers()),
                policy,
                base_path: config.base_path,
                origins: config.origins,
                call: config.call,
                outbound: config.outbound,
                notices: Notices::default(),
            },
            log: config.log,
            timeouts: config.timeouts,
        }
    }

    /// Writes what the next instance of the gate in this isolate must know: the keys, and when they may be asked for again.
    /// It verifies tokens anew, and reads revocations anew.
    pub fn save(&self, to: &mut Saved) {
        self.pipeline.auth.keys().save(to);
        self.pipeline.notices.save(to);
    }

    /// Takes over what a gate of the same settings has written, at `now`.
    pub fn restore(&self, from: &mut Reader<'_>, now: Seconds) {
        self.pipeline.auth.keys().restore(from, now);
        self.pipeline.notices.restore(from);
    }

    /// The stage that verifies credentials.
    pub fn auth(&self) -> &Authenticator {
        &self.pipeline.auth
    }

    /// The rules.
    pub fn policy(&self) -> &Policy {
        &self.pipeline.policy
    }

    /// The names of the rate limit bindings that requests may count under.
    pub fn rate_limits(&self) -> Vec<&str> {
        let mut names = vec![limit::GENERAL];
        names.extend(self.pipeline.policy.limits());
        names
    }

    /// The names of the service bindings of providers.
    pub fn provider_services(&self) -> Vec<&str> {
        let issuers = self.auth().settings().issuers.iter();
        issuers.filter_map(|(_, issuer)| issuer.service.as_deref()).collect()
    }

    /// The request to the upstream.
    pub fn outbound(&self) -> &OutboundSettings {
        &self.pipeline.outbound
    }

    /// How long the platform waits.
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Most bytes of an answer that is filtered.
    pub fn max_answer_bytes(&self) -> usize {
        self.pipeline.call.limits.known
    }

    /// Whether the decision in `record` writes a log line.
    pub fn logs(&self, record: &Record) -> bool {
        self.logs_all() || !record.is_allowed()
    }

    /// Whether also allowed requests write log lines.
    pub fn logs_all(&self) -> bool {
        self.log == LogLevel::All
    }

    /// Decides what becomes of a request, and notes in `record` what was learnt on the way.
    ///
    /// # Errors
    /// The reason why it is not forwarded; [`Refusal::RateLimited`] instead, if this address was refused too often.
    pub async fn decide(
        &self,
        head: &Head<'_>,
        platform: &impl Platform,
        record: &mut Record,
    ) -> Result<Decision, Refusal> {
        let mut turn = Turn {
            head,
            platform,
            record,
            count: Count::new(head, &self.pipeline.policy),
        };
        let decision = self.pipeline.run(&mut turn).await;
        if let Err(refusal) = &decision
            && refusal.is_the_callers()
        {
            turn.count.refused(platform).await?;
        }
        decision
    }

    /// The header fields to add to a reply to the page at `page`.
    pub fn reply_changes(&self, page: Option<&str>, request_id: &str) -> FieldChanges {
        answer_fields::of_reply(self.answer_context(page, request_id))
    }

    /// The same where the settings are wrong, so that there is no gate: no page may read that.
    pub fn misconfigured_changes(request_id: &str) -> FieldChanges {
        answer_fields::of_reply(AnswerContext {
            allowed: &AllowedOrigins::default(),
            page: None,
            request_id,
        })
    }

    /// The changes to the header fields of the upstream's answer; `replaces_body`: the client gets another body than the
    /// upstream sent. `None`: the answer must be handed over as it is.
    pub fn answer_changes(
        &self,
        answer: &AnswerHead,
        replaces_body: bool,
        plan: &AnswerPlan,
        request_id: &str,
    ) -> Option<FieldChanges> {
        let context = self.answer_context(plan.page.as_deref(), request_id);
        let origin_headers = &self.pipeline.outbound.origin_headers;
        answer_fields::of_answer(answer, replaces_body, origin_headers, &plan.dropped, context)
    }

    fn answer_context<'a>(&'a self, page: Option<&'a str>, request_id: &'a str) -> AnswerContext<'a> {
        AnswerContext {
            allowed: &self.pipeline.origins,
            page,
            request_id,
        }
    }

    /// Takes out of an answer what the caller may not see.
    pub fn filter(&self, filter: &Filter, answer: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        filter.apply(
            answer,
            &self.pipeline.policy,
            self.pipeline.outbound.thread_keys.as_ref(),
        )
    }

    /// Recognises a runtime whose dialect differs from `ORIGIN_MODE`, by the status of its answer to `/info`.
    ///
    /// # Errors
    /// The fault of the setting.
    pub fn check_dialect(&self, answer: AnswerKind, status: u16) -> Result<(), Misconfigured> {
        let (is, other) = match (answer, self.pipeline.outbound.dialect, status) {
            (AnswerKind::Info, Dialect::MultiRoute, 405) => ("multi-route", "single-route"),
            (AnswerKind::Info, Dialect::SingleRoute, 404) => ("single-route", "multi-route"),
            _ => return Ok(()),
        };
        Err(Misconfigured {
            setting: "ORIGIN_MODE".to_owned(),
            fault: format!("is {is}, but the runtime answers {status} to info as if it spoke {other}"),
            remedy: format!("{other}; or ORIGIN_URL, if that is not the runtime's base path"),
        })
    }
}

//! What a check found, step by step.

use std::time::Duration;

use lalin_stats::SourceError;
use routeros::Fingerprint;

use crate::SystemInfo;

/// What [`check`](super::check) found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Every kind of step once, in the order in which they are taken.
    pub steps: Vec<Step>,
    /// What the router tells of itself.
    pub system_info: Option<SystemInfo>,
    /// How many interfaces it has.
    pub interfaces: Option<usize>,
    /// How long a read takes, on an open session.
    pub read: Option<Duration>,
    /// With TLS, the fingerprint of the certificate that the router showed, trusted or not, so that it can be pinned;
    /// `None` where it is not known: no handshake came so far, or one that was judged by an authority or by nothing at
    /// all succeeded.
    pub fingerprint: Option<Fingerprint>,
    /// What the user may beyond `read` and `api`, in the router's words (`write`, `policy`, `ftp` ...): a user who may
    /// less is safer. Empty also where the router does not tell.
    pub excess: Vec<String>,
}

/// One step of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Which one.
    pub kind: StepKind,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took. With TLS, handshake and login are one to the client: their time is [`StepKind::Tls`]'s.
    pub took: Duration,
}

/// The kinds of steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// The host's name is found and its port accepts a connection.
    Reach,
    /// The connection is encrypted and the router's certificate trusted; skipped in plain text.
    Tls,
    /// User and password are right.
    Login,
    /// What the user may, as far as the router tells; it passes also where that is too much, with a note.
    Policy,
    /// The router tells of itself.
    Version,
    /// The interfaces are read.
    Interfaces,
    /// They are read once more, for the time it takes.
    Speed,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it should be.
    Passed {
        /// What was seen, in English, for who looks closer.
        note: Option<String>,
    },
    /// It is not, and no later step was taken.
    Failed(SourceError),
    /// It was not taken: an earlier one failed, or nobody asked for it.
    Skipped,
}

impl StepKind {
    /// All of them, in their order.
    pub const ALL: [Self; 7] =
        [Self::Reach, Self::Tls, Self::Login, Self::Policy, Self::Version, Self::Interfaces, Self::Speed];

    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reach => "reach",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Policy => "policy",
            Self::Version => "version",
            Self::Interfaces => "interfaces",
            Self::Speed => "speed",
        }
    }
}

impl Step {
    /// A step that was taken, or skipped.
    pub fn new(kind: StepKind, outcome: Outcome, took: Duration) -> Self {
        Self { kind, outcome, took }
    }
}

impl Report {
    /// Of a check that has taken no step yet.
    pub(super) fn new() -> Self {
        let step = |kind| Step { kind, outcome: Outcome::Skipped, took: Duration::ZERO };
        Self::of(StepKind::ALL.map(step).into())
    }

    /// A report of these steps and nothing else, such as a test needs that reaches no router.
    pub fn of(steps: Vec<Step>) -> Self {
        Self { steps, system_info: None, interfaces: None, read: None, fingerprint: None, excess: Vec::new() }
    }

    /// What failed, and why; `None` when the router can be watched.
    pub fn failure(&self) -> Option<(StepKind, &SourceError)> {
        self.steps.iter().find_map(|step| match &step.outcome {
            Outcome::Failed(reason) => Some((step.kind, reason)),
            _ => None,
        })
    }

    /// Writes down what came of a step.
    pub(super) fn note(&mut self, kind: StepKind, took: Duration, outcome: Outcome) {
        for step in self.steps.iter_mut().filter(|step| step.kind == kind) {
            step.took = took;
            step.outcome = outcome.clone();
        }
    }
}

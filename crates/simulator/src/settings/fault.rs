//! What can go wrong with a router on demand, one fault or several at once. The file that reads a fault decides
//! where it takes effect.

use std::mem::discriminant;
use std::sync::Arc;
use std::time::Duration;

/// What goes wrong, from the moment it is set until it is cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The port is closed: connections are refused. Open ones stay; in memory, a connection comes closed.
    Refuse,
    /// Connections are accepted and nothing is answered, with TLS not even the handshake. What a client sends
    /// meanwhile is never answered, not even later.
    Silent,
    /// Each command, including the login, waits this long before its reply.
    Delay(Duration),
    /// Each `/interface/print`, and nothing else, waits this long before its first row, as on a busy router.
    SlowPrint(Duration),
    /// The rows of each `/interface/print` come one by one, this far apart, as over a slow link.
    Trickle(Duration),
    /// The next reply stops in the middle of a sentence; that connection stays open and sends no more.
    HalfSentence,
    /// The next reply stops in the middle of a sentence, and that connection is reset (TCP RST); in memory it ends.
    Reset,
    /// A connection is closed as soon as a command arrives on it. The login still works.
    Cut,
    /// Every login fails.
    WrongPassword,
    /// Every command that reads is answered with the trap `not enough permissions (9)`.
    NoPermission,
    /// This many sessions may be logged in, whatever the configuration says.
    SessionLimit(usize),
    /// Replies are written in chunks of this many bytes; 0 counts as 1.
    Chunked(usize),
    /// Sentences that come within this time of a first one are written at once, as one piece, whatever command they
    /// belong to.
    Coalesced(Duration),
    /// Each `/cancel`, and nothing else, waits this long; the command it cancels goes on meanwhile.
    SlowCancel(Duration),
    /// A `/cancel` ends after the command it cancelled; without this fault it ends before.
    CancelLast,
    /// Instead of a reply comes a word length of 2 GiB, and nothing after it.
    HostileLength,
    /// Instead of a reply comes the reserved control byte `F8`, and nothing after it.
    ControlByte,
    /// Instead of a reply comes `!fatal` with this text, and the connection is closed.
    Fatal(String),
}

/// The faults of one moment, at most one of each kind.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<[Fault]>);

impl Faults {
    /// The later one of two of a kind counts.
    pub(crate) fn of(faults: impl IntoIterator<Item = Fault>) -> Self {
        let mut all: Vec<Fault> = Vec::new();
        for fault in faults {
            all.retain(|other| discriminant(other) != discriminant(&fault));
            all.push(fault);
        }
        Self(all.into())
    }

    /// The same with one more.
    pub(crate) fn with(&self, fault: Fault) -> Self {
        Self::of(self.0.iter().cloned().chain([fault]))
    }

    /// The same without those of this kind, whatever their values.
    pub(crate) fn without(&self, kind: &Fault) -> Self {
        Self(self.0.iter().filter(|fault| discriminant(*fault) != discriminant(kind)).cloned().collect())
    }

    pub(crate) fn has(&self, fault: &Fault) -> bool {
        self.0.contains(fault)
    }

    fn find<T>(&self, value: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(value)
    }

    pub(crate) fn delay(&self) -> Duration {
        self.find(|fault| if let Fault::Delay(time) = fault { Some(*time) } else { None }).unwrap_or_default()
    }

    pub(crate) fn slow_print(&self) -> Option<Duration> {
        self.find(|fault| if let Fault::SlowPrint(time) = fault { Some(*time) } else { None })
    }

    pub(crate) fn trickle(&self) -> Option<Duration> {
        self.find(|fault| if let Fault::Trickle(time) = fault { Some(*time) } else { None })
    }

    pub(crate) fn slow_cancel(&self) -> Option<Duration> {
        self.find(|fault| if let Fault::SlowCancel(time) = fault { Some(*time) } else { None })
    }

    pub(crate) fn coalesced(&self) -> Option<Duration> {
        self.find(|fault| if let Fault::Coalesced(within) = fault { Some(*within) } else { None })
    }

    pub(crate) fn session_limit(&self) -> Option<usize> {
        self.find(|fault| if let Fault::SessionLimit(most) = fault { Some(*most) } else { None })
    }

    /// Bytes to be written at once.
    pub(crate) fn chunk(&self) -> usize {
        let size = self.find(|fault| if let Fault::Chunked(size) = fault { Some(*size) } else { None });
        size.map_or(usize::MAX, |size| size.max(1))
    }

    pub(crate) fn fatal(&self) -> Option<String> {
        self.find(|fault| if let Fault::Fatal(message) = fault { Some(message.clone()) } else { None })
    }
}

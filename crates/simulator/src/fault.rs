//! What can go wrong with a router, on demand. Where each of them bites is told by the file that asks for it.

use std::time::Duration;

/// What goes wrong, from the moment it is set until it is cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// The port is closed: connections are refused. Open ones stay; in memory, a connection comes closed.
    Refuse,
    /// Connections are accepted and nothing is answered, by TLS not even the handshake. What comes meanwhile is never answered, not even later.
    Silent,
    /// Each command, the login too, waits so long before its reply.
    Delay(Duration),
    /// Each `/interface/print`, and nothing else, waits so long before its first row, as on a router that is busy.
    SlowPrint(Duration),
    /// The rows of each `/interface/print` come one by one, so far apart, as over a thin line.
    Trickle(Duration),
    /// The next reply stops in the middle of a sentence; that connection stays open and says no more.
    HalfSentence,
    /// The next reply stops in the middle of a sentence, and that connection is reset (TCP RST); in memory it ends.
    Reset,
    /// A connection is cut as soon as a command arrives on it. The login still works.
    Cut,
    /// Every login fails.
    WrongPassword,
    /// What reads is answered with the trap `not enough permissions (9)`.
    NoPermission,
    /// So many sessions may be logged in, whatever the configuration says.
    SessionLimit(usize),
    /// Replies are written in chunks of so many bytes; 0 counts as 1.
    Chunked(usize),
    /// What is said within so long of a first word is written at once: many sentences, of any commands, in one piece.
    Coalesced(Duration),
    /// Each `/cancel`, and nothing else, waits so long; what it is to cancel goes on meanwhile.
    SlowCancel(Duration),
    /// A `/cancel` ends after what it cancelled, where otherwise it ends before.
    CancelLast,
    /// Instead of a reply comes a word's length of 2 GiB, and then no more.
    HostileLength,
    /// Instead of a reply comes the reserved control byte `F8`, and then no more.
    ControlByte,
    /// Instead of a reply comes `!fatal` with this text, and the connection is closed.
    Fatal(String),
}

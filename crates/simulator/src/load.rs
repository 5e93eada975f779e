//! What the router was put through: the numbers by which a client's good manners are judged.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the router was put through since it began; a reboot does not forget it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Accepted connections.
    pub connections: u64,
    /// Successful logins.
    pub logins: u64,
    /// Logins with a wrong name or password.
    pub failed_logins: u64,
    /// Sessions logged in now.
    pub open_sessions: usize,
    /// Commands received after a login, answered or not; `/cancel` and `/quit` aside.
    pub commands: u64,
    /// `/cancel`s received after a login.
    pub cancels: u64,
    /// `/interface/print` among the commands, those refused for a missing permission too.
    pub prints: u64,
    /// Bytes received in whole sentences.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
}

/// [`Load`] while it grows.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) connections: Count,
    pub(crate) logins: Count,
    pub(crate) failed_logins: Count,
    pub(crate) commands: Count,
    pub(crate) cancels: Count,
    pub(crate) prints: Count,
    pub(crate) bytes_in: Count,
    pub(crate) bytes_out: Count,
}

impl Counts {
    pub(crate) fn load(&self, open_sessions: usize) -> Load {
        Load {
            connections: self.connections.read(),
            logins: self.logins.read(),
            failed_logins: self.failed_logins.read(),
            open_sessions,
            commands: self.commands.read(),
            cancels: self.cancels.read(),
            prints: self.prints.read(),
            bytes_in: self.bytes_in.read(),
            bytes_out: self.bytes_out.read(),
        }
    }
}

/// One number that only grows. Sequentially consistent: tests compare several of them with what they have seen.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Ordering::SeqCst);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

//! What clients did to the router: the numbers by which a test judges whether a client behaves.

use std::sync::atomic::{AtomicU64, Ordering};

/// What clients did to the router since it started; a reboot does not reset it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Accepted connections.
    pub connections: u64,
    /// Successful logins.
    pub logins: u64,
    /// Logins with a wrong name or password.
    pub failed_logins: u64,
    /// Sessions logged in now.
    pub open_sessions: usize,
    /// Commands received after a login, answered or not; `/cancel` and `/quit` not counted.
    pub commands: u64,
    /// `/cancel`s received after a login.
    pub cancels: u64,
    /// `/interface/print` among the commands, including those refused for a missing permission.
    pub prints: u64,
    /// Bytes received in whole sentences.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
}

/// The counters behind [`Usage`].
#[derive(Default)]
pub(crate) struct UsageCounters {
    pub(crate) connections: UsageCounter,
    pub(crate) logins: UsageCounter,
    pub(crate) failed_logins: UsageCounter,
    pub(crate) commands: UsageCounter,
    pub(crate) cancels: UsageCounter,
    pub(crate) prints: UsageCounter,
    pub(crate) bytes_in: UsageCounter,
    pub(crate) bytes_out: UsageCounter,
}

impl UsageCounters {
    pub(crate) fn read(&self, open_sessions: usize) -> Usage {
        Usage {
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

/// One number that only grows. Sequentially consistent, because tests compare several of them with what they saw.
#[derive(Default)]
pub(crate) struct UsageCounter(AtomicU64);

impl UsageCounter {
    pub(crate) fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Ordering::SeqCst);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

//! How many connections the system's limit of open files allows.

use super::connection_limits::ConnectionLimits;

/// How many descriptors are kept for other things: files, sessions with routers, connections that are just closing.
const OTHERS: usize = 64;

impl ConnectionLimits {
    /// These limits, lowered to what the system allows. First the soft limit of open files is raised to the hard one.
    pub fn within_descriptors(mut self) -> Self {
        let Some(descriptors) = raised() else { return self };
        let most = (descriptors - descriptors / 4).saturating_sub(OTHERS).max(OTHERS);
        if self.connections > most {
            tracing::warn!(
                descriptors,
                wanted = self.connections,
                connections = most,
                "the system allows fewer open files than connections are wanted: LimitNOFILE= of the unit, ulimit -n"
            );
            self.connections = most;
        }
        self
    }
}

/// The number of descriptors there may be, after the soft limit was raised to the hard one; `None` where it is unknown.
#[cfg(unix)]
fn raised() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let before = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: before.maximum, maximum: before.maximum };
    let now = match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => wanted.current,
        Err(_) => before.current,
    };
    now.map(|now| usize::try_from(now).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn raised() -> Option<usize> {
    None
}

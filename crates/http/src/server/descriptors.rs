//! How many connections the system lets the server have.

use super::connections::ConnectionLimits;

/// Descriptors that are not for viewers' connections, at least: files, routers' sessions, what ends just now.
const OTHERS: usize = 64;

impl ConnectionLimits {
    /// These limits, smaller where the system allows less. The system's own limit is raised as far as it lets us.
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

/// How many descriptors there may be, after the soft limit was raised to the hard one. `None`: nobody says.
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

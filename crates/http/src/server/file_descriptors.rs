//! How many connections the system's limit of open files allows.

use super::connection_limits::ConnectionLimits;

/// How many descriptors are kept for other things: files, sessions with routers, connections that are just closing.
const OTHERS: usize = 64;

impl ConnectionLimits {
    /// These limits, lowered to what the system allows. First the soft limit of open files is raised to the hard one.
    pub fn within_descriptors(self) -> Self {
        match raised() {
            Some(descriptors) => self.within(descriptors),
            None => self,
        }
    }

    fn within(mut self, descriptors: usize) -> Self {
        let most = (descriptors - descriptors / 4).saturating_sub(OTHERS).max(OTHERS);
        let wanted = self.connections.saturating_add(self.viewers);
        if wanted > most {
            // In proportion, so that neither the page nor those who watch it are left without.
            self.connections = (self.connections * most / wanted).max(1);
            self.viewers = most.saturating_sub(self.connections).max(1);
            tracing::warn!(
                descriptors,
                wanted,
                connections = self.connections,
                viewers = self.viewers,
                "the system allows fewer open files than connections are wanted: LimitNOFILE= of the unit, ulimit -n"
            );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_viewers_fit_the_units_limit_and_fewer_descriptors_are_shared() {
        let wanted = ConnectionLimits::default();
        assert_eq!(wanted.within(16_384), wanted);
        let fewer = wanted.within(1_024);
        assert_eq!((fewer.connections, fewer.viewers), (117, 587));
        assert!(fewer.connections + fewer.viewers <= 1_024 - 1_024 / 4);
    }
}

//! Whether a stream's leader speaks for the majority of its servers.
//!
//! One that has lost the others goes on answering what it has: for up to 19 s as the leader, and afterwards without one
//! (measured with 2.10.26 and 2.12.8). Beyond the cut the others may have taken back what is still good there.

use std::time::Duration;

use async_nats::jetstream::stream::{ClusterInfo, Info, Stream};
use tokio::time::timeout;

use crate::error::Error;

/// A leader hears each server of a stream once a second.
const HEARD: Duration = Duration::from_secs(3);

/// What a stream holds now, by a leader that hears a majority of its servers.
///
/// # Errors
/// [`Error::NoAnswer`], [`Error::NoLeader`].
pub(crate) async fn info<I>(stream: &Stream<I>, limit: Duration) -> Result<Info, Error> {
    match timeout(limit, stream.get_info()).await {
        Ok(Ok(info)) if info.cluster.as_ref().is_none_or(leads) => Ok(info),
        Ok(Ok(_)) => Err(Error::NoLeader),
        Ok(Err(_)) | Err(_) => Err(Error::NoAnswer),
    }
}

/// A server that is no part of a cluster leads alone.
fn leads(group: &ClusterInfo) -> bool {
    let heard = group.replicas.iter().filter(|server| !server.offline && server.active < HEARD).count();
    group.leader.is_some() && 2 * (1 + heard) > 1 + group.replicas.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn group(leader: Option<&str>, silent_for: &[f64]) -> ClusterInfo {
        let replicas =
            silent_for.iter().map(|seconds| json!({ "name": "n", "current": true, "active": (seconds * 1e9) as u64 }));
        let replicas: Vec<_> = replicas.collect();
        serde_json::from_value(json!({ "name": "c", "leader": leader, "replicas": replicas })).unwrap()
    }

    #[test]
    fn a_leader_speaks_for_the_others_while_it_hears_most_of_them() {
        assert!(leads(&group(Some("a"), &[])) && leads(&group(Some("a"), &[0.4, 1.1])));
        assert!(leads(&group(Some("a"), &[0.4, 60.0])), "one of three is dead");
        assert!(!leads(&group(Some("a"), &[3.1, 60.0])), "it has lost both");
        assert!(!leads(&group(None, &[0.4, 0.4, 0.4])), "nobody leads");
        assert!(leads(&group(Some("a"), &[0.1, 0.1, 9.0, 9.0])) && !leads(&group(Some("a"), &[0.1, 9.0, 9.0, 9.0])));
    }
}

//! Six nodes want one router: one of them gets it, on every server version, and while a server dies.

use std::time::Duration;

use futures_util::future::join_all;
use lalin_cluster::{Bucket, Error, buckets};
use lalin_test_nats::{NatsServers, Version};

use crate::support::{connect, until};

/// `LALIN_RACE_ROUNDS=1000` for more than the usual.
fn rounds() -> u32 {
    std::env::var("LALIN_RACE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(100)
}

const NODES: usize = 6;

async fn racers(servers: &NatsServers) -> Vec<Bucket> {
    let mut buckets = Vec::new();
    for node in 0..NODES {
        let connection = connect(servers, &format!("n{node}")).await;
        let plan = buckets::holds(&connection, None);
        buckets.push(Bucket::open(&connection, &plan).await.expect("a bucket"));
    }
    buckets
}

/// All write at once over the same revision; who won, and whose answer did not come.
async fn race(racers: &[Bucket], key: &str, revision: u64) -> (Vec<(usize, u64)>, Vec<usize>) {
    let written = racers
        .iter()
        .enumerate()
        .map(|(node, bucket)| async move { (node, bucket.update(key, format!("n{node}"), revision).await) });
    let (mut won, mut unknown) = (Vec::new(), Vec::new());
    for (node, result) in join_all(written).await {
        match result {
            Ok(revision) => won.push((node, revision)),
            Err(Error::NoAnswer | Error::Server(_)) => unknown.push(node),
            Err(_) => {}
        }
    }
    (won, unknown)
}

async fn one_winner_each(version: Version) {
    let servers = NatsServers::start(3, version).await;
    let racers = racers(&servers).await;
    let mut revision = 0;
    for round in 0..rounds() {
        // Over an absent key, and over one that is there.
        let (won, unknown) = race(&racers, &format!("new{round}"), 0).await;
        assert!(unknown.is_empty() && won.len() == 1, "{version:?}, round {round}: {won:?}, unknown {unknown:?}");
        let (won, unknown) = race(&racers, "one", revision).await;
        assert!(unknown.is_empty() && won.len() == 1, "{version:?}, round {round}: {won:?}, unknown {unknown:?}");
        revision = won[0].1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_six_nodes_one_wins_each_claim_on_the_recommended_server() {
    one_winner_each(Version::V2_12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_six_nodes_one_wins_each_claim_on_the_oldest_server() {
    one_winner_each(Version::V2_10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_wins_beside_another_while_the_leader_dies() {
    for version in Version::ALL {
        let mut servers = NatsServers::start(3, version).await;
        let racers = racers(&servers).await;
        let mut revision = 0;
        let mut settled = 0;
        let mut round = 0;
        while settled < 40 {
            round += 1;
            if settled == 20 && round <= 21 {
                let leader = servers.leader_of("KV_lalin_c_hold").await;
                servers.kill(leader);
            }
            let (won, unknown) = race(&racers, "one", revision).await;
            assert!(won.len() <= 1, "{version:?}, round {round}: {won:?}");
            // What came of it, by whoever leads now.
            let mut now = None;
            until("the key can be read", Duration::from_secs(40), async || match racers[0].read("one").await {
                Ok(entry) => {
                    now = Some(entry);
                    true
                }
                Err(_) => false,
            })
            .await;
            let Some(Some(entry)) = now else { continue };
            if let Some((node, written)) = won.first() {
                assert_eq!((entry.value.as_ref(), entry.revision), (format!("n{node}").as_bytes(), *written));
                settled += 1;
            } else if entry.revision > revision {
                let winner = String::from_utf8_lossy(&entry.value).into_owned();
                assert!(unknown.iter().any(|node| format!("n{node}") == winner), "{winner} of {unknown:?}");
                settled += 1;
            }
            revision = entry.revision;
        }
    }
}

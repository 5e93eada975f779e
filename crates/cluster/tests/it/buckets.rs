//! Compare-and-set, and following what changes.

use std::collections::BTreeMap;
use std::time::Duration;

use lalin_cluster::{Bucket, Entry, Error, Step, buckets};
use lalin_test_nats::{NatsServers, Version};
use tokio::time::timeout;

use crate::support::connect;

#[tokio::test]
async fn only_who_knows_the_last_write_may_write() {
    for version in Version::ALL {
        let servers = NatsServers::start(3, version).await;
        let connection = connect(&servers, "a").await;
        let bucket = Bucket::open(&connection, &buckets::holds(&connection, None)).await.expect("a bucket");
        let first = bucket.create("r", "1").await.expect("a new key");
        assert_eq!(bucket.create("r", "2").await, Err(Error::Conflict));
        let second = bucket.update("r", "2", first).await.expect("its next value");
        assert_eq!(bucket.update("r", "3", first).await, Err(Error::Conflict));
        let entry = Entry { key: "r".into(), value: "2".into(), revision: second };
        assert_eq!(bucket.read("r").await, Ok(Some(entry.clone())));
        assert_eq!(bucket.read("absent").await, Ok(None));
        assert_eq!(bucket.read_all().await, Ok((vec![entry], second)));
        assert_eq!(bucket.last_revision().await, Ok(second));
    }
}

#[tokio::test]
async fn whoever_follows_a_bucket_misses_nothing_across_its_leaders_death() {
    let mut servers = NatsServers::start(3, Version::V2_12).await;
    let (writer, reader) = (connect(&servers, "w").await, connect(&servers, "r").await);
    let bucket = Bucket::open(&writer, &buckets::holds(&writer, None)).await.expect("a bucket");
    bucket.create("before", "0").await.expect("a key");
    let followed = Bucket::open(&reader, &buckets::holds(&reader, None)).await.expect("the same bucket");
    let mut follower = followed.follow();

    let mut copy = BTreeMap::new();
    wait_for(&mut follower, &mut copy, |copy| copy.len() == 1).await;
    for number in 0..200 {
        bucket.create(&format!("k{number}"), number.to_string()).await.expect("a key");
    }
    wait_for(&mut follower, &mut copy, |copy| copy.len() == 201).await;

    let leader = servers.leader_of("KV_lalin_c_hold").await;
    servers.kill(leader);
    servers.healthy().await;
    let mut number = 200;
    while number < 260 {
        match bucket.create(&format!("k{number}"), "after").await {
            Ok(_) | Err(Error::Conflict) => number += 1,
            Err(error) => assert!(error.is_temporary(), "{error}"),
        }
    }
    wait_for(&mut follower, &mut copy, |copy| copy.len() == 261).await;
    assert_eq!(copy["k199"], "199");
    assert_eq!(copy["k259"], "after");
}

async fn wait_for(
    follower: &mut lalin_cluster::Follower,
    copy: &mut BTreeMap<String, String>,
    enough: impl Fn(&BTreeMap<String, String>) -> bool,
) {
    let text = |entry: &Entry| String::from_utf8(entry.value.to_vec()).unwrap();
    while !enough(copy) {
        let step = timeout(Duration::from_secs(30), follower.next()).await.expect("a step in time");
        match step.expect("a follower that goes on") {
            Step::All(entries) => *copy = entries.iter().map(|entry| (entry.key.clone(), text(entry))).collect(),
            Step::Written(entry) => drop(copy.insert(entry.key.clone(), text(&entry))),
            _ => {}
        }
    }
}

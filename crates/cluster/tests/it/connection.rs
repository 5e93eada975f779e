//! Coming into the cluster, and being kept out.

use std::time::Duration;

use lalin_cluster::{Bucket, Connection, Credentials, Error, Health, Settings, buckets};
use lalin_test_nats::{NatsServers, Setup, Version};

use crate::support::{connect, settings, until};

#[tokio::test]
async fn a_connection_goes_to_another_server_when_its_own_dies() {
    let mut servers = NatsServers::start(3, Version::V2_12).await;
    let connection = connect(&servers, "a").await;
    let health = connection.health();
    let Health::Connected { server, version } = health.borrow().clone() else { panic!("not connected") };
    assert_eq!(version, "2.12.8");
    servers.kill(server.trim_start_matches('n').parse().unwrap());
    until(
        "another server answers",
        Duration::from_secs(10),
        async || matches!(&*health.borrow(), Health::Connected { server: now, .. } if *now != server),
    )
    .await;
}

#[tokio::test]
async fn whoever_has_no_right_is_told_so_in_words() {
    let users = "authorization { users: [
        { user: admin, password: secret },
        { user: s1, password: one, permissions: {
            publish: { allow: [\"$KV.lalin_c_nodes.s1.>\", \"$JS.API.STREAM.INFO.>\"] }
            subscribe: { allow: [\"_INBOX.s1.>\"] } } }
    ] }";
    let setup = Setup::new(1, Version::V2_12).with(users).administrator("admin", "secret");
    let servers = NatsServers::start_with(setup).await;
    let as_user = |user: &str, password: &str, site: Option<&str>| Settings {
        credentials: Credentials::UserPassword(user.into(), password.into()),
        site: site.map(str::to_owned),
        ..settings(&servers, "n")
    };
    let stranger = Connection::open(as_user("admin", "wrong", None)).await;
    assert_eq!(stranger.map(|_| ()), Err(Error::Credentials));

    let centre = Connection::open(as_user("admin", "secret", None)).await.expect("the centre");
    let all = Bucket::open(&centre, &buckets::nodes(&centre)).await.expect("a bucket");
    let site = Connection::open(as_user("s1", "one", Some("s1"))).await.expect("a site");
    let own = Bucket::open(&site, &buckets::nodes(&site)).await.expect("the same bucket");
    own.create("s1.n", "mine").await.expect("its own key");
    let refused = own.create("s2.n", "not mine").await;
    assert!(matches!(&refused, Err(Error::Forbidden(words)) if words.contains("s2.n")), "{refused:?}");
    assert_eq!(all.read("s2.n").await, Ok(None));
    // A bucket that is not there, and that it may not make.
    let refused = Bucket::open(&site, &buckets::state(&site)).await.map(|_| ());
    assert_eq!(refused, Err(Error::NoBucket("lalin_c_state".into())));
}

#[tokio::test]
async fn a_node_may_start_before_the_servers_do() {
    let mut servers = NatsServers::start(1, Version::V2_10).await;
    servers.kill(0);
    let connection = connect(&servers, "a").await;
    assert!(!connection.health().borrow().is_connected());
    servers.restart(0);
    let mut health = connection.health();
    let patience = tokio::time::timeout(Duration::from_secs(10), health.wait_for(Health::is_connected));
    assert!(patience.await.is_ok());
}

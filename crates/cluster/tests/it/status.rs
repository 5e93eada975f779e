//! What a person is told of a cluster.

use lalin_cluster::{Behind, Bucket, Error, buckets, status};
use lalin_test_nats::{NatsServers, Version};

use crate::collectors::{Collector, Log, SOON, routers};
use crate::support::{connect, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_tells_servers_buckets_nodes_and_holds() {
    for version in Version::ALL {
        let mut servers = NatsServers::start(3, version).await;
        let connection = connect(&servers, "asks").await;
        let empty = status::status(&connection, &servers.urls()).await.expect("a status");
        assert!(empty.nodes.is_empty() && empty.holds.is_empty());
        assert_eq!(empty.buckets[0].trouble, Some(Error::NoBucket("lalin_c_nodes".into())));

        // A site with one router that nobody holds.
        let site = Bucket::open(&connection, &buckets::holds(&connection, Some("pop"))).await.expect("a site's bucket");
        site.create("r1", r#"{"epoch":1}"#).await.expect("a key");
        let log = Log::default();
        let list = routers(8);
        let collector = Collector::start(&servers, "a.b", &log, &list).await;
        until("all are held", SOON, async || collector.held().len() == 8).await;
        let whole = status::status(&connection, &servers.urls()).await.expect("a status");
        let names: Vec<&str> = whole.servers.iter().map(|server| server.name.as_str()).collect();
        assert_eq!(names, ["n0", "n1", "n2"]);
        assert!(whole.servers.iter().all(|server| server.version == version.number() && server.is_recent_enough));
        // One machine's clock is asked three times.
        assert!(whole.servers.iter().any(|server| server.ahead.is_some()));
        assert!(whole.servers.iter().filter_map(|server| server.ahead).all(|ahead| ahead.abs() < 500), "{whole:?}");
        let nodes = &whole.buckets[0];
        assert_eq!((nodes.replicas, nodes.keys, &nodes.trouble), (3, 1, &None));
        assert!(nodes.leader.is_some());
        assert_eq!(whole.nodes.len(), 1);
        assert!(whole.nodes[0].node == "a.b" && whole.nodes[0].roles.collect && whole.nodes[0].clock > 0);
        assert_eq!(whole.nodes[0].behind, None, "it shows nobody's history");
        collector.holdings.tell_behind(Some(Behind { seconds: 7, node: "b".into(), unknown: false }));
        until("its next renewal says so", SOON, async || {
            let now = status::status(&connection, &servers.urls()).await;
            now.is_ok_and(|now| now.nodes[0].behind == Some(Behind { seconds: 7, node: "b".into(), unknown: false }))
        })
        .await;
        let held = |site: &str, node: &str| whole.holds.get(&(site.to_owned(), node.to_owned())).copied();
        assert_eq!((held("", "a.b"), held("pop", ""), whole.holds.len()), (Some(8), Some(1), 2));

        // A server that is gone is missing in the list, and what it kept is behind.
        let leader = servers.leader_of("KV_lalin_c_nodes").await;
        let other = (leader + 1) % 3;
        servers.kill(other);
        until("the killed one is missed", SOON, async || {
            let now = status::status(&connection, &servers.urls()).await;
            now.is_ok_and(|now| {
                let behind =
                    now.buckets.iter().any(|bucket| bucket.behind.iter().any(|(name, _)| *name == format!("n{other}")));
                now.servers.len() == 2 && behind
            })
        })
        .await;
        drop(collector);
        let bucket = Bucket::open(&connection, &buckets::nodes(&connection)).await.expect("the bucket");
        assert!(bucket.read("=.a=b").await.is_ok());
    }
}

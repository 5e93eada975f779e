//! `lalin cluster status`: servers and their clocks, buckets and who is behind, nodes and what they hold.

use lalin_cluster::status::{BucketStatus, NodeStatus, ServerStatus, Status, status};
use lalin_cluster::{Behind, Connection};
use lalin_config::Cluster;
use serde_json::{Value, json};

use crate::columns::table;
use crate::error::Error;
use crate::words::say;

/// Asks and prints.
///
/// # Errors
///
/// [`Error::Cluster`] while NATS does not answer.
pub(crate) async fn print(cluster: &Cluster, connection: &Connection, json: bool) -> Result<(), Error> {
    let failed = |error: lalin_cluster::Error| Error::Cluster(error.to_string());
    if !connection.health().borrow().is_connected() {
        return Err(failed(lalin_cluster::Error::NoAnswer));
    }
    let status = status(connection, &cluster.nats).await.map_err(failed)?;
    if json {
        println!("{:#}", as_json(&status));
    } else {
        println!("{}", say("cluster.title", &[("name", &cluster.name), ("node", &connection.node())]));
        print!("{}", as_text(&status));
    }
    Ok(())
}

fn as_text(status: &Status) -> String {
    let head = |keys: &[&str]| keys.iter().map(|key| say(&format!("cluster.head-{key}"), &[])).collect();
    let mut servers: Vec<Vec<String>> = vec![head(&["server", "version", "clock"])];
    servers.extend(status.servers.iter().map(server));
    let mut buckets: Vec<Vec<String>> = vec![head(&["bucket", "leader", "copies", "keys", "behind"])];
    buckets.extend(status.buckets.iter().map(bucket));
    let mut nodes: Vec<Vec<String>> = vec![head(&["node", "site", "roles", "version", "routers", "history", "state"])];
    nodes.extend(status.nodes.iter().map(node));
    let mut text = format!("\n{}\n{}\n", table(&servers), table(&buckets));
    if status.nodes.is_empty() {
        text.push_str(&say("cluster.nobody", &[]));
        text.push('\n');
    } else {
        text.push_str(&table(&nodes));
    }
    let unheld: usize = status.holds.iter().filter(|((_, node), _)| node.is_empty()).map(|(_, count)| *count).sum();
    if unheld > 0 {
        text.push_str(&say("cluster.unheld", &[("n", &unheld)]));
        text.push('\n');
    }
    text
}

fn server(server: &ServerStatus) -> Vec<String> {
    let version = if server.is_recent_enough {
        server.version.clone()
    } else {
        say("cluster.too-old", &[("version", &server.version)])
    };
    let clock =
        server.ahead.map_or_else(|| "-".to_owned(), |ahead| say("cluster.ahead", &[("n", &format!("{ahead:+}"))]));
    vec![server.name.clone(), version, clock]
}

fn bucket(bucket: &BucketStatus) -> Vec<String> {
    if let Some(trouble) = &bucket.trouble {
        return vec![bucket.name.clone(), "-".into(), "-".into(), "-".into(), trouble.to_string()];
    }
    let behind: Vec<String> = bucket.behind.iter().map(|(name, writes)| format!("{name} ({writes})")).collect();
    vec![
        bucket.name.clone(),
        bucket.leader.clone().unwrap_or_else(|| "-".into()),
        bucket.replicas.to_string(),
        bucket.keys.to_string(),
        if behind.is_empty() { say("cluster.whole", &[]) } else { behind.join(", ") },
    ]
}

fn node(node: &NodeStatus) -> Vec<String> {
    let state = match (node.gone, node.draining) {
        (true, _) => "cluster.gone",
        (false, true) => "cluster.drains",
        (false, false) => "cluster.lives",
    };
    vec![
        node.node.clone(),
        node.site.clone().unwrap_or_else(|| "-".into()),
        roles(node).join("+"),
        node.version.clone(),
        node.load.to_string(),
        history(node.behind.as_ref()),
        say(state, &[]),
    ]
}

/// How far a node is behind what the collectors recorded.
fn history(behind: Option<&Behind>) -> String {
    match behind {
        None => "-".into(),
        Some(Behind { unknown: true, node, .. }) => say("cluster.not-known", &[("node", node)]),
        Some(behind) if behind.seconds <= USUAL => say("cluster.follows", &[]),
        Some(Behind { seconds, node, .. }) => say("cluster.lags", &[("n", seconds), ("node", node)]),
    }
}

/// Between two questions, and until a slow answer is there.
const USUAL: u64 = 15;

fn roles(node: &NodeStatus) -> Vec<&'static str> {
    [(node.roles.web, "web"), (node.roles.collect, "collect")].iter().filter(|role| role.0).map(|role| role.1).collect()
}

fn as_json(status: &Status) -> Value {
    let servers = status.servers.iter().map(|server| {
        json!({
            "name": server.name, "version": server.version, "isRecentEnough": server.is_recent_enough,
            "aheadMs": server.ahead,
        })
    });
    let buckets = status.buckets.iter().map(|bucket| {
        let behind = bucket.behind.iter().map(|(name, writes)| json!({ "server": name, "writes": writes }));
        json!({
            "name": bucket.name, "leader": bucket.leader, "copies": bucket.replicas, "keys": bucket.keys,
            "behind": behind.collect::<Vec<_>>(), "trouble": bucket.trouble.as_ref().map(ToString::to_string),
        })
    });
    let nodes = status.nodes.iter().map(|node| {
        json!({
            "name": node.node, "site": node.site, "roles": roles(node), "version": node.version,
            "routers": node.load, "drains": node.draining, "gone": node.gone,
            "historyBehind": node.behind.as_ref().map(behind),
        })
    });
    let holds =
        status.holds.iter().map(|((site, node), routers)| json!({ "site": site, "node": node, "routers": routers }));
    json!({
        "servers": servers.collect::<Vec<_>>(), "buckets": buckets.collect::<Vec<_>>(),
        "nodes": nodes.collect::<Vec<_>>(), "holds": holds.collect::<Vec<_>>(),
    })
}

/// Without a number where it is not known yet.
fn behind(behind: &Behind) -> Value {
    json!({ "seconds": (!behind.unknown).then_some(behind.seconds), "node": behind.node })
}

#[cfg(test)]
mod tests {
    use lalin_cluster::Roles;

    use super::*;

    fn some() -> Status {
        Status {
            servers: vec![ServerStatus {
                name: "n0".into(),
                version: "2.9.10".into(),
                is_recent_enough: false,
                ahead: Some(1500),
            }],
            buckets: vec![
                BucketStatus {
                    name: "lalin_c_nodes".into(),
                    trouble: None,
                    leader: Some("n0".into()),
                    replicas: 3,
                    behind: vec![("n2".into(), 7)],
                    keys: 2,
                },
                BucketStatus {
                    name: "lalin_c_hold".into(),
                    trouble: Some(lalin_cluster::Error::NoBucket("lalin_c_hold".into())),
                    leader: None,
                    replicas: 1,
                    behind: vec![],
                    keys: 0,
                },
            ],
            nodes: vec![NodeStatus {
                node: "a".into(),
                site: Some("pop".into()),
                roles: Roles { web: true, collect: true },
                version: "0.1.0".into(),
                load: 12,
                draining: true,
                gone: false,
                clock: 0,
                behind: Some(Behind { seconds: 75, node: "b".into(), unknown: false }),
            }],
            holds: [((String::new(), "a".into()), 12), ((String::new(), String::new()), 3)].into(),
        }
    }

    #[test]
    fn what_is_wrong_with_a_cluster_stands_in_its_place() {
        let text = as_text(&some());
        for words in [
            "2.9.10, too old",
            "+1500 ms",
            "n2 (7)",
            "lalin cluster init",
            "web+collect",
            "75 s behind b",
            "drains",
            "holder: 3",
        ] {
            assert!(text.contains(words), "{words} is missing in\n{text}");
        }
        assert!(as_text(&Status::default()).contains("no node has a lease"));
    }

    #[test]
    fn a_history_of_which_nobody_knows_how_far_it_is_is_not_called_up_to_date() {
        let mut status = some();
        status.nodes[0].behind = Some(Behind { seconds: 3, node: "b".into(), unknown: true });
        let text = as_text(&status);
        assert!(text.contains("not known yet, asks b") && !text.contains("up to date"), "{text}");
        assert_eq!(as_json(&status)["nodes"][0]["historyBehind"], json!({ "seconds": null, "node": "b" }));
        status.nodes[0].behind = Some(Behind { seconds: 3, node: "b".into(), unknown: false });
        assert!(as_text(&status).contains("up to date"));
    }

    #[test]
    fn a_program_reads_the_same() {
        let answer = as_json(&some());
        assert_eq!(answer["servers"][0]["aheadMs"], 1500);
        assert_eq!(answer["buckets"][0]["behind"][0]["writes"], 7);
        assert_eq!(answer["nodes"][0]["roles"], json!(["web", "collect"]));
        assert_eq!(answer["nodes"][0]["historyBehind"], json!({ "seconds": 75, "node": "b" }));
        assert_eq!(answer["holds"][0], json!({ "site": "", "node": "", "routers": 3 }));
    }
}

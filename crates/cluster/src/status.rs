//! How a cluster is: its servers, buckets, nodes and holds, asked of NATS at one moment. For `lalin cluster status`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use futures_util::future::join_all;
use serde::Deserialize;
use tokio::time::timeout;

use crate::buckets::{self, Plan};
use crate::connection::{Bucket, Connection};
use crate::error::Error;
use crate::holds::HoldRecord;
use crate::lease::{Behind, NodeRecord, Roles};

/// A whole cluster at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// NATS servers that answered.
    pub servers: Vec<ServerStatus>,
    /// The buckets, those that are missing too.
    pub buckets: Vec<BucketStatus>,
    /// Nodes with a lease.
    pub nodes: Vec<NodeStatus>,
    /// So many routers of each site are held by each node, by site and node; nobody's stand under an empty name.
    pub holds: BTreeMap<(String, String), usize>,
}

/// A NATS server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerStatus {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether a cluster may use it.
    pub is_recent_enough: bool,
    /// How far its clock is ahead of this machine's in milliseconds. Known of those that lead one of the buckets.
    pub ahead: Option<i64>,
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketStatus {
    /// Its name.
    pub name: String,
    /// Why it could not be asked about.
    pub trouble: Option<Error>,
    /// The server that leads it.
    pub leader: Option<String>,
    /// So many servers keep it.
    pub replicas: usize,
    /// The servers that are behind, and by how many writes.
    pub behind: Vec<(String, u64)>,
    /// So many keys it has.
    pub keys: u64,
}

/// A node with a lease.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeStatus {
    /// Its name.
    pub node: String,
    /// Its site.
    pub site: Option<String>,
    /// What it does.
    pub roles: Roles,
    /// Its program's version.
    pub version: String,
    /// So many routers it says it holds.
    pub load: usize,
    /// It hands over what it holds.
    pub draining: bool,
    /// It gave its lease up, or was declared dead.
    pub gone: bool,
    /// When its clock said that it renewed its lease, in milliseconds; 0 if it did not say.
    pub clock: u64,
    /// The collector whose history it is behind the most; `None` where it follows none.
    pub behind: Option<Behind>,
}

/// Asks for everything; what does not answer is said in its place.
///
/// # Errors
///
/// If this node's connection may not be used at all.
pub async fn status(connection: &Connection, servers: &[String]) -> Result<Status, Error> {
    if let Some(refusal) = connection.refusal() {
        return Err(refusal);
    }
    let sites = sites(connection).await;
    let mut plans = vec![buckets::nodes(connection), buckets::state(connection), buckets::holds(connection, None)];
    plans.extend(sites.iter().map(|site| buckets::holds(connection, Some(site))));
    let mut status = Status::default();
    let mut ahead = BTreeMap::new();
    for asked in join_all(plans.iter().map(|plan| bucket(connection, plan))).await {
        if let (Some(leader), Some(clock)) = (&asked.0.leader, asked.1) {
            ahead.insert(leader.clone(), clock);
        }
        status.buckets.push(asked.0);
    }
    status.servers = self::servers(connection, servers, &ahead).await;
    let is_there = |name: &str| status.buckets.iter().any(|bucket| bucket.name == name && bucket.trouble.is_none());
    if is_there(&plans[0].name) {
        let (entries, _) = Bucket::open(connection, &plans[0]).await?.read_all().await?;
        status.nodes = entries.iter().filter_map(|entry| NodeRecord::parse(&entry.value)).map(node).collect();
    }
    let places = std::iter::once("").chain(sites.iter().map(String::as_str));
    for (plan, site) in plans.iter().skip(2).zip(places) {
        if !is_there(&plan.name) {
            continue;
        }
        let (entries, _) = Bucket::open(connection, plan).await?.read_all().await?;
        for record in entries.iter().filter_map(|entry| HoldRecord::parse(&entry.value)) {
            *status.holds.entry((site.to_owned(), record.node.unwrap_or_default())).or_default() += 1;
        }
    }
    Ok(status)
}

/// The sites that have collectors, by their buckets; this node's own where it may not ask for the others.
async fn sites(connection: &Connection) -> BTreeSet<String> {
    let prefix = format!("KV_{}_", buckets::holds(connection, None).name);
    let mut sites: BTreeSet<String> = connection.site().map(str::to_owned).into_iter().collect();
    let mut names = connection.jetstream().stream_names();
    while let Ok(Some(Ok(name))) = timeout(PATIENCE, names.next()).await {
        sites.extend(name.strip_prefix(&prefix).map(str::to_owned));
    }
    sites
}

fn node(record: NodeRecord) -> NodeStatus {
    NodeStatus {
        node: record.node,
        site: record.site,
        roles: record.roles,
        version: record.version,
        load: record.load,
        draining: record.draining,
        gone: record.gone,
        clock: record.clock,
        behind: record.behind,
    }
}

/// What a server says about a stream, of which the library leaves out the time.
#[derive(Debug, Deserialize)]
struct Said {
    #[serde(default)]
    ts: Option<String>,
    #[serde(default)]
    cluster: Option<Group>,
    #[serde(default)]
    state: Option<State>,
    #[serde(default)]
    error: Option<Refused>,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(default)]
    leader: Option<String>,
    #[serde(default)]
    replicas: Vec<Replica>,
}

#[derive(Debug, Deserialize)]
struct Replica {
    name: String,
    #[serde(default)]
    current: bool,
    #[serde(default)]
    offline: bool,
    #[serde(default)]
    lag: u64,
}

#[derive(Debug, Deserialize)]
struct State {
    #[serde(default)]
    messages: u64,
}

#[derive(Debug, Deserialize)]
struct Refused {
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// One bucket, and how far its leader's clock is ahead.
async fn bucket(connection: &Connection, plan: &Plan) -> (BucketStatus, Option<i64>) {
    let mut status =
        BucketStatus { name: plan.name.clone(), trouble: None, leader: None, replicas: 1, behind: Vec::new(), keys: 0 };
    let subject = format!("$JS.API.STREAM.INFO.{}", plan.stream());
    let before = milliseconds();
    let Ok(answer) = connection.client().request(subject, "".into()).await else {
        status.trouble = Some(Error::NoAnswer);
        return (status, None);
    };
    // Half of the way there and back is the servers'.
    let now = before + (milliseconds() - before) / 2;
    let said: Said = match serde_json::from_slice(&answer.payload) {
        Ok(said) => said,
        Err(error) => {
            status.trouble = Some(Error::Server(error.to_string()));
            return (status, None);
        }
    };
    if let Some(refused) = said.error {
        status.trouble = Some(match refused.err_code {
            10059 => Error::NoBucket(plan.name.clone()),
            _ => Error::Server(refused.description),
        });
        return (status, None);
    }
    status.keys = said.state.map_or(0, |state| state.messages);
    if let Some(group) = said.cluster {
        status.leader = group.leader;
        status.replicas = 1 + group.replicas.len();
        let behind = group.replicas.into_iter().filter(|replica| replica.offline || !replica.current);
        status.behind = behind.map(|replica| (replica.name, replica.lag)).collect();
    }
    let ahead = said.ts.and_then(|time| time.parse::<jiff::Timestamp>().ok()).map(|time| time.as_millisecond() - now);
    (status, ahead)
}

/// Each server that answers at one of the addresses: a connection of its own for each.
async fn servers(connection: &Connection, urls: &[String], ahead: &BTreeMap<String, i64>) -> Vec<ServerStatus> {
    let infos = join_all(urls.iter().map(|url| async move {
        let client = timeout(PATIENCE, connection.probe().connect(url.as_str())).await.ok()?.ok()?;
        client.try_server_info()
    }))
    .await;
    let own = connection.client().try_server_info();
    let mut servers: Vec<ServerStatus> = infos
        .into_iter()
        .flatten()
        .chain(own)
        .map(|info| ServerStatus {
            is_recent_enough: crate::connection::recent_enough(&info.version),
            ahead: ahead.get(&info.server_name).copied(),
            name: info.server_name,
            version: info.version,
        })
        .collect();
    servers.sort_by(|one, other| one.name.cmp(&other.name));
    servers.dedup_by(|one, other| one.name == other.name);
    servers
}

fn milliseconds() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

const PATIENCE: Duration = Duration::from_secs(2);

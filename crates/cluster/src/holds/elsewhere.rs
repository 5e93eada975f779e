//! Who holds the routers of the sites, as the centre sees it: for people, and nothing is decided by it.
//!
//! A site writes what it likes into its own bucket, so what stands there counts for routers of that site alone, and never
//! for what this node holds itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_stats::RouterId;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use super::RouterPlace;
use super::record::HoldRecord;
use super::shared::Shared;
use crate::buckets;
use crate::connection::{Bucket, Connection, Entry, Step, unpart};

/// Follows the holds of every site that a router stands at, as these come and go.
pub(super) async fn follow(
    connection: Connection,
    shared: Arc<Shared>,
    mut routers: watch::Receiver<Arc<[RouterPlace]>>,
) {
    let mut followed: HashMap<String, AbortOnDropHandle<()>> = HashMap::new();
    loop {
        let places = routers.borrow_and_update().clone();
        let sites: BTreeSet<&str> = places.iter().filter_map(|place| place.site.as_deref()).collect();
        followed.retain(|site, _| sites.contains(site.as_str()));
        shared.elsewhere.retain(|site, _| sites.contains(site.as_str()));
        for site in sites {
            followed.entry(site.to_owned()).or_insert_with(|| {
                let one = one(connection.clone(), shared.clone(), site.to_owned());
                AbortOnDropHandle::new(tokio::spawn(one.boxed()))
            });
        }
        if routers.changed().await.is_err() {
            return;
        }
    }
}

async fn one(connection: Connection, shared: Arc<Shared>, site: String) {
    let plan = buckets::holds(&connection, Some(&site));
    let bucket = loop {
        match Bucket::open(&connection, &plan).await {
            Ok(bucket) => break bucket,
            Err(error) => tracing::debug!(bucket = %plan.name, %error, "who asks a site's routers is not known yet"),
        }
        sleep(RETRY).await;
    };
    let mut steps = bucket.follow();
    while let Some(step) = steps.next().await {
        match step {
            Step::All(entries) => {
                let held = entries.iter().filter_map(read);
                let held = held.filter_map(|(router, node)| Some((router, node?))).take(MOST);
                shared.elsewhere.insert(site.clone(), held.collect());
            }
            Step::Written(entry) => {
                let Some((router, node)) = read(&entry) else { continue };
                let mut held = shared.elsewhere.entry(site.clone()).or_default();
                match node {
                    Some(node) if held.len() < MOST || held.contains_key(&router) => drop(held.insert(router, node)),
                    Some(_) => {}
                    None => drop(held.remove(&router)),
                }
            }
            Step::Whole(_) => {}
        }
    }
}

fn read(entry: &Entry) -> Option<(RouterId, Option<String>)> {
    Some((unpart(&entry.key).parse().ok()?, HoldRecord::parse(&entry.value)?.node))
}

const RETRY: Duration = Duration::from_secs(5);
/// More routers than a site has: whoever takes its machine writes no more into this one's memory.
const MOST: usize = 100_000;

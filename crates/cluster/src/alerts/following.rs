//! All sites' keys, as they change: what stands elsewhere, and what ended there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_alerts::News;
use lalin_stats::RouterId;
use lalin_store::Store;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::task::AbortOnDropHandle;

use super::record::Record;
use super::shared::Shared;
use crate::buckets;
use crate::connection::{Bucket, Entry, Step, unpart};

/// Follows the centre and each site of the store, as sites come and go; at a site only itself.
pub(super) async fn all(shared: Arc<Shared>, store: Store, tell: mpsc::Sender<News>) {
    let begin = |site: Option<String>| {
        let one = follow(shared.clone(), site, tell.clone());
        AbortOnDropHandle::new(tokio::spawn(one.boxed()))
    };
    let own = shared.connection.site().map(str::to_owned);
    let is_at_site = own.is_some();
    let _own = begin(own);
    if is_at_site {
        return std::future::pending().await;
    }
    let mut followed: HashMap<String, AbortOnDropHandle<()>> = HashMap::new();
    let mut looks = interval(LOOKED_EACH);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let Ok(sites) = store.sites().await else { continue };
        followed.retain(|site, _| sites.contains(site));
        for site in sites {
            followed.entry(site).or_insert_with_key(|site| begin(Some(site.clone())));
        }
    }
}

async fn follow(shared: Arc<Shared>, site: Option<String>, tell: mpsc::Sender<News>) {
    let plan = buckets::alerts(&shared.connection, site.as_deref());
    let mut complained = false;
    let bucket = loop {
        match Bucket::open(&shared.connection, &plan).await {
            Ok(bucket) => break bucket,
            Err(error) if !std::mem::replace(&mut complained, true) => {
                tracing::warn!(bucket = %plan.name, %error, "alerts of other machines cannot be seen yet");
            }
            Err(_) => {}
        }
        sleep(RETRY).await;
    };
    let mut steps = bucket.follow();
    while let Some(step) = steps.next().await {
        let entries = match step {
            Step::All(entries) => entries,
            Step::Written(entry) => vec![entry],
            Step::Whole(_) => continue,
        };
        for entry in entries {
            let Some(news) = read(&shared, &entry) else { continue };
            if tell.send(news).await.is_err() {
                return;
            }
        }
    }
}

fn read(shared: &Shared, entry: &Entry) -> Option<News> {
    let router: RouterId = unpart(&entry.key).parse().ok()?;
    let Record { node, site, kept, .. } = Record::read(&entry.value)?;
    shared.writers.insert(router.clone(), (site, node));
    Some(News::Kept { router, kept: Box::new(kept) })
}

const LOOKED_EACH: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_secs(1);

//! What a collector at a site gets to know: each node of the centre writes it into the site's bucket, and where another
//! was first nothing is left to write, because all of them write the same.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_store::{RowChange, SharedPart, SharedRows, Store};
use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::task::AbortOnDropHandle;

use super::parts::Parts;
use super::rows::NatsRows;
use crate::connection::Connection;

/// Keeps the sites' buckets as the state is. Ends when it is dropped.
#[derive(Debug)]
pub struct SiteWriter(#[expect(dead_code, reason = "it is held, not read")] AbortOnDropHandle<()>);

impl SiteWriter {
    /// Begins, for every site of the store.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn begin(connection: &Connection, store: &Store) -> Self {
        Self(AbortOnDropHandle::new(tokio::spawn(write(connection.clone(), store.clone()).boxed())))
    }
}

async fn write(connection: Connection, store: Store) {
    let mut looks = interval(LOOKED_EACH);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut written, mut looked, mut failing) = (None, 0_u32, false);
    loop {
        looks.tick().await;
        looked = looked.wrapping_add(1);
        let now = store.shared_up_to(SharedPart::State);
        let is_old = store.state_age().is_none_or(|age| age > lalin_store::STATE_OLD);
        // Now and then all the same: somebody may have emptied a bucket.
        if is_old || written == Some(now) && !looked.is_multiple_of(LOOKS_BETWEEN) {
            continue;
        }
        match all(&connection, &store).await {
            Ok(()) => (written, failing) = (Some(now), false),
            Err(error) if !std::mem::replace(&mut failing, true) => {
                tracing::warn!(error, "what the sites need to know is not written for now");
            }
            Err(_) => {}
        }
    }
}

async fn all(connection: &Connection, store: &Store) -> Result<(), String> {
    for site in store.sites().await.map_err(|error| error.to_string())? {
        one(connection, store, &site).await.map_err(|error| format!("{site}: {error}"))?;
    }
    Ok(())
}

async fn one(connection: &Connection, store: &Store, site: &str) -> Result<(), String> {
    let rows = NatsRows::new(connection.clone(), Parts::to_site(connection, site), Handle::current());
    if let Some(part) = rows.part(SharedPart::State) {
        part.provide(connection).await.map_err(|error| error.to_string())?;
    }
    let there = rows.read(SharedPart::State, None).await.map_err(|error| error.to_string())?;
    let mut there: HashMap<_, _> = there.rows.into_iter().map(|row| (row.key, (row.sequence, row.value))).collect();
    let key = store.site_key(site).await.map_err(|error| error.to_string())?;
    let wanted = store.site_rows(site, &key).await.map_err(|error| error.to_string())?;
    let change = |key: String, value: Option<Vec<u8>>, seen: u64| RowChange {
        part: SharedPart::State,
        key,
        value,
        seen: Some(seen),
        // Another node wrote it, and knows as much.
        may_lose: true,
    };
    let mut changes = Vec::new();
    for (key, value) in wanted {
        match there.remove(&key) {
            Some((_, Some(known))) if known == value => {}
            known => changes.push(change(key, Some(value), known.map_or(0, |(sequence, _)| sequence))),
        }
    }
    let gone = there.into_iter().filter(|(_, (_, value))| value.is_some());
    changes.extend(gone.map(|(key, (sequence, _))| change(key, None, sequence)));
    if changes.is_empty() {
        return Ok(());
    }
    let count = changes.len();
    let committed = tokio::task::spawn_blocking(move || rows.commit(&changes)).await;
    committed.map_err(|error| error.to_string())?.map_err(|refused| format!("{refused:?}"))?;
    tracing::info!(site, rows = count, "told the site what it needs to know");
    Ok(())
}

const LOOKED_EACH: Duration = Duration::from_secs(1);
const LOOKS_BETWEEN: u32 = 60;

//! What all nodes remember together: routers, accounts, sessions, who changed what. A node reads its own copy, in the
//! store's SQLite; here the copy is kept as the buckets are, and what the store writes is written to them.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `parts` | which stream holds which part |
//! | `rows` | the store's side: writing by compare-and-set, and how old the copy is |
//! | `reading` | what was written since, from whoever leads |
//! | `feed` | the others' writes, as they come |
//! | `site` | what a collector at a site gets to know |

mod feed;
mod parts;
mod reading;
mod rows;
mod site;

use std::sync::Arc;
use std::time::Duration;

use lalin_store::{SharedPart, Store};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};
use tokio_util::task::AbortOnDropHandle;

pub use site::SiteWriter;

use crate::connection::Connection;
use crate::error::Error;
use parts::Parts;
use rows::NatsRows;

/// A store that is the copy of what the cluster remembers. Ends with what it runs when it is dropped; the store then
/// changes nothing any more.
#[derive(Debug)]
pub struct SharedState {
    rows: Arc<NatsRows>,
    _feeds: Vec<AbortOnDropHandle<()>>,
}

impl SharedState {
    /// Makes `store` a copy of the cluster's state, on the runtime it is called on. Returns at once: what the store holds
    /// from the last time is read until the cluster answers, and counts as old.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn begin(connection: &Connection, store: &Store) -> Self {
        Self::over(connection, store, Parts::of_cluster(connection))
    }

    /// The same for a collector at a site: a copy of what is written for the site, which changes nothing.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn begin_at_site(connection: &Connection, store: &Store, site: &str) -> Self {
        Self::over(connection, store, Parts::of_site(connection, site))
    }

    fn over(connection: &Connection, store: &Store, parts: Parts) -> Self {
        let rows = Arc::new(NatsRows::new(connection.clone(), parts, Handle::current()));
        store.share(rows.clone());
        let feed = |part| rows.has(part).then(|| feed::start(rows.clone(), store.clone(), part));
        let feeds = [SharedPart::State, SharedPart::Sessions, SharedPart::Audit].into_iter().filter_map(feed);
        Self { _feeds: feeds.collect(), rows }
    }

    /// Waits until the copy is whole.
    ///
    /// # Errors
    ///
    /// Why it is not, after this time.
    pub async fn whole(&self, patience: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + patience;
        while self.rows.age_now() > lalin_store::STATE_OLD {
            if let Some(refusal) = self.rows.refusal() {
                return Err(refusal);
            }
            if Instant::now() >= deadline {
                return Err(Error::NoAnswer);
            }
            sleep(LOOK).await;
        }
        Ok(())
    }
}

/// The pause between two looks whether the copy is whole.
const LOOK: Duration = Duration::from_millis(10);

//! What stands of the alerts, where all nodes have it in common: whoever holds a router writes its key, and all see it.
//!
//! A router's key has one writer at a time. Whoever claimed the router writes its own epoch into the key before it judges
//! anything: from then on an earlier holder's writes fail by their revision, whatever that one believes. The alternative,
//! to trust that an earlier holder has stopped, would tell twice after every long pause of a machine.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `record` | what stands under a key |
//! | `shared` | one router's key, read and written by compare-and-set |
//! | `following` | all sites' keys, as they change |
//! | `asks` | what one node has another one write down |

mod asks;
mod following;
mod record;
mod shared;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use dashmap::DashMap;
use futures_util::FutureExt as _;
use lalin_alerts::{Acknowledged, Alert, Kept, News, SharedStates};
use lalin_stats::RouterId;
use lalin_store::Store;
use tokio::sync::{OnceCell, mpsc};
use tokio_util::task::AbortOnDropHandle;

use crate::connection::Connection;
use crate::holds::Holdings;
pub use shared::Holds;
use shared::{Failed, Shared};

impl Holds for Holdings {
    fn epoch(&self, router: &RouterId) -> Option<u64> {
        self.epoch_here(router)
    }

    fn speaks(&self) -> bool {
        self.is_first()
    }
}

/// The alerts' states of all routers. What it runs ends with it.
pub struct AlertStates {
    shared: Arc<Shared>,
    news: Mutex<Option<mpsc::Receiver<News>>>,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl AlertStates {
    /// Begins to follow them: a node of the centre those of all sites in the store, a site's its own.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(connection: Connection, holds: Arc<dyn Holds>, store: Store) -> Self {
        let shared = Arc::new(Shared {
            connection,
            holds,
            bucket: OnceCell::new(),
            loaded: Mutex::default(),
            writers: DashMap::new(),
        });
        let (tell, news) = mpsc::channel(NEWS);
        let follows = tokio::spawn(following::all(shared.clone(), store, tell.clone()).boxed());
        let answers = tokio::spawn(asks::answer(shared.clone(), tell).boxed());
        Self {
            shared,
            news: Mutex::new(Some(news)),
            _tasks: [AbortOnDropHandle::new(follows), AbortOnDropHandle::new(answers)],
        }
    }
}

#[async_trait]
impl SharedStates for AlertStates {
    fn held(&self, router: &RouterId) -> Option<u64> {
        self.shared.holds.epoch(router)
    }

    fn speaks(&self) -> bool {
        self.shared.holds.speaks()
    }

    async fn load(&self, router: &RouterId) -> Result<Option<Kept>, lalin_alerts::Error> {
        let epoch = self.held(router).ok_or(lalin_alerts::Error::NotHeld)?;
        Ok(self.shared.load(router, epoch).await?)
    }

    async fn save(&self, router: &RouterId, kept: &Kept) -> Result<(), lalin_alerts::Error> {
        Ok(self.shared.save(router, kept).await?)
    }

    async fn acknowledge(
        &self,
        router: &RouterId,
        id: &str,
        by: Option<Acknowledged>,
    ) -> Result<Option<Alert>, lalin_alerts::Error> {
        Ok(asks::ask(&self.shared, router, id, by).await.map_err(Failed::from)?)
    }

    fn news(&self) -> mpsc::Receiver<News> {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner).take();
        news.unwrap_or_else(|| mpsc::channel(1).1)
    }
}

impl fmt::Debug for AlertStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlertStates").field("node", &self.shared.connection.node()).finish_non_exhaustive()
    }
}

/// News that wait for the alerts; more wait in the follower.
const NEWS: usize = 256;

//! The router as a source: one session, one command a read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use lalin_stats::{Failure, Interface, Reading, Snapshot, StatsSource};
use routeros::{Command, Reply};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::connector::TcpConnector;
use crate::keeper::Keeper;
use crate::link::{self, Asker};
use crate::rows::{self, PROPERTIES};
use crate::{Connector, Settings};

/// A MikroTik router.
///
/// Nothing is sent to the router until the first read. Dropping the source ends its session.
///
/// A read waits while the session is being opened, so its caller wants a time limit; dropping the read does not end
/// the attempt. While the next attempt is being waited for, a read answers at once with the reason, the number of
/// attempts that failed and the moment of the next one.
pub struct RouterSource {
    asker: Asker,
    /// The interfaces of the newest read, to be shared with the next one.
    known: Mutex<Vec<Arc<Interface>>>,
    address: String,
    _keeper: AbortOnDropHandle<()>,
}

impl RouterSource {
    /// The settings' router, over TCP.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(settings: Settings) -> Self {
        let connector = TcpConnector::new(&settings);
        Self::with_connector(settings, connector)
    }

    /// A router to which `connector` opens the sessions. Of the settings, host, port and credentials are the
    /// connector's business.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn with_connector(settings: Settings, connector: impl Connector) -> Self {
        let (asker, teller) = link::pair();
        let address = format!("{}:{}", settings.host, settings.port);
        let keeper = Keeper::new(settings, Arc::new(connector), teller);
        let _keeper = AbortOnDropHandle::new(tokio::spawn(keeper.run()));
        Self { asker, known: Mutex::default(), address, _keeper }
    }

    /// The router read its counters somewhere between the question and the end of the answer. The middle is wrong by
    /// half of the round trip at most, where the moment of arrival is wrong by all of it: by whatever the network, the
    /// router's queue or this machine delayed.
    fn snapshot(&self, reply: &Reply, asked: Instant) -> Snapshot {
        let half = asked.elapsed() / 2;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = rows::read(&reply.rows, &known);
        *known = rows.iter().map(|row| row.interface.clone()).collect();
        Snapshot { at: asked + half, unix_ms: unix_ms(half), doubt: half, rows }
    }
}

#[async_trait]
impl StatsSource for RouterSource {
    async fn read(&self) -> Result<Reading, Failure> {
        let session = self.asker.session().await?;
        let print = Command::new("/interface/print").proplist(PROPERTIES);
        let asked = Instant::now();
        let reply = session.run(print).await?;
        Ok(Reading::fresh(Arc::new(self.snapshot(&reply, asked))))
    }
}

impl fmt::Debug for RouterSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterSource").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The wall clock `ago`, ms since 1970-01-01 UTC.
fn unix_ms(ago: Duration) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.saturating_sub(ago).as_millis()).unwrap_or(u64::MAX)
}

//! The hold on what is kept, and the questions about lines.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use lalin_stats::RouterId;

use crate::disk::RealDisk;
use crate::meta::Database;
use crate::remote::{PromQl, Remote};
use crate::store::{DamageLog, Folder, Shared, StatusCell};
use crate::zone::Zone;
use crate::{Cause, Error, Line, LineId, LineName};

/// Answers questions. Every call blocks for as long as the disk needs: call it from a thread that may wait.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(crate) shared: Arc<Shared>,
    pub(crate) damage: Arc<DamageLog>,
    database: Arc<Mutex<Database>>,
    zone: Arc<RwLock<Zone>>,
    /// Where the samples are in a store elsewhere.
    remote: Option<Remote>,
}

impl Reader {
    pub(crate) fn new(
        shared: Arc<Shared>,
        damage: Arc<DamageLog>,
        database: Arc<Mutex<Database>>,
        zone: Arc<RwLock<Zone>>,
    ) -> Self {
        Self { shared, damage, database, zone, remote: None }
    }

    /// One whose samples are in a store.
    pub(crate) fn of_remote(
        folder: &Folder,
        status: &Arc<StatusCell>,
        database: Arc<Mutex<Database>>,
        zone: Arc<RwLock<Zone>>,
        store: Arc<dyn PromQl>,
    ) -> Self {
        let damage = Arc::new(DamageLog::new(Arc::new(RealDisk), folder.clone(), status.clone()));
        let remote = Some(Remote::new(store));
        Self { shared: Arc::default(), damage, database, zone, remote }
    }

    /// The store to ask for one answer, where the samples are in one.
    pub(super) fn remote(&self) -> Option<Remote> {
        self.remote.as_ref().map(Remote::begun)
    }

    pub(crate) fn database(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The zone that days and months are of.
    pub fn zone(&self) -> Zone {
        self.zone.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All lines of a router, or of all, by name.
    pub fn lines(&self, router: Option<&RouterId>) -> Result<Vec<Line>, Error> {
        self.database().lines(router)
    }

    /// A line by its number.
    pub fn line(&self, id: LineId) -> Result<Line, Error> {
        self.database().line_of(id)
    }

    /// A line by its name that lasts.
    pub fn find(&self, router: &RouterId, name: &LineName) -> Result<Option<Line>, Error> {
        self.database().find(router, name)
    }

    /// The line that the router called so last, of those that it ever called so.
    pub fn find_shown(&self, router: &RouterId, kind: &str, shown: &str) -> Result<Option<Line>, Error> {
        self.database().find_shown(router, kind, shown)
    }

    /// What of a router a cause lasts for, as far as it is written down: `None` for the router as a whole.
    pub fn lasting(&self, router: &RouterId, cause: Cause) -> Result<Vec<Option<LineName>>, Error> {
        let database = self.database();
        let Some(number) = database.find_router(router)? else { return Ok(Vec::new()) };
        let lines = database.lasting(number, cause)?.into_iter();
        let named = lines.map(|line| match line {
            0 => Ok(None),
            line => database.line_of(LineId::from_number(line)).map(|line| Some(line.name)),
        });
        named.collect()
    }

    /// When a line's link came up (`true`) or went down, as it was seen; the earliest first.
    pub fn links(&self, line: LineId, from_ms: i64, to_ms: i64) -> Result<Vec<(i64, bool)>, Error> {
        let router = self.router_number(&self.line(line)?.router)?;
        self.database().links(router, line.number(), from_ms, to_ms)
    }

    /// The number that stands for a router in the database.
    pub(crate) fn router_number(&self, router: &RouterId) -> Result<u32, Error> {
        self.database().find_router(router)?.ok_or(Error::NoLine)
    }
}

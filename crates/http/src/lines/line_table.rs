//! All that is said of lines, by router and person. A change is written into the store first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lalin_monitor::Renamed;
use lalin_stats::RouterId;
use lalin_store::{Error, LineChange, LineScope, LineSettings, Store, UserId};
use tokio::sync::{broadcast, watch};

use super::line_view::{LineView, OfRouter};

/// The settings of every line. Its size is bounded by the store's.
#[derive(Debug)]
pub(crate) struct LineTable {
    store: Store,
    lines: Mutex<HashMap<(RouterId, LineScope), Arc<OfRouter>>>,
    changes: watch::Sender<u64>,
    /// One change at a time: the store and what is in memory must not come apart.
    turn: tokio::sync::Mutex<()>,
}

impl LineTable {
    /// What the store has.
    pub(crate) async fn load(store: Store) -> Result<Self, Error> {
        let table = Self {
            lines: Mutex::default(),
            changes: watch::Sender::new(0),
            turn: tokio::sync::Mutex::default(),
            store,
        };
        table.read().await?;
        Ok(table)
    }

    /// What `person` sees of a router's lines.
    pub(crate) fn view(&self, router: &RouterId, person: Option<UserId>) -> LineView {
        let lines = self.lines();
        let of = |scope| lines.get(&(router.clone(), scope)).cloned();
        LineView::new(of(LineScope::Everyone), person.and_then(|person| of(LineScope::Person(person))))
    }

    /// Changes whenever something else is said of any line.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Changes what is said of a line.
    pub(crate) async fn change(
        &self,
        scope: LineScope,
        router: RouterId,
        interface: String,
        change: LineChange,
    ) -> Result<LineSettings, Error> {
        let _turn = self.turn.lock().await;
        let settings = self.store.change_line(scope, router.clone(), interface.clone(), change).await?;
        {
            let mut lines = self.lines();
            let place = (router, scope);
            let mut of_router = lines.get(&place).map(|known| (**known).clone()).unwrap_or_default();
            match settings.is_empty() {
                true => of_router.remove(&interface),
                false => of_router.insert(interface, settings.clone()),
            };
            match of_router.is_empty() {
                true => lines.remove(&place),
                false => lines.insert(place, Arc::new(of_router)),
            };
        }
        self.changed();
        Ok(settings)
    }

    /// Forgets what is said of the lines of a router that is gone.
    pub(crate) fn forget_router(&self, router: &RouterId) {
        self.lines().retain(|(of, _), _| of != router);
        self.changed();
    }

    /// Forgets what somebody said who is gone.
    pub(crate) fn forget_person(&self, person: UserId) {
        self.lines().retain(|(_, scope), _| *scope != LineScope::Person(person));
        self.changed();
    }

    /// Moves what is said of lines along with their names, for ever.
    pub(crate) async fn follow(&self, mut renames: broadcast::Receiver<Renamed>) {
        loop {
            match renames.recv().await {
                Ok(renamed) => self.rename(renamed).await,
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    tracing::warn!(
                        missed,
                        "too many lines were renamed at once: what was said of some stays with the old name"
                    );
                }
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    async fn rename(&self, Renamed { router, names }: Renamed) {
        let is_said = |name: &str| {
            let lines = self.lines();
            lines.iter().any(|((of, _), lines)| *of == router && lines.contains_key(name))
        };
        if !names.iter().any(|(old, new)| is_said(old) || is_said(new)) {
            return;
        }
        let _turn = self.turn.lock().await;
        let owned = names.iter().map(|(old, new)| (old.to_string(), new.to_string())).collect();
        let outcome = match self.store.rename_lines(router.clone(), owned).await {
            Ok(()) => self.read().await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => self.changed(),
            Err(error) => tracing::error!(%error, %router, "what is said of renamed lines stays with their old names"),
        }
    }

    /// Takes over what other nodes changed.
    pub(crate) async fn reload(&self) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        self.read().await?;
        self.changed();
        Ok(())
    }

    /// Takes what the store has in place of what is known.
    async fn read(&self) -> Result<(), Error> {
        let mut lines: HashMap<(RouterId, LineScope), OfRouter> = HashMap::new();
        for line in self.store.lines().await? {
            lines.entry((line.router, line.scope)).or_default().insert(line.interface, line.settings);
        }
        *self.lines() = lines.into_iter().map(|(place, lines)| (place, Arc::new(lines))).collect();
        Ok(())
    }

    fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<(RouterId, LineScope), Arc<OfRouter>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

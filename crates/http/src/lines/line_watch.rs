//! What an open stream is told of one router's lines, and when that changes.

use std::sync::Arc;

use lalin_fleet::Wan;
use lalin_stats::RouterId;
use lalin_store::UserId;
use tokio::sync::watch;

use super::line_table::LineTable;
use super::line_view::LineView;

/// The settings of a router's lines as whoever opened a stream sees them.
#[derive(Debug, Default)]
pub(crate) struct LineWatch {
    watched: Option<Watched>,
    view: LineView,
}

#[derive(Debug)]
struct Watched {
    table: Arc<LineTable>,
    router: RouterId,
    person: Option<UserId>,
    changes: watch::Receiver<u64>,
}

impl LineWatch {
    /// Of this router; without a table nothing is ever said.
    pub(crate) fn new(table: Option<Arc<LineTable>>, router: &RouterId, person: Option<UserId>) -> Self {
        let Some(table) = table else { return Self::default() };
        // Subscribed first: what changes between is told once more rather than not at all.
        let changes = table.changes();
        let view = table.view(router, person);
        Self { watched: Some(Watched { table, router: router.clone(), person, changes }), view }
    }

    /// Takes the router's ways to the internet; true where they are others now.
    pub(crate) fn take_wan(&mut self, wan: Arc<Wan>) -> bool {
        if *self.view.wan() == wan {
            return false;
        }
        self.view = std::mem::take(&mut self.view).with_wan(wan);
        true
    }

    pub(crate) fn view(&self) -> &LineView {
        &self.view
    }

    /// Waits until something else is said of this router's lines. Dropping the future loses nothing.
    pub(crate) async fn changed(&mut self) {
        let Some(watched) = &mut self.watched else { return std::future::pending().await };
        loop {
            if watched.changes.changed().await.is_err() {
                return std::future::pending().await;
            }
            let view = watched.table.view(&watched.router, watched.person).with_wan(self.view.wan().clone());
            if !view.is_same(&self.view) {
                self.view = view;
                return;
            }
        }
    }
}

//! What other nodes of the cluster change of what is kept in memory here: lines, and the sites that may show the traffic.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_store::{SharedKind, Store};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use super::embed_origins::EmbedOrigins;
use crate::lines::LineTable;

/// The pause after the store could not be read.
const RETRY: Duration = Duration::from_secs(2);

/// The tasks that take it over; none where nothing is shared.
pub(super) fn follow(store: &Store, lines: &Arc<LineTable>, origins: &EmbedOrigins) -> Vec<AbortOnDropHandle<()>> {
    if !store.is_shared() {
        return Vec::new();
    }
    let of_lines = {
        let (mut changes, lines) = (store.changed_by_others(SharedKind::Lines), lines.clone());
        async move {
            while changes.changed().await.is_ok() {
                while let Err(error) = lines.reload().await {
                    tracing::warn!(%error, "what others said of lines cannot be read for now");
                    sleep(RETRY).await;
                }
            }
        }
    };
    let of_origins = {
        let (mut changes, store, origins) =
            (store.changed_by_others(SharedKind::EmbedOrigins), store.clone(), origins.clone());
        async move {
            while changes.changed().await.is_ok() {
                loop {
                    match store.embed_origins().await {
                        Ok(kept) => break origins.keep(kept),
                        Err(error) => tracing::warn!(%error, "the sites that others named cannot be read for now"),
                    }
                    sleep(RETRY).await;
                }
            }
        }
    };
    [tokio::spawn(of_lines.boxed()), tokio::spawn(of_origins.boxed())].map(AbortOnDropHandle::new).into()
}

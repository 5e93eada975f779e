//! A batch where several machines watch: taken apart by router, each part kept for all before a message of it is queued.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::FutureExt as _;
use lalin_alerts::{Batch, Database, Error, Kept, Notice, SharedStates, State};
use lalin_stats::RouterId;
use tokio::task::JoinSet;

/// So many of a router's alerts that are over are kept for the memory of machines that were not there.
const ENDED: u32 = 64;
/// So many routers are saved at once.
const AT_ONCE: usize = 32;

/// A router's part of a batch, with all that is kept of it then.
pub(super) struct Part {
    pub(super) router: RouterId,
    pub(super) kept: Kept,
    pub(super) batch: Batch,
    /// It may be told although it cannot be kept.
    pub(super) is_overdue: bool,
}

/// What became of the parts.
pub(super) struct Saved {
    /// To be written here, and sent.
    pub(super) batch: Batch,
    pub(super) kept: Vec<(RouterId, bool)>,
    pub(super) failed: Vec<(RouterId, Batch, Error)>,
}

/// What became of a batch.
pub(super) struct Outcome {
    /// Messages that are queued here now, by router.
    pub(super) queued: Vec<(RouterId, Vec<(String, Notice)>)>,
    pub(super) kept: Vec<(RouterId, bool)>,
    pub(super) failed: Vec<(RouterId, Batch, Error)>,
}

/// Keeps the parts for all. Those that are kept, and those that are overdue, come back as one batch.
pub(super) async fn save(states: Arc<dyn SharedStates>, database: &Database, parts: Vec<Part>, rest: Batch) -> Saved {
    let one = |part: Part| {
        let (states, database) = (states.clone(), database.clone());
        async move {
            let Part { router, mut kept, batch, is_overdue } = part;
            let over = batch.alerts.values().filter(|alert| alert.state == State::Cleared);
            kept.ended = over.cloned().collect();
            let known: HashSet<Arc<str>> = kept.ended.iter().map(|alert| alert.id.clone()).collect();
            let before = database.ended_last(router.to_string(), ENDED).await.unwrap_or_default();
            let room = (ENDED as usize).saturating_sub(known.len());
            kept.ended.extend(before.into_iter().filter(|alert| !known.contains(&alert.id)).take(room));
            (states.save(&router, &kept).await, router, batch, is_overdue)
        }
    };
    let mut saved = Saved { batch: rest, kept: Vec::new(), failed: Vec::new() };
    let (mut parts, mut under_way) = (parts.into_iter(), JoinSet::new());
    loop {
        while under_way.len() < AT_ONCE
            && let Some(part) = parts.next()
        {
            under_way.spawn(one(part).boxed());
        }
        let Some(done) = under_way.join_next().await else { return saved };
        let Ok((result, router, batch, is_overdue)) = done else { continue };
        match result {
            Ok(()) => {
                saved.kept.push((router, true));
                saved.batch.add(batch);
            }
            // Nobody can take the router while nothing can be written, and silence would be worse than a double.
            Err(error) if is_overdue && !matches!(error, Error::NotHeld) && states.held(&router).is_some() => {
                saved.kept.push((router, false));
                saved.batch.add(batch);
            }
            Err(error) => saved.failed.push((router, batch, error)),
        }
    }
}

impl Saved {
    /// What is left to be done when the batch is written.
    pub(super) fn outcome(self) -> (Batch, Outcome) {
        let Self { batch, kept, failed } = self;
        let queued = kept.iter().map(|(router, _)| {
            let all = batch.notices.iter().chain(&batch.taken_up);
            let mine = all.filter(|(_, notice)| notice.holder_of() == Some(router.as_str()));
            (router.clone(), mine.cloned().collect::<Vec<_>>())
        });
        let queued = queued.filter(|(_, notices)| !notices.is_empty()).collect();
        (batch, Outcome { queued, kept, failed })
    }
}

impl Outcome {
    /// The batch was not written: nothing of it is queued.
    pub(super) fn unwritten(mut self) -> Self {
        self.queued.clear();
        self
    }
}

//! Going on without quorum, while everybody who could take over says that they cannot and will not.
//!
//! Where no NATS server takes writes nobody can claim a router, and stopping would only make everything dark. But a node
//! that is cut off sees the same errors as one in a cluster without quorum. So a holder asks every collector it last knew
//! of, over plain NATS: each that cannot write either promises to take nothing over for one lease. All of them have to
//! promise; one that is silent or that can write ends it. The promise counts from before the question was sent, like a
//! lease.
//!
//! What this does not see: a collector that joined the cluster for the first time beyond the cut.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::clock::BootTime;
use super::deadline::MARGIN;
use super::keeper::{Standing, Told};
use crate::buckets::{LEASE_AGE, site_part};
use crate::connection::Connection;

/// The leases of which this node has promised to take nothing over, and until when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promises(Arc<Mutex<HashMap<String, BootTime>>>);

impl Promises {
    /// Whether the one to this lease's holder binds now. One to another holder is no reason to leave this one's routers
    /// dark: whoever is renewed again is not declared ended before its promise is over anyway.
    pub(crate) fn bind(&self, incarnation: &str, now: BootTime) -> bool {
        self.lock().get(incarnation).is_some_and(|until| now < *until)
    }

    /// False where there are too many already.
    fn give(&self, incarnation: &str, now: BootTime) -> bool {
        let mut given = self.lock();
        given.retain(|_, until| now < *until);
        if given.len() >= MOST && !given.contains_key(incarnation) {
            return false;
        }
        let until = given.entry(incarnation.to_owned()).or_default();
        *until = (*until).max(now + LEASE_AGE);
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, BootTime>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What both sides need: whoever asks, and whoever is asked.
#[derive(Clone, Debug)]
pub(crate) struct HoldOver {
    pub(crate) connection: Connection,
    pub(crate) site: Option<String>,
    pub(crate) told: Arc<Told>,
    pub(crate) promises: Promises,
    /// The other collectors of this site, as they were when the cluster could last be written to.
    pub(crate) others: Arc<Mutex<BTreeSet<String>>>,
    /// Leases that this node knows to have ended, or is about to declare ended.
    pub(crate) ended: Arc<Mutex<BTreeSet<String>>>,
}

impl HoldOver {
    /// Answers whoever asks, until dropped.
    pub(crate) async fn answer(self, node: String) {
        let subject = self.subject(&node);
        loop {
            let Ok(mut questions) = self.connection.client().subscribe(subject.clone()).await else {
                sleep(EACH).await;
                continue;
            };
            while let Some(question) = questions.next().await {
                let Some(reply) = question.reply else { continue };
                let asker = String::from_utf8_lossy(&question.payload).into_owned();
                let answer = if self.promises(BootTime::now(), &asker) { PROMISED } else { b"no" };
                let _ = self.connection.client().publish(reply, Bytes::from_static(answer)).await;
            }
        }
    }

    /// Asks when it is time to, until dropped.
    pub(crate) async fn ask(self, mut standing: watch::Receiver<Option<Standing>>) {
        let mut ticks = interval(EACH);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = false;
        loop {
            ticks.tick().await;
            let Some(now) = standing.borrow_and_update().clone() else { continue };
            let asked = BootTime::now();
            if self.told.cannot_write_since(asked).is_none() {
                told = false;
                continue;
            }
            let others: Vec<String> =
                self.others.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
            // Asked of nobody, a lonely node would go on for ever beside one that it never knew: it stops at its deadline.
            let answers = join_all(others.iter().map(|node| self.promise_of(node, &now.incarnation))).await;
            let Some(deadline) = good_until(asked, &answers) else { continue };
            if now.fence.extend(deadline) && !told {
                told = true;
                tracing::warn!(
                    nodes = others.len() + 1,
                    "no NATS server takes writes; this node goes on, as every collector says the same"
                );
            }
        }
    }

    /// Whether this node gives its promise to the holder of that lease.
    fn promises(&self, now: BootTime, incarnation: &str) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).contains(incarnation);
        !ended && self.told.cannot_write_since(now).is_some() && self.promises.give(incarnation, now)
    }

    async fn promise_of(&self, node: &str, incarnation: &str) -> bool {
        let client = self.connection.client();
        let question = client.request(self.subject(node), Bytes::copy_from_slice(incarnation.as_bytes()));
        question.await.is_ok_and(|answer| answer.payload.as_ref() == PROMISED)
    }

    fn subject(&self, node: &str) -> String {
        self.connection.subject(&[site_part(self.site.as_deref()), "node", node, "hold-over"])
    }
}

/// Until when a holder may go on by these answers to a question of that moment.
fn good_until(asked: BootTime, answers: &[bool]) -> Option<BootTime> {
    let all = !answers.is_empty() && answers.iter().all(|promised| *promised);
    all.then(|| asked + LEASE_AGE.saturating_sub(MARGIN))
}

const EACH: Duration = Duration::from_secs(2);
const PROMISED: &[u8] = b"promised";
/// More holders than this are promised nothing.
const MOST: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_goes_on_only_while_every_other_promises() {
        let asked = BootTime::at(100.0);
        assert_eq!(good_until(asked, &[true, true]), Some(BootTime::at(108.0)));
        assert_eq!(good_until(asked, &[true, false]), None);
        assert_eq!(good_until(asked, &[false]), None);
        assert_eq!(good_until(asked, &[]), None, "nobody was asked");
    }

    #[test]
    fn a_promise_outlasts_what_the_holder_makes_of_it() {
        let promises = Promises::default();
        assert!(!promises.bind("a", BootTime::at(0.0)));
        // Asked at 100, answered at 100.7.
        assert!(promises.give("a", BootTime::at(100.7)));
        let stops = good_until(BootTime::at(100.0), &[true]).unwrap();
        let binds = |at: f64| promises.bind("a", BootTime::at(at));
        assert!(promises.bind("a", stops) && binds(110.6) && !binds(110.7));
        // An older one takes nothing back.
        assert!(promises.give("a", BootTime::at(50.0)));
        assert!(binds(110.6));
    }

    #[test]
    fn a_promise_is_to_one_holder_and_there_are_not_many() {
        let promises = Promises::default();
        for number in 0..MOST {
            assert!(promises.give(&number.to_string(), BootTime::at(100.0)));
        }
        assert!(promises.bind("0", BootTime::at(101.0)) && !promises.bind("another", BootTime::at(101.0)));
        assert!(!promises.give("another", BootTime::at(101.0)), "it is not lied to");
        assert!(promises.give("0", BootTime::at(101.0)));
        assert!(promises.give("another", BootTime::at(110.5)), "the others are over");
    }
}

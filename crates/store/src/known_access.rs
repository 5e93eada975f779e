//! What was looked up of sessions, tokens and administrators, kept so that the next request with the same credential asks
//! no disk.
//!
//! What is kept holds for one access revision: whatever this process changes of who may do what begins a new one, so a
//! revoked credential opens nothing from that moment on. What another process changes (`lalin user remove` beside the
//! server) begins one too, as soon as somebody looks: before the first look-up of each [`LOOK_EVERY`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::principals::{Session, Token};

/// How long another process's change may stay unseen.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The most of each kind that are kept; where there are more, all are looked up anew.
const MOST: usize = 4_096;

/// What was looked up.
#[derive(Debug)]
pub(crate) struct KnownAccess {
    pub(crate) sessions: Known<Session>,
    pub(crate) tokens: Known<Token>,
    /// Whether there is an administrator, at which revision.
    administrator: Mutex<Option<(u64, bool)>>,
    begun: Instant,
    /// When somebody looked last for other processes' changes, ms since `begun`, and 1 more.
    looked: AtomicU64,
}

/// Values by the hash of the secret that opens them, with the revision they were looked up at.
#[derive(Debug)]
pub(crate) struct Known<T>(Mutex<HashMap<[u8; 32], (u64, T)>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl Default for KnownAccess {
    fn default() -> Self {
        Self {
            sessions: Known::default(),
            tokens: Known::default(),
            administrator: Mutex::default(),
            begun: Instant::now(),
            looked: AtomicU64::new(0),
        }
    }
}

impl<T: Clone> Known<T> {
    /// What this secret opens, if that is known and nothing has changed since.
    pub(crate) fn get(&self, hash: &[u8; 32], revision: u64) -> Option<T> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(hash).filter(|(at, _)| *at == revision).map(|(_, value)| value.clone())
    }

    /// Keeps what was looked up. `revision` is the one from before the look-up.
    pub(crate) fn keep(&self, hash: [u8; 32], revision: u64, value: &T) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&hash) {
            all.clear();
        }
        all.insert(hash, (revision, value.clone()));
    }
}

impl KnownAccess {
    pub(crate) fn administrator(&self, revision: u64) -> Option<bool> {
        let known = *self.administrator.lock().unwrap_or_else(PoisonError::into_inner);
        known.filter(|(at, _)| *at == revision).map(|(_, is)| is)
    }

    pub(crate) fn keep_administrator(&self, revision: u64, is: bool) {
        *self.administrator.lock().unwrap_or_else(PoisonError::into_inner) = Some((revision, is));
    }

    /// Whether it is time to look for other processes' changes: true for one caller each time.
    pub(crate) fn is_due(&self) -> bool {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let now = millis(self.begun.elapsed()).saturating_add(1);
        let looked = self.looked.load(Ordering::Relaxed);
        let due = looked == 0 || now.saturating_sub(looked) >= millis(LOOK_EVERY);
        due && self.looked.compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_holds_for_one_revision_and_is_bounded() {
        let known = Known::default();
        known.keep([1; 32], 7, &"one");
        assert_eq!((known.get(&[1; 32], 7), known.get(&[1; 32], 8), known.get(&[2; 32], 7)), (Some("one"), None, None));
        for number in 0..3 * MOST {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_le_bytes());
            known.keep(hash, 7, &"many");
        }
        assert!(known.0.lock().unwrap().len() <= MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn other_processes_are_looked_at_once_a_second_by_one_caller() {
        let known = KnownAccess::default();
        assert_eq!([known.is_due(), known.is_due()], [true, false]);
        tokio::time::advance(LOOK_EVERY - Duration::from_millis(1)).await;
        assert!(!known.is_due());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!([known.is_due(), known.is_due()], [true, false]);
    }
}

//! Which lines a store has: another machine may have recorded them. Learned beside the answers, never on the way of one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::reading::Remote;
use super::store::{PromQl, Series};
use crate::meta::Database;
use crate::query::now_ms;
use crate::store::{Folder, HOUR_MS};
use crate::{Error, LineName};

/// How often it is looked for new ones.
const EVERY: Duration = Duration::from_secs(60);
/// The names are told each hour.
const RECENT_MS: i64 = 3 * 3_600_000;
/// So far back it is looked once, in pieces that a store answers.
const FAR_MS: i64 = 800 * 86_400_000;
const PIECE_MS: i64 = 32 * 86_400_000;

type Asked = SyncSender<Result<(), Error>>;

/// A question may be under way at the end; nobody waits for a store that does not answer.
const END: Duration = Duration::from_secs(1);

/// The thread that learns. It ends when this is dropped, or when the question that is under way then is answered.
#[derive(Debug)]
pub(crate) struct Discovery {
    ask: Option<SyncSender<Asked>>,
    stop: Arc<AtomicBool>,
    ended: Mutex<Receiver<()>>,
}

struct Learner {
    database: Database,
    remote: Remote,
    stop: Arc<AtomicBool>,
    /// The whole past was looked through.
    far: bool,
    failing: bool,
    /// The hour in which each line was seen last.
    known: HashMap<u32, i64>,
}

impl Discovery {
    pub(crate) fn start(folder: &Folder, store: Arc<dyn PromQl>) -> Result<Self, Error> {
        let (database, remote) = (Database::open(&folder.database())?, Remote::new(store));
        let stop = Arc::new(AtomicBool::new(false));
        let learner =
            Learner { database, remote, stop: stop.clone(), far: false, failing: false, known: HashMap::new() };
        let (ask, asked) = sync_channel(4);
        let thread = std::thread::Builder::new().name("history-lines".into());
        let (end, ended) = sync_channel::<()>(1);
        let run = move || {
            learner.run(asked);
            drop(end);
        };
        thread.spawn(run).map_err(Error::file(folder.path()))?;
        Ok(Self { ask: Some(ask), stop, ended: Mutex::new(ended) })
    }

    /// Looks now.
    pub(crate) fn now(&self) -> Result<(), Error> {
        let (answer, answered) = sync_channel(1);
        self.ask.as_ref().ok_or(Error::Closed)?.send(answer).map_err(|_| Error::Closed)?;
        answered.recv().map_err(|_| Error::Closed)?
    }
}

impl Drop for Discovery {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.ask.take());
        // It is told by being dropped.
        let _ = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner).recv_timeout(END);
    }
}

impl Learner {
    fn run(mut self, asked: Receiver<Asked>) {
        let mut answer: Option<Asked> = None;
        loop {
            let learned = self.learn(now_ms());
            if let Err(error) = &learned {
                // Said once: the answers say it too.
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(%error, "the store of the history does not tell its lines; it is asked again each minute");
                }
            } else {
                self.failing = false;
            }
            if let Some(answer) = answer.take() {
                let _ = answer.try_send(learned);
            }
            match asked.recv_timeout(EVERY) {
                Ok(one) => answer = Some(one),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn learn(&mut self, now_ms: i64) -> Result<(), Error> {
        // A little ahead: clocks differ.
        let until_ms = now_ms + 60_000;
        if self.far {
            return self.take(until_ms - RECENT_MS, until_ms).map(|_| ());
        }
        let mut found = false;
        let mut from_ms = until_ms - FAR_MS;
        while from_ms < until_ms {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let to_ms = (from_ms + PIECE_MS).min(until_ms);
            found |= self.take(from_ms, to_ms)?;
            from_ms = to_ms;
        }
        // A store may say for some seconds that it has nothing: VictoriaMetrics remembers that it had not.
        self.far = found;
        Ok(())
    }

    /// Whether there was anything.
    fn take(&mut self, from_ms: i64, to_ms: i64) -> Result<bool, Error> {
        let seen = self.remote.seen(from_ms, to_ms)?;
        if seen.is_empty() {
            return Ok(false);
        }
        // Another thread writes too, so the first look at the rows is a change already.
        self.database.begin()?;
        let kept = seen.iter().try_for_each(|(series, first_ms, last_ms)| self.keep(series, *first_ms, *last_ms));
        self.database.commit()?;
        kept.map(|()| true)
    }

    fn keep(&mut self, series: &Series, first_ms: i64, last_ms: i64) -> Result<(), Error> {
        let Ok(router) = series.label("router").parse() else { return Ok(()) };
        let (kind, name) = (series.label("kind"), series.label("interface"));
        let kind = if kind.is_empty() { "interface" } else { kind };
        let name = LineName { kind: kind.into(), name: name.into() };
        let shown = Some(series.label("name")).filter(|shown| !shown.is_empty()).unwrap_or(&name.name);
        let router = self.database.router(&router)?;
        let (line, before) = self.database.line(router, &name, first_ms)?;
        let other_name = before.as_deref() != Some(shown);
        if other_name {
            // Of two names the one that was seen later is the present one.
            self.database.show(line, shown, last_ms)?;
        }
        let hour_ms = last_ms.div_euclid(HOUR_MS) * HOUR_MS;
        if self.known.insert(line, hour_ms) != Some(hour_ms) || other_name {
            self.database.was_there(line, first_ms, hour_ms)?;
        }
        Ok(())
    }
}

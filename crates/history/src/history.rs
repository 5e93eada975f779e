//! The history as others use it: what records, what reads, and the thread between.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use lalin_stats::RouterId;
use tokio::time::Instant;

use crate::disk::{self, RealDisk};
use crate::estimate::DailyBytes;
use crate::handover::{HandOver, HandedTicks};
use crate::meta::Database;
use crate::recorder::{Configured, Message, QUEUE, Recorder, Waiting};
use crate::remote::{self, Discovery, RemoteStore, RemoteWriter, SinkCounts};
use crate::store::{Engine, Folder, Recording, Status, StatusCell, Work};
use crate::zone::Zone;
use crate::{Error, Estimate, LineId, Mix, Outlook, PercentileQuery, Reader, Retention, Rule, Settings};

/// What was synced is safe from a loss of power; so much is not.
const SYNC_EVERY: Duration = Duration::from_secs(5);
/// After something failed it is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// Lines whose month is closed at once.
const MONTHS: u32 = 32;
/// A month that began so long ago is over, by a day or more.
const MONTH_OVER_MS: i64 = 33 * 86_400_000;
/// The longest that the thread sleeps.
const NAP: Duration = Duration::from_secs(1);

/// A history that is open. It is closed when this is dropped.
#[derive(Debug)]
pub struct History {
    recorder: Recorder,
    reader: Reader,
    status: Arc<StatusCell>,
    zone: Arc<RwLock<Zone>>,
    folder: PathBuf,
    source: u64,
    /// How often, and how long.
    kept: Mutex<(Duration, Retention)>,
    thread: Option<JoinHandle<()>>,
    /// Where the samples are in a store: what is asked of it.
    remote: Option<(RemoteStore, Discovery)>,
}

impl History {
    /// Opens the history in a folder, which is made where it is not there. What the run before left in its journal is
    /// read afterwards, by the thread: [`Status::replaying`] says so.
    pub fn open(settings: Settings) -> Result<Self, Error> {
        let folder = Folder::new(&settings.folder);
        std::fs::create_dir_all(folder.path()).map_err(Error::file(folder.path()))?;
        let lock = lock(&folder)?;
        let zone = Arc::new(RwLock::new(settings.zone.clone()));
        let (path, kept) = (settings.folder.clone(), Mutex::new((settings.interval, settings.retention)));
        let engine = Engine::open(Arc::new(RealDisk), settings)?;
        let database = Arc::new(Mutex::new(Database::open_to_read(&folder.database())?));
        let (status, source) = (engine.status.clone(), engine.source);
        let reader = Reader::new(engine.shared.clone(), engine.damage.clone(), database, zone.clone());
        let (queue, messages) = sync_channel(QUEUE);
        let recorder = Recorder::new(queue, status.clone());
        let waiting = recorder.waiting.clone();
        let span = tracing::Span::current();
        let own = reader.clone();
        let run = move || {
            span.in_scope(|| {
                Writer { engine, reader: own, messages, waiting, begun: Instant::now(), _lock: lock }.run()
            })
        };
        let thread =
            std::thread::Builder::new().name("history".into()).spawn(run).map_err(Error::file(folder.path()))?;
        Ok(Self { recorder, reader, status, zone, folder: path, source, kept, thread: Some(thread), remote: None })
    }

    /// Opens a history whose samples are in a Prometheus-compatible store. Its folder has the lines and the events.
    pub fn open_remote(settings: Settings, store: RemoteStore) -> Result<Self, Error> {
        let folder = Folder::new(&settings.folder);
        std::fs::create_dir_all(folder.path()).map_err(Error::file(folder.path()))?;
        let lock = lock(&folder)?;
        let zone = Arc::new(RwLock::new(settings.zone.clone()));
        let (path, kept) = (settings.folder.clone(), Mutex::new((settings.interval, settings.retention)));
        let writes = Database::open(&folder.database())?;
        let status = Arc::new(StatusCell::default());
        let database = Arc::new(Mutex::new(Database::open_to_read(&folder.database())?));
        let reader = Reader::of_remote(&folder, &status, database, zone.clone(), store.questions.clone());
        let (queue, messages) = sync_channel(QUEUE);
        let recorder = Recorder::new(queue, status.clone());
        let discovery = Discovery::start(&folder, store.questions.clone())?;
        let writer = RemoteWriter {
            engine: remote::Engine::new(writes, store.sink.clone(), status.clone()),
            messages,
            waiting: recorder.waiting.clone(),
            _lock: lock,
        };
        let span = tracing::Span::current();
        let run = move || span.in_scope(|| writer.run());
        let thread =
            std::thread::Builder::new().name("history".into()).spawn(run).map_err(Error::file(folder.path()))?;
        let remote = Some((store, discovery));
        Ok(Self { recorder, reader, status, zone, folder: path, source: 0, kept, thread: Some(thread), remote })
    }

    /// What records.
    pub fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// What reads.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// How it goes.
    pub fn status(&self) -> Status {
        self.status.lock().clone()
    }

    /// How the disk fills. `lines` are those that are recorded now: it is reckoned with them until a day is recorded.
    /// Blocks as a [`Reader`] does.
    pub fn outlook(&self, lines: &Mix) -> Result<Outlook, Error> {
        if let Some((store, _)) = &self.remote {
            // How long it is kept, and where, is the store's.
            let full = Estimate { raw: 0, minute: 0, five_minutes: 0, totals: 0 };
            let used = store.sink.counts().bytes;
            return Ok(Outlook { used, daily: 0, full, limit: None, free: None, full_in_days: None, measured: true });
        }
        let (interval, retention) = *self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (stats, used) = (self.reader.stats()?, self.status().bytes);
        let expected = DailyBytes::of(lines, interval);
        Ok(Outlook::of(&stats, used, expected, &retention, disk::free(&self.folder)))
    }

    /// Changes what it is kept by. The rows of days and months are made anew for another zone.
    pub fn configure(&self, zone: Zone, interval: Duration, retention: Retention) -> Result<(), Error> {
        *self.zone.write().unwrap_or_else(PoisonError::into_inner) = zone.clone();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = (interval, retention);
        let chosen = Message::Configure(Box::new(Configured { zone, interval, retention }));
        self.recorder.queue.send(chosen).map_err(|_| Error::Closed)
    }

    /// Days and months begin at the midnight of this zone from now on, those that were too.
    pub fn set_zone(&self, zone: Zone) -> Result<(), Error> {
        if *self.zone.read().unwrap_or_else(PoisonError::into_inner) == zone {
            return Ok(());
        }
        let (interval, retention) = *self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.configure(zone, interval, retention)
    }

    /// Returns when everything that was recorded before is written and safe from a loss of power.
    pub fn flush(&self) -> Result<(), Error> {
        self.recorder.flush()
    }

    /// Whether the samples are in a store elsewhere.
    pub fn is_remote(&self) -> bool {
        self.remote.is_some()
    }

    /// What became of the samples that go to a store; `None` of a history of files.
    pub fn sent(&self) -> Option<SinkCounts> {
        self.remote.as_ref().map(|(store, _)| store.sink.counts())
    }

    /// Learns now which lines a store has, which is done each minute by itself. Of a history of files there is nothing to
    /// learn. Blocks as a [`Reader`] does.
    pub fn discover(&self) -> Result<(), Error> {
        self.remote.as_ref().map_or(Ok(()), |(_, discovery)| discovery.now())
    }

    /// Puts together every day that is over, and takes away what is too old, now.
    pub fn compact(&self) -> Result<(), Error> {
        self.recorder.ask(Message::Compact)
    }

    /// Which history this is, for those that follow it: drawn when it was made. 0 where the samples are in a store.
    pub fn source(&self) -> u64 {
        self.source
    }

    /// What hands over what is recorded here to those that follow.
    pub fn hand_over(&self) -> HandOver {
        let recorder = self.recorder();
        HandOver::new(self.reader(), self.status.clone(), self.source, Box::new(move || recorder.flush()))
    }

    /// Takes in ticks of another history: each once, in order. Returns up to which number their router is taken in then;
    /// blocks until they are written.
    pub fn append(&self, ticks: HandedTicks) -> Result<u64, Error> {
        self.recorder.ask(|answer| Message::Append(Box::new(ticks), answer))
    }

    /// Up to which number each router of another history is taken in.
    pub fn cursors(&self, source: u64) -> Result<HashMap<RouterId, u64>, Error> {
        self.recorder.ask(|answer| Message::Cursors(source, answer))
    }

    /// Closes it: what was recorded is written, and the thread ends.
    pub fn close(self) {
        drop(self);
    }
}

impl Drop for History {
    fn drop(&mut self) {
        let _ = self.recorder.queue.send(Message::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Held for as long as the history is open.
pub(crate) fn lock(folder: &Folder) -> Result<File, Error> {
    let path = folder.lock();
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(folder.path().to_owned())),
        Err(TryLockError::Error(error)) => Err(Error::file(&path)(error)),
    }
}

/// The thread.
struct Writer {
    engine: Engine,
    reader: Reader,
    messages: Receiver<Message>,
    waiting: Arc<Waiting>,
    begun: Instant,
    _lock: File,
}

impl Writer {
    fn run(mut self) {
        if !self.replayed() {
            return;
        }
        let mut next_sync = Instant::now() + SYNC_EVERY;
        let mut try_again = None;
        let mut rest_until = None;
        let mut busy = true;
        loop {
            let now = Instant::now();
            let rested = rest_until.is_none_or(|until| now >= until);
            let message = if busy && rested {
                match self.messages.try_recv() {
                    Ok(message) => Some(message),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => Some(Message::End),
                }
            } else {
                match self.messages.recv_timeout(next_sync.saturating_duration_since(now).min(NAP)) {
                    Ok(message) => Some(message),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => Some(Message::End),
                }
            };
            match message {
                Some(Message::End) => break,
                Some(message) => {
                    self.take(message, &mut try_again);
                    busy = true;
                }
                None => {}
            }
            // A step after each message too: whoever records quickly must not keep the hours from being sealed.
            if busy && rested {
                match self.engine.work() {
                    Ok(Work::More) => rest_until = None,
                    Ok(Work::Done) => (busy, rest_until) = (self.closes_months(), None),
                    Err(error) => {
                        tracing::warn!(%error, "the history cannot be put together; it is tried again");
                        rest_until = Some(Instant::now() + RETRY_AFTER);
                    }
                }
            }
            if Instant::now() >= next_sync {
                if let Err(error) = self.engine.sync() {
                    tracing::warn!(%error, "the history is not safe from a loss of power");
                }
                next_sync = Instant::now() + SYNC_EVERY;
            }
        }
        if let Err(error) = self.engine.sync() {
            tracing::warn!(%error, "the last seconds of the history may be lost");
        }
    }

    /// Writes down percentiles of months that are over, a few at a time. `true` when there may be more.
    fn closes_months(&self) -> bool {
        let close = || -> Result<bool, Error> {
            // The last days of a month are put together a little after its end.
            let months = self.engine.database.open_months(self.engine.today_ms() - MONTH_OVER_MS, MONTHS)?;
            for open in &months {
                let (line, month) = (LineId::from_number(open.line), open.month);
                let found = self.reader.percentile(&PercentileQuery { line, month, p: 95.0, rule: Rule::Separate })?;
                let rates = [found.rx_bps, found.tx_bps];
                self.engine.database.close_month(open, rates, [found.used, found.missing])?;
            }
            Ok(!months.is_empty())
        };
        close().unwrap_or_else(|error| {
            tracing::warn!(%error, "percentiles of a month are not written down");
            false
        })
    }

    /// Reads the journal. As long as that fails nothing is recorded; `false` when it is to end.
    fn replayed(&mut self) -> bool {
        loop {
            let Err(error) = self.engine.replay() else { return true };
            tracing::error!(%error, "the history's journal cannot be read; it is tried again");
            let since_ms = 0;
            self.engine.status.lock().recording = Recording::Stopped { since_ms, cause: error.to_string() };
            let until = Instant::now() + RETRY_AFTER;
            while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
                match self.messages.recv_timeout(left) {
                    Ok(Message::Tick(tick)) => self.waiting.gone(&tick),
                    Ok(Message::Flush(answer) | Message::Compact(answer)) => drop(answer.try_send(Err(Error::Closed))),
                    Ok(Message::Append(_, answer)) => drop(answer.try_send(Err(Error::Closed))),
                    Ok(Message::Cursors(_, answer)) => drop(answer.try_send(Err(Error::Closed))),
                    Ok(Message::Event(_) | Message::BeginsAnew(_) | Message::Configure(_))
                    | Err(RecvTimeoutError::Timeout) => {}
                    Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return false,
                }
            }
            self.engine.forget();
        }
    }

    fn take(&mut self, message: Message, try_again: &mut Option<Instant>) {
        match message {
            Message::Tick(tick) => {
                for router in self.waiting.lost().drain() {
                    self.engine.lost(&router);
                }
                self.waiting.gone(&tick);
                if self.engine.is_stopped() && try_again.is_some_and(|at| Instant::now() < at) {
                    self.engine.lost(&tick.router);
                    return;
                }
                *try_again = match self.engine.tick(&tick) {
                    Ok(()) => None,
                    Err(_) => Some(Instant::now() + RETRY_AFTER),
                };
            }
            Message::Event(event) => {
                if let Err(error) = self.engine.event(&event) {
                    tracing::warn!(%error, "an event of the history is lost");
                }
            }
            Message::BeginsAnew(router) => self.engine.begins_anew(&router),
            Message::Flush(answer) => drop(answer.try_send(self.engine.sync())),
            Message::Compact(answer) => drop(answer.try_send(self.engine.compact())),
            Message::Append(ticks, answer) => {
                let mono_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                drop(answer.try_send(self.engine.append(&ticks, mono_ms)));
            }
            Message::Cursors(source, answer) => drop(answer.try_send(self.engine.cursors_of(source))),
            Message::Configure(chosen) => {
                let Configured { zone, interval, retention } = *chosen;
                let changed = self.engine.configure(zone, interval, retention);
                if let Err(error) = changed {
                    tracing::warn!(%error, "the history's days are still those of the zone before");
                }
            }
            Message::End => {}
        }
    }
}

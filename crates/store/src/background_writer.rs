//! What is written in the background, on a thread of the store's own: when something was last used, sessions that began
//! or ended while nothing could be written. A file that could not be written is tried again.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::Error;
use crate::database::Database;
use crate::last_use::{self, LastUse};
use crate::memory_sessions::{self, MemorySessions};

/// The pause between two attempts while nothing can be written.
const PAUSE: Duration = Duration::from_secs(5);
/// How long the last attempt may take where it goes to other machines: what it waits for may run on the very thread that
/// ends the store.
const LAST: Duration = Duration::from_secs(1);
/// The pause between two looks whether it is done.
const LOOK: Duration = Duration::from_millis(2);

/// The writing thread. It ends when this is dropped, after one last attempt.
#[derive(Debug)]
pub(crate) struct BackgroundWriter {
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    database: Arc<Database>,
}

impl BackgroundWriter {
    pub(crate) fn start(
        database: &Arc<Database>,
        last_use: &Arc<LastUse>,
        sessions: &Arc<MemorySessions>,
    ) -> Result<Self, Error> {
        // What to write is read from `last_use` and `sessions`, so one pending wake-up is enough.
        let (bell, rung) = sync_channel(1);
        let mut work =
            Work { database: database.clone(), last_use: last_use.clone(), sessions: sessions.clone(), failing: false };
        let thread = Builder::new().name("lalin-store".to_owned()).spawn(move || {
            loop {
                match rung.recv_timeout(PAUSE) {
                    Ok(()) if work.failing => {}
                    Ok(()) => work.write(),
                    Err(RecvTimeoutError::Timeout) => work.again(),
                    Err(RecvTimeoutError::Disconnected) => return work.write(),
                }
            }
        });
        let thread = thread.map_err(|error| Error::System(error.to_string()))?;
        Ok(Self { bell: Some(bell), thread: Some(thread), database: database.clone() })
    }

    pub(crate) fn wake(&self) {
        if let Some(Err(TrySendError::Disconnected(()))) = self.bell.as_ref().map(|bell| bell.try_send(())) {
            tracing::error!("the store's thread is gone: when something was last used is not written any more");
        }
    }
}

impl Drop for BackgroundWriter {
    fn drop(&mut self) {
        self.bell = None;
        let Some(thread) = self.thread.take() else { return };
        if self.database.sharing().is_some() {
            let mut waited = Duration::ZERO;
            while !thread.is_finished() && waited < LAST {
                std::thread::park_timeout(LOOK);
                waited += LOOK;
            }
            if !thread.is_finished() {
                return;
            }
        }
        let _ = thread.join();
    }
}

struct Work {
    database: Arc<Database>,
    last_use: Arc<LastUse>,
    sessions: Arc<MemorySessions>,
    failing: bool,
}

impl Work {
    fn again(&mut self) {
        self.database.reopen();
        self.write();
    }

    fn write(&mut self) {
        let (uses, changes) = (self.last_use.unwritten(), self.sessions.unwritten());
        if uses.is_empty() && changes.is_empty() {
            return;
        }
        let written = self.database.write_now(|db, _| {
            last_use::write(db, &uses)?;
            memory_sessions::write(db, &changes)
        });
        match written {
            Ok(()) => {
                self.last_use.wrote(&uses);
                self.sessions.wrote(&changes);
                if std::mem::take(&mut self.failing) {
                    tracing::info!("what was put off is written");
                }
            }
            Err(error) => {
                // Logged once, not at every attempt.
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(%error, "when something was last used is not written for now");
                }
            }
        }
    }
}

//! One connection from its first byte to its last: reads sentences, logs the client in, starts a task for each
//! command and cancels it. The answers are written in `command`.

use std::net::IpAddr;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::codec::{Decoder, Limits, Words};
use super::connection::Connection;
use super::login::{self, Verdict};
use super::writer::{self, ReplySender};
use crate::Fault;
use crate::command::{self, Command, Reply};
use crate::lock::lock;
use crate::router::Router;
use crate::router::SessionSlot;

/// The most commands at once in one session.
const MAX_COMMANDS: usize = 256;
/// The most sentences before a login.
const SENTENCES_BEFORE_LOGIN: usize = 32;
/// How long a client may take to read the last sentences.
const LAST_WRITE: Duration = Duration::from_secs(1);

/// A word length of 2 GiB.
const HOSTILE_LENGTH: &[u8] = &[0xF0, 0x7F, 0xFF, 0xFF, 0xFF];
/// A reserved control byte.
const CONTROL_BYTE: &[u8] = &[0xF8];

/// Serves one connection to its end.
pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    from: IpAddr,
    connection: Connection,
    router: Arc<Router>,
) {
    let (mut reader, writer) = tokio::io::split(stream);
    let (replies, queue) = writer::channel();
    let writing = writer::write(writer, queue, connection.clone(), router.clone());
    let mut writer = AbortOnDropHandle::new(tokio::spawn(writing));
    let mut session = Session {
        router,
        replies,
        from,
        connection,
        stage: Stage::LoggedOut { sentences: 0, challenge: None },
        running: Arc::default(),
        cancels: JoinSet::new(),
    };
    let end = tokio::select! {
        end = session.read(&mut reader) => end,
        // The client is gone, or the connection was closed by a reply.
        _ = &mut writer => return,
    };
    drop(session);
    if end == End::ByRouter {
        // The last sentences should still arrive.
        let _ = timeout(LAST_WRITE, writer).await;
    }
}

struct Session {
    router: Arc<Router>,
    replies: ReplySender,
    from: IpAddr,
    connection: Connection,
    stage: Stage,
    running: Arc<Mutex<Vec<Running>>>,
    cancels: JoinSet<()>,
}

enum Stage {
    LoggedOut { sentences: usize, challenge: Option<[u8; 16]> },
    LoggedIn(SessionSlot),
}

/// A command that is being answered.
struct Running {
    tag: Option<Vec<u8>>,
    task: AbortOnDropHandle<()>,
}

/// Who ended the connection.
#[derive(PartialEq, Eq)]
enum End {
    ByRouter,
    ByClient,
}

impl Session {
    async fn read(&mut self, reader: &mut (impl AsyncRead + Unpin)) -> End {
        let mut decoder = Decoder::new(Limits::BEFORE_LOGIN);
        let mut piece = vec![0; 4 << 10];
        loop {
            let Ok(read @ 1..) = reader.read(&mut piece).await else { return End::ByClient };
            decoder.push(&piece[..read]);
            loop {
                match decoder.next() {
                    Ok(Some((words, bytes))) => {
                        self.router.usage_counters.bytes_in.add(bytes);
                        if self.take(words).await.is_break() {
                            return End::ByRouter;
                        }
                        if let Stage::LoggedIn(_) = self.stage {
                            decoder.limits = Limits::AFTER_LOGIN;
                        }
                    }
                    Ok(None) => break,
                    Err(malformed) => {
                        tracing::debug!(?malformed, from = %self.from, "closing the connection");
                        return End::ByRouter;
                    }
                }
            }
        }
    }

    async fn take(&mut self, words: Words) -> ControlFlow<()> {
        if self.connection.is_forgotten() {
            return Continue(());
        }
        let command = Command::of(words);
        let faults = self.router.faults();
        let is_logged_in = matches!(self.stage, Stage::LoggedIn(_));
        if is_logged_in {
            self.count(&command);
        }
        if faults.has(&Fault::Silent) {
            return Continue(());
        }
        if is_logged_in && faults.has(&Fault::Cut) {
            return Break(());
        }
        if faults.has(&Fault::HostileLength) {
            return go_on(self.replies.send_last(HOSTILE_LENGTH).await);
        }
        if faults.has(&Fault::ControlByte) {
            return go_on(self.replies.send_last(CONTROL_BYTE).await);
        }
        if let Some(message) = faults.fatal() {
            return self.fatal(&message).await;
        }
        let delay = faults.delay();
        match (&mut self.stage, command.path.as_slice()) {
            (Stage::LoggedOut { sentences, .. }, path) => {
                *sentences += 1;
                if *sentences > SENTENCES_BEFORE_LOGIN {
                    return self.fatal("too many commands before login").await;
                }
                pause(delay).await;
                if path == b"/login" { self.login(&command).await } else { self.fatal("not logged in").await }
            }
            (Stage::LoggedIn(_), b"/quit") => {
                pause(delay).await;
                self.fatal("session terminated on request").await
            }
            (Stage::LoggedIn(_), b"/cancel") => {
                let reply = self.reply(&command);
                let delay = faults.slow_cancel().unwrap_or(delay);
                let is_last = faults.has(&Fault::CancelLast);
                let cancelling = cancel(self.running.clone(), command, reply, is_last);
                if delay.is_zero() {
                    cancelling.await;
                } else {
                    while self.cancels.try_join_next().is_some() {}
                    self.cancels.spawn(async move {
                        pause(delay).await;
                        cancelling.await;
                    });
                }
                Continue(())
            }
            (Stage::LoggedIn(slot), _) => {
                let may_read = lock(&self.router.config).grants(&slot.user, "read");
                self.start(command, delay, may_read).await
            }
        }
    }

    fn count(&self, command: &Command) {
        let counters = &self.router.usage_counters;
        match command.path.as_slice() {
            b"/cancel" => counters.cancels.add(1),
            b"/quit" => {}
            path => {
                counters.commands.add(1);
                if path == b"/interface/print" {
                    counters.prints.add(1);
                }
            }
        }
    }

    async fn login(&mut self, command: &Command) -> ControlFlow<()> {
        let most = self.router.max_sessions();
        if self.router.session_slots.taken() >= most {
            return Break(());
        }
        let Stage::LoggedOut { challenge, .. } = &mut self.stage else { return Continue(()) };
        let nobody = self.router.faults().has(&Fault::WrongPassword);
        let verdict = login::judge(&lock(&self.router.config), command, challenge.take(), nobody);
        let reply = Reply::new(&self.router, &self.replies, command.tag.clone());
        let sent = match verdict {
            Verdict::Challenge => {
                let bytes = self.router.challenge();
                *challenge = Some(bytes);
                reply.done_with(login::hex(bytes).as_bytes()).await
            }
            Verdict::Accepted(user) => {
                let slot = self.router.session_slots.take(most, user.into(), self.from, self.router.now());
                let Some(slot) = slot else { return Break(()) };
                self.stage = Stage::LoggedIn(slot);
                self.router.usage_counters.logins.add(1);
                reply.done().await
            }
            Verdict::Rejected(message) => {
                self.router.usage_counters.failed_logins.add(1);
                reply.refuse(None, message).await
            }
        };
        go_on(sent)
    }

    async fn start(&self, command: Command, delay: Duration, may_read: bool) -> ControlFlow<()> {
        let reply = self.reply(&command);
        let is_full = {
            let mut running = lock(&self.running);
            running.retain(|running| !running.task.is_finished());
            let is_full = running.len() >= MAX_COMMANDS;
            if !is_full {
                let tag = command.tag.clone();
                let reply = reply.clone();
                let task = tokio::spawn(async move {
                    pause(delay).await;
                    // An error means that the client is gone, which ends the session anyway.
                    let _ = command::run(command, reply, may_read).await;
                });
                running.push(Running { tag, task: AbortOnDropHandle::new(task) });
            }
            is_full
        };
        if is_full { go_on(reply.refuse(Some(5), "too many commands").await) } else { Continue(()) }
    }

    fn reply(&self, command: &Command) -> Reply {
        Reply::new(&self.router, &self.replies, command.tag.clone())
    }

    async fn fatal(&self, message: &str) -> ControlFlow<()> {
        // Running commands must not write anything after it.
        let running = std::mem::take(&mut *lock(&self.running));
        for Running { task, .. } in running {
            task.abort();
            let _ = task.await;
        }
        let _ = Reply::new(&self.router, &self.replies, None).fatal(message).await;
        Break(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A `/cancel` that waits shares this list, so dropping the session alone would not end the commands.
        lock(&self.running).clear();
    }
}

/// The session ends if its client is gone.
fn go_on<E>(sent: Result<(), E>) -> ControlFlow<()> {
    if sent.is_ok() { Continue(()) } else { Break(()) }
}

/// Does not even yield if there is nothing to wait for.
async fn pause(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}

/// Interrupts the commands of a tag, or all of them. The `!done` of the cancel comes before those of the commands it
/// cancelled, unless it is to be the last.
async fn cancel(running: Arc<Mutex<Vec<Running>>>, command: Command, reply: Reply, is_last: bool) {
    let target = command.get("tag");
    let cancelled: Vec<Running> =
        lock(&running).extract_if(.., |running| target.is_none() || running.tag.as_deref() == target).collect();
    let mut interrupted = Vec::new();
    for Running { tag, task } in cancelled {
        task.abort();
        // A command that had ended before is not interrupted any more.
        if task.await.is_err() {
            interrupted.push(reply.to(tag));
        }
    }
    for target in &interrupted {
        let _ = target.trap(Some(2), "interrupted").await;
    }
    if !is_last {
        let _ = reply.done().await;
    }
    for target in &interrupted {
        let _ = target.done().await;
    }
    if is_last {
        let _ = reply.done().await;
    }
}

//! One connection from its first byte to its last: it reads sentences, lets in who may, starts a task for each
//! command and cancels it. What a command answers is `command`'s.

use std::net::IpAddr;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::Fault;
use crate::command::{self, Command, Reply};
use crate::line::Line;
use crate::login::{self, Verdict};
use crate::outlet::{self, Outlet};
use crate::router::{Router, lock};
use crate::seats::Seat;
use crate::wire::{Decoder, Limits, Words};

/// The most commands at once in one session.
const AT_ONCE: usize = 256;
/// The most sentences before a login.
const STRANGERS_SENTENCES: usize = 32;
/// How long a client may take to read the last words.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves one connection to its end.
pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    from: IpAddr,
    line: Line,
    router: Arc<Router>,
) {
    let (mut reader, writer) = tokio::io::split(stream);
    let (outlet, batches) = outlet::channel();
    let writing = outlet::write(writer, batches, line.clone(), router.clone());
    let mut writer = AbortOnDropHandle::new(tokio::spawn(writing));
    let mut session = Session {
        router,
        outlet,
        from,
        line,
        stage: Stage::Stranger { sentences: 0, challenge: None },
        running: Arc::default(),
        cancels: JoinSet::new(),
    };
    let end = tokio::select! {
        end = session.read(&mut reader) => end,
        // The client is gone, or the line was reset.
        _ = &mut writer => return,
    };
    drop(session);
    if end == End::Ours {
        // What was said last is to arrive.
        let _ = timeout(FAREWELL, writer).await;
    }
}

struct Session {
    router: Arc<Router>,
    outlet: Outlet,
    from: IpAddr,
    line: Line,
    stage: Stage,
    running: Arc<Mutex<Vec<Running>>>,
    cancels: JoinSet<()>,
}

enum Stage {
    Stranger { sentences: usize, challenge: Option<[u8; 16]> },
    Guest(#[expect(dead_code, reason = "held for as long as the session lasts")] Seat),
}

/// A command under way.
struct Running {
    tag: Option<Vec<u8>>,
    task: AbortOnDropHandle<()>,
}

/// Who ended the connection.
#[derive(PartialEq, Eq)]
enum End {
    Ours,
    Theirs,
}

impl Session {
    async fn read(&mut self, reader: &mut (impl AsyncRead + Unpin)) -> End {
        let mut decoder = Decoder::new(Limits::STRANGER);
        let mut piece = vec![0; 4 << 10];
        loop {
            let Ok(read @ 1..) = reader.read(&mut piece).await else { return End::Theirs };
            decoder.push(&piece[..read]);
            loop {
                match decoder.next() {
                    Ok(Some((words, bytes))) => {
                        self.router.counts.bytes_in.add(bytes);
                        if self.take(words).await.is_break() {
                            return End::Ours;
                        }
                        if let Stage::Guest(_) = self.stage {
                            decoder.limits = Limits::GUEST;
                        }
                    }
                    Ok(None) => break,
                    Err(malformed) => {
                        tracing::debug!(?malformed, from = %self.from, "closing the connection");
                        return End::Ours;
                    }
                }
            }
        }
    }

    async fn take(&mut self, words: Words) -> ControlFlow<()> {
        if self.line.is_forgotten() {
            return Continue(());
        }
        let command = Command::of(words);
        let fault = self.router.fault();
        let guest = matches!(self.stage, Stage::Guest(_));
        if guest {
            self.count(&command);
        }
        match &*fault {
            Fault::Silent => return Continue(()),
            Fault::Cut if guest => return Break(()),
            Fault::HostileLength => return self.said(self.outlet.send_last(&[0xF0, 0x7F, 0xFF, 0xFF, 0xFF]).await),
            Fault::ControlByte => return self.said(self.outlet.send_last(&[0xF8]).await),
            Fault::Fatal(message) => return self.fatal(message).await,
            _ => {}
        }
        let delay = if let Fault::Delay(delay) = *fault { delay } else { Duration::ZERO };
        match (&mut self.stage, command.path.as_slice()) {
            (Stage::Stranger { sentences, .. }, path) => {
                *sentences += 1;
                if *sentences > STRANGERS_SENTENCES {
                    return self.fatal("too many commands before login").await;
                }
                pause(delay).await;
                if path == b"/login" { self.login(&command).await } else { self.fatal("not logged in").await }
            }
            (Stage::Guest(_), b"/quit") => {
                pause(delay).await;
                self.fatal("session terminated on request").await
            }
            (Stage::Guest(_), b"/cancel") => {
                let reply = self.reply(&command);
                let delay = if let Fault::SlowCancel(delay) = *fault { delay } else { delay };
                let cancelling = cancel(self.running.clone(), command, reply, *fault == Fault::CancelLast);
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
            (Stage::Guest(_), _) => self.start(command, delay).await,
        }
    }

    fn count(&self, command: &Command) {
        let counts = &self.router.counts;
        match command.path.as_slice() {
            b"/cancel" => counts.cancels.add(1),
            b"/quit" => {}
            path => {
                counts.commands.add(1);
                if path == b"/interface/print" {
                    counts.prints.add(1);
                }
            }
        }
    }

    async fn login(&mut self, command: &Command) -> ControlFlow<()> {
        let most = self.router.most_sessions();
        if self.router.seats.taken() >= most {
            return Break(());
        }
        let Stage::Stranger { challenge, .. } = &mut self.stage else { return Continue(()) };
        let never = *self.router.fault() == Fault::WrongPassword;
        let verdict = login::judge(&lock(&self.router.config), command, challenge.take(), never);
        let reply = Reply::new(&self.router, &self.outlet, command.tag.clone());
        let said = match verdict {
            Verdict::Challenge => {
                let bytes = self.router.challenge();
                *challenge = Some(bytes);
                reply.done_with(login::hex(bytes).as_bytes()).await
            }
            Verdict::Welcome => {
                let Some(seat) = self.router.seats.take(most, self.from, self.router.now()) else { return Break(()) };
                self.stage = Stage::Guest(seat);
                self.router.counts.logins.add(1);
                reply.done().await
            }
            Verdict::Wrong(message) => {
                self.router.counts.failed_logins.add(1);
                reply.refuse(None, message).await
            }
        };
        self.said(said)
    }

    async fn start(&mut self, command: Command, delay: Duration) -> ControlFlow<()> {
        let reply = self.reply(&command);
        let full = {
            let mut running = lock(&self.running);
            running.retain(|running| !running.task.is_finished());
            let full = running.len() >= AT_ONCE;
            if !full {
                let tag = command.tag.clone();
                let reply = reply.clone();
                let task = tokio::spawn(async move {
                    pause(delay).await;
                    // The client being gone ends the session too; nothing to do here.
                    let _ = command::run(command, reply).await;
                });
                running.push(Running { tag, task: AbortOnDropHandle::new(task) });
            }
            full
        };
        if full { self.said(reply.refuse(Some(5), "too many commands").await) } else { Continue(()) }
    }

    fn reply(&self, command: &Command) -> Reply {
        Reply::new(&self.router, &self.outlet, command.tag.clone())
    }

    async fn fatal(&self, message: &str) -> ControlFlow<()> {
        // Commands under way have no more say.
        let running = std::mem::take(&mut *lock(&self.running));
        for Running { task, .. } in running {
            task.abort();
            let _ = task.await;
        }
        let _ = Reply::new(&self.router, &self.outlet, None).fatal(message).await;
        Break(())
    }

    fn said<E>(&self, said: Result<(), E>) -> ControlFlow<()> {
        if said.is_ok() { Continue(()) } else { Break(()) }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A cancel that waits holds these too.
        lock(&self.running).clear();
    }
}

/// Not even a yield where there is nothing to wait for.
async fn pause(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}

/// Interrupts the commands of a tag, or all of them. The cancel's own end comes before that of what it cancelled, unless
/// it is to be the `last`.
async fn cancel(running: Arc<Mutex<Vec<Running>>>, command: Command, reply: Reply, last: bool) {
    let target = command.get("tag");
    let hit: Vec<Running> =
        lock(&running).extract_if(.., |running| target.is_none() || running.tag.as_deref() == target).collect();
    let mut interrupted = Vec::new();
    for Running { tag, task } in hit {
        task.abort();
        // One that had said its end before is no longer to be interrupted.
        if task.await.is_err() {
            interrupted.push(reply.to(tag));
        }
    }
    for target in &interrupted {
        let _ = target.trap(Some(2), "interrupted").await;
    }
    if !last {
        let _ = reply.done().await;
    }
    for target in &interrupted {
        let _ = target.done().await;
    }
    if last {
        let _ = reply.done().await;
    }
}

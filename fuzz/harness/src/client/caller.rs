//! The callers' side: commands that run, streams that are read, and what their outcomes must be.

use std::time::Duration;

use routeros::{Client, Command, Error, Options, Phase, Reply, Rows, Sentence};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::peer::{Memory, Shared};

/// Timers count in milliseconds, rounded up.
const GRAIN: Duration = Duration::from_millis(2);

/// A command that runs in a task of its own.
pub(super) struct Run {
    pub(super) id: u32,
    limit: Duration,
    start: Instant,
    task: JoinHandle<(Result<Reply, Error>, Instant)>,
}

impl Run {
    pub(super) fn new(client: &Client, id: u32, timeout: Option<Duration>, options: &Options) -> Self {
        let (client, command) = (client.clone(), command(id, timeout));
        let start = Instant::now();
        let task = tokio::spawn(async move {
            let outcome = client.run(command).await;
            (outcome, Instant::now())
        });
        Self { id, limit: timeout.unwrap_or(options.command_timeout), start, task }
    }

    /// Nobody waits for it any more.
    pub(super) fn abort(self) {
        self.task.abort();
    }

    /// Its outcome, which comes within its limit, and when it came.
    pub(super) async fn end(self) -> (Result<Reply, Error>, Instant) {
        match timeout(self.limit + 2 * GRAIN, self.task).await {
            Ok(Ok((outcome, at))) => {
                let took = at - self.start;
                assert!(took <= self.limit + GRAIN, "it took {took:?}");
                (outcome, at)
            }
            Ok(Err(error)) => panic!("its task broke: {error}"),
            Err(_) => panic!("it hangs"),
        }
    }
}

/// A stream of rows and how far it was read.
pub(super) struct Reader {
    pub(super) id: u32,
    rows: Rows,
    taken: u32,
    /// How it ended.
    pub(super) end: Option<Result<(), Error>>,
}

impl Reader {
    /// Begins one, if there is a place for it now.
    pub(super) async fn new(client: &Client, id: u32, limit: Option<Duration>) -> Option<Self> {
        match timeout(Duration::from_millis(1), client.stream(command(id, limit))).await {
            Ok(Ok(rows)) => Some(Self { id, rows, taken: 0, end: None }),
            Ok(Err(error)) => {
                usual(&error);
                None
            }
            Err(_) => None,
        }
    }

    /// Takes rows while there are some, so many at most.
    pub(super) async fn take(&mut self, most: usize, shared: &Shared, honest: bool) {
        for _ in 0..most {
            match timeout(Duration::from_millis(1), self.rows.next()).await {
                Ok(Some(Ok(row))) => {
                    assert!(self.end.is_none(), "a row after the end");
                    if honest {
                        is_of(&row, self.id, self.taken);
                    }
                    self.taken += 1;
                }
                Ok(Some(Err(error))) => {
                    assert!(self.end.is_none(), "two ends");
                    usual(&error);
                    if honest {
                        failed(&error, self.id, Instant::now(), &shared.lock());
                    }
                    self.end = Some(Err(error));
                }
                Ok(None) => {
                    if self.end.is_none() && honest {
                        ended(self.id, self.taken, Instant::now(), &shared.lock());
                    }
                    self.end.get_or_insert(Ok(()));
                    return;
                }
                Err(_) => return,
            }
        }
    }
}

/// Looks at the outcome of a command, and when it came.
pub(super) fn judge(id: u32, (outcome, at): &(Result<Reply, Error>, Instant), memory: &Memory, honest: bool) {
    match outcome {
        Ok(reply) if honest => {
            for (row, number) in reply.rows.iter().zip(0..) {
                is_of(row, id, number);
            }
            ended(id, reply.rows.len() as u32, *at, memory);
        }
        Ok(_) => {}
        Err(error) => {
            usual(error);
            assert!(!matches!(error, Error::Lagged), "a collected reply cannot lag");
            if honest {
                failed(error, id, *at, memory);
            }
        }
    }
}

fn command(id: u32, limit: Option<Duration>) -> Command {
    let command = Command::new("/x").attribute("id", id.to_string());
    limit.into_iter().fold(command, Command::timeout)
}

/// A reply never goes to another command, and no row is lost or comes twice.
fn is_of(row: &Sentence, id: u32, number: u32) {
    let read = |key| row.get(key).and_then(|value| value.u64());
    assert_eq!((read("owner"), read("n")), (Some(id.into()), Some(number.into())), "{row:?}");
}

/// A command that ended well was ended by the router, with all of its rows, and was not cancelled.
fn ended(id: u32, rows: u32, at: Instant, memory: &Memory) {
    let Some(heard) = memory.of(id) else { panic!("an answer to what was never asked") };
    assert!(heard.done.is_some_and(|done| done <= at), "it ended before its end");
    assert_eq!((heard.rows, heard.traps), (rows, 0));
    assert!(heard.cancelled.is_none(), "cancelled, and it ended well");
}

/// A command that the router refused was refused by it, and ended.
fn failed(error: &Error, id: u32, at: Instant, memory: &Memory) {
    let heard = memory.of(id);
    let ended = heard.is_some_and(|heard| heard.traps > 0 && heard.done.is_some_and(|done| done <= at));
    match error {
        Error::Trap { traps } => {
            assert!(ended && !traps.is_empty(), "refused before its end");
            assert!(heard.is_some_and(|heard| traps.len() <= heard.traps), "too many complaints");
        }
        Error::NotPermitted { .. } => assert!(ended, "refused before its end"),
        _ => {}
    }
}

/// Errors that a command can end with.
fn usual(error: &Error) {
    match error {
        Error::TimedOut { phase: Phase::Command, .. }
        | Error::Busy { .. }
        | Error::Closed { .. }
        | Error::Fatal { .. }
        | Error::Lagged
        | Error::Malformed(_)
        | Error::NotPermitted { .. }
        | Error::TooLarge
        | Error::Trap { .. } => assert!(!error.to_string().is_empty()),
        other => panic!("a command's error is not {other:?}"),
    }
}

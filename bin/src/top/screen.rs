//! The terminal: taken over while the table is shown, and given back whatever ends it: a key, Ctrl+C, a signal, a panic.

use std::io::{self, Write, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::park_timeout;
use std::time::Duration;

use futures_util::FutureExt as _;
use ratatui::crossterm::event::{self, DisableMouseCapture, EnableMouseCapture};
use ratatui::crossterm::execute;
use ratatui::layout::Rect;
use serde_json::json;
use tokio::time::Instant;

use super::draw::draw;
use super::feed::{Feed, Sample};
use super::figures::of_rate;
use super::input::{Outcome, take};
use super::look::Look;
use super::table::Table;
use crate::columns;
use crate::error::Error;
use crate::signals::stop_asked;

/// A first sample may take as long as a slow router.
const FIRST: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(200);

/// Shows the table until somebody ends it.
pub(super) fn run(feed: &mut impl Feed, mut table: Table, seconds: u64) -> Result<(), Error> {
    let mut terminal = ratatui::try_init().map_err(Error::Terminal)?;
    // The hook of a panic gives the terminal back; the mouse is ours to give back.
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = execute!(stdout(), DisableMouseCapture);
        before(panic);
    }));
    let _ = execute!(stdout(), EnableMouseCapture);
    // A signal, such as the end of the SSH session, ends it in order too.
    let stopped = Arc::new(AtomicBool::new(false));
    let told = stopped.clone();
    let wait = async move {
        stop_asked().await;
        told.store(true, Ordering::Release);
    };
    let waiting = tokio::spawn(wait.boxed());
    let look = Look::of(|name| std::env::var(name).ok());
    let done = shown(&mut terminal, feed, &mut table, look, seconds, &stopped);
    waiting.abort();
    let _ = execute!(stdout(), DisableMouseCapture);
    ratatui::restore();
    done.map_err(Error::Terminal)
}

fn shown(
    terminal: &mut ratatui::DefaultTerminal,
    feed: &mut impl Feed,
    table: &mut Table,
    look: Look,
    seconds: u64,
    stopped: &AtomicBool,
) -> io::Result<()> {
    let every = Duration::from_secs(seconds.max(1));
    let mut rows = Rect::default();
    loop {
        table.take(feed.sample());
        terminal.draw(|frame| rows = draw(frame, table, look))?;
        let next = Instant::now() + every;
        while let Some(left) = next.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            if stopped.load(Ordering::Acquire) {
                return Ok(());
            }
            if !event::poll(left.min(LOOK))? {
                continue;
            }
            match take(table, &event::read()?, rows) {
                Outcome::Quit => return Ok(()),
                Outcome::NextRouter => {
                    feed.next_router();
                    break;
                }
                Outcome::Draw => {
                    terminal.draw(|frame| rows = draw(frame, table, look))?;
                }
                Outcome::Nothing => {}
            }
        }
    }
}

/// One table, for people or for programs, once there are rates.
pub(super) fn once(feed: &mut impl Feed, mut table: Table, as_json: bool) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        let heard = feed.sample();
        let rates = |sample: &Sample| sample.state == "live" && sample.lines.iter().any(|line| line.down.is_some());
        match heard {
            Ok(sample) if rates(&sample) || begun.elapsed() >= FIRST => {
                table.take(Ok(sample));
                break;
            }
            Err(trouble) if begun.elapsed() >= FIRST => return Err(feed.failed(trouble)),
            _ => park_timeout(LOOK),
        }
    }
    if as_json {
        return print(&(serde_json::to_string_pretty(&as_value(&table))? + "\n"));
    }
    let row = |line: &&super::feed::LineNow| vec![of_rate(line.down), of_rate(line.up), line.name.clone()];
    let mut all = vec![vec!["DOWN".to_owned(), "UP".to_owned(), table.sample.router.clone()]];
    all.extend(table.shown().iter().map(row));
    print(&columns::table(&all))
}

/// Whoever reads may have seen enough, such as `head`.
fn print(text: &str) -> Result<(), Error> {
    match stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Terminal(error)),
        _ => Ok(()),
    }
}

fn as_value(table: &Table) -> serde_json::Value {
    let line = |line: &&super::feed::LineNow| {
        json!({
            "key": line.key, "name": line.name, "type": line.kind, "comment": line.comment, "running": line.running,
            "downloadBps": line.down, "uploadBps": line.up,
        })
    };
    let sample = &table.sample;
    json!({
        "router": sample.router,
        "state": sample.state,
        "detail": sample.detail,
        "atMs": sample.at_ms,
        "lines": table.shown().iter().map(line).collect::<Vec<_>>(),
    })
}

//! The router's side: what it heard of every command, what it said to each, and what that must have come to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use routeros::{Limits, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};

use crate::reference::{self, Words};

/// What the router knows of one command.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The number the caller gave it; `None` for a `/cancel` and the login.
    pub(super) id: Option<u32>,
    pub(super) tag: Vec<u8>,
    /// Whether its `!done` was sent.
    pub(super) done: Option<Instant>,
    pub(super) cancelled: Option<Instant>,
    pub(super) rows: u32,
    pub(super) traps: usize,
}

/// Everything that was heard, in order, and what was answered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) commands: Vec<Heard>,
    bytes: Vec<u8>,
    limits: Option<Limits>,
    /// Whether something was said that this does not tell: bytes that nobody looked at, a reply without a tag.
    pub(super) forged: bool,
}

/// What both tasks of the router share.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Memory>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// The command with this number.
    pub(super) fn of(&self, id: u32) -> Option<&Heard> {
        self.commands.iter().find(|heard| heard.id == Some(id))
    }

    /// Whether the router let a cancelled command run on for longer than a client bears.
    pub(super) fn ignored_a_cancel(&self, now: Instant, grace: Duration) -> bool {
        self.commands.iter().any(|heard| {
            let until = heard.done.unwrap_or(now);
            heard.cancelled.is_some_and(|since| until.duration_since(since) + Duration::from_millis(2) >= grace)
        })
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let sentences = reference::read(&self.bytes, &Limits::default()).sentences;
        // The client writes prefixes as short as they go, and no empty sentence.
        let read: usize = sentences.iter().map(|words| reference::sentence(words).len()).sum();
        self.bytes.drain(..read);
        for words in sentences {
            self.command(&words);
        }
    }

    fn command(&mut self, words: &Words) {
        let Some(tag) = reference::tag(words) else { panic!("a command without a tag: {words:?}") };
        assert!(self.commands.iter().all(|other| other.tag != tag), "a tag was used twice");
        let attributes: BTreeMap<_, _> = reference::attributes(words).into_iter().collect();
        let mut heard = Heard { tag: tag.to_vec(), ..Heard::default() };
        if words[0] == b"/cancel" {
            let target = attributes.get(&b"tag"[..]);
            let target = self.commands.iter_mut().find(|other| Some(&other.tag) == target);
            let Some(target) = target else { panic!("cancelled what never was") };
            assert!(target.cancelled.is_none(), "cancelled twice");
            target.cancelled = Some(Instant::now());
        } else {
            heard.id = attributes.get(&b"id"[..]).and_then(|id| std::str::from_utf8(id).ok()?.parse().ok());
        }
        self.commands.push(heard);
        let open = |heard: &&Heard| heard.id.is_some() && heard.done.is_none();
        if let Some(limits) = self.limits.filter(|_| !self.forged) {
            assert!(self.commands.iter().filter(open).count() <= limits.commands.max(1), "too many in flight");
        }
    }
}

/// Hears commands while it is not told to be deaf. Gives its end of the pipe back once the client has closed it, or
/// `over` says so.
pub(super) async fn listen(
    mut reader: ReadHalf<DuplexStream>,
    shared: Shared,
    mut deaf: watch::Receiver<Option<bool>>,
) -> ReadHalf<DuplexStream> {
    let mut bytes = [0; 1_024];
    loop {
        let manner = *deaf.borrow_and_update();
        tokio::select! {
            biased;
            changed = deaf.changed() => if changed.is_err() { return reader },
            read = reader.read(&mut bytes), if manner == Some(false) => match read {
                Ok(read) if read > 0 => shared.lock().hear(&bytes[..read]),
                _ => return reader,
            },
            () = std::future::ready(()), if manner.is_none() => return reader,
        }
    }
}

/// The router's mouth.
pub(super) struct Mouth {
    pub(super) shared: Shared,
    writer: Option<WriteHalf<DuplexStream>>,
    limits: Limits,
    /// In how large pieces it speaks, bytes.
    pub(super) step: usize,
    /// Whether a tag stands at a sentence's end.
    pub(super) tag_last: bool,
    /// Whether tags are left out.
    pub(super) untagged: bool,
    /// Whether the client has a reason to end the connection.
    pub(super) may_end: bool,
}

impl Mouth {
    pub(super) fn new(writer: WriteHalf<DuplexStream>, shared: Shared, options: &Options) -> Self {
        shared.lock().limits = Some(options.limits);
        let limits = options.limits;
        Self { shared, writer: Some(writer), limits, step: 64 << 10, tag_last: false, untagged: false, may_end: false }
    }

    /// Sends bytes as they are.
    pub(super) async fn sends(&mut self, bytes: &[u8]) {
        // Giants in crumbs take too long to be fuzzed.
        for piece in bytes.chunks(self.step.max(bytes.len() / 60)) {
            let Some(writer) = &mut self.writer else { return };
            // The client always reads, but for one that has ended.
            match timeout(Duration::from_secs(60), writer.write_all(piece)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => self.writer = None,
                Err(_) => panic!("the client does not read"),
            }
            if self.step < 64 {
                yield_now().await;
            }
        }
    }

    /// Says a sentence with a tag, or without one.
    pub(super) async fn says(&mut self, mut words: Vec<Vec<u8>>, tag: Option<&[u8]>) {
        if let Some(tag) = tag.filter(|_| !self.untagged) {
            words.insert(if self.tag_last { words.len() } else { 1 }, [b".tag=", tag].concat());
        }
        let bytes = reference::sentence(&words);
        let longest = words.iter().map(Vec::len).max().unwrap_or_default();
        let beyond =
            longest > self.limits.word || bytes.len() > self.limits.sentence || words.len() > self.limits.words;
        self.may_end |= beyond;
        self.sends(&bytes).await;
    }

    /// Ends what it says; the client may still be heard.
    pub(super) async fn close(&mut self) {
        self.may_end = true;
        if let Some(mut writer) = self.writer.take() {
            let _ = writer.shutdown().await;
        }
    }

    /// A row of the command at this place.
    pub(super) async fn row(&mut self, at: usize, fill: usize) {
        let (owner, number, tag) = {
            let mut memory = self.shared.lock();
            let heard = &mut memory.commands[at];
            heard.rows += 1;
            (heard.id, heard.rows - 1, heard.tag.clone())
        };
        let owner = owner.map_or("nobody".into(), |id| id.to_string());
        let mut words =
            vec![b"!re".to_vec(), format!("=owner={owner}").into_bytes(), format!("=n={number}").into_bytes()];
        if fill > 0 {
            words.push([b"=fill=", &vec![b'x'; fill][..]].concat());
        }
        self.says(words, Some(&tag)).await;
    }

    /// The end of the command at this place.
    pub(super) async fn done(&mut self, at: usize) {
        let tag = {
            let mut memory = self.shared.lock();
            memory.commands[at].done = Some(Instant::now());
            memory.commands[at].tag.clone()
        };
        self.says(vec![b"!done".to_vec()], Some(&tag)).await;
    }

    /// A complaint about the command at this place.
    pub(super) async fn trap(&mut self, at: usize, message: &[u8]) {
        let tag = {
            let mut memory = self.shared.lock();
            memory.commands[at].traps += 1;
            memory.commands[at].tag.clone()
        };
        self.says(vec![b"!trap".to_vec(), b"=category=2".to_vec(), [b"=message=", message].concat()], Some(&tag)).await;
    }

    /// The places of the commands that have not ended.
    pub(super) fn open(&self) -> Vec<usize> {
        let memory = self.shared.lock();
        let open = |(at, heard): (usize, &Heard)| heard.done.is_none().then_some(at);
        memory.commands.iter().enumerate().filter_map(open).collect()
    }
}

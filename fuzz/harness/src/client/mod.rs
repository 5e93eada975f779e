//! A client among callers who come and go and a router that does as it likes, both by one script.

mod caller;
mod peer;

use std::time::Duration;

use arbitrary::Unstructured;
use routeros::{Client, Credentials, Limits, Options};
use tokio::io::{duplex, split};
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::world;
use caller::{Reader, Run, judge};
use peer::{Mouth, Shared, listen};

/// More than that says nothing new.
const ACTIONS: usize = 150;
const STREAMS: usize = 6;
const FILLS: [usize; 8] = [0, 0, 0, 20, 300, 5_000, 40_000, 300_000];

/// Two bytes choose limits, the pipe and how it ends; then come the actions of both sides.
pub fn client(bytes: &[u8]) {
    let [limits, end, rest @ ..] = bytes else { return };
    world::run(async {
        let mut scene = Scene::new(*limits).await;
        let mut u = Unstructured::new(rest);
        for _ in 0..ACTIONS {
            if u.is_empty() || scene.act(&mut u).await.is_err() {
                break;
            }
        }
        scene.end(*end).await;
    });
}

fn limits(kind: u8) -> Limits {
    let mut limits = Limits::default();
    match kind & 3 {
        0 => {}
        1 => (limits.queued_rows, limits.queued_bytes, limits.rows, limits.commands) = (4, 2_000, 8, 2),
        2 => (limits.word, limits.sentence, limits.words, limits.reply) = (400, 2_000, 12, 4_000),
        _ => (limits.queued_rows, limits.queued_bytes, limits.rows, limits.commands) = (0, 0, 0, 0),
    }
    limits
}

struct Scene {
    options: Options,
    client: Client,
    mouth: Mouth,
    shared: Shared,
    /// Whether the router hears nothing; `None` ends its ear.
    deaf: watch::Sender<Option<bool>>,
    ear: tokio::task::JoinHandle<tokio::io::ReadHalf<tokio::io::DuplexStream>>,
    runs: Vec<Run>,
    readers: Vec<Reader>,
    /// The commands that nobody waits for any more.
    given_up: Vec<u32>,
    next: u32,
    /// The largest row that comes through the pipe in little time, bytes.
    most: usize,
}

impl Scene {
    async fn new(kind: u8) -> Self {
        let options = Options::default().with_limits(limits(kind));
        let pipe = world::pipe(kind >> 4);
        let (near, far) = duplex(pipe);
        let (reader, writer) = split(far);
        let (deaf, hearing) = watch::channel(Some(false));
        let shared = Shared::default();
        let ear = tokio::spawn(listen(reader, shared.clone(), hearing));
        let mut mouth = Mouth::new(writer, shared.clone(), &options);
        let credentials = Credentials::new("admin", "rahasia");
        let lets_in = async {
            while mouth.open().is_empty() {
                sleep(Duration::from_millis(1)).await;
            }
            mouth.done(0).await;
        };
        let (client, ()) = tokio::join!(Client::login(near, &credentials, &options), lets_in);
        let Ok(client) = client else { panic!("a login that was answered fails: {client:?}") };
        Self {
            options,
            client,
            mouth,
            shared,
            deaf,
            ear,
            runs: Vec::new(),
            readers: Vec::new(),
            given_up: Vec::new(),
            next: 1,
            most: pipe * 60,
        }
    }

    async fn act(&mut self, u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
        let action: u8 = u.arbitrary()?;
        // Three bits of detail beside 32 actions.
        let detail = usize::from(action >> 5);
        match action & 31 {
            0..=3 => self.begins_a_run(detail),
            4..=5 => self.begins_a_stream(detail).await,
            6..=7 => self.takes(detail).await,
            8 if !self.runs.is_empty() => {
                let run = self.runs.swap_remove(detail % self.runs.len());
                self.given_up.push(run.id);
                run.abort();
            }
            9 if !self.readers.is_empty() => {
                self.given_up.push(self.readers.swap_remove(detail % self.readers.len()).id);
            }
            10..=14 => self.rows(detail, 1, FILLS[u.arbitrary::<u8>()? as usize & 7]).await,
            15 => self.rows(detail, usize::from(u.arbitrary::<u8>()?) % 64, 10).await,
            16..=18 => self.done(detail).await,
            19 => self.trap(detail, some(u)?).await,
            20 => self.speaks_to_nobody(detail).await,
            21 => self.without_a_tag(detail).await,
            22..=23 => self.raw(some(u)?).await,
            24 => self.mouth.step = [1, 2, 3, 7, 30, 500, 5_000, 64 << 10][detail],
            25 => self.mouth.tag_last = !self.mouth.tag_last,
            26..=27 => sleep(Duration::from_millis([0, 1, 2, 50, 400, 2_000, 4_999, 11_000][detail])).await,
            28 => self.hears(detail & 1 == 0),
            29 if detail == 0 => {
                self.mouth.may_end = true;
                self.mouth.says(vec![b"!fatal".to_vec(), some(u)?.to_vec()], None).await;
            }
            30 if detail == 0 => self.mouth.close().await,
            31 => self.mark(detail).await,
            _ => yield_now().await,
        }
        Ok(())
    }

    fn begins_a_run(&mut self, detail: usize) {
        let limit = [None, None, None, None, Some(0), Some(1), Some(300), Some(7_000)][detail];
        self.runs.push(Run::new(&self.client, self.next, limit.map(Duration::from_millis), &self.options));
        self.next += 1;
    }

    async fn begins_a_stream(&mut self, detail: usize) {
        let limit = [None, None, None, None, None, Some(0), Some(300), Some(7_000)][detail];
        let reader = Reader::new(&self.client, self.next, limit.map(Duration::from_millis)).await;
        self.next += 1;
        self.readers.extend(reader.filter(|_| self.readers.len() < STREAMS));
    }

    async fn takes(&mut self, detail: usize) {
        let honest = self.honest();
        for reader in self.readers.iter_mut().skip(detail & 3).take(1) {
            reader.take([1, 500][detail >> 2], &self.shared, honest).await;
        }
    }

    async fn rows(&mut self, detail: usize, count: usize, fill: usize) {
        let Some(at) = nth(&self.mouth.open(), detail) else { return };
        for _ in 0..count {
            self.mouth.row(at, fill.min(self.most)).await;
        }
    }

    async fn done(&mut self, detail: usize) {
        if let Some(at) = nth(&self.mouth.open(), detail) {
            self.mouth.done(at).await;
        }
    }

    async fn trap(&mut self, detail: usize, message: &[u8]) {
        if let Some(at) = nth(&self.mouth.open(), detail) {
            self.mouth.trap(at, message).await;
        }
    }

    /// Replies to what has ended or never was, and words that mean nothing: nobody may notice.
    async fn speaks_to_nobody(&mut self, detail: usize) {
        let kind = [&b"!re"[..], b"!done", b"!trap", b"!empty", b"!what", b"", b"x", b"!re"][detail].to_vec();
        let closed = self.shared.lock().commands.iter().find(|heard| heard.done.is_some()).map(|h| h.tag.clone());
        let known = closed.filter(|_| detail < 3);
        match (kind.as_slice(), known) {
            // An empty sentence.
            (b"", _) => self.mouth.sends(&[0]).await,
            (_, Some(tag)) => self.mouth.says(vec![kind, b"=owner=none".to_vec()], Some(&tag)).await,
            _ => self.mouth.says(vec![kind, b"=owner=none".to_vec()], Some(b"4000000000")).await,
        }
    }

    /// What a command is told that means nothing to it.
    async fn mark(&mut self, detail: usize) {
        let word = [&b"!empty"[..], b"!what", b"!empty", b"!DONE"][detail & 3].to_vec();
        if let Some(at) = nth(&self.mouth.open(), detail) {
            let tag = self.shared.lock().commands[at].tag.clone();
            self.mouth.says(vec![word], Some(&tag)).await;
        }
    }

    /// A reply without a tag: the only command's, or the end of the connection.
    async fn without_a_tag(&mut self, detail: usize) {
        let kind = [&b"!re"[..], b"!done", b"!trap", b"!re"][detail & 3].to_vec();
        // Until both sides know the same.
        sleep(Duration::from_millis(1)).await;
        let open = self.mouth.open();
        let known = !self.is_deaf() && self.honest();
        let cancels = open.iter().any(|at| self.shared.lock().commands[*at].id.is_none());
        if !known || cancels || (open.len() == 1 && detail & 4 != 0) {
            self.forges();
            self.mouth.says(vec![kind, b"=message=x".to_vec()], None).await;
        } else if let [only] = open[..] {
            self.mouth.untagged = true;
            match &kind[..] {
                b"!done" => self.mouth.done(only).await,
                b"!trap" => self.mouth.trap(only, b"x").await,
                _ => self.mouth.row(only, 0).await,
            }
            self.mouth.untagged = false;
            // A command that begins before it was read makes it ambiguous.
            sleep(Duration::from_millis(1)).await;
        } else {
            self.mouth.may_end = true;
            self.mouth.says(vec![kind], None).await;
            sleep(Duration::from_millis(1)).await;
            assert!(self.client.is_closed(), "a reply that is nobody's was somebody's");
        }
    }

    fn is_deaf(&self) -> bool {
        *self.deaf.borrow() != Some(false)
    }

    async fn raw(&mut self, bytes: &[u8]) {
        self.forges();
        self.mouth.sends(bytes).await;
    }

    fn forges(&mut self) {
        self.shared.lock().forged = true;
        self.mouth.may_end = true;
    }

    fn honest(&self) -> bool {
        !self.shared.lock().forged
    }

    fn hears(&mut self, hears: bool) {
        self.mouth.may_end |= !hears;
        self.deaf.send_replace(Some(!hears));
    }

    /// Everything comes to its end in time, in each of the ways in which a router can behave at last.
    async fn end(mut self, kind: u8) {
        self.deaf.send_replace(Some(false));
        sleep(Duration::from_millis(1)).await;
        let (options, honest) = (self.options.clone(), self.honest());
        let ignored = self.shared.lock().ignored_a_cancel(Instant::now(), options.cancel_grace);
        let may_end = self.mouth.may_end || ignored;
        assert!(may_end || !self.client.is_closed(), "ended without a reason: {:?}", self.client.closed().await);
        if honest && !may_end {
            let memory = self.shared.lock();
            let told = |id: &u32| memory.of(*id).is_none_or(|heard| heard.done.is_some() || heard.cancelled.is_some());
            assert!(self.given_up.iter().all(told), "dropped, and not cancelled");
        }
        match kind & 3 {
            0 => self.mouth.close().await,
            1 => {}
            _ => self.ends_everything(may_end, honest).await,
        }
        for run in std::mem::take(&mut self.runs) {
            let id = run.id;
            let outcome = run.end().await;
            judge(id, &outcome, &self.shared.lock(), honest);
        }
        for reader in &mut self.readers {
            reader.take(usize::MAX, &self.shared, honest).await;
            assert!(kind & 3 != 0 || reader.end.is_some(), "the stream of a closed connection goes on");
        }
        self.readers.clear();
        if kind & 4 == 0 {
            drop(self.client);
        } else {
            let start = Instant::now();
            self.client.close().await;
            assert!(start.elapsed() <= Duration::from_millis(1_002), "closing took {:?}", start.elapsed());
        }
        // Whoever was aborted has held the client, too.
        sleep(Duration::from_millis(1)).await;
        self.deaf.send_replace(None);
        let Ok(mut reader) = self.ear.await else { panic!("the ear broke: what was heard is above") };
        world::hears_the_end(&mut reader, Duration::from_secs(2)).await;
    }

    /// The router ends all that it heard of; the connection then is as good as new.
    async fn ends_everything(&mut self, may_end: bool, honest: bool) {
        for _ in 0..100 {
            let open = self.mouth.open();
            if open.is_empty() {
                break;
            }
            for at in open {
                self.mouth.done(at).await;
            }
            sleep(Duration::from_millis(1)).await;
        }
        if may_end || !honest {
            return;
        }
        let run = Run::new(&self.client, self.next, None, &self.options);
        sleep(Duration::from_millis(1)).await;
        for at in self.mouth.open() {
            self.mouth.done(at).await;
        }
        let outcome = run.end().await;
        assert!(outcome.0.is_ok(), "all has ended, and yet: {outcome:?}");
        judge(self.next, &outcome, &self.shared.lock(), honest);
    }
}

fn nth(places: &[usize], detail: usize) -> Option<usize> {
    places.get(detail % places.len().max(1)).copied()
}

fn some<'a>(u: &mut Unstructured<'a>) -> arbitrary::Result<&'a [u8]> {
    let length: u8 = u.arbitrary()?;
    u.bytes(usize::from(length).min(u.len()))
}

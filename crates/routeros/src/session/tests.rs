//! The session, byte by byte: what reply words mean, whose they are, and when a tag is free.

use std::time::Duration;

use bytes::BufMut;
use tokio::time::Instant;

use super::*;

/// Words as a router sends them, with an encoder of its own.
fn bytes(words: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in words {
        assert!(word.len() < 0x80);
        bytes.push(word.len() as u8);
        bytes.extend_from_slice(word.as_bytes());
    }
    bytes.push(0);
    bytes
}

struct Rig {
    session: Session,
    now: Instant,
}

impl Rig {
    fn new(options: &Options) -> Self {
        Self { session: Session::new(options), now: Instant::now() }
    }

    /// With the commands of these tags in flight.
    fn running(tags: &[u64]) -> Self {
        let mut rig = Self::new(&Options::default());
        for tag in tags {
            rig.session.begin(*tag, &Command::new("/x"), true).unwrap();
        }
        rig.sent();
        rig
    }

    /// Takes what would be sent.
    fn sent(&mut self) -> Vec<u8> {
        let (_, outbox) = self.session.io();
        let sent = outbox.pending().to_vec();
        outbox.advance(sent.len());
        sent
    }

    fn hears(&mut self, words: &[&str]) {
        self.session.io().0.put_slice(&bytes(words));
    }

    fn event(&mut self) -> Option<Event> {
        self.session.next(self.now).unwrap()
    }

    fn done(&mut self) -> (u64, Sentence, Vec<Trap>) {
        match self.event() {
            Some(Event::Done { tag, done, traps }) => (tag, done, traps),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_command_carries_its_tag() {
    let mut rig = Rig::new(&Options::default());
    rig.session.begin(7, &Command::new("/x").flag("once"), true).unwrap();
    assert_eq!(rig.sent(), bytes(&["/x", "=once=", ".tag=7"]));
}

#[test]
fn only_done_ends_a_command() {
    let mut rig = Rig::running(&[1]);
    rig.hears(&["!empty", ".tag=1"]);
    rig.hears(&["!empty", ".tag=1"]);
    rig.hears(&["!surprise", ".tag=1", "=a=b"]);
    rig.hears(&["!re", ".tag=1"]);
    rig.hears(&["!trap", ".tag=1", "=message=one"]);
    rig.hears(&["!re", "=a=b", ".tag=1"]);
    rig.hears(&["!done", "=ret=*7", ".tag=1"]);
    let Some(Event::Row { tag: 1, row }) = rig.event() else { panic!("a bare row is a row") };
    assert_eq!(row.attributes().count(), 0);
    let Some(Event::Row { tag: 1, row }) = rig.event() else { panic!("rows may follow a trap") };
    assert_eq!(row.get("a").unwrap().text(), "b");
    let (tag, done, traps) = rig.done();
    assert_eq!((tag, done.get("ret").unwrap().as_bytes()), (1, &b"*7"[..]));
    assert_eq!(traps.len(), 1);
    assert_eq!(rig.event(), None);
}

#[test]
fn several_traps_are_kept_with_what_they_hold() {
    let mut rig = Rig::running(&[1]);
    rig.hears(&["!trap", ".tag=1", "=category=2", "=message=interrupted"]);
    rig.hears(&["!trap", ".tag=1", "=message=second\r\nline", "=where=line 3", "=category=42"]);
    rig.hears(&["!trap", ".tag=1"]);
    rig.hears(&["!done", ".tag=1"]);
    let (_, _, traps) = rig.done();
    assert_eq!(traps.len(), 3);
    assert_eq!(traps[0].category, Some(crate::Category::Interrupted));
    assert_eq!(traps[1].category, Some(crate::Category::Other(42)));
    assert_eq!(traps[1].message, "second\r\nline");
    assert_eq!(traps[1].get("where").unwrap().text(), "line 3");
    assert_eq!((traps[2].category, traps[2].message.as_str()), (None, ""));
}

#[test]
fn absurdly_many_traps_are_not_all_kept() {
    let mut rig = Rig::running(&[1]);
    for _ in 0..1_000 {
        rig.hears(&["!trap", ".tag=1", "=message=again"]);
    }
    rig.hears(&["!done", ".tag=1"]);
    assert_eq!(rig.done().2.len(), 64);
}

#[test]
fn a_reply_without_a_tag_belongs_to_the_only_command_in_flight() {
    let mut rig = Rig::running(&[1]);
    rig.hears(&["!trap", "=message=no such command"]);
    rig.hears(&["!done"]);
    let (tag, _, traps) = rig.done();
    assert_eq!((tag, traps.len()), (1, 1));
}

#[test]
fn a_reply_without_a_tag_that_could_be_anybodys_fails_the_connection() {
    for tags in [&[][..], &[1, 2]] {
        let mut rig = Rig::running(tags);
        rig.hears(&["!done"]);
        assert_eq!(rig.session.next(rig.now), Err(ProtocolError::Stray.into()));
    }
}

#[test]
fn a_reply_without_a_tag_may_be_a_cancels_own() {
    let mut rig = Rig::running(&[1]);
    rig.session.cancel(1, rig.now);
    rig.hears(&["!done"]);
    assert_eq!(rig.session.next(rig.now), Err(ProtocolError::Stray.into()));
}

#[test]
fn a_reply_to_nobody_is_skipped() {
    let mut rig = Rig::running(&[1]);
    for tag in [".tag=99", ".tag=", ".tag=x", ".tag=-1", ".tag=c1", ".tag=99999999999999999999"] {
        rig.hears(&["!re", tag]);
        rig.hears(&["!done", tag]);
    }
    assert_eq!(rig.event(), None);
}

#[test]
fn the_reason_of_a_fatal_is_a_bare_word_or_an_attribute() {
    let words: [(&[&str], &str); 4] = [
        (&["!fatal", "session terminated on request"], "session terminated on request"),
        (&["!fatal", "=message=boom"], "boom"),
        (&["!fatal", ".tag=1", "not logged in"], "not logged in"),
        (&["!fatal"], ""),
    ];
    for (words, reason) in words {
        let mut rig = Rig::running(&[1, 2]);
        rig.hears(words);
        assert_eq!(rig.event(), Some(Event::Fatal { message: reason.into() }));
    }
}

#[test]
fn a_cancelled_tag_is_not_free_until_its_done_whichever_comes_first() {
    for order in [["c1", "1"], ["1", "c1"]] {
        let mut rig = Rig::running(&[1, 2]);
        rig.session.cancel(1, rig.now);
        assert_eq!(rig.sent(), bytes(&["/cancel", "=tag=1", ".tag=c1"]));
        rig.hears(&["!re", ".tag=1", "=late=row"]);
        rig.hears(&["!trap", ".tag=1", "=category=2", "=message=interrupted"]);
        assert_eq!(rig.event(), None, "nobody waits for it");
        assert!(rig.session.deadline().is_some());
        for tag in order {
            rig.hears(&["!done", &format!(".tag={tag}")]);
        }
        let (tag, _, traps) = rig.done();
        assert_eq!((tag, traps.len()), (1, 0));
        assert_eq!(rig.event(), None);
        assert_eq!(rig.session.deadline(), None);
        rig.hears(&["!done", ".tag=2"]);
        assert_eq!(rig.done().0, 2);
    }
}

#[test]
fn a_command_is_cancelled_once_and_only_while_it_runs() {
    let mut rig = Rig::running(&[1]);
    rig.session.cancel(1, rig.now);
    rig.session.cancel(1, rig.now);
    rig.session.cancel(99, rig.now);
    assert_eq!(rig.sent(), bytes(&["/cancel", "=tag=1", ".tag=c1"]));
}

#[test]
fn a_cancelled_command_that_does_not_end_is_the_end_of_the_connection() {
    let mut rig = Rig::running(&[1]);
    rig.session.cancel(1, rig.now);
    let grace = Options::default().cancel_grace;
    assert_eq!(rig.session.deadline(), Some(rig.now + grace));
    assert_eq!(rig.session.expire(rig.now + grace - Duration::from_millis(1)), Ok(()));
    let silent = Error::TimedOut { phase: Phase::Command, after: grace };
    assert_eq!(rig.session.expire(rig.now + grace), Err(silent));
}

#[test]
fn a_cancel_that_is_never_answered_is_forgotten_when_its_command_ended() {
    let mut rig = Rig::running(&[1]);
    rig.session.cancel(1, rig.now);
    rig.hears(&["!done", ".tag=1"]);
    assert_eq!(rig.done().0, 1);
    rig.session.expire(rig.now + Options::default().cancel_grace).unwrap();
    assert_eq!(rig.session.deadline(), None);
    rig.session.begin(2, &Command::new("/x"), true).unwrap();
    rig.hears(&["!done"]);
    assert_eq!(rig.done().0, 2, "the only one in flight");
}

#[test]
fn a_collected_reply_is_bounded_in_rows_and_in_bytes_and_a_stream_is_not() {
    let few = |options: &mut Options| options.limits.rows = 2;
    let short = |options: &mut Options| options.limits.reply = 50;
    for limit in [few as fn(&mut Options), short] {
        let mut options = Options::default();
        limit(&mut options);
        let mut rig = Rig::new(&options);
        rig.session.begin(1, &Command::new("/x"), true).unwrap();
        rig.session.begin(2, &Command::new("/x"), false).unwrap();
        rig.sent();
        for tag in [".tag=1", ".tag=2"] {
            for _ in 0..4 {
                rig.hears(&["!re", tag, "=name=ether1"]);
            }
        }
        let events: Vec<_> = std::iter::from_fn(|| rig.event()).collect();
        assert!(matches!(events[2], Event::TooLarge { tag: 1, .. }), "{events:?}");
        assert_eq!(events.len(), 3 + 4, "the rest of it is thrown away");
        assert_eq!(rig.sent(), bytes(&["/cancel", "=tag=1", ".tag=c1"]));
    }
}

#[test]
fn an_invalid_command_takes_no_tag_and_sends_nothing() {
    let mut rig = Rig::new(&Options::default());
    assert!(rig.session.begin(1, &Command::new("/x").attribute("", "y"), true).is_err());
    assert_eq!(rig.sent(), b"");
    rig.hears(&["!done"]);
    assert_eq!(rig.session.next(rig.now), Err(ProtocolError::Stray.into()));
}

#[test]
fn small_reads_do_not_take_a_buffer_each() {
    let mut rig = Rig::running(&[1]);
    let mut rows = Vec::new();
    let mut buffers = std::collections::HashSet::new();
    for _ in 0..1_000 {
        rig.session.io();
        rig.hears(&["!re", ".tag=1", "=a=b"]);
        let Some(Event::Row { row, .. }) = rig.event() else { panic!("a row") };
        buffers.insert(row.words().next().unwrap().as_ptr() as usize / CHUNK);
        rows.push(row);
    }
    assert!(buffers.len() <= 4, "{} chunks hold 1,000 rows of 16 bytes", buffers.len());
}

#[test]
fn rows_that_nobody_keeps_come_into_one_piece_of_memory() {
    let mut rig = Rig::running(&[1]);
    let value = format!("=comment={}", "x".repeat(100));
    // The first one comes into what a quiet connection has.
    rig.hears(&["!re", ".tag=1"]);
    assert!(matches!(rig.event(), Some(Event::Row { .. })));
    let mut places = std::collections::HashSet::new();
    for _ in 0..10_000 {
        rig.session.io();
        rig.hears(&["!re", ".tag=1", &value]);
        let Some(Event::Row { row, .. }) = rig.event() else { panic!("a row") };
        places.insert(row.words().next().unwrap().as_ptr() as usize);
    }
    let (first, last) = (places.iter().min().unwrap(), places.iter().max().unwrap());
    assert!(last - first < CHUNK, "a megabyte was read into {} bytes", last - first);
}

#[test]
fn a_connection_that_was_asked_nothing_yet_holds_next_to_nothing() {
    let mut session = Session::new(&Options::default());
    assert!(session.io().0.capacity() <= QUIET);
}

#[test]
fn a_giant_sentence_does_not_leave_a_giant_buffer() {
    let mut rig = Rig::running(&[1]);
    let mut giant = b"\x03!re\x06.tag=1\xC1\xE0\x00".to_vec();
    giant.extend(vec![b'x'; 0x1_E000]);
    for chunk in giant.chunks(10_000) {
        rig.session.io().0.put_slice(chunk);
        assert_eq!(rig.event(), None);
    }
    assert!(rig.session.io().0.capacity() >= giant.len());
    rig.session.io().0.put_slice(&[0]);
    assert!(matches!(rig.event(), Some(Event::Row { .. })));
    for _ in 0..100_000 {
        assert!(rig.session.io().0.capacity() <= 2 * CHUNK);
        rig.hears(&["!empty"]);
        assert_eq!(rig.event(), None);
    }
}

#[test]
fn the_next_reply_is_read_into_the_memory_of_the_last_one_until_that_is_given_back() {
    let mut rig = Rig::running(&[1]);
    let value = format!("=comment={}", "x".repeat(100));
    let mut reply = || {
        let mut rows = Vec::new();
        for _ in 0..1_000 {
            rig.session.io();
            rig.hears(&["!re", ".tag=1", &value]);
            let Some(Event::Row { row, .. }) = rig.event() else { panic!("a row") };
            rows.push(row);
        }
        rows.iter().map(|row| row.words().next().unwrap().as_ptr() as usize).collect::<std::collections::HashSet<_>>()
    };
    let (first, second) = (reply(), reply());
    assert_eq!(first.len(), 1_000);
    assert!(first.intersection(&second).count() > 500, "read somewhere else");
    assert!(rig.session.keeps_chunks());
    rig.session.release();
    assert!(!rig.session.keeps_chunks());
}

#[test]
fn a_quiet_connection_holds_next_to_nothing_and_still_hears_what_was_not_asked_for() {
    let mut rig = Rig::running(&[1]);
    assert!(rig.session.io().0.capacity() <= QUIET, "a router that does not answer costs no chunk");
    rig.hears(&["!done", ".tag=1"]);
    assert_eq!(rig.done().0, 1);
    assert!(rig.session.keeps_chunks());
    rig.session.release();
    assert!(!rig.session.keeps_chunks());
    assert!(rig.session.io().0.capacity() <= QUIET);
    let message = format!("=message={}", "x".repeat(100));
    for byte in bytes(&["!fatal", &message, &message, &message]) {
        rig.session.io().0.put_slice(&[byte]);
    }
    assert!(matches!(rig.event(), Some(Event::Fatal { .. })));
    rig.session.release();
    rig.session.begin(2, &Command::new("/x"), true).unwrap();
    rig.hears(&["!re", ".tag=2"]);
    assert!(matches!(rig.event(), Some(Event::Row { .. })));
    assert!(rig.session.io().0.capacity() >= CHUNK, "an answer is read by whole chunks");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(chunks: Vec<Vec<u8>>) {
        let mut rig = Rig::running(&[1, 2]);
        for chunk in chunks {
            rig.session.io().0.put_slice(&chunk);
            while let Ok(Some(_)) = rig.session.next(rig.now) {}
        }
    }
}

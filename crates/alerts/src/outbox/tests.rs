//! The sending task in paused time: order of tries, rates, what a start finds, and that one channel holds no other.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::channel::{Channel, Delivery, Rate, Receipt, SendError};
use crate::{Language, Notice, NoticeKind};

const NOW: i64 = 1_795_000_000_000;

/// Answers by a script, then always well; keeps what it was given and when.
struct Fake {
    script: Mutex<VecDeque<Result<Receipt, SendError>>>,
    given: watch::Sender<Vec<(u64, Delivery)>>,
    began: Instant,
    rate: Rate,
    idempotent: bool,
    bundles: usize,
    hangs: bool,
    panics: Mutex<bool>,
    account: Option<String>,
}

impl Fake {
    fn new(script: impl IntoIterator<Item = Result<Receipt, SendError>>) -> Self {
        Self {
            script: Mutex::new(script.into_iter().collect()),
            given: watch::Sender::default(),
            began: Instant::now(),
            rate: Rate::new(100, Duration::from_millis(1)),
            idempotent: false,
            bundles: 1,
            hangs: false,
            panics: Mutex::new(false),
            account: None,
        }
    }

    /// The seconds and texts, once there are so many.
    async fn given(&self, least: usize) -> Vec<(u64, String)> {
        let mut heard = self.given.subscribe();
        let all = timeout(Duration::from_secs(400_000), heard.wait_for(|all| all.len() >= least)).await;
        let all = all.expect("not given in time").expect("dropped").clone();
        all.into_iter().map(|(at, delivery)| (at, delivery.text)).collect()
    }
}

#[async_trait]
impl Channel for Fake {
    fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    fn rate(&self) -> Rate {
        self.rate
    }

    fn bundles(&self) -> usize {
        self.bundles
    }

    fn account(&self) -> Option<String> {
        self.account.clone()
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let at = self.began.elapsed().as_secs();
        self.given.send_modify(|all| all.push((at, delivery.clone())));
        assert!(!std::mem::take(&mut *self.panics.lock().unwrap()), "as the test wants it");
        if self.hangs {
            std::future::pending::<()>().await;
        }
        let next = self.script.lock().unwrap().pop_front();
        next.unwrap_or_else(|| Ok(Receipt { status: Some(200), answer: "ok".into(), ..Receipt::default() }))
    }
}

struct Rig {
    folder: TempDir,
    outbox: Outbox,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = table::open(&folder.path().join("alerts.db")).unwrap();
        connection.execute_batch(TABLES).unwrap();
        Self { outbox: Self::started(&folder), folder }
    }

    fn started(folder: &TempDir) -> Outbox {
        Outbox::start(&folder.path().join("alerts.db"), WallClock::starting_at(NOW)).unwrap()
    }

    /// As after a kill: nothing under way is waited for.
    fn restarted(self) -> Self {
        let Self { folder, outbox } = self;
        drop(outbox);
        Self { outbox: Self::started(&folder), folder }
    }

    fn channels(&self, channels: &[(&str, &Arc<Fake>)]) {
        let made = channels.iter().map(|(id, fake)| OutboxChannel {
            id: (*id).to_owned(),
            name: format!("Kanal {id}"),
            language: Language::Id,
            channel: (*fake).clone(),
        });
        self.outbox.set_channels(made.collect());
    }

    fn put(&self, channel: &str, alert: &str) {
        let notice = Notice {
            alert: alert.into(),
            kind: NoticeKind::Fired,
            text: alert.into(),
            ..Notice::test(alert.into(), Language::Id, NOW)
        };
        self.put_notice(channel, &notice);
    }

    fn put_notice(&self, channel: &str, notice: &Notice) {
        let mut connection = Connection::open(self.folder.path().join("alerts.db")).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        let transaction = connection.transaction().unwrap();
        enqueue(&transaction, notice, channel).unwrap();
        transaction.commit().unwrap();
        self.outbox.wake();
    }

    fn counters(&self, channel: &str) -> Option<ChannelCounters> {
        self.outbox.counters().into_iter().find(|one| one.id == channel)
    }

    /// Waits for what the counters show.
    async fn until(&self, channel: &str, shows: impl Fn(&ChannelCounters) -> bool) -> ChannelCounters {
        for _ in 0..20_000 {
            if let Some(counters) = self.counters(channel).filter(|counters| shows(counters)) {
                return counters;
            }
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
        panic!("never: {:?}", self.counters(channel));
    }
}

fn again(after: Option<u64>) -> Result<Receipt, SendError> {
    let after = after.map(Duration::from_secs);
    Err(SendError::Again { status: Some(429), after, unreachable: false, doubtful: false, why: "busy".into() })
}

#[tokio::test(start_paused = true)]
async fn what_was_queued_before_the_start_is_sent_and_counted() {
    let (rig, fake) = (Rig::new(), Arc::new(Fake::new([])));
    rig.put("c", "a");
    rig.channels(&[("c", &fake)]);
    assert_eq!(fake.given(1).await[0].1, "a");
    rig.put("c", "b");
    let counters = rig.until("c", |c| c.sent == 2).await;
    assert_eq!((counters.failed, counters.waiting, counters.state), (0, 0, ChannelState::Working));
}

#[tokio::test(start_paused = true)]
async fn the_receivers_wait_wins_over_our_own() {
    let (rig, fake) = (Rig::new(), Arc::new(Fake::new([again(Some(90)), again(None)])));
    rig.put("c", "a");
    rig.put("c", "b");
    rig.channels(&[("c", &fake)]);
    let given = fake.given(4).await;
    assert_eq!(given[0].0, 0);
    // The whole channel waits as long as it was told to; then a failure of one message does not hold the other.
    assert!((90..=91).contains(&given[1].0), "{given:?}");
    assert!(given[3].0 <= 95, "{given:?}");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_holds_no_other() {
    let (rig, good) = (Rig::new(), Arc::new(Fake::new([])));
    let stuck = Arc::new(Fake { hangs: true, ..Fake::new([]) });
    rig.channels(&[("stuck", &stuck), ("good", &good)]);
    rig.put("stuck", "a");
    stuck.given(1).await;
    rig.put("good", "a");
    assert_eq!(good.given(1).await[0].0, 0);
    let counters = rig.until("stuck", |c| !c.state.is_working()).await;
    assert_eq!(counters.waiting, 1);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_panics_has_failed_and_goes_on() {
    let (rig, fake) = (Rig::new(), Arc::new(Fake { panics: Mutex::new(true), ..Fake::new([]) }));
    rig.channels(&[("c", &fake)]);
    rig.put("c", "a");
    rig.until("c", |c| c.sent == 1).await;
    assert_eq!(fake.given(2).await[1].1, "a (mungkin terkirim dua kali)");
}

#[tokio::test(start_paused = true)]
async fn what_a_receiver_asked_of_one_channel_holds_for_its_account() {
    let rig = Rig::new();
    let account = || Some("bot 1".to_owned());
    let first = Arc::new(Fake { account: account(), ..Fake::new([again(Some(50))]) });
    let second = Arc::new(Fake { account: account(), ..Fake::new([]) });
    let other = Arc::new(Fake::new([]));
    rig.channels(&[("first", &first), ("second", &second), ("other", &other)]);
    rig.put("first", "a");
    rig.until("first", |c| !c.state.is_working()).await;
    rig.put("second", "b");
    rig.put("other", "c");
    assert!(other.given(1).await[0].0 <= 20);
    assert!((50..=51).contains(&second.given(1).await[0].0));
}

#[tokio::test(start_paused = true)]
async fn a_rate_is_kept() {
    let rig = Rig::new();
    let fake = Arc::new(Fake { rate: Rate::new(3, Duration::from_secs(15)), ..Fake::new([]) });
    for alert in ["a", "b", "c", "d", "e"] {
        rig.put("c", alert);
    }
    rig.channels(&[("c", &fake)]);
    let times: Vec<u64> = fake.given(5).await.into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, [0, 0, 0, 15, 30]);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_is_off_uses_no_message_up_and_is_told_elsewhere() {
    let off = || Err(SendError::ChannelPaused { status: Some(200), why: "disconnected device".into() });
    let (rig, other) = (Rig::new(), Arc::new(Fake::new([])));
    let fake = Arc::new(Fake::new([off(), off(), off()]));
    rig.channels(&[("wa", &fake), ("mail", &other)]);
    rig.put("wa", "a");
    let told = other.given(1).await;
    assert_eq!(told[0].1, "🟠 Kanal Kanal wa tidak menerima pesan: disconnected device");
    let counters = rig.until("wa", |c| c.sent == 1).await;
    assert_eq!((counters.failed, counters.state), (0, ChannelState::Working));
    let given = fake.given(4).await;
    assert!(given[1].0 >= 22 && given.iter().all(|(_, text)| text == "a"), "{given:?}");
    assert_eq!(rig.until("mail", |c| c.sent == 1).await.waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_channel_waits_for_its_settings_and_loses_nothing() {
    let refused = Err(SendError::ChannelFinal { status: Some(401), why: "Unauthorized".into() });
    let (rig, fake, mended) = (Rig::new(), Arc::new(Fake::new([refused])), Arc::new(Fake::new([])));
    rig.channels(&[("c", &fake)]);
    rig.put("c", "a");
    let counters = rig.until("c", |c| !c.state.is_working()).await;
    assert_eq!(counters.state, ChannelState::Stopped { why: "Unauthorized".into() });
    rig.put("c", "b");
    rig.channels(&[("c", &mended)]);
    assert_eq!(mended.given(2).await.len(), 2);
    assert_eq!(fake.given(1).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_day_it_is_given_up_and_counted() {
    let always = (0..10_000).map(|_| again(None));
    let (rig, fake) = (Rig::new(), Arc::new(Fake::new(always)));
    rig.channels(&[("c", &fake)]);
    rig.put("c", "a");
    let counters = rig.until("c", |c| c.failed == 1).await;
    assert_eq!((counters.sent, counters.waiting), (0, 0));
    let given = fake.given(1).await;
    let last = given.last().unwrap().0;
    assert!((86_000..88_000).contains(&last), "{last}");
    // From a second to five minutes between two tries.
    assert!(given[1].0 <= 2 && (280..500).contains(&given.len()), "{}", given.len());
}

#[tokio::test(start_paused = true)]
async fn a_refused_bundle_is_sent_one_by_one() {
    let refused = || Err(SendError::MessageFinal { status: Some(400), why: "input invalid".into() });
    let rig = Rig::new();
    let fake = Arc::new(Fake { bundles: 10, ..Fake::new([refused(), refused()]) });
    for alert in ["a", "b", "c"] {
        rig.put("c", alert);
    }
    rig.channels(&[("c", &fake)]);
    let counters = rig.until("c", |c| c.waiting == 0 && c.sent + c.failed == 3).await;
    assert_eq!((counters.sent, counters.failed), (2, 1));
    let texts: Vec<String> = fake.given(4).await.into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["a\n\nb\n\nc", "a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_kill_left_under_way_is_sent_again_and_says_so_where_it_may_be_double() {
    for (idempotent, text) in [(false, "a (mungkin terkirim dua kali)"), (true, "a")] {
        let (rig, stuck) = (Rig::new(), Arc::new(Fake { hangs: true, ..Fake::new([]) }));
        rig.channels(&[("c", &stuck)]);
        rig.put("c", "a");
        stuck.given(1).await;
        let rig = rig.restarted();
        let fake = Arc::new(Fake { idempotent, ..Fake::new([]) });
        rig.channels(&[("c", &fake)]);
        assert_eq!(fake.given(1).await[0].1, text);
        let ids = [&stuck, &fake].map(|one| one.given.borrow()[0].1.notice.id.clone());
        assert_eq!(ids[0], ids[1]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_its_owner() {
    let (rig, fake) = (Rig::new(), Arc::new(Fake::new([])));
    rig.channels(&[("c", &fake)]);
    rig.put("c", "a");
    rig.until("c", |c| c.sent == 1).await;
    let Rig { folder: _folder, outbox } = rig;
    outbox.close().await;
    assert_eq!(Arc::strong_count(&fake), 1, "something still holds the channel");
}

#[tokio::test(start_paused = true)]
async fn a_test_shares_the_rate_and_shows_the_answer() {
    let rig = Rig::new();
    let refused = Err(SendError::ChannelFinal { status: Some(403), why: "bot was kicked".into() });
    let fake = Arc::new(Fake { rate: Rate::new(1, Duration::from_secs(15)), ..Fake::new([refused]) });
    rig.channels(&[("c", &fake)]);
    let outcome = rig.outbox.send_test("c").await.unwrap();
    assert_eq!((outcome.ok, outcome.status, outcome.answer.as_str()), (false, Some(403), "bot was kicked"));
    // Although the channel has stopped by that: somebody may just have mended it at the other end.
    let outcome = rig.outbox.send_test("c").await.unwrap();
    assert_eq!((outcome.ok, outcome.answer.as_str()), (true, "ok"));
    let given = fake.given(2).await;
    assert_eq!((given[0].1.as_str(), given[1].0), ("Tes Lalin, abaikan.", 15));
    assert!(rig.until("c", |c| c.state.is_working()).await.sent == 0);
    assert!(!rig.outbox.send_test("other").await.unwrap().ok);
}

#[tokio::test(start_paused = true)]
async fn what_another_machine_has_to_tell_is_dropped_and_nothing_else_waits_for_it() {
    let rig = Rig::new();
    let fake = Arc::new(Fake::new([]));
    rig.outbox.tell_only(Arc::new(|router| router == "here"));
    let of = |id: &str, router: Option<&str>| Notice {
        alert: id.to_owned(),
        router: router.map(str::to_owned),
        ..Notice::test(id.to_owned(), Language::Id, NOW)
    };
    rig.put_notice("one", &Notice { text: "there".into(), ..of("1", Some("there")) });
    rig.put_notice("one", &Notice { text: "several".into(), told_with: Some("there".into()), ..of("2", None) });
    rig.put_notice("one", &Notice { text: "here".into(), ..of("3", Some("here")) });
    rig.put_notice("one", &Notice { text: "no router".into(), ..of("4", None) });
    rig.channels(&[("one", &fake)]);
    let texts: Vec<String> = fake.given(2).await.into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["here", "no router"]);
    let database = Connection::open(rig.folder.path().join("alerts.db")).unwrap();
    let told = told(&database, "1").unwrap();
    assert!(told.is_empty(), "so that it can be queued again: {told:?}");
}

//! A connection that manages itself, against scripted routers under a paused clock.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use routeros::{Client, Command, Error, Options, Phase, Reconnect, ReconnectingClient, Reply, State};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::peer::{Peer, command, credentials, wire};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const PROBE: [&str; 2] = ["/system/identity/print", "=.proplist=name"];

/// A client, and the routers it reaches: a new one with each attempt.
struct Rig {
    client: ReconnectingClient,
    peers: mpsc::UnboundedReceiver<Peer>,
    attempts: Arc<AtomicUsize>,
    /// What attempts fail with.
    refusal: Arc<Mutex<Option<Error>>>,
}

impl Rig {
    fn new(reconnect: Reconnect) -> Self {
        let (arrived, peers) = mpsc::unbounded_channel();
        let attempts = Arc::<AtomicUsize>::default();
        let refusal = Arc::<Mutex<Option<Error>>>::default();
        let (counted, refused) = (attempts.clone(), refusal.clone());
        let connect = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let (arrived, refused) = (arrived.clone(), refused.lock().unwrap().clone());
            async move {
                if let Some(error) = refused {
                    return Err(error);
                }
                let (near, peer) = wire();
                arrived.send(peer).expect("the test is still there");
                Client::login(near, &credentials(), &Options::default()).await
            }
        };
        let client = ReconnectingClient::with_connector(connect, Options::default(), reconnect);
        Self { client, peers, attempts, refusal }
    }

    /// Without probes.
    fn quiet() -> Self {
        Self::new(Reconnect::default().with_probe_after(None))
    }

    fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }

    fn refuse(&self, error: Option<Error>) {
        *self.refusal.lock().unwrap() = error;
    }

    /// The next router that is reached.
    async fn peer(&mut self) -> Peer {
        timeout(60 * SECOND, self.peers.recv()).await.expect("an attempt in time").expect("the client is still there")
    }

    /// The next one, which lets us in.
    async fn let_in(&mut self) -> Peer {
        let mut peer = self.peer().await;
        peer.lets_in().await;
        peer
    }

    /// Runs a command in a task of its own.
    fn spawned(&self, command: Command) -> JoinHandle<Result<Reply, Error>> {
        let client = self.client.clone();
        tokio::spawn(async move { client.run(command).await })
    }

    /// A connection that has answered a command.
    async fn connected(&mut self) -> Peer {
        let running = self.spawned(command("/hello"));
        let mut peer = self.let_in().await;
        answer(&mut peer, "/hello").await;
        running.await.unwrap().unwrap();
        peer
    }
}

/// Hears this command and nothing else, and ends it.
async fn answer(peer: &mut Peer, path: &str) {
    let heard = peer.hears().await;
    assert_eq!(heard.said()[0], path);
    peer.done(&heard).await;
}

fn refused() -> Error {
    Error::Refused { detail: "192.0.2.1:8728: connection refused".into() }
}

fn wrong_password() -> Error {
    Error::WrongCredentials { message: "invalid user name or password (6)".into() }
}

fn retry_at(state: &State) -> Instant {
    match state {
        State::Waiting { retry_at, .. } => *retry_at,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_is_made_without_a_runtime_and_does_nothing_by_itself() {
    let rig = Rig::quiet();
    rig.client.try_now();
    let shown = format!("{:?} {:?}", rig.client, rig.client.subscribe());
    assert!(shown.contains("Idle"), "{shown}");
    assert_eq!((rig.client.state(), rig.attempts()), (State::Idle, 0));
}

#[tokio::test(start_paused = true)]
async fn however_many_callers_one_attempt_and_one_connection() {
    let mut rig = Rig::quiet();
    let running: Vec<_> = (0..50).map(|_| rig.spawned(command("/hello"))).collect();
    let mut peer = rig.let_in().await;
    for _ in 0..50 {
        answer(&mut peer, "/hello").await;
    }
    for each in running {
        each.await.unwrap().unwrap();
    }
    assert_eq!(rig.attempts(), 1);
    assert!(rig.client.state().is_up());
}

#[tokio::test(start_paused = true)]
async fn a_command_cut_off_between_its_writing_and_its_answer_is_never_sent_again() {
    let mut rig = Rig::quiet();
    let running = rig.spawned(command("/system/reboot"));
    let mut peer = rig.let_in().await;
    assert_eq!(peer.hears().await.said(), ["/system/reboot"]);
    drop(peer);
    let error = running.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error:?}");
    // It comes back by itself, and hears nothing but what is said anew.
    let mut peer = rig.let_in().await;
    peer.hears_nothing_for(HOUR).await;
    let running = rig.spawned(command("/hello"));
    answer(&mut peer, "/hello").await;
    running.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn during_a_pause_a_command_fails_at_once_with_the_reason() {
    let rig = Rig::quiet();
    rig.refuse(Some(refused()));
    for failures in 1..=6 {
        assert_eq!(rig.client.run(command("/hello")).await.unwrap_err(), refused());
        let (state, asked) = (rig.client.state(), Instant::now());
        let State::Waiting { reason, attempt, lost, .. } = &state else { panic!("{state:?}") };
        assert_eq!((reason, *attempt, *lost), (&refused(), failures, false));
        assert_eq!(rig.client.stream(command("/listen")).await.unwrap_err(), refused());
        assert_eq!(rig.client.client().await.unwrap_err(), refused());
        assert_eq!((asked.elapsed(), rig.attempts()), (Duration::ZERO, failures as usize));
        // Who asks at that moment waits for the attempt.
        tokio::time::sleep_until(retry_at(&state)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_connection_ends_with_the_commands_own_limit_and_the_attempt_goes_on() {
    let mut rig = Rig::quiet();
    let began = Instant::now();
    let error = rig.client.run(command("/hello").timeout(2 * SECOND)).await.unwrap_err();
    assert_eq!(error, Error::TimedOut { phase: Phase::Connect, after: 2 * SECOND });
    assert_eq!(began.elapsed(), 2 * SECOND);
    let mut peer = rig.let_in().await;
    let running = rig.spawned(command("/again"));
    answer(&mut peer, "/again").await;
    running.await.unwrap().unwrap();
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_commands_limit_is_for_the_connection_and_the_answer_together() {
    let mut rig = Rig::quiet();
    let began = Instant::now();
    let running = rig.spawned(command("/hello").timeout(3 * SECOND));
    let mut peer = rig.peer().await;
    sleep(2 * SECOND).await;
    peer.lets_in().await;
    assert_eq!(peer.hears().await.said(), ["/hello"]);
    let error = running.await.unwrap().unwrap_err();
    assert_eq!(error, Error::TimedOut { phase: Phase::Command, after: 3 * SECOND });
    assert_eq!(began.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn attempts_during_an_outage_grow_apart_to_half_a_minute() {
    let rig = Rig::quiet();
    rig.refuse(Some(refused()));
    for _ in 0..600 {
        rig.client.run(command("/hello")).await.unwrap_err();
        sleep(SECOND).await;
    }
    let attempts = rig.attempts();
    assert!((23..=33).contains(&attempts), "{attempts} attempts in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_tried_at_most_once_a_minute() {
    let rig = Rig::quiet();
    rig.refuse(Some(wrong_password()));
    for _ in 0..600 {
        assert_eq!(rig.client.run(command("/hello")).await.unwrap_err(), wrong_password());
        sleep(SECOND).await;
    }
    let attempts = rig.attempts();
    assert!((9..=10).contains(&attempts), "{attempts} attempts in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_a_firewall_forgot_is_noticed_by_a_probe_and_replaced() {
    let mut rig = Rig::new(Reconnect::default().with_wanted_for(Duration::MAX));
    let mut forgotten = rig.connected().await;
    let since = Instant::now();
    assert_eq!(forgotten.hears().await.said(), PROBE);
    assert_eq!(since.elapsed(), 10 * SECOND);
    let mut peer = rig.let_in().await;
    assert!(since.elapsed() <= 16 * SECOND, "{:?}", since.elapsed());
    answer(&mut peer, PROBE[0]).await;
    assert_eq!(rig.attempts(), 2);
    // What was given up is left, too.
    while forgotten.try_hear().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn probes_that_are_answered_keep_the_connection() {
    let mut rig = Rig::new(Reconnect::default());
    let mut peer = rig.connected().await;
    for _ in 0..100 {
        let since = Instant::now();
        let probe = peer.hears().await;
        assert_eq!((probe.said(), since.elapsed()), (PROBE.map(String::from).to_vec(), 10 * SECOND));
        peer.says(&["!trap", &probe.tag(), "=message=not enough permissions (9)"]).await;
        peer.done(&probe).await;
    }
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_router_that_is_asked_anyway_is_not_probed() {
    let mut rig = Rig::new(Reconnect::default());
    let mut peer = rig.connected().await;
    for _ in 0..20 {
        sleep(9 * SECOND).await;
        let running = rig.spawned(command("/hello"));
        answer(&mut peer, "/hello").await;
        running.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_command_on_a_slow_router_outlives_a_probe_that_is_late() {
    let mut rig = Rig::new(Reconnect::default());
    let mut peer = rig.connected().await;
    let running = rig.spawned(command("/export").timeout(60 * SECOND));
    let export = peer.hears().await;
    let probe = peer.hears().await;
    assert_eq!(probe.said(), PROBE);
    // Given up after 5 s, and cancelled.
    assert_eq!(peer.hears().await.said(), probe.cancel());
    peer.done(&probe).await;
    sleep(3 * SECOND).await;
    peer.done(&export).await;
    running.await.unwrap().unwrap();
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_probes_the_router_hears_nothing_while_nobody_asks() {
    let mut rig = Rig::quiet();
    let mut peer = rig.connected().await;
    peer.hears_nothing_for(24 * HOUR).await;
    let running = rig.spawned(command("/hello"));
    answer(&mut peer, "/hello").await;
    running.await.unwrap().unwrap();
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_unanswered_commands_in_a_row_end_the_connection() {
    let mut rig = Rig::quiet();
    let _silent = rig.connected().await;
    for attempts in [1, 2] {
        let error = rig.client.run(command("/hello")).await.unwrap_err();
        assert!(matches!(error, Error::TimedOut { phase: Phase::Command, .. }), "{error:?}");
        sleep(SECOND).await;
        assert_eq!(rig.attempts(), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn impatient_callers_end_no_connection() {
    let mut rig = Rig::quiet();
    let mut peer = rig.connected().await;
    for _ in 0..20 {
        rig.client.run(command("/slow").timeout(SECOND)).await.unwrap_err();
        let slow = peer.hears().await;
        assert_eq!(peer.hears().await.said(), slow.cancel(), "a command that is left is cancelled on the router");
        peer.done(&slow).await;
    }
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_soon_after_its_last_use_is_opened_again_by_itself() {
    let mut rig = Rig::quiet();
    let peer = rig.connected().await;
    sleep(9 * SECOND).await;
    let cut = Instant::now();
    drop(peer);
    let _peer = rig.let_in().await;
    assert!(cut.elapsed() <= SECOND, "{:?}", cut.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_nobody_wants_is_opened_again_when_somebody_does() {
    let mut rig = Rig::quiet();
    let peer = rig.connected().await;
    let mut states = rig.client.subscribe();
    sleep(11 * SECOND).await;
    drop(peer);
    assert!(matches!(states.changed().await, Some(State::Waiting { lost: true, attempt: 0, .. })));
    assert_eq!(states.changed().await, Some(State::Idle));
    sleep(HOUR).await;
    assert_eq!((rig.attempts(), states.current()), (1, State::Idle));
    rig.connected().await;
    assert_eq!(rig.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn its_states_are_told_as_they_change() {
    let mut rig = Rig::quiet();
    let mut states = rig.client.subscribe();
    rig.refuse(Some(refused()));
    rig.client.run(command("/hello")).await.unwrap_err();
    assert!(matches!(states.changed().await, Some(State::Waiting { lost: false, attempt: 1, .. })));
    rig.refuse(None);
    assert_eq!(states.changed().await, Some(State::Connecting { attempt: 2 }));
    let mut peer = rig.let_in().await;
    let up = Instant::now();
    assert_eq!(states.changed().await, Some(State::Up { since: up }));
    let running = rig.spawned(command("/hello"));
    answer(&mut peer, "/hello").await;
    running.await.unwrap().unwrap();
    peer.says(&["!fatal", "rebooting"]).await;
    let Some(State::Waiting { reason, attempt, lost, .. }) = states.changed().await else { panic!() };
    assert_eq!((reason, attempt, lost), (Error::Fatal { message: "rebooting".into() }, 0, true));
    assert_eq!(states.changed().await, Some(State::Connecting { attempt: 1 }));
    let Rig { client, .. } = rig;
    drop(client);
    assert_eq!(states.changed().await, None);
    assert_eq!(states.current(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_connection_and_is_begun_again_only_by_its_consumer() {
    let mut rig = Rig::quiet();
    let (mut rows, mut peer) = {
        let client = rig.client.clone();
        let stream = tokio::spawn(async move { client.stream(command("/interface/listen")).await });
        let peer = rig.let_in().await;
        (stream.await.unwrap().unwrap(), peer)
    };
    let listen = peer.hears().await;
    peer.says(&["!re", &listen.tag(), "=name=ether1"]).await;
    assert_eq!(rows.next().await.unwrap().unwrap().get("name").unwrap().text(), "ether1");
    peer.says(&["!fatal", "rebooting"]).await;
    assert_eq!(rows.next().await.unwrap().unwrap_err(), Error::Fatal { message: "rebooting".into() });
    assert!(rows.next().await.is_none());
    let client = rig.client.clone();
    let ready = tokio::spawn(async move { client.ready(HOUR).await });
    let mut peer = rig.let_in().await;
    assert!(!ready.await.unwrap().unwrap().is_closed());
    peer.hears_nothing_for(HOUR).await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_until_it_is_ready_waits_through_failures_up_to_a_limit() {
    let mut rig = Rig::quiet();
    rig.refuse(Some(refused()));
    let began = Instant::now();
    assert_eq!(rig.client.ready(100 * SECOND).await.unwrap_err(), refused());
    assert_eq!(began.elapsed(), 100 * SECOND);
    let attempts = rig.attempts();
    assert!((7..=12).contains(&attempts), "{attempts}");
    rig.refuse(None);
    let client = rig.client.clone();
    let ready = tokio::spawn(async move { client.ready(Duration::MAX).await });
    let _peer = rig.let_in().await;
    assert!(ready.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_person_ends_a_pause_but_cannot_hammer() {
    let mut rig = Rig::quiet();
    rig.refuse(Some(refused()));
    // Long enough for the pauses to have grown to half a minute.
    rig.client.ready(100 * SECOND).await.unwrap_err();
    let (before, pressed) = (rig.attempts(), Instant::now());
    for _ in 0..2_000 {
        rig.client.try_now();
        sleep(SECOND / 100).await;
    }
    assert!((9..=11).contains(&(rig.attempts() - before)), "{} attempts in 20 s", rig.attempts() - before);
    assert_eq!(pressed.elapsed(), 20 * SECOND);
    sleep(3 * SECOND).await;
    rig.refuse(None);
    rig.client.try_now();
    let since = Instant::now();
    let _peer = rig.let_in().await;
    assert_eq!(since.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn after_a_wrong_password_even_a_person_waits_ten_seconds() {
    let rig = Rig::quiet();
    rig.refuse(Some(wrong_password()));
    rig.client.run(command("/hello")).await.unwrap_err();
    let refused = Instant::now();
    rig.client.try_now();
    tokio::task::yield_now().await;
    assert_eq!(retry_at(&rig.client.state()), refused + 10 * SECOND);
    sleep(11 * SECOND).await;
    assert_eq!(rig.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_last_clone_ends_the_connection() {
    let mut rig = Rig::quiet();
    let mut peer = rig.connected().await;
    let clone = rig.client.clone();
    let states = rig.client.subscribe();
    drop(rig.client);
    peer.hears_nothing_for(HOUR).await;
    drop(clone);
    assert!(peer.try_hear().await.is_none());
    assert_eq!(states.current(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn the_last_clone_ends_an_attempt_that_is_under_way() {
    let mut rig = Rig::quiet();
    let client = rig.client.clone();
    assert!(timeout(SECOND, client.run(command("/hello"))).await.is_err());
    let mut peer = rig.peer().await;
    assert_eq!(peer.hears().await.said()[0], "/login");
    drop((client, rig.client));
    let end = async { while peer.try_hear().await.is_some() {} };
    timeout(SECOND, end).await.expect("before the login's limit");
}

#[tokio::test(start_paused = true)]
async fn closing_ends_it_for_every_clone_and_for_good() {
    let mut rig = Rig::quiet();
    let mut peer = rig.connected().await;
    let running = rig.spawned(command("/slow"));
    peer.hears().await;
    rig.client.clone().close().await;
    assert!(matches!(running.await.unwrap(), Err(Error::Closed { .. })));
    assert!(peer.try_hear().await.is_none());
    for _ in 0..3 {
        assert!(matches!(rig.client.run(command("/hello")).await, Err(Error::Closed { .. })));
        assert!(matches!(rig.client.ready(HOUR).await, Err(Error::Closed { .. })));
        sleep(HOUR).await;
    }
    assert_eq!((rig.client.state(), rig.attempts()), (State::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_panics_fails_its_callers_and_is_tried_again_by_later_ones() {
    let attempts = Arc::<AtomicUsize>::default();
    let counted = attempts.clone();
    let connect = move || {
        let counted = counted.clone();
        async move {
            assert!(counted.fetch_add(1, Ordering::SeqCst) > 0, "the first attempt panics");
            Err(refused())
        }
    };
    let client = ReconnectingClient::with_connector(connect, Options::default(), Reconnect::default());
    assert!(matches!(client.run(command("/hello")).await, Err(Error::Closed { .. })));
    for _ in 0..100 {
        assert!(matches!(client.run(command("/hello")).await, Err(Error::Closed { .. })));
    }
    assert_eq!(attempts.load(Ordering::SeqCst), 1);
    sleep(SECOND).await;
    assert_eq!(client.run(command("/hello")).await.unwrap_err(), refused());
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_never_ends_is_given_up() {
    let connect = || std::future::pending();
    let client = ReconnectingClient::with_connector(connect, Options::default(), Reconnect::default());
    let began = Instant::now();
    let error = client.client().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!(began.elapsed() <= 14 * SECOND, "{:?}", began.elapsed());
}

#[test]
fn it_goes_on_after_the_runtime_that_it_began_on() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let mut rig = Rig::quiet();
    let first = runtime();
    let _peer = first.block_on(rig.connected());
    drop(first);
    assert!(!rig.client.state().is_up());
    runtime().block_on(async {
        let client = rig.client.clone();
        let ready = tokio::spawn(async move { client.ready(60 * SECOND).await });
        let _peer = rig.let_in().await;
        ready.await.unwrap().unwrap();
    });
}

#[tokio::test(start_paused = true)]
async fn rows_are_read_into_the_callers_own_type() {
    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Interface {
        name: String,
        rx_byte: u64,
    }
    let mut rig = Rig::quiet();
    let client = rig.client.clone();
    let printing = tokio::spawn(async move { client.print::<Interface>("/interface").await });
    let mut peer = rig.let_in().await;
    let print = peer.hears().await;
    assert_eq!(print.said(), ["/interface/print", "=.proplist=name,rx-byte"]);
    peer.says(&["!re", &print.tag(), "=name=ether1", "=rx-byte=42"]).await;
    peer.done(&print).await;
    assert_eq!(printing.await.unwrap().unwrap(), [Interface { name: "ether1".into(), rx_byte: 42 }]);
}

//! A connection that manages itself, against scripted routers under a paused clock.

mod ending;
mod health;
mod many;
mod pauses;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use routeros::{Client, Command, ConnectionState, Error, Options, Phase, ReconnectPolicy, ReconnectingClient, Reply};
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
    fn new(reconnect: ReconnectPolicy) -> Self {
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
        Self::new(ReconnectPolicy::default().with_probe_after(None))
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

fn retry_at(state: &ConnectionState) -> Instant {
    match state {
        ConnectionState::Waiting { retry_at, .. } => *retry_at,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_is_made_without_a_runtime_and_does_nothing_by_itself() {
    let rig = Rig::quiet();
    rig.client.try_now();
    let shown = format!("{:?} {:?}", rig.client, rig.client.subscribe());
    assert!(shown.contains("Idle"), "{shown}");
    assert_eq!((rig.client.state(), rig.attempts()), (ConnectionState::Idle, 0));
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
async fn its_states_are_told_as_they_change() {
    let mut rig = Rig::quiet();
    let mut states = rig.client.subscribe();
    rig.refuse(Some(refused()));
    rig.client.run(command("/hello")).await.unwrap_err();
    assert!(matches!(states.changed().await, Some(ConnectionState::Waiting { lost: false, attempt: 1, .. })));
    rig.refuse(None);
    assert_eq!(states.changed().await, Some(ConnectionState::Connecting { attempt: 2 }));
    let mut peer = rig.let_in().await;
    let up = Instant::now();
    assert_eq!(states.changed().await, Some(ConnectionState::Up { since: up }));
    let running = rig.spawned(command("/hello"));
    answer(&mut peer, "/hello").await;
    running.await.unwrap().unwrap();
    peer.says(&["!fatal", "rebooting"]).await;
    let Some(ConnectionState::Waiting { reason, attempt, lost, .. }) = states.changed().await else { panic!() };
    assert_eq!((reason, attempt, lost), (Error::Fatal { message: "rebooting".into() }, 0, true));
    assert_eq!(states.changed().await, Some(ConnectionState::Connecting { attempt: 1 }));
    let Rig { client, .. } = rig;
    drop(client);
    assert_eq!(states.changed().await, None);
    assert_eq!(states.current(), ConnectionState::Closed);
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

#[tokio::test(start_paused = true)]
async fn wherever_the_connection_is_cut_each_command_arrives_at_most_once() {
    let mut rig = Rig::quiet();
    let mut peer = rig.connected().await;
    let mut arrived = Vec::new();
    for cut in 0..6 {
        let marker = format!("/command/{cut}");
        let running = rig.spawned(command(&marker));
        if cut > 0 {
            let heard = peer.hears().await;
            arrived.extend(heard.said());
            match cut {
                1 => {}
                2 => peer.says(&["!re", &heard.tag(), "=name=ether1"]).await,
                3 => peer.sends(b"\x05!do").await,
                4 => peer.says(&["!trap", &heard.tag(), "=message=interrupted"]).await,
                _ => peer.says(&["!fatal", "rebooting"]).await,
            }
        }
        drop(peer);
        running.await.unwrap().unwrap_err();
        // Its successor hears everything that is still to be said, for longer than any pause.
        peer = rig.let_in().await;
        while let Ok(Some(heard)) = timeout(60 * SECOND, peer.try_hear()).await {
            arrived.extend(heard.said());
            peer.done(&heard).await;
        }
        let running = rig.spawned(command("/hello"));
        answer(&mut peer, "/hello").await;
        running.await.unwrap().unwrap();
    }
    let expected: Vec<String> = (1..6).map(|cut| format!("/command/{cut}")).collect();
    assert_eq!(arrived, expected);
    assert_eq!(rig.attempts(), 7);
}

//! Each fault, as the client feels it, and that it passes.

use std::time::Duration;

use routeros_simulator::{Fault, Login, Simulator};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep};

use crate::peer::{Peer, SECOND, config, logged_in};

const LOGIN: &[&str] = &["/login", "=name=admin", "=password="];
const IDENTITY: &[&str] = &["/system/identity/print"];
const ANSWER: [&str; 2] = ["!re =name=MikroTik", "!done"];

#[tokio::test(start_paused = true)]
async fn refused_a_connection_in_memory_is_closed_and_those_before_stay() {
    let (router, mut before) = logged_in(config()).await;
    router.handle().set_fault(Fault::Refuse);
    assert_eq!(Peer(router.connect()).rest().await, b"");
    assert_eq!(router.handle().usage().connections, 1);
    assert_eq!(before.ask(IDENTITY).await, ANSWER);
    router.handle().clear_faults();
    Peer(router.connect()).login().await;
}

#[tokio::test(start_paused = true)]
async fn silent_nothing_is_ever_answered_but_what_comes_afterwards() {
    let (router, mut peer) = logged_in(config()).await;
    peer.say(&["/interface/monitor-traffic", "=interface=ether1", "=.proplist=name", ".tag=m"]).await;
    assert_eq!(peer.hear().await, "!re .tag=m =name=ether1");
    router.handle().set_fault(Fault::Silent);
    let mut stranger = Peer(router.connect());
    stranger.say(LOGIN).await;
    peer.say(IDENTITY).await;
    assert_eq!(stranger.until_silence().await, b"");
    assert_eq!(peer.until_silence().await, b"");
    let usage = router.handle().usage();
    assert_eq!((usage.connections, usage.logins, usage.commands), (2, 1, 2));
    router.handle().clear_faults();
    assert_eq!(peer.hear().await, "!re .tag=m =name=ether1", "what ran goes on");
    peer.say(&["/cancel"]).await;
    while peer.hear().await != "!done .tag=m" {}
    assert_eq!(peer.ask(IDENTITY).await, ANSWER);
    stranger.login().await;
}

#[tokio::test(start_paused = true)]
async fn delayed_each_command_waits_for_itself_alone() {
    let (router, mut peer) = logged_in(config()).await;
    router.handle().set_fault(Fault::Delay(4 * SECOND));
    let asked = Instant::now();
    peer.say(IDENTITY).await;
    sleep(SECOND).await;
    peer.say(IDENTITY).await;
    assert_eq!(peer.answer().await, ANSWER);
    assert_eq!(asked.elapsed(), 4 * SECOND);
    assert_eq!(peer.answer().await, ANSWER);
    assert_eq!(asked.elapsed(), 5 * SECOND);
    Peer(router.connect()).login().await;
    assert_eq!(asked.elapsed(), 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn delayed_a_cancel_still_finds_what_waits() {
    let (router, mut peer) = logged_in(config()).await;
    router.handle().set_fault(Fault::Delay(4 * SECOND));
    peer.say(&["/interface/listen", ".tag=1"]).await;
    peer.say(&["/cancel", "=tag=1", ".tag=2"]).await;
    assert_eq!(peer.hear().await, "!trap .tag=1 =category=2 =message=interrupted");
    assert_eq!(peer.answer().await, ["!done .tag=2"]);
    assert_eq!(peer.answer().await, ["!done .tag=1"]);
}

#[tokio::test(start_paused = true)]
async fn half_a_sentence_is_the_last_of_that_connection() {
    let (router, mut peer) = logged_in(config()).await;
    router.handle().set_fault(Fault::HalfSentence);
    peer.say(IDENTITY).await;
    assert_eq!(peer.until_silence().await, b"\x03!re\x0E=name", "ten bytes of twenty");
    router.handle().clear_faults();
    peer.say(IDENTITY).await;
    assert_eq!(peer.until_silence().await, b"");
    Peer(router.connect()).login().await;
}

#[tokio::test(start_paused = true)]
async fn cut_at_a_command_the_login_still_works() {
    let router = Simulator::in_memory(config());
    router.handle().set_fault(Fault::Cut);
    let mut peer = Peer(router.connect());
    peer.login().await;
    peer.say(IDENTITY).await;
    assert_eq!(peer.rest().await, b"");
    let usage = router.handle().usage();
    assert_eq!((usage.commands, usage.open_sessions), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_right_password_is_wrong() {
    for (login, message) in [(Login::Plain, "invalid user name or password (6)"), (Login::Challenge, "cannot log in")] {
        let router = Simulator::in_memory(config().login(login));
        router.handle().set_fault(Fault::WrongPassword);
        let mut peer = Peer(router.connect());
        let mut answer = peer.ask(LOGIN).await;
        if let Some(ret) = answer[0].strip_prefix("!done =ret=") {
            let challenge = u128::from_str_radix(ret, 16).unwrap().to_be_bytes();
            let response = format!("=response=00{:x}", md5::compute([&[0][..], &challenge].concat()));
            answer = peer.ask(&["/login", "=name=admin", &response]).await;
        }
        assert_eq!(answer, [&format!("!trap =message={message}"), "!done"]);
        assert_eq!(router.handle().usage().failed_logins, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn without_permission_nothing_is_read_and_the_session_stays() {
    let (router, mut peer) = logged_in(config()).await;
    router.handle().set_fault(Fault::NoPermission);
    let refused = ["!trap =message=not enough permissions (9)", "!done"];
    assert_eq!(peer.ask(&["/interface/print"]).await, refused);
    assert_eq!(peer.ask(&["/interface/monitor-traffic", "=interface=ether1", "=once="]).await, refused);
    assert_eq!(peer.ask(&["/interface/listen"]).await, refused);
    assert_eq!(router.handle().usage().prints, 1);
    router.handle().clear_faults();
    assert_eq!(peer.ask(IDENTITY).await, ANSWER);
}

#[tokio::test(start_paused = true)]
async fn without_a_seat_the_login_is_hung_up_on() {
    let router = Simulator::in_memory(config());
    router.handle().set_fault(Fault::SessionLimit(0));
    let mut peer = Peer(router.connect());
    peer.say(LOGIN).await;
    assert_eq!(peer.rest().await, b"");
    assert_eq!(router.handle().usage().logins, 0);
}

#[tokio::test(start_paused = true)]
async fn in_chunks_the_answer_is_the_same() {
    let (router, mut peer) = logged_in(config()).await;
    let whole = peer.ask(&["/interface/print"]).await;
    for size in [0, 1, 2, 3, 7, 64] {
        router.handle().set_fault(Fault::Chunked(size));
        assert_eq!(peer.ask(&["/interface/print"]).await, whole);
    }
    router.handle().set_fault(Fault::Chunked(1));
    peer.say(IDENTITY).await;
    let mut piece = [0; 100];
    assert_eq!(peer.0.read(&mut piece).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn hostile_bytes_come_instead_of_a_reply() {
    for (fault, bytes) in [(Fault::HostileLength, &[0xF0, 0x7F, 0xFF, 0xFF, 0xFF][..]), (Fault::ControlByte, &[0xF8])] {
        let (router, mut peer) = logged_in(config()).await;
        router.handle().set_fault(fault);
        peer.say(IDENTITY).await;
        peer.say(IDENTITY).await;
        assert_eq!(peer.until_silence().await, bytes);
    }
}

#[tokio::test(start_paused = true)]
async fn fatal_is_said_and_the_connection_closed() {
    let (router, mut peer) = logged_in(config()).await;
    router.handle().set_fault(Fault::Fatal("out of memory".into()));
    assert_eq!(peer.ask(IDENTITY).await, ["!fatal out of memory"]);
    assert_eq!(peer.rest().await, b"");
    let mut stranger = Peer(router.connect());
    assert_eq!(stranger.ask(LOGIN).await, ["!fatal out of memory"]);
}

#[tokio::test(start_paused = true)]
async fn cutting_is_for_those_who_are_there() {
    let (router, mut first) = logged_in(config()).await;
    let mut second = Peer(router.connect());
    second.say(&["/login"]).await;
    let mut idle = Peer(router.connect());
    router.handle().cut_connections();
    first.rest().await;
    second.rest().await;
    assert_eq!(idle.rest().await, b"", "nor is one overlooked that came in the same moment");
    assert_eq!(router.handle().usage().open_sessions, 0);
    Peer(router.connect()).login().await;
}

#[tokio::test(start_paused = true)]
async fn dropping_the_router_ends_its_sessions_and_what_they_run() {
    let (router, mut peer) = logged_in(config()).await;
    peer.say(&["/interface/monitor-traffic", "=interface=ether1"]).await;
    peer.hear().await;
    let handle = router.handle();
    drop(router);
    peer.rest().await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!(handle.usage().open_sessions, 0);
}

//! Each fault as the client sees it, that it ends, and several at once.

use std::time::Duration;

use routeros_simulator::{Fault, Login, Simulator};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep};

use crate::client::{Client, SECOND, config, logged_in};

const LOGIN: &[&str] = &["/login", "=name=admin", "=password="];
const IDENTITY: &[&str] = &["/system/identity/print"];
const ANSWER: [&str; 2] = ["!re =name=MikroTik", "!done"];

#[tokio::test(start_paused = true)]
async fn a_refused_connection_in_memory_is_closed_and_earlier_ones_stay() {
    let (router, mut before) = logged_in(config()).await;
    router.handle().set_fault(Fault::Refuse);
    assert_eq!(Client(router.connect()).rest().await, b"");
    assert_eq!(router.handle().usage().connections, 1);
    assert_eq!(before.ask(IDENTITY).await, ANSWER);
    router.handle().clear_faults();
    Client(router.connect()).login().await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_router_answers_only_what_comes_afterwards() {
    let (router, mut client) = logged_in(config()).await;
    client.send(&["/interface/monitor-traffic", "=interface=ether1", "=.proplist=name", ".tag=m"]).await;
    assert_eq!(client.receive().await, "!re .tag=m =name=ether1");
    router.handle().set_fault(Fault::Silent);
    let mut other = Client(router.connect());
    other.send(LOGIN).await;
    client.send(IDENTITY).await;
    assert_eq!(other.until_silence().await, b"");
    assert_eq!(client.until_silence().await, b"");
    let usage = router.handle().usage();
    assert_eq!((usage.connections, usage.logins, usage.commands), (2, 1, 2));
    router.handle().clear_faults();
    assert_eq!(client.receive().await, "!re .tag=m =name=ether1", "what ran goes on");
    client.send(&["/cancel"]).await;
    while client.receive().await != "!done .tag=m" {}
    assert_eq!(client.ask(IDENTITY).await, ANSWER);
    other.login().await;
}

#[tokio::test(start_paused = true)]
async fn with_a_delay_each_command_waits_on_its_own() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_fault(Fault::Delay(4 * SECOND));
    let asked = Instant::now();
    client.send(IDENTITY).await;
    sleep(SECOND).await;
    client.send(IDENTITY).await;
    assert_eq!(client.answer().await, ANSWER);
    assert_eq!(asked.elapsed(), 4 * SECOND);
    assert_eq!(client.answer().await, ANSWER);
    assert_eq!(asked.elapsed(), 5 * SECOND);
    Client(router.connect()).login().await;
    assert_eq!(asked.elapsed(), 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn with_a_delay_a_cancel_still_finds_the_command_that_waits() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_fault(Fault::Delay(4 * SECOND));
    client.send(&["/interface/listen", ".tag=1"]).await;
    client.send(&["/cancel", "=tag=1", ".tag=2"]).await;
    assert_eq!(client.receive().await, "!trap .tag=1 =category=2 =message=interrupted");
    assert_eq!(client.answer().await, ["!done .tag=2"]);
    assert_eq!(client.answer().await, ["!done .tag=1"]);
}

#[tokio::test(start_paused = true)]
async fn half_a_sentence_is_the_last_on_that_connection() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_fault(Fault::HalfSentence);
    client.send(IDENTITY).await;
    assert_eq!(client.until_silence().await, b"\x03!re\x0E=name", "ten bytes of twenty");
    router.handle().clear_faults();
    client.send(IDENTITY).await;
    assert_eq!(client.until_silence().await, b"");
    Client(router.connect()).login().await;
}

#[tokio::test(start_paused = true)]
async fn with_a_cut_at_each_command_the_login_still_works() {
    let router = Simulator::in_memory(config());
    router.handle().set_fault(Fault::Cut);
    let mut client = Client(router.connect());
    client.login().await;
    client.send(IDENTITY).await;
    assert_eq!(client.rest().await, b"");
    let usage = router.handle().usage();
    assert_eq!((usage.commands, usage.open_sessions), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_right_password_is_wrong() {
    for (login, message) in [(Login::Plain, "invalid user name or password (6)"), (Login::Challenge, "cannot log in")] {
        let router = Simulator::in_memory(config().login(login));
        router.handle().set_fault(Fault::WrongPassword);
        let mut client = Client(router.connect());
        let mut answer = client.ask(LOGIN).await;
        if let Some(ret) = answer[0].strip_prefix("!done =ret=") {
            let challenge = u128::from_str_radix(ret, 16).unwrap().to_be_bytes();
            let response = format!("=response=00{:x}", md5::compute([&[0][..], &challenge].concat()));
            answer = client.ask(&["/login", "=name=admin", &response]).await;
        }
        assert_eq!(answer, [&format!("!trap =message={message}"), "!done"]);
        assert_eq!(router.handle().usage().failed_logins, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn without_permission_nothing_is_read_and_the_session_stays() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_fault(Fault::NoPermission);
    let refused = ["!trap =message=not enough permissions (9)", "!done"];
    assert_eq!(client.ask(&["/interface/print"]).await, refused);
    assert_eq!(client.ask(&["/interface/monitor-traffic", "=interface=ether1", "=once="]).await, refused);
    assert_eq!(client.ask(&["/interface/listen"]).await, refused);
    assert_eq!(router.handle().usage().prints, 1);
    router.handle().clear_faults();
    assert_eq!(client.ask(IDENTITY).await, ANSWER);
}

#[tokio::test(start_paused = true)]
async fn without_a_free_slot_the_login_is_closed() {
    let router = Simulator::in_memory(config());
    router.handle().set_fault(Fault::SessionLimit(0));
    let mut client = Client(router.connect());
    client.send(LOGIN).await;
    assert_eq!(client.rest().await, b"");
    assert_eq!(router.handle().usage().logins, 0);
}

#[tokio::test(start_paused = true)]
async fn in_chunks_the_answer_is_the_same() {
    let (router, mut client) = logged_in(config()).await;
    let whole = client.ask(&["/interface/print"]).await;
    for size in [0, 1, 2, 3, 7, 64] {
        router.handle().set_fault(Fault::Chunked(size));
        assert_eq!(client.ask(&["/interface/print"]).await, whole);
    }
    router.handle().set_fault(Fault::Chunked(1));
    client.send(IDENTITY).await;
    let mut piece = [0; 100];
    assert_eq!(client.0.read(&mut piece).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn hostile_bytes_come_instead_of_a_reply() {
    for (fault, bytes) in [(Fault::HostileLength, &[0xF0, 0x7F, 0xFF, 0xFF, 0xFF][..]), (Fault::ControlByte, &[0xF8])] {
        let (router, mut client) = logged_in(config()).await;
        router.handle().set_fault(fault);
        client.send(IDENTITY).await;
        client.send(IDENTITY).await;
        assert_eq!(client.until_silence().await, bytes);
    }
}

#[tokio::test(start_paused = true)]
async fn fatal_is_sent_and_the_connection_closed() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_fault(Fault::Fatal("out of memory".into()));
    assert_eq!(client.ask(IDENTITY).await, ["!fatal out of memory"]);
    assert_eq!(client.rest().await, b"");
    let mut other = Client(router.connect());
    assert_eq!(other.ask(LOGIN).await, ["!fatal out of memory"]);
}

#[tokio::test(start_paused = true)]
async fn cutting_ends_the_connections_that_exist() {
    let (router, mut first) = logged_in(config()).await;
    let mut second = Client(router.connect());
    second.send(&["/login"]).await;
    let mut idle = Client(router.connect());
    router.handle().cut_connections();
    first.rest().await;
    second.rest().await;
    assert_eq!(idle.rest().await, b"", "nor is one overlooked that came in the same moment");
    assert_eq!(router.handle().usage().open_sessions, 0);
    Client(router.connect()).login().await;
}

#[tokio::test(start_paused = true)]
async fn dropping_the_router_ends_its_sessions_and_what_they_run() {
    let (router, mut client) = logged_in(config()).await;
    client.send(&["/interface/monitor-traffic", "=interface=ether1"]).await;
    client.receive().await;
    let handle = router.handle();
    drop(router);
    client.rest().await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!(handle.usage().open_sessions, 0);
}

#[tokio::test(start_paused = true)]
async fn several_faults_are_there_at_once_and_end_one_by_one() {
    let (router, mut client) = logged_in(config().fault(Fault::Delay(2 * SECOND)).fault(Fault::NoPermission)).await;
    let handle = router.handle();
    handle.add_fault(Fault::Chunked(1));
    let refused = ["!trap =message=not enough permissions (9)", "!done"];
    let asked = Instant::now();
    client.send(IDENTITY).await;
    let mut bytes = vec![0; 1 << 10];
    let first = client.0.read(&mut bytes).await.unwrap();
    assert_eq!((first, asked.elapsed()), (1, 2 * SECOND), "in chunks, and late");
    client.0.read_exact(&mut bytes[..49]).await.unwrap();
    assert_eq!(&bytes[43..49], b"!done\0");

    handle.add_fault(Fault::Delay(SECOND));
    handle.remove_fault(&Fault::Chunked(0));
    let asked = Instant::now();
    assert_eq!(client.ask(IDENTITY).await, refused);
    assert_eq!(asked.elapsed(), SECOND, "the later delay counts");
    handle.remove_fault(&Fault::NoPermission);
    assert_eq!(client.ask(IDENTITY).await, ANSWER);
    assert_eq!(asked.elapsed(), 2 * SECOND, "the delay is still there");
    handle.clear_faults();
    assert_eq!(client.ask(IDENTITY).await, ANSWER);
    assert_eq!(asked.elapsed(), 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn setting_a_fault_ends_the_others() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_faults([Fault::NoPermission, Fault::SessionLimit(0)]);
    assert_ne!(client.ask(IDENTITY).await, ANSWER);
    router.handle().set_fault(Fault::Chunked(3));
    assert_eq!(client.ask(IDENTITY).await, ANSWER);
    Client(router.connect()).login().await;
}

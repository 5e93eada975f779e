//! What happens to a whole connection, and the order of what is sent on it.

use std::time::Duration;

use routeros_simulator::{Fault, InterfaceSpec, Simulator};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::client::{Client, SECOND, config, logged_in, value};

const IDENTITY: &[&str] = &["/system/identity/print"];
const ANSWER: [&str; 2] = ["!re =name=MikroTik", "!done"];

#[tokio::test]
async fn a_reset_amid_a_sentence_reaches_the_client_as_a_reset() {
    let router = Simulator::start(config(), ([127, 0, 0, 1], 0).into()).await.unwrap();
    let mut client = Client(TcpStream::connect(router.addr().unwrap()).await.unwrap());
    let mut before = Client(TcpStream::connect(router.addr().unwrap()).await.unwrap());
    before.login().await;
    client.login().await;
    router.handle().set_fault(Fault::Reset);
    client.send(IDENTITY).await;
    let mut heard = Vec::new();
    let end = timeout(Duration::from_secs(10), client.0.read_to_end(&mut heard)).await.expect("an end");
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    assert!(b"\x03!re\x0E=name".starts_with(&heard), "at most half a sentence: {heard:?}");
    router.handle().clear_faults();
    assert_eq!(before.ask(IDENTITY).await, ANSWER, "others are not meant");
    let left = async {
        while router.handle().usage().open_sessions > 1 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), left).await.expect("its slot is given back");
}

#[tokio::test(start_paused = true)]
async fn reset_in_memory_is_an_end_amid_a_sentence() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_fault(Fault::Reset);
    client.send(IDENTITY).await;
    assert_eq!(client.rest().await, b"\x03!re\x0E=name");
    assert_eq!(router.handle().usage().open_sessions, 0);
}

#[tokio::test(start_paused = true)]
async fn forgotten_connections_stay_open_and_dead_and_new_ones_are_served() {
    let (router, mut client) = logged_in(config()).await;
    client.send(&["/interface/monitor-traffic", "=interface=ether1", "=.proplist=name", ".tag=m"]).await;
    assert_eq!(client.receive().await, "!re .tag=m =name=ether1");
    let mut other = Client(router.connect());
    router.handle().forget_connections();
    client.send(IDENTITY).await;
    other.send(&["/login", "=name=admin", "=password="]).await;
    assert_eq!(client.until_silence().await, b"", "what ran is not heard either");
    assert_eq!(other.until_silence().await, b"");
    let usage = router.handle().usage();
    assert_eq!((usage.commands, usage.logins, usage.open_sessions), (1, 1, 1));
    let mut new = Client(router.connect());
    new.login().await;
    assert_eq!(new.ask(IDENTITY).await, ANSWER);
    router.handle().cut_connections();
    assert_eq!(client.rest().await, b"");
}

#[tokio::test(start_paused = true)]
async fn coalesced_sentences_of_several_commands_come_in_one_piece() {
    let (router, mut client) = logged_in(config()).await;
    let within = Duration::from_millis(50);
    router.handle().set_fault(Fault::Coalesced(within));
    let asked = Instant::now();
    for tag in [".tag=a", ".tag=b", ".tag=c"] {
        client.send(&["/system/identity/print", tag]).await;
    }
    let mut piece = vec![0; 4_096];
    let read = client.0.read(&mut piece).await.unwrap();
    assert_eq!(asked.elapsed(), within);
    let ends = piece[..read].windows(5).filter(|window| window == b"!done").count();
    assert_eq!(ends, 3, "all of it: {:?}", String::from_utf8_lossy(&piece[..read]));
    // More than one piece holds comes all the same, and so does the last sentence.
    router.handle().add_interface(InterfaceSpec::ether("x").comment(vec![b'y'; 40_000]));
    assert_eq!(client.ask(&["/interface/print"]).await.len(), 4);
    client.send(IDENTITY).await;
    sleep(within / 2).await;
    client.send(&["/quit"]).await;
    assert_eq!(client.answer().await, ANSWER);
    assert_eq!(client.answer().await, ["!fatal session terminated on request"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_cancel_lets_the_rows_go_on_and_nothing_else_wait() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_fault(Fault::SlowCancel(5 * SECOND));
    client.send(&["/interface/monitor-traffic", "=interface=ether1", "=.proplist=name", ".tag=m"]).await;
    assert_eq!(client.receive().await, "!re .tag=m =name=ether1");
    let asked = Instant::now();
    client.send(&["/cancel", "=tag=m", ".tag=c"]).await;
    assert_eq!(client.ask(IDENTITY).await, ANSWER);
    assert_eq!(asked.elapsed(), Duration::ZERO);
    let mut rows = 0;
    let interrupted = loop {
        match client.receive().await {
            row if row == "!re .tag=m =name=ether1" => rows += 1,
            other => break other,
        }
    };
    assert_eq!(interrupted, "!trap .tag=m =category=2 =message=interrupted");
    assert_eq!(asked.elapsed(), 5 * SECOND);
    assert!((4..=5).contains(&rows), "{rows}");
    assert_eq!(client.receive().await, "!done .tag=c");
    assert_eq!(client.receive().await, "!done .tag=m");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_comes_last_ends_after_what_it_cancelled() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().set_fault(Fault::CancelLast);
    client.send(&["/interface/listen", ".tag=listen"]).await;
    client.send(&["/cancel", "=tag=listen", ".tag=end"]).await;
    assert_eq!(client.receive().await, "!trap .tag=listen =category=2 =message=interrupted");
    assert_eq!(client.receive().await, "!done .tag=listen");
    assert_eq!(client.receive().await, "!done .tag=end");
}

#[tokio::test(start_paused = true)]
async fn of_fifteen_hundred_customers_who_come_and_go_each_print_sends_every_one_once() {
    let config = config().interfaces((0..1_500).map(|n| InterfaceSpec::pppoe(format!("u{n}"))));
    let (router, mut client) = logged_in(config).await;
    let handle = router.handle();
    let churn = tokio::spawn(async move {
        for n in (0..1_500).cycle() {
            handle.recreate_interface(format!("<pppoe-u{n}>"));
            sleep(Duration::from_millis(1)).await;
        }
    });
    let mut ids = std::collections::HashSet::new();
    for _ in 0..5 {
        let rows = client.ask(&["/interface/print", "=.proplist=.id,name"]).await;
        let names: std::collections::HashSet<_> = rows.iter().filter_map(|row| value(row, "name")).collect();
        // One that goes and comes back during the print may be missing or come again, but never twice under one id.
        let told: Vec<_> = rows.iter().filter_map(|row| value(row, ".id")).collect();
        let distinct: std::collections::HashSet<_> = told.iter().copied().collect();
        assert_eq!(told.len(), distinct.len());
        assert!(names.len() >= 1_490, "{}", names.len());
        ids.extend(distinct.into_iter().map(str::to_owned));
        sleep(100 * Duration::from_millis(1)).await;
    }
    churn.abort();
    assert!(ids.len() > 1_800, "they did come and go: {}", ids.len());
}

//! One session, however many read.

use std::time::Duration;

use futures_util::future::join_all;
use lalin_stats::Source;
use routeros_simulator::Fault;
use tokio::time::{sleep, timeout};

use crate::rig::{Rig, SECOND};

#[tokio::test(start_paused = true)]
async fn a_thousand_reads_log_in_once() {
    let rig = Rig::new();
    let together = join_all((0..500).map(|_| rig.router.read())).await;
    assert!(together.iter().all(Result::is_ok));
    for _ in 0..500 {
        rig.good().await;
    }
    let usage = rig.handle.usage();
    assert_eq!((rig.attempts(), usage.logins, usage.open_sessions), (1, 1, 1));
    assert_eq!(
        (usage.commands, usage.prints),
        (1_002, 1_000),
        "one command a read, one about the links, one about the routes"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_the_first_read_and_nothing_while_nobody_reads() {
    let rig = Rig::new();
    sleep(600 * SECOND).await;
    assert_eq!(rig.attempts(), 0);
    rig.good().await;
    sleep(SECOND).await;
    let before = rig.handle.usage();
    sleep(3_600 * SECOND).await;
    let after = rig.handle.usage();
    assert_eq!((after.commands, after.bytes_in), (before.commands, before.bytes_in));
    rig.good().await;
    assert_eq!(rig.handle.usage().logins, 1, "the session was kept");
}

#[tokio::test(start_paused = true)]
async fn leaving_while_the_session_is_being_opened_does_not_end_the_attempt() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::Delay(SECOND));
    for _ in 0..3 {
        assert!(timeout(SECOND / 10, rig.router.read()).await.is_err());
    }
    sleep(2 * SECOND).await;
    rig.handle.clear_faults();
    rig.good().await;
    assert_eq!((rig.attempts(), rig.handle.usage().logins), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn callers_who_leave_early_do_not_end_the_session() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::Delay(SECOND));
    for _ in 0..20 {
        assert!(timeout(SECOND / 10, rig.router.read()).await.is_err());
    }
    rig.handle.clear_faults();
    rig.good().await;
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_router_that_answers_within_the_limit_keeps_its_session() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::Delay(Duration::from_millis(2_500)));
    rig.watch(60 * SECOND).await;
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_source_ends_its_session() {
    let Rig { router, handle, .. } = Rig::new();
    router.read().await.unwrap();
    assert_eq!(handle.usage().open_sessions, 1);
    drop(router);
    let ended = async {
        while handle.usage().open_sessions > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(SECOND, ended).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn leaving_while_a_read_is_under_way_cancels_it_on_the_router() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::Delay(SECOND));
    assert!(timeout(SECOND / 10, rig.router.read()).await.is_err());
    // The simulated router's delay holds back whatever it is sent, one after the other.
    sleep(3 * SECOND).await;
    assert_eq!(rig.handle.usage().cancels, 1);
    rig.handle.clear_faults();
    rig.good().await;
    assert_eq!(rig.attempts(), 1, "and the session goes on");
}

//! The router goes, and comes back.

use futures_util::future::join_all;
use routeros_simulator::Fault;
use tokio::time::{Instant, sleep, sleep_until};

use crate::rig::{Rig, SECOND};

#[tokio::test(start_paused = true)]
async fn fifty_reads_of_a_router_that_accepts_and_never_answers_open_one_session() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::Silent);
    let outcomes = join_all((0..50).map(|_| rig.read())).await;
    assert!(outcomes.iter().all(Option::is_none), "their own limit ends them");
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn fifty_reads_of_a_router_that_fell_silent_open_no_further_session() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::Silent);
    let outcomes = join_all((0..50).map(|_| rig.read())).await;
    assert!(!outcomes.iter().any(|outcome| matches!(outcome, Some(Ok(_)))));
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_fell_silent_is_replaced_after_two_reads() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::Silent);
    let silent_since = Instant::now();
    while rig.attempts() == 1 {
        let _ = rig.read().await;
        sleep(SECOND / 10).await;
    }
    // A read that begins in the very moment of the attempt waits for it, for its own 3 s.
    assert!((3 * SECOND..10 * SECOND).contains(&silent_since.elapsed()), "{:?}", silent_since.elapsed());
    rig.handle.clear_faults();
    rig.handle.cut_connections();
    rig.recovery(5 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_idle_for_long_is_replaced_after_one_read_whose_cancelling_is_not_answered_either() {
    let rig = Rig::new();
    rig.good().await;
    sleep(60 * SECOND).await;
    rig.handle.set_fault(Fault::Silent);
    let _ = rig.read().await;
    sleep(4 * SECOND).await;
    assert_eq!(rig.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cut_session_is_opened_again() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.cut_connections();
    let took = rig.recovery(5 * SECOND).await;
    assert!(took <= 2 * SECOND, "{took:?}");
    assert_eq!(rig.handle.usage().logins, 2);
}

#[tokio::test(start_paused = true)]
async fn a_session_cut_while_nobody_reads_is_not_missed() {
    let rig = Rig::new();
    rig.good().await;
    sleep(60 * SECOND).await;
    rig.handle.cut_connections();
    sleep(600 * SECOND).await;
    assert_eq!(rig.attempts(), 1);
    rig.good().await;
    assert_eq!(rig.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn attempts_during_an_outage_grow_apart_to_half_a_minute_and_success_forgets_them() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::Refuse);
    rig.handle.cut_connections();
    rig.watch(600 * SECOND).await;
    // 0.4 to 0.5 s, then double, then every 22.5 to 30 s.
    let attempts = rig.attempts();
    assert!((23..=33).contains(&attempts), "{attempts} attempts in ten minutes");
    rig.handle.clear_faults();
    rig.recovery(33 * SECOND).await;
    rig.handle.cut_connections();
    let took = rig.recovery(5 * SECOND).await;
    assert!(took <= 2 * SECOND, "patient again: {took:?}");
}

#[tokio::test(start_paused = true)]
async fn while_the_next_attempt_is_waited_for_reads_answer_at_once_with_its_moment() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::Refuse);
    for attempt in 1..=6 {
        let failure = rig.failure().await;
        assert_eq!(failure.attempt, attempt);
        let retry_at = failure.retry_at.unwrap();
        let asked = Instant::now();
        assert!(retry_at > asked);
        assert_eq!(rig.failure().await, failure);
        assert_eq!(asked.elapsed(), std::time::Duration::ZERO);
        assert_eq!(rig.attempts(), usize::try_from(attempt).unwrap());
        // Who reads at that moment waits for the attempt.
        sleep_until(retry_at).await;
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_reading_means_no_attempts() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::Refuse);
    rig.failure().await;
    sleep(20 * SECOND).await;
    let attempts = rig.attempts();
    assert!(attempts <= 6, "{attempts}");
    sleep(3_600 * SECOND).await;
    assert_eq!(rig.attempts(), attempts);
    rig.handle.clear_faults();
    rig.good().await;
}

#[tokio::test(start_paused = true)]
async fn a_router_that_cuts_at_each_command_is_logged_in_to_ever_more_seldom() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::Cut);
    rig.watch(600 * SECOND).await;
    let logins = rig.handle.usage().logins;
    assert!((20..=35).contains(&logins), "{logins} logins in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn sessions_that_answer_once_and_break_are_opened_ever_more_seldom() {
    let rig = Rig::new();
    let end = Instant::now() + 600 * SECOND;
    while Instant::now() < end {
        if matches!(rig.read().await, Some(Ok(_))) {
            rig.handle.cut_connections();
        }
        sleep(SECOND).await;
    }
    let logins = rig.handle.usage().logins;
    assert!((20..=35).contains(&logins), "{logins} logins in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn half_an_answer_is_no_answer_and_the_whole_one_comes_after_it() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::HalfSentence);
    assert!(!matches!(rig.read().await, Some(Ok(_))));
    rig.handle.clear_faults();
    let reading = {
        rig.recovery(15 * SECOND).await;
        rig.good().await
    };
    assert_eq!(reading.data.rows.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_reboot_begins_the_counters_anew() {
    let rig = Rig::new();
    sleep(60 * SECOND).await;
    let before = rig.good().await.data.rows[0].counters.rx_bytes.unwrap();
    rig.handle.reboot();
    rig.recovery(5 * SECOND).await;
    let after = rig.good().await.data.rows[0].counters.rx_bytes.unwrap();
    assert!(after < before, "{after} after {before}");
}

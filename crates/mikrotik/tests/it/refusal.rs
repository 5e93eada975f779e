//! The router answers, and says no.

use lalin_stats::SourceError;
use routeros_simulator::{Fault, User};
use tokio::time::{Instant, sleep};

use crate::rig::{PASSWORD, Rig, SECOND, USER};

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_tried_at_most_once_a_minute() {
    let mut settings = crate::rig::settings();
    settings.credentials = routeros::Credentials::new(USER, "salah");
    let rig = Rig::with(settings);
    let failure = rig.failure().await;
    assert!(matches!(failure.reason, SourceError::WrongCredentials { .. }), "{failure:?}");
    assert!(failure.retry_at.unwrap() >= Instant::now() + 59 * SECOND);
    rig.watch(600 * SECOND).await;
    let failed = rig.handle.usage().failed_logins;
    assert!((9..=11).contains(&failed), "{failed} failed logins in ten minutes, the first one included");
    rig.handle.set_password("salah");
    rig.recovery(67 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_not_tried_sooner_by_those_who_come_back() {
    let rig = Rig::new();
    rig.handle.set_password("changed");
    for _ in 0..5 {
        rig.failure().await;
        sleep(11 * SECOND).await;
    }
    assert_eq!(rig.handle.usage().failed_logins, 1);
    rig.handle.set_password(PASSWORD);
    rig.recovery(60 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_said_and_keeps_the_session() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::NoPermission);
    for _ in 0..10 {
        let failure = rig.failure().await;
        assert!(matches!(failure.reason, SourceError::NotPermitted { .. }), "{failure:?}");
    }
    rig.handle.clear_faults();
    rig.good().await;
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_closed_before_the_login_is_answered_was_turned_away() {
    let rig = Rig::new();
    rig.handle.set_fault(Fault::SessionLimit(0));
    let failure = rig.failure().await;
    assert!(matches!(failure.reason, SourceError::TurnedAway { .. }), "{failure:?}");
    rig.handle.clear_faults();
    rig.recovery(5 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_it_need_not_wait_for_a_minute_after_a_refused_login() {
    let rig = Rig::new();
    rig.handle.set_password("changed");
    rig.failure().await;
    rig.handle.set_password(PASSWORD);
    sleep(20 * SECOND).await;
    assert!(rig.failure().await.retry_at.unwrap() > Instant::now() + 30 * SECOND);
    rig.router.try_now();
    rig.recovery(SECOND).await;
    assert_eq!(rig.handle.usage().failed_logins, 1);
    rig.router.try_now();
    rig.good().await;
    assert_eq!(rig.attempts(), 2, "with a session there is nothing to try");
}

#[tokio::test(start_paused = true)]
async fn a_password_kept_in_a_windows_code_page_is_found_and_costs_one_refused_login() {
    let mut settings = crate::rig::settings();
    settings.credentials = routeros::Credentials::new(USER, "r\u{e9}seau");
    let rig = Rig::with(settings);
    rig.handle.set_user(User::new(USER, "").password_bytes(b"r\xE9seau"));
    rig.good().await;
    for _ in 0..3 {
        rig.handle.cut_connections();
        rig.recovery(10 * SECOND).await;
    }
    let usage = rig.handle.usage();
    assert_eq!((usage.failed_logins, usage.logins), (1, 4), "what was found is remembered");
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_wrong_in_both_encodings_is_one_attempt_a_minute() {
    let mut settings = crate::rig::settings();
    settings.credentials = routeros::Credentials::new(USER, "r\u{e9}seau");
    let rig = Rig::with(settings);
    let failure = rig.failure().await;
    let SourceError::WrongCredentials { detail } = &failure.reason else { panic!("{failure:?}") };
    assert!(detail.contains("Windows-1252"), "{detail}");
    assert_eq!(failure.attempt, 1);
    assert!(failure.retry_at.unwrap() >= Instant::now() + 59 * SECOND);
}

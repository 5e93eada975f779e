//! When it is opened again, and when not.

use super::*;

#[tokio::test(start_paused = true)]
async fn during_a_pause_a_command_fails_at_once_with_the_reason() {
    let rig = Rig::quiet();
    rig.refuse(Some(refused()));
    for failures in 1..=6 {
        assert_eq!(rig.client.run(command("/hello")).await.unwrap_err(), refused());
        let (state, asked) = (rig.client.state(), Instant::now());
        let ConnectionState::Waiting { reason, attempt, lost, .. } = &state else { panic!("{state:?}") };
        assert_eq!((reason, *attempt, *lost), (&refused(), failures, false));
        assert_eq!(rig.client.stream(command("/listen")).await.unwrap_err(), refused());
        assert_eq!(rig.client.client().await.unwrap_err(), refused());
        assert_eq!((asked.elapsed(), rig.attempts()), (Duration::ZERO, failures as usize));
        // Who asks at that moment waits for the attempt.
        tokio::time::sleep_until(retry_at(&state)).await;
    }
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
    assert!(matches!(states.changed().await, Some(ConnectionState::Waiting { lost: true, attempt: 0, .. })));
    assert_eq!(states.changed().await, Some(ConnectionState::Idle));
    sleep(HOUR).await;
    assert_eq!((rig.attempts(), states.current()), (1, ConnectionState::Idle));
    rig.connected().await;
    assert_eq!(rig.attempts(), 2);
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

//! Whether the router still answers: probes, unanswered commands.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_connection_that_a_firewall_forgot_is_noticed_by_a_probe_and_replaced() {
    let mut rig = Rig::new(ReconnectPolicy::default().with_wanted_for(Duration::MAX));
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
    let mut rig = Rig::new(ReconnectPolicy::default());
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
    let mut rig = Rig::new(ReconnectPolicy::default());
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
    let mut rig = Rig::new(ReconnectPolicy::default());
    let mut peer = rig.connected().await;
    let running = rig.spawned(command("/export").timeout(60 * SECOND));
    let export = peer.hears().await;
    let probe = peer.hears().await;
    assert_eq!(probe.said(), PROBE);
    // TrustedCertificates up after 5 s, and cancelled.
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
async fn a_stream_on_a_connection_that_fell_silent_ends_with_the_reason() {
    let mut rig = Rig::new(ReconnectPolicy::default());
    let mut peer = rig.connected().await;
    let mut rows = rig.client.stream(command("/interface/listen")).await.unwrap();
    assert_eq!(peer.hears().await.said(), ["/interface/listen"]);
    let since = Instant::now();
    let error = timeout(60 * SECOND, rows.next()).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error, Error::TimedOut { phase: Phase::Command, after: 10 * SECOND });
    assert_eq!(since.elapsed(), 15 * SECOND);
}

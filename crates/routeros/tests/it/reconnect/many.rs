//! Many clients that share a limit of connecting: who lives comes first, who is dead has a turn too.

use routeros::ConnectLimit;

use super::*;

/// A client of a router that takes 3 s to be found dead, and how often that was tried.
fn dead(limit: &ConnectLimit) -> (ReconnectingClient, Arc<AtomicUsize>) {
    let attempts = Arc::<AtomicUsize>::default();
    let counted = attempts.clone();
    let connect = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            sleep(3 * SECOND).await;
            Err(Error::TimedOut { phase: Phase::Connect, after: 3 * SECOND })
        }
    };
    let policy = ReconnectPolicy::default().with_wanted_for(Duration::MAX).with_connect_limit(Some(limit.clone()));
    (ReconnectingClient::with_connector(connect, Options::default(), policy), attempts)
}

#[tokio::test(start_paused = true)]
async fn two_thousand_dead_routers_hold_up_none_that_lives() {
    let limit = ConnectLimit::new(128);
    let all: Vec<_> = (0..2_000).map(|_| dead(&limit)).collect();
    for (client, _) in &all {
        let client = client.clone();
        tokio::spawn(async move { client.client().await.unwrap_err() });
    }
    sleep(600 * SECOND).await;

    // One that was never tried before.
    let policy = ReconnectPolicy::default().with_probe_after(None).with_wanted_for(Duration::MAX);
    let mut rig = Rig::new(policy.with_connect_limit(Some(limit.clone())));
    let asked = Instant::now();
    let peer = rig.connected().await;
    assert_eq!(asked.elapsed(), Duration::ZERO);
    // And one whose connection ends.
    drop(peer);
    let lost = Instant::now();
    rig.let_in().await;
    assert!(lost.elapsed() <= SECOND, "{:?}", lost.elapsed());

    // The dead ones are asked in turn: nobody is forgotten, nobody is asked twice before another.
    let before: Vec<usize> = all.iter().map(|(_, attempts)| attempts.load(Ordering::SeqCst)).collect();
    sleep(600 * SECOND).await;
    let after = all.iter().map(|(_, attempts)| attempts.load(Ordering::SeqCst));
    let more: Vec<usize> = after.zip(before).map(|(after, before)| after - before).collect();
    let (least, most) = (more.iter().min().unwrap(), more.iter().max().unwrap());
    assert!(*least >= 2 && *most <= *least + 2, "{least} to {most} attempts in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_turn_knows_why_at_once_and_a_person_ends_the_wait() {
    let limit = ConnectLimit::new(4);
    let (client, attempts) = dead(&limit);
    client.client().await.unwrap_err();
    // Another one has the only place of those that do not answer.
    let hanging = {
        let policy = ReconnectPolicy::default().with_wanted_for(Duration::MAX).with_connect_limit(Some(limit.clone()));
        let first = AtomicUsize::new(0);
        let connect = move || {
            let first = first.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                if !first {
                    std::future::pending::<()>().await;
                }
                Err(refused())
            }
        };
        ReconnectingClient::with_connector(connect, Options::default(), policy)
    };
    hanging.client().await.unwrap_err();
    sleep(10 * SECOND).await;
    let tried = attempts.load(Ordering::SeqCst);
    let asked = Instant::now();
    let error = client.client().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { phase: Phase::Connect, .. }), "{error:?}");
    assert_eq!(asked.elapsed(), Duration::ZERO);
    client.try_now();
    sleep(SECOND).await;
    assert_eq!(attempts.load(Ordering::SeqCst), tried + 1);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_connect_at_once() {
    let limit = ConnectLimit::new(3);
    let all: Vec<_> = (0..10).map(|_| dead(&limit)).collect();
    for (client, _) in &all {
        let client = client.clone();
        tokio::spawn(async move { client.client().await });
    }
    sleep(SECOND).await;
    let begun: usize = all.iter().map(|(_, attempts)| attempts.load(Ordering::SeqCst)).sum();
    assert_eq!(begun, 3);
}

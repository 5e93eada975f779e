//! Its end, and those of what it stands on.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_last_clone_ends_the_connection() {
    let mut rig = Rig::quiet();
    let mut peer = rig.connected().await;
    let clone = rig.client.clone();
    let states = rig.client.subscribe();
    drop(rig.client);
    peer.hears_nothing_for(HOUR).await;
    drop(clone);
    assert!(peer.try_hear().await.is_none());
    assert_eq!(states.current(), ConnectionState::Closed);
}

#[tokio::test(start_paused = true)]
async fn the_last_clone_ends_an_attempt_that_is_under_way() {
    let mut rig = Rig::quiet();
    let client = rig.client.clone();
    assert!(timeout(SECOND, client.run(command("/hello"))).await.is_err());
    let mut peer = rig.peer().await;
    assert_eq!(peer.hears().await.said()[0], "/login");
    drop((client, rig.client));
    let end = async { while peer.try_hear().await.is_some() {} };
    timeout(SECOND, end).await.expect("before the login's limit");
}

#[tokio::test(start_paused = true)]
async fn closing_ends_it_for_every_clone_and_for_good() {
    let mut rig = Rig::quiet();
    let mut peer = rig.connected().await;
    let running = rig.spawned(command("/slow"));
    peer.hears().await;
    rig.client.clone().close().await;
    assert!(matches!(running.await.unwrap(), Err(Error::Closed { .. })));
    assert!(peer.try_hear().await.is_none());
    for _ in 0..3 {
        assert!(matches!(rig.client.run(command("/hello")).await, Err(Error::Closed { .. })));
        assert!(matches!(rig.client.ready(HOUR).await, Err(Error::Closed { .. })));
        sleep(HOUR).await;
    }
    assert_eq!((rig.client.state(), rig.attempts()), (ConnectionState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_panics_fails_its_callers_and_is_tried_again_by_later_ones() {
    let attempts = Arc::<AtomicUsize>::default();
    let counted = attempts.clone();
    let connect = move || {
        let counted = counted.clone();
        async move {
            assert!(counted.fetch_add(1, Ordering::SeqCst) > 0, "the first attempt panics");
            Err(refused())
        }
    };
    let client = ReconnectingClient::with_connector(connect, Options::default(), ReconnectPolicy::default());
    assert!(matches!(client.run(command("/hello")).await, Err(Error::Closed { .. })));
    for _ in 0..100 {
        assert!(matches!(client.run(command("/hello")).await, Err(Error::Closed { .. })));
    }
    assert_eq!(attempts.load(Ordering::SeqCst), 1);
    sleep(SECOND).await;
    assert_eq!(client.run(command("/hello")).await.unwrap_err(), refused());
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_never_ends_is_given_up() {
    let attempts = Arc::<AtomicUsize>::default();
    let counted = attempts.clone();
    let connect = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::pending()
    };
    let client = ReconnectingClient::with_connector(connect, Options::default(), ReconnectPolicy::default());
    let began = Instant::now();
    let error = client.client().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!(began.elapsed() <= 30 * SECOND, "{:?}", began.elapsed());
    client.ready(120 * SECOND).await.unwrap_err();
    let attempts = attempts.load(Ordering::SeqCst);
    assert!((4..=6).contains(&attempts), "{attempts}");
}

#[test]
fn it_goes_on_after_the_runtime_that_it_began_on() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let mut rig = Rig::quiet();
    let first = runtime();
    let _peer = first.block_on(rig.connected());
    drop(first);
    assert!(!rig.client.state().is_up());
    runtime().block_on(async {
        let client = rig.client.clone();
        let ready = tokio::spawn(async move { client.ready(60 * SECOND).await });
        let _peer = rig.let_in().await;
        ready.await.unwrap().unwrap();
    });
}

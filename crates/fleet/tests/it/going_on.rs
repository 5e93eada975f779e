//! What goes on while a router is changed, and where it runs.

use lalin_monitor::Update;

use super::*;

#[tokio::test]
async fn a_note_a_name_and_an_interval_keep_the_session_the_past_and_the_streams() {
    let (simulator, address) = simulator(None).await;
    let store = store();
    let fleet = Fleet::new(Sampling::default(), Some(store.clone()));
    let kantor = fleet.add(change(&address)).await.unwrap();
    let router = fleet.monitor().get(&kantor).unwrap();
    let mut stream = router.subscribe(None, Duration::from_secs(600));
    live(&fleet, &kantor).await;
    let change = RouterChange {
        name: Some("Kantor Pusat".into()),
        notes: Some("rak 2".into()),
        tags: Some(vec!["pop".into()]),
        interval: Some(Duration::from_millis(1_000)),
        ..RouterChange::default()
    };
    fleet.change(&kantor, change).await.unwrap();
    let after = fleet.monitor().get(&kantor).unwrap();
    assert!(std::sync::Arc::ptr_eq(&router, &after), "the same router, with its past");
    assert_eq!((&*after.label().name, after.settings().interval), ("Kantor Pusat", Duration::from_secs(1)));
    let seq = after.newest().unwrap().seq;
    while !matches!(stream.next().await.expect("the stream goes on"), Update::Tick(frame) if frame.seq > seq + 1) {}
    assert_eq!(simulator.handle().usage().logins, 1);
    let kept = stored(&store).await;
    assert_eq!((kept.label(), kept.notes.as_str()), ("Kantor Pusat", "rak 2"));

    // Another way to the router is another session.
    let again = RouterChange {
        password: Some(PASSWORD.to_owned().into()),
        user: Some("lain".into()),
        ..RouterChange::default()
    };
    fleet.change(&kantor, again).await.unwrap();
    assert!(!std::sync::Arc::ptr_eq(&router, &fleet.monitor().get(&kantor).unwrap()));
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn a_certificate_is_written_down_beside_what_was_changed_meanwhile() {
    let identity = TlsIdentity::self_signed(&["127.0.0.1"]).unwrap();
    let (_simulator, address) = simulator(Some(identity)).await;
    let store = store();
    let fleet = Fleet::new(Sampling::default(), Some(store.clone()));
    let kantor = fleet.add(RouterChange { tls: Some("first-use".into()), ..change(&address) }).await.unwrap();
    live(&fleet, &kantor).await;
    fleet.change(&kantor, RouterChange { notes: Some("rak 2".into()), ..RouterChange::default() }).await.unwrap();
    for _ in 0..1_000 {
        let kept = stored(&store).await;
        assert_eq!(kept.notes, "rak 2");
        if is_pinned(&kept) {
            assert_eq!(fleet.router(&kantor).unwrap().settings.notes, "rak 2");
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("it was not written down");
}

#[test]
fn a_router_runs_on_the_fleets_runtime_whoever_adds_it() {
    let own = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (simulator, fleet, address) = own.block_on(async {
        let (simulator, address) = simulator(None).await;
        (simulator, Fleet::new(Sampling::default(), Some(store())), address)
    });
    // A web server's thread, with a runtime of its own, which then ends.
    let (adding, checked) = (fleet.clone(), address.clone());
    let kantor = std::thread::spawn(move || {
        let worker = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        worker.block_on(async {
            let kantor = adding.add(change(&checked)).await.unwrap();
            adding.discovered();
            adding.check(None, change(&checked)).await.unwrap();
            kantor
        })
    });
    let kantor = kantor.join().unwrap();
    own.block_on(async {
        live(&fleet, &kantor).await;
        for _ in 0..500 {
            fleet.refresh_system_info();
            if fleet.router(&kantor).unwrap().system_info.is_some() {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("it was not asked what it is");
    });
    drop(simulator);
}

#[tokio::test]
async fn a_router_without_a_name_gets_its_identity_and_a_persons_name_stays() {
    let (_simulator, address) = simulator(None).await;
    let store = store();
    let fleet = Fleet::new(Sampling::default(), Some(store.clone()));
    let added = fleet.add(RouterChange { name: None, ..change(&address) }).await.unwrap();
    live(&fleet, &added).await;
    let named = async |wanted: &str| {
        for _ in 0..500 {
            fleet.monitor().get(&added).unwrap().touch();
            fleet.refresh_system_info();
            if &*fleet.monitor().get(&added).unwrap().label().name == wanted {
                return true;
            }
            sleep(Duration::from_millis(20)).await;
        }
        false
    };
    assert!(named("MikroTik").await);
    assert_eq!(stored(&store).await.name.as_deref(), Some("MikroTik"));
    assert_eq!(fleet.router(&added).unwrap().settings.name.as_deref(), Some("MikroTik"));
    fleet.change(&added, RouterChange { name: Some("Kantor".into()), ..RouterChange::default() }).await.unwrap();
    assert!(named("Kantor").await);
    assert_eq!(stored(&store).await.name.as_deref(), Some("Kantor"));
}

#[tokio::test]
async fn the_ways_to_the_internet_are_chosen_or_found_by_the_route() {
    let (_simulator, address) = simulator(None).await;
    let store = store();
    let fleet = Fleet::new(Sampling::default(), Some(store.clone()));
    let added = fleet.add(change(&address)).await.unwrap();
    live(&fleet, &added).await;
    let from = || fleet.wan(&added).unwrap().from.code();
    for _ in 0..500 {
        if from() == "route" {
            break;
        }
        fleet.monitor().get(&added).unwrap().touch();
        sleep(Duration::from_millis(20)).await;
    }
    let found = fleet.wan(&added).unwrap();
    assert_eq!((found.from.code(), &found.interfaces), ("route", &vec!["ether1".to_owned()]));
    assert!(std::sync::Arc::ptr_eq(&found, &fleet.wan(&added).unwrap()), "the same while it is the same");
    let choose = |names: &[&str]| RouterChange {
        wan: Some(names.iter().map(|&name| name.to_owned()).collect()),
        ..RouterChange::default()
    };
    fleet.change(&added, choose(&["sfp1"])).await.unwrap();
    assert_eq!((from(), stored(&store).await.wan), ("chosen", vec!["sfp1".to_owned()]));
    fleet.change(&added, choose(&[])).await.unwrap();
    assert_eq!(from(), "route");
}

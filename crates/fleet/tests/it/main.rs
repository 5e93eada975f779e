//! The fleet over simulated routers: what is added is live, what hangs holds nobody up, what is secret stays so.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod going_on;
mod logs;
mod recording;

use std::time::Duration;

use lalin_config::{Config, Sampling};
use lalin_fleet::{
    Error, Fleet, Outcome, RouterAdmin, RouterChange, RouterOrigin, RouterSettings, Secret, TlsPolicy, session_settings,
};
use lalin_stats::{RouterId, RouterState};
use lalin_store::{EncryptionKey, Store};
use routeros_simulator::{Config as Simulated, Fault, InterfaceSpec, Simulator, TlsIdentity};
use tokio::time::sleep;

const PASSWORD: &str = "rahasia-dapur-7";

async fn simulator(tls: Option<TlsIdentity>) -> (Simulator, String) {
    let interfaces = vec![InterfaceSpec::ether("ether1")];
    let config = Simulated::default().password(PASSWORD).interfaces(interfaces).tls(tls);
    let simulator = Simulator::start(config, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = simulator.addr().unwrap().to_string();
    (simulator, address)
}

fn store() -> Store {
    Store::in_memory(EncryptionKey::random().unwrap()).unwrap()
}

fn change(address: &str) -> RouterChange {
    RouterChange {
        name: Some("Kantor".into()),
        address: Some(address.into()),
        user: Some("admin".into()),
        password: Some(PASSWORD.to_owned().into()),
        ..RouterChange::default()
    }
}

/// The settings of the one router in the store.
async fn stored(store: &Store) -> RouterSettings {
    store.routers().await.unwrap().remove(0).unwrap().settings
}

fn is_pinned(settings: &RouterSettings) -> bool {
    matches!(settings.tls, TlsPolicy::Pin(_))
}

fn id(text: &str) -> RouterId {
    text.parse().unwrap()
}

/// Watches until the router is live.
async fn live(fleet: &Fleet, id: &RouterId) {
    let router = fleet.monitor().get(id).unwrap();
    for _ in 0..500 {
        router.touch();
        if router.status().state == RouterState::Live {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("{id} is not live: {:?}", router.status());
}

#[tokio::test]
async fn a_router_is_added_asked_what_it_is_changed_and_removed_and_the_store_knows() {
    let (_simulator, address) = simulator(None).await;
    let store = store();
    let fleet = Fleet::new(Sampling::default(), Some(store.clone()));
    let kantor = fleet.add(change(&address)).await.unwrap();
    live(&fleet, &kantor).await;
    for _ in 0..500 {
        fleet.refresh_system_info();
        if fleet.router(&kantor).unwrap().system_info.is_some() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(fleet.router(&kantor).unwrap().system_info.unwrap().board.as_deref(), Some("CHR"));

    let again = Fleet::new(Sampling::default(), Some(store.clone()));
    assert!(again.add_stored().await.unwrap().is_empty());
    live(&again, &kantor).await;
    drop(again);

    let off = RouterChange { enabled: Some(false), ..RouterChange::default() };
    fleet.change(&kantor, off).await.unwrap();
    assert!(fleet.monitor().get(&kantor).is_none() && !fleet.router(&kantor).unwrap().settings.enabled);
    fleet.remove(&kantor).await.unwrap();
    assert!(fleet.routers().is_empty() && store.routers().await.unwrap().is_empty());
    assert_eq!(fleet.remove(&kantor).await, Err(Error::Unknown(kantor)));
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_watched_either() {
    let fleet = Fleet::new(Sampling::default(), None);
    assert_eq!(fleet.add(change("192.0.2.1")).await, Err(Error::NothingKept));
    assert!(fleet.monitor().routers().is_empty());
}

#[tokio::test]
async fn routers_that_hang_or_refuse_hold_up_nobody() {
    let fleet = Fleet::new(Sampling::default(), Some(store()));
    let mut kept = Vec::new();
    for _ in 0..10 {
        let (ill, address) = simulator(None).await;
        ill.handle().set_fault(Fault::Silent);
        fleet.monitor().get(&fleet.add(change(&address)).await.unwrap()).unwrap().touch();
        fleet.monitor().get(&fleet.add(change("127.0.0.1:1")).await.unwrap()).unwrap().touch();
        kept.push(ill);
    }
    let (_simulator, address) = simulator(None).await;
    let well = fleet.add(change(&address)).await.unwrap();
    live(&fleet, &well).await;
}

#[tokio::test]
async fn a_certificate_trusted_at_first_is_the_only_one_from_then_on() {
    let identity = TlsIdentity::self_signed(&["127.0.0.1"]).unwrap();
    let (_simulator, address) = simulator(Some(identity)).await;
    let store = store();
    let fleet = Fleet::new(Sampling::default(), Some(store.clone()));
    let form = RouterChange { tls: Some("first-use".into()), ..change(&address) };
    let kantor = fleet.add(form).await.unwrap();
    live(&fleet, &kantor).await;
    for _ in 0..1_000 {
        if is_pinned(&stored(&store).await) {
            assert!(is_pinned(&fleet.router(&kantor).unwrap().settings));
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("it was not written down");
}

#[tokio::test]
async fn a_check_reaches_no_address_that_is_none_of_a_routers() {
    let fleet = Fleet::new(Sampling::default(), Some(store()));
    let metadata = fleet.check(None, change("169.254.169.254")).await;
    assert!(matches!(metadata, Err(Error::Field { field: "address", .. })));
    let (_simulator, address) = simulator(None).await;
    let good = fleet.check(None, change(&address)).await.unwrap();
    assert!(good.steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed(_))), "{good:?}");
    assert!(fleet.routers().is_empty(), "a check adds nothing");
}

#[tokio::test]
async fn no_structure_shows_the_password() {
    let store = store();
    let fleet = Fleet::new(Sampling::default(), Some(store.clone()));
    let mut router = RouterSettings::new(id("pop"), "192.0.2.1", 8729, "lalin");
    (router.password, router.tls) = (Some(Secret::new(PASSWORD.into())), TlsPolicy::FirstUse);
    let session = session_settings(&router, &Sampling::default(), None).unwrap();
    fleet.apply(router.clone()).unwrap();
    fleet.add(change("192.0.2.2")).await.unwrap();
    let config = Config { routers: vec![router.clone()], ..Config::default() };
    let shown = [
        format!("{router:?}"),
        format!("{session:?}"),
        format!("{fleet:?}"),
        format!("{:?}", fleet.monitor()),
        format!("{:?}", fleet.routers()),
        format!("{:?}", store.routers().await.unwrap()),
        format!("{store:?}"),
        format!("{config:?}"),
        format!("{:?}", change("192.0.2.2")),
    ];
    for text in shown {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    assert_eq!(fleet.router(&id("pop")).unwrap().settings.origin, RouterOrigin::File);
}

#[tokio::test]
async fn a_check_goes_to_no_address_that_a_router_may_not_have_whoever_wrote_the_router() {
    let (_simulator, address) = simulator(None).await;
    let (host, port) = address.split_once(':').unwrap();
    let fleet = Fleet::new(Sampling::default(), None);
    let mut configured = RouterSettings::new(id("berkas"), host, port.parse().unwrap(), "admin");
    configured.password = Some(Secret::new(PASSWORD.into()));
    fleet.apply(configured).unwrap();
    let own = fleet.check(Some(&id("berkas")), RouterChange::default()).await.unwrap();
    assert!(matches!(own.steps[0].outcome, Outcome::Passed { .. }), "{:?}", own.steps[0]);
    // A name that resolves to 0.0.0.0, where this machine's own services answer.
    let elsewhere = fleet.check(Some(&id("berkas")), change(&format!("0:{port}"))).await.unwrap();
    assert!(matches!(&elsewhere.steps[0].outcome, Outcome::Failed(error) if error.to_string().contains("may have")));
}

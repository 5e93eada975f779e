//! Through which interfaces the router reaches the internet, and what it costs to know.

use routeros_simulator::{Fault, InterfaceSpec, Menu, Row, Script, Version};
use tokio::time::sleep;

use crate::rig::{Rig, SECOND, config, settings};

/// The names of the gateways' interfaces after two reads.
async fn gateways(rig: &Rig) -> Option<Vec<String>> {
    rig.good().await;
    sleep(SECOND).await;
    let read = rig.good().await;
    let name = |id: &lalin_stats::InterfaceId| {
        let row = read.data.rows.iter().find(|row| row.interface.id == *id).unwrap();
        row.interface.name.to_string()
    };
    rig.router.gateways().map(|ids| ids.iter().map(name).collect())
}

fn route(gateway: &str, through: &str, active: bool) -> Row {
    let row = Row::new().with("dst-address", "0.0.0.0/0").with("gateway", gateway).with("immediate-gw", through);
    if active { row.with("active", "true") } else { row }
}

#[tokio::test(start_paused = true)]
async fn the_default_route_tells_the_way_in_each_version() {
    for version in [Version::V6_42, Version::V6_49, Version::V7_9, Version::V7_17, Version::V7_18] {
        let rig = Rig::of(settings(), config().version(version));
        assert_eq!(gateways(&rig).await, Some(vec!["ether1".to_owned()]), "{version:?}");
        assert_eq!(rig.handle.usage().logins, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn each_route_in_use_counts_and_a_tunnel_only_where_there_is_nothing_else() {
    let tunnel = || InterfaceSpec::new("wg1", "wg");
    let of = async |routes: Vec<Row>| {
        let interfaces = [InterfaceSpec::ether("ether1"), InterfaceSpec::ether("ether2"), tunnel()];
        let routes = Menu::new("/ip/route", routes);
        gateways(&Rig::of(settings(), config().interfaces(interfaces).menu(routes))).await.unwrap()
    };
    let (one, two) = (route("192.0.2.1", "192.0.2.1%ether1", true), route("198.51.100.1", "198.51.100.1%ether2", true));
    assert_eq!(of(vec![one.clone(), two, route("wg1", "wg1", true)]).await, ["ether1", "ether2"]);
    assert_eq!(of(vec![one.clone(), route("198.51.100.1", "198.51.100.1%ether2", false)]).await, ["ether1"]);
    assert_eq!(of(vec![route("wg1", "wg1", true)]).await, ["wg1"]);
    let elsewhere = Row::new().with("dst-address", "10.0.0.0/8").with("gateway", "ether2").with("active", "true");
    assert_eq!(of(vec![elsewhere, one]).await, ["ether1"]);
    assert_eq!(of(Vec::new()).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn routes_cost_a_command_in_five_minutes_and_one_for_each_session() {
    let rig = Rig::new();
    rig.handle.set_running("ether1", false);
    rig.watch(600 * SECOND).await;
    let usage = rig.handle.usage();
    let questions = usage.commands - usage.prints;
    assert!((2..=3).contains(&questions), "{questions} in ten minutes, without a link to ask for");
    rig.handle.cut_connections();
    rig.watch(60 * SECOND).await;
    let after = rig.handle.usage();
    assert_eq!(after.commands - after.prints, questions + 1, "a new session");
    sleep(600 * SECOND).await;
    assert_eq!(rig.handle.usage().commands, after.commands, "nobody reads");
}

#[tokio::test(start_paused = true)]
async fn a_router_that_does_not_tell_is_read_all_the_same() {
    let refused = Script::on("/ip/route/print").trap("not enough permissions (9)").done();
    let rig = Rig::of(settings(), config().script(refused));
    assert_eq!(gateways(&rig).await, None);
    rig.handle.set_fault(Fault::Delay(2 * SECOND));
    rig.good().await;
    assert_eq!(rig.attempts(), 1);
}

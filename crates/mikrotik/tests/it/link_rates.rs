//! How fast the ports' links are, and what it costs to know.

use lalin_stats::Snapshot;
use routeros_simulator::{Fault, InterfaceSpec};
use tokio::time::sleep;

use crate::rig::{Rig, SECOND};

/// The rates of the links, bit/s, after a read.
async fn rates(rig: &Rig) -> Vec<(String, Option<u64>)> {
    let snapshot: &Snapshot = &rig.good().await.data;
    snapshot.rows.iter().map(|row| (row.interface.name.to_string(), row.interface.link_bps)).collect()
}

/// Two reads, and the rate of `ether1` that the second one knows.
async fn rate(rig: &Rig) -> Option<u64> {
    rates(rig).await;
    sleep(SECOND).await;
    rates(rig).await[0].1
}

#[tokio::test(start_paused = true)]
async fn the_second_read_knows_the_rate_of_each_port() {
    let rig = Rig::new();
    rig.handle.add_interface(InterfaceSpec::ether("ether2").link("100Mbps"));
    rig.handle.add_interface(InterfaceSpec::ether(&b"caf\xe9, 2.5"[..]).link("2.5Gbps"));
    rig.handle.add_interface(InterfaceSpec::ether("ether4").down());
    assert!(rates(&rig).await.iter().all(|(_, rate)| rate.is_none()), "a read does not wait for it");
    sleep(SECOND).await;
    let expected = [
        ("ether1", Some(1_000_000_000)),
        ("<pppoe-budi>", None),
        ("ether2", Some(100_000_000)),
        ("café, 2.5", Some(2_500_000_000)),
        ("ether4", None),
    ];
    assert_eq!(rates(&rig).await, expected.map(|(name, rate)| (name.to_owned(), rate)));
    assert_eq!(rig.handle.usage().logins, 1);
}

#[tokio::test(start_paused = true)]
async fn links_cost_a_command_a_minute_at_most_and_none_while_nobody_reads() {
    let rig = Rig::new();
    rig.watch(600 * SECOND).await;
    let usage = rig.handle.usage();
    let questions = usage.commands - usage.prints;
    // With the two or three about the default routes.
    assert!((11..=14).contains(&questions), "{questions} in ten minutes");
    sleep(600 * SECOND).await;
    assert_eq!(rig.handle.usage().commands, usage.commands);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_went_down_has_no_rate_until_it_is_asked_for_anew() {
    let rig = Rig::new();
    assert_eq!(rate(&rig).await, Some(1_000_000_000));
    rig.handle.set_running("ether1", false);
    assert_eq!(rate(&rig).await, None);
    rig.handle.set_link("ether1", "10Mbps");
    rig.handle.set_running("ether1", true);
    assert_eq!(rate(&rig).await, None, "it may have come back slower");
    sleep(60 * SECOND).await;
    assert_eq!(rate(&rig).await, Some(10_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_fails_changes_nothing() {
    let rig = Rig::new();
    assert_eq!(rate(&rig).await, Some(1_000_000_000));
    sleep(60 * SECOND).await;
    rig.good().await;
    // It is under way: the router refuses it, and then does not answer the next one in time.
    rig.handle.set_fault(Fault::NoPermission);
    sleep(SECOND).await;
    rig.handle.clear_faults();
    assert_eq!(rate(&rig).await, Some(1_000_000_000));
    sleep(60 * SECOND).await;
    rig.good().await;
    rig.handle.set_fault(Fault::Delay(4 * SECOND));
    sleep(5 * SECOND).await;
    rig.handle.clear_faults();
    assert_eq!(rate(&rig).await, Some(1_000_000_000));
    assert_eq!(rig.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_port_that_is_no_more_takes_no_others_rates() {
    let rig = Rig::new();
    for number in 2..=6 {
        rig.handle.add_interface(InterfaceSpec::ether(format!("ether{number}")));
    }
    rates(&rig).await;
    // The question is on its way: it names a port that is gone when it comes.
    rig.handle.remove_interface("ether3");
    sleep(SECOND).await;
    let rates = rates(&rig).await;
    let known: Vec<&str> = rates.iter().filter(|(_, rate)| rate.is_some()).map(|(name, _)| name.as_str()).collect();
    assert_eq!(known, ["ether1", "ether2", "ether4", "ether5", "ether6"]);
    assert_eq!(rig.handle.usage().logins, 1);
}

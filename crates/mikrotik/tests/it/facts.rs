//! What is read of the interfaces.

use std::sync::Arc;

use routeros_simulator::{Fault, InterfaceSpec};
use tokio::time::{Instant, sleep};

use crate::rig::{Rig, SECOND};

#[tokio::test(start_paused = true)]
async fn interfaces_come_in_the_routers_order_with_their_facts() {
    let rig = Rig::new();
    let snapshot = rig.good().await.data;
    assert_eq!((snapshot.asked, snapshot.answered), (Instant::now(), Instant::now()));
    let [wan, line] = &snapshot.rows[..] else { panic!("{:?}", snapshot.rows) };
    assert_eq!((&*wan.interface.name, &*wan.interface.kind), ("ether1", "ether"));
    assert_eq!(wan.interface.comment.as_deref(), Some("WAN"));
    assert!(wan.interface.running && !wan.interface.disabled && !wan.interface.dynamic);
    assert_eq!((&*line.interface.name, &*line.interface.kind), ("<pppoe-budi>", "pppoe-in"));
    assert!(line.interface.dynamic);
    assert!(snapshot.unix_ms > 1_600_000_000_000);
}

#[tokio::test(start_paused = true)]
async fn the_counters_difference_over_the_samples_own_time_is_the_true_rate() {
    let rig = Rig::new();
    let first = rig.good().await.data;
    sleep(2 * SECOND).await;
    let second = rig.good().await.data;
    let bytes = |snapshot: &lalin_stats::Snapshot| snapshot.rows[0].counters.rx_bytes.unwrap();
    let bps = (bytes(&second) - bytes(&first)) as f64 * 8.0 / (second.asked - first.asked).as_secs_f64();
    assert!((bps - 1e8).abs() < 1e5, "{bps} bit/s");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_change_is_shared_from_read_to_read() {
    let rig = Rig::new();
    rig.good().await;
    // Until the links' rates are known, too.
    sleep(SECOND).await;
    let first = rig.good().await.data;
    rig.handle.add_interface(InterfaceSpec::pppoe("wati"));
    rig.handle.recreate_interface("<pppoe-budi>");
    let second = rig.good().await.data;
    assert!(Arc::ptr_eq(&first.rows[0].interface, &second.rows[0].interface));
    assert_eq!(second.rows.len(), 3);
    let budi = |snapshot: &lalin_stats::Snapshot| {
        let row = snapshot.rows.iter().find(|row| &*row.interface.name == "<pppoe-budi>");
        row.unwrap().interface.id.clone()
    };
    assert_ne!(budi(&first), budi(&second), "a line that came back has another id");
}

#[tokio::test(start_paused = true)]
async fn a_name_in_a_foreign_code_page_is_read() {
    let rig = Rig::new();
    rig.handle.add_interface(InterfaceSpec::ether(&b"caf\xe9"[..]));
    let snapshot = rig.good().await.data;
    assert!(snapshot.rows.iter().any(|row| &*row.interface.name == "café"));
}

#[tokio::test(start_paused = true)]
async fn counters_that_the_router_does_not_send_are_unknown_and_keep_their_row() {
    let rig = Rig::new();
    rig.handle.hide_counters("ether1", true);
    rig.handle.set_counters("<pppoe-budi>", u64::MAX, 0);
    let snapshot = rig.good().await.data;
    assert_eq!((snapshot.rows[0].counters.rx_bytes, snapshot.rows[0].counters.tx_bytes), (None, None));
    assert_eq!(snapshot.rows[1].counters.rx_bytes, Some(u64::MAX));
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_pieces_of_one_byte_is_the_same_answer() {
    let rig = Rig::new();
    let whole = rig.good().await.data;
    rig.handle.set_fault(Fault::Chunked(1));
    let pieces = rig.good().await.data;
    assert_eq!(whole.rows.len(), pieces.rows.len());
    assert!(Arc::ptr_eq(&whole.rows[1].interface, &pieces.rows[1].interface));
}

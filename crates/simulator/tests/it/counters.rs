//! Counters, to the byte, and how a handle changes them.

use std::time::Duration;

use routeros_simulator::{Config, InterfaceSpec, LossCounters, LossRates, Simulator, Traffic};
use tokio::time::sleep;

use crate::client::{Client, SECOND, config, logged_in, number, value};

const ETHER1: &[&str] = &["/interface/print", "?name=ether1"];

async fn ether1(client: &mut Client) -> String {
    client.ask(ETHER1).await.swap_remove(0)
}

async fn bytes(client: &mut Client) -> (u64, u64) {
    let row = ether1(client).await;
    (number(&row, "rx-byte"), number(&row, "tx-byte"))
}

#[tokio::test(start_paused = true)]
async fn counters_are_their_beginning_and_what_has_flowed() {
    let (rx, tx) = (
        Traffic::Sine { mean_bps: 3e8, amplitude_bps: 1e8, period: Duration::from_secs(7) },
        Traffic::Burst { high_bps: 2e7, low_bps: 1e5, on: 2 * SECOND, off: 3 * SECOND },
    );
    let base = (1 << 53, 1_000);
    let spec = InterfaceSpec::ether("ether1").traffic(rx, tx).counters(base.0, base.1);
    let (router, mut client) = logged_in(Config::default().interfaces([spec])).await;
    let step = Duration::from_millis(1_337);
    for at in 1..50 {
        sleep(step).await;
        let t = step * at;
        let exact = (base.0 + rx.bytes_until(t), base.1 + tx.bytes_until(t));
        assert_eq!(bytes(&mut client).await, exact);
        assert_eq!(router.handle().counters("ether1"), Some(exact));
        assert_eq!(router.handle().rate("ether1"), Some((rx.rate_at(t), tx.rate_at(t))));
    }
    assert_eq!(router.handle().rate("nobody"), None);
}

#[tokio::test(start_paused = true)]
async fn other_traffic_goes_on_from_the_same_counters() {
    let (router, mut client) = logged_in(config()).await;
    sleep(10 * SECOND).await;
    router.handle().set_traffic("ether1", Traffic::Idle, Traffic::Constant { bps: 8e3 });
    sleep(10 * SECOND).await;
    assert_eq!(bytes(&mut client).await, (10_000_000, 1_000_000 + 10_000));
    assert_eq!(router.handle().rate("ether1"), Some((0.0, 8e3)));
}

#[tokio::test(start_paused = true)]
async fn counters_jump_where_they_are_sent_to() {
    let (router, mut client) = logged_in(config()).await;
    sleep(SECOND).await;
    router.handle().set_counters("ether1", u64::MAX - 500_000, 0);
    sleep(SECOND).await;
    assert_eq!(bytes(&mut client).await, (u64::MAX, 100_000), "the highest is not passed");
    router.handle().set_counters("ether1", 7, 8);
    assert_eq!(bytes(&mut client).await, (7, 8));
}

#[tokio::test(start_paused = true)]
async fn hidden_counters_are_absent_and_come_back() {
    let (router, mut client) = logged_in(config()).await;
    router.handle().hide_counters("ether1", true);
    sleep(SECOND).await;
    let row = ether1(&mut client).await;
    for key in ["rx-byte", "tx-byte", "rx-packet", "tx-packet", "rx-drop", "tx-error", "fp-rx-byte"] {
        assert_eq!(value(&row, key), None, "{row}");
    }
    assert_eq!(value(&row, "comment"), Some("WAN"));
    router.handle().hide_counters("ether1", false);
    assert_eq!(bytes(&mut client).await, (1_000_000, 100_000));
}

#[tokio::test(start_paused = true)]
async fn without_a_link_nothing_flows_and_the_row_says_since_when() {
    let (router, mut client) = logged_in(config()).await;
    let handle = router.handle();
    sleep(SECOND).await;
    handle.set_running("ether1", false);
    sleep(5 * SECOND).await;
    let row = ether1(&mut client).await;
    assert_eq!((value(&row, "running"), number(&row, "rx-byte")), (Some("false"), 1_000_000));
    assert!(value(&row, "last-link-down-time").is_some());
    assert_eq!((handle.rate("ether1"), number(&row, "link-downs")), (Some((0.0, 0.0)), 1));
    handle.set_running("ether1", true);
    handle.set_running("ether1", true);
    sleep(SECOND).await;
    let row = ether1(&mut client).await;
    assert_eq!((value(&row, "running"), number(&row, "rx-byte")), (Some("true"), 2_000_000));
    assert_eq!(number(&row, "link-downs"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_down_or_disabled_from_the_beginning_is_still() {
    let flow = Traffic::Constant { bps: 1e6 };
    let down = InterfaceSpec::ether("ether2").traffic(flow, flow).down();
    let disabled = InterfaceSpec::ether("ether3").traffic(flow, flow).disabled();
    let router = Simulator::in_memory(Config::default().interfaces([down, disabled]));
    sleep(SECOND).await;
    for name in ["ether2", "ether3"] {
        assert_eq!(router.handle().counters(name), Some((0, 0)));
        assert_eq!(router.handle().rate(name), Some((0.0, 0.0)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reboot_cuts_everybody_and_begins_at_zero() {
    let mut config = config();
    config.interfaces[0].base = (5_000, 6_000);
    let (router, mut client) = logged_in(config).await;
    sleep(100 * SECOND).await;
    router.handle().reboot();
    assert_eq!(client.rest().await, b"");
    sleep(SECOND).await;
    let mut client = Client(router.connect());
    client.login().await;
    assert_eq!(bytes(&mut client).await, (1_000_000, 100_000));
    let usage = router.handle().usage();
    assert_eq!((usage.logins, usage.open_sessions), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_line_that_comes_back_has_its_name_and_neither_id_nor_counters() {
    let (router, mut client) = logged_in(config()).await;
    let handle = router.handle();
    let budi = ["/interface/print", "=.proplist=.id,rx-byte", "?name=<pppoe-budi>"];
    handle.set_counters("<pppoe-budi>", 77, 88);
    assert_eq!(client.ask(&budi).await[0], "!re =.id=*F00002 =rx-byte=77");
    handle.recreate_interface("<pppoe-budi>");
    assert_eq!(client.ask(&budi).await, ["!re =.id=*F00003 =rx-byte=0", "!done"]);
    handle.remove_interface("<pppoe-budi>");
    assert_eq!(client.ask(&budi).await, ["!empty", "!done"]);
    handle.add_interface(InterfaceSpec::pppoe("budi").counters(5, 5));
    assert_eq!(client.ask(&budi).await[0], "!re =.id=*F00004 =rx-byte=5");
}

const LOSSES: [&str; 5] = ["rx-error", "tx-error", "rx-drop", "tx-drop", "tx-queue-drop"];

#[tokio::test(start_paused = true)]
async fn errors_and_drops_grow_as_they_are_set() {
    let (router, mut client) = logged_in(config()).await;
    let handle = router.handle();
    let row = ether1(&mut client).await;
    assert!(LOSSES.iter().all(|key| value(&row, key) == Some("0")), "{row}");
    handle.set_losses("ether1", LossRates::default().errors(0.5, 1.0).drops(2.0, 3.0).queue_drops(4.0));
    sleep(10 * SECOND).await;
    let row = ether1(&mut client).await;
    assert_eq!(LOSSES.map(|key| number(&row, key)), [5, 10, 20, 30, 40]);
    assert_eq!(number(&row, "rx-byte"), 10_000_000, "bytes flow as before");
    let words = ["/interface/monitor-traffic", "=interface=ether1", "=once="];
    let rates = client.ask(&words).await.swap_remove(0);
    assert_eq!((number(&rates, "tx-errors-per-second"), number(&rates, "tx-queue-drops-per-second")), (1, 4));

    handle.set_running("ether1", false);
    sleep(10 * SECOND).await;
    assert_eq!(number(&ether1(&mut client).await, "rx-drop"), 20, "nothing is lost while the link is down");
    handle.reboot();
    assert_eq!(handle.losses("ether1"), Some(LossCounters::default()));
}

#[tokio::test(start_paused = true)]
async fn errors_and_drops_can_be_added_at_once_and_queried() {
    let spec = InterfaceSpec::ether("ether1").losses(LossRates::default().errors(1.0, 0.0));
    let (router, mut client) = logged_in(Config::default().interfaces([spec])).await;
    sleep(3 * SECOND).await;
    router.handle().add_losses("ether1", LossCounters::default().errors(100, 0).queue_drops(7));
    let row = ether1(&mut client).await;
    assert_eq!((number(&row, "rx-error"), number(&row, "tx-queue-drop")), (103, 7));
    let count = |than: &'static str| ["/interface/print", "=count-only=", than];
    assert_eq!(client.ask(&count("?>rx-error=102")).await, ["!done =ret=1"]);
    assert_eq!(client.ask(&count("?>rx-error=103")).await, ["!done =ret=0"]);
    sleep(2 * SECOND).await;
    assert_eq!(number(&ether1(&mut client).await, "rx-error"), 105, "they go on from there");
    router.handle().hide_counters("ether1", true);
    let row = ether1(&mut client).await;
    assert!(LOSSES.iter().all(|key| value(&row, key).is_none()), "{row}");
}

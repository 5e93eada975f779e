//! Commands that run side by side until they are cancelled.

use routeros_simulator::{Config, InterfaceSpec, Traffic};
use tokio::time::{Instant, sleep};

use crate::client::{SECOND, config, logged_in, number, value};

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_before_what_it_cancelled() {
    let (router, mut client) = logged_in(config()).await;
    client.send(&["/interface/listen", ".tag=listen"]).await;
    client.send(&["/cancel", "=tag=listen", ".tag=end"]).await;
    assert_eq!(client.receive().await, "!trap .tag=listen =category=2 =message=interrupted");
    assert_eq!(client.receive().await, "!done .tag=end");
    assert_eq!(client.receive().await, "!done .tag=listen");
    let usage = router.handle().usage();
    assert_eq!((usage.commands, usage.cancels), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_cancel_without_a_tag_is_for_all_and_one_of_an_unknown_tag_merely_ends() {
    let (_router, mut client) = logged_in(config()).await;
    assert_eq!(client.ask(&["/cancel", "=tag=nobody"]).await, ["!done"]);
    client.send(&["/interface/listen", ".tag=a"]).await;
    client.send(&["/interface/listen", ".tag=b"]).await;
    assert_eq!(client.ask(&["/system/identity/print"]).await.len(), 2);
    client.send(&["/cancel", ".tag=c"]).await;
    let mut answer = Vec::new();
    for _ in 0..5 {
        answer.push(client.receive().await);
    }
    let interrupted = |tag: &str| format!("!trap .tag={tag} =category=2 =message=interrupted");
    assert_eq!(answer, [&interrupted("a"), &interrupted("b"), "!done .tag=c", "!done .tag=a", "!done .tag=b"]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_print_leaves_no_half_sentence() {
    let (_router, mut client) = logged_in(Config::demo(2_000)).await;
    client.send(&["/interface/print", ".tag=all"]).await;
    let mut rows = 0;
    while rows < 100 {
        assert!(client.receive().await.starts_with("!re .tag=all"));
        rows += 1;
    }
    client.send(&["/cancel", "=tag=all", ".tag=c"]).await;
    loop {
        let sentence = client.receive().await;
        if !sentence.starts_with("!re .tag=all =.id=") {
            assert_eq!(sentence, "!trap .tag=all =category=2 =message=interrupted");
            break;
        }
        rows += 1;
    }
    assert!(rows < 2_000, "it had not been through");
    assert_eq!(client.answer().await, ["!done .tag=c"]);
    assert_eq!(client.answer().await, ["!done .tag=all"]);
    assert_eq!(client.ask(&["/interface/print", "=count-only="]).await, ["!done =ret=2000"]);
}

#[tokio::test(start_paused = true)]
async fn rates_are_sent_once() {
    let (_router, mut client) = logged_in(config()).await;
    let answer =
        client.ask(&["/interface/monitor-traffic", "=interface=ether1,<pppoe-budi>", "=once=", ".tag=5"]).await;
    let [ether1, budi, done] = &answer[..] else { panic!("{answer:?}") };
    assert!(ether1.starts_with("!re .tag=5 =name=ether1 =rx-packets-per-second=1000 =rx-bits-per-second=8000000 "));
    assert_eq!((number(ether1, "tx-bits-per-second"), value(ether1, ".section")), (800_000, None));
    assert_eq!((value(budi, "name"), number(budi, "rx-bits-per-second")), (Some("<pppoe-budi>"), 0));
    assert_eq!(done, "!done .tag=5");
}

#[tokio::test(start_paused = true)]
async fn the_aggregate_is_the_sum_of_all() {
    let mut config = config();
    let flow = |bps| Traffic::Constant { bps };
    config.interfaces.push(InterfaceSpec::ether("ether2").traffic(flow(1e6), flow(2e6)));
    let (_router, mut client) = logged_in(config).await;
    let answer = client.ask(&["/interface/monitor-traffic", "=interface=aggregate", "=once="]).await;
    assert_eq!(value(&answer[0], "name"), Some("aggregate"));
    assert_eq!(number(&answer[0], "rx-bits-per-second"), 9_000_000);
    assert_eq!(number(&answer[0], "tx-bits-per-second"), 2_800_000);
}

#[tokio::test(start_paused = true)]
async fn rates_are_sent_each_second_with_their_section_until_cancelled() {
    let (router, mut client) = logged_in(config()).await;
    let began = Instant::now();
    client.send(&["/interface/monitor-traffic", "=interface=ether1,*F00002", ".tag=m"]).await;
    for section in 0..5 {
        for name in ["ether1", "<pppoe-budi>"] {
            let row = client.receive().await;
            assert_eq!((value(&row, "name"), number(&row, ".section")), (Some(name), section));
        }
        assert_eq!(began.elapsed().as_secs(), section);
    }
    router.handle().set_traffic("ether1", Traffic::Constant { bps: 5e6 }, Traffic::Idle);
    router.handle().remove_interface("<pppoe-budi>");
    let row = client.receive().await;
    assert_eq!((number(&row, "rx-bits-per-second"), number(&row, ".section")), (5_000_000, 5));
    assert_eq!(number(&client.receive().await, ".section"), 6, "the one that went is passed over");
    client.send(&["/cancel", "=tag=m"]).await;
    assert_eq!(client.receive().await, "!trap .tag=m =category=2 =message=interrupted");
}

#[tokio::test(start_paused = true)]
async fn a_duration_ends_the_rates_by_itself() {
    let (_router, mut client) = logged_in(config()).await;
    let words = ["/interface/monitor-traffic", "=interface=ether1", "=duration=3s", "=.proplist=.section"];
    let answer = client.ask(&words).await;
    assert_eq!(answer, ["!re =.section=0", "!re =.section=1", "!re =.section=2", "!done"]);
}

#[tokio::test(start_paused = true)]
async fn rates_of_an_unknown_interface_are_trapped() {
    let (_router, mut client) = logged_in(config()).await;
    let answer = client.ask(&["/interface/monitor-traffic", "=interface=ether9", "=once="]).await;
    assert_eq!(answer, ["!trap =category=1 =message=input does not match any value of interface", "!done"]);
    let answer = client.ask(&["/interface/monitor-traffic", "=numbers=0", "=once="]).await;
    assert_eq!(answer, ["!trap =message=unknown parameter numbers", "!done"]);
    let answer = client.ask(&["/interface/monitor-traffic", "=once="]).await;
    assert_eq!(answer.len(), 2, "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn listening_sends_what_appears_changes_and_goes() {
    let (router, mut client) = logged_in(config()).await;
    let handle = router.handle();
    client.send(&["/interface/listen", "=.proplist=.id,name,running", ".tag=l"]).await;
    assert_eq!(client.ask(&["/system/identity/print"]).await.len(), 2, "it listens now");
    handle.add_interface(InterfaceSpec::vlan("vlan10"));
    assert_eq!(client.receive().await, "!re .tag=l =.id=*3 =name=vlan10 =running=true");
    handle.set_running("ether1", false);
    assert_eq!(client.receive().await, "!re .tag=l =.id=*1 =name=ether1 =running=false");
    // A dynamic interface that goes is not sent; that it comes back is.
    handle.recreate_interface("<pppoe-budi>");
    assert_eq!(client.receive().await, "!re .tag=l =.id=*F00004 =name=<pppoe-budi> =running=true");
    sleep(60 * SECOND).await;
    handle.remove_interface("vlan10");
    assert_eq!(client.receive().await, "!re .tag=l =.id=*3 =.dead=true", "counters that grew were nothing to tell");
}

#[tokio::test(start_paused = true)]
async fn a_followed_print_goes_on_as_a_listen() {
    let (router, mut client) = logged_in(config()).await;
    client.send(&["/interface/print", "=follow=", "=.proplist=name", ".tag=f"]).await;
    assert_eq!(client.receive().await, "!re .tag=f =name=ether1");
    assert_eq!(client.receive().await, "!re .tag=f =name=<pppoe-budi>");
    router.handle().add_interface(InterfaceSpec::pppoe("siti"));
    assert_eq!(client.receive().await, "!re .tag=f =name=<pppoe-siti>");
    client.send(&["/interface/print", "=follow-only=", "=.proplist=name", "?type=vlan", ".tag=g"]).await;
    assert_eq!(client.ask(&["/system/identity/print"]).await.len(), 2, "both follow now");
    router.handle().add_interface(InterfaceSpec::vlan("vlan10"));
    let mut told = [client.receive().await, client.receive().await];
    told.sort();
    assert_eq!(told, ["!re .tag=f =name=vlan10", "!re .tag=g =name=vlan10"]);
}

#[tokio::test(start_paused = true)]
async fn more_commands_than_a_router_takes_at_once_are_trapped() {
    let (_router, mut client) = logged_in(config()).await;
    for tag in 0..256 {
        client.send(&["/interface/listen", &format!(".tag={tag}")]).await;
    }
    let answer = client.ask(&["/system/identity/print", ".tag=x"]).await;
    assert_eq!(answer, ["!trap .tag=x =category=5 =message=too many commands", "!done .tag=x"]);
    client.send(&["/cancel", "=tag=17"]).await;
    assert_eq!(client.receive().await, "!trap .tag=17 =category=2 =message=interrupted");
    assert_eq!(client.answer().await, ["!done"]);
    assert_eq!(client.answer().await, ["!done .tag=17"]);
    assert_eq!(client.ask(&["/system/identity/print"]).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_links_of_ports_are_sent_by_name_or_id() {
    let (router, mut client) = logged_in(config()).await;
    let handle = router.handle();
    handle.add_interface(InterfaceSpec::ether("ether2").link("100Mbps"));
    handle.add_interface(InterfaceSpec::ether("ether3").down());
    let words = ["/interface/ethernet/monitor", "=numbers=ether1,*3,ether3", "=once=", "=.proplist=name,status,rate"];
    let expected = [
        "!re =name=ether1 =status=link-ok =rate=1Gbps",
        "!re =name=ether2 =status=link-ok =rate=100Mbps",
        "!re =name=ether3 =status=no-link",
        "!done",
    ];
    assert_eq!(client.ask(&words).await, expected);
    handle.set_link("ether1", "2.5Gbps");
    let answer = client.ask(&["/interface/ethernet/monitor", "=.id=*1", "=once="]).await;
    assert_eq!(value(&answer[0], "rate"), Some("2.5Gbps"));
}

#[tokio::test(start_paused = true)]
async fn links_are_sent_each_second_until_that_is_cancelled() {
    let (_router, mut client) = logged_in(config()).await;
    client.send(&["/interface/ethernet/monitor", "=numbers=ether1", "=.proplist=rate", ".tag=e"]).await;
    for _ in 0..3 {
        assert_eq!(client.receive().await, "!re .tag=e =rate=1Gbps");
    }
    client.send(&["/cancel", "=tag=e"]).await;
    assert_eq!(client.receive().await, "!trap .tag=e =category=2 =message=interrupted");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_port_has_no_link() {
    let (_router, mut client) = logged_in(config()).await;
    for numbers in ["=numbers=ether9", "=numbers=ether1,<pppoe-budi>"] {
        let answer = client.ask(&["/interface/ethernet/monitor", numbers, "=once="]).await;
        assert_eq!(answer, ["!trap =category=0 =message=no such item", "!done"], "{numbers}");
    }
    assert!(client.ask(&["/interface/ethernet/monitor", "=once="]).await[0].starts_with("!trap"));
}

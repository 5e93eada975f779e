//! `print`: which rows come, and which of their properties.

use std::time::Duration;

use routeros_simulator::{AnswerTimes, Config, Excess, InterfaceSpec, Version};
use tokio::time::Instant;

use crate::client::{Client, SECOND, config, logged_in, value};

async fn names(client: &mut Client, queries: &[&str]) -> Vec<String> {
    let mut words = vec!["/interface/print", "=.proplist=name"];
    words.extend(queries);
    let mut answer = client.ask(&words).await;
    assert_eq!(answer.pop().as_deref(), Some("!done"));
    answer.retain(|sentence| sentence != "!empty");
    answer.into_iter().map(|row| row.strip_prefix("!re =name=").expect("a row").to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_row_has_the_properties_of_a_router_in_its_order() {
    let (_router, mut client) = logged_in(config()).await;
    tokio::time::sleep(SECOND).await;
    let answer = client.ask(&["/interface/print"]).await;
    let [ether1, budi, done] = &answer[..] else { panic!("{answer:?}") };
    assert_eq!(done, "!done");
    let (before, after) = ether1.split_once(" =last-link-up-time=").unwrap();
    assert_eq!(
        before,
        "!re =.id=*1 =name=ether1 =default-name=ether1 =type=ether =mtu=1500 =actual-mtu=1500 \
         =mac-address=0C:00:E6:1F:00:01"
    );
    let after = after.split_once(" =").unwrap().1;
    assert_eq!(
        after,
        "link-downs=0 =rx-byte=1000000 =tx-byte=100000 =rx-packet=1111 =tx-packet=90 =rx-drop=0 =tx-drop=0 \
         =tx-queue-drop=0 =rx-error=0 =tx-error=0 =fp-rx-byte=0 =fp-tx-byte=0 =fp-rx-packet=0 =fp-tx-packet=0 \
         =running=true =disabled=false =comment=WAN"
    );
    assert!(budi.starts_with("!re =.id=*F00002 =name=<pppoe-budi> =type=pppoe-in =mtu=auto =actual-mtu=1480 "));
    assert_eq!((value(budi, "dynamic"), value(budi, "mac-address")), (Some("true"), None));
}

#[tokio::test(start_paused = true)]
async fn only_wanted_properties_come_and_only_those_the_row_has() {
    let (_router, mut client) = logged_in(config()).await;
    let answer = client.ask(&["/interface/print", "=.proplist=comment,name,no-such,dynamic", ".tag=x"]).await;
    assert_eq!(
        answer,
        ["!re .tag=x =name=ether1 =comment=WAN", "!re .tag=x =name=<pppoe-budi> =dynamic=true", "!done .tag=x"]
    );
    assert_eq!(client.ask(&["/interface/print", "=.proplist=comment"]).await, ["!re =comment=WAN", "!re", "!done"]);
}

#[tokio::test(start_paused = true)]
async fn flags_of_the_layout_change_nothing() {
    let (_router, mut client) = logged_in(config()).await;
    let plain = client.ask(&["/interface/print"]).await;
    assert_eq!(client.ask(&["/interface/print", "=stats=", "=detail="]).await, plain);
    assert_eq!(client.ask(&["/interface/getall"]).await, plain);
    let answer = client.ask(&["/interface/print", "=colour=red"]).await;
    assert_eq!(answer, ["!trap =message=unknown parameter", "!done"]);
}

#[tokio::test(start_paused = true)]
async fn queries_choose_rows() {
    let mut config = config();
    config.interfaces.push(InterfaceSpec::vlan("vlan10").comment("CCTV"));
    let (_router, mut client) = logged_in(config).await;
    assert_eq!(names(&mut client, &["?name=<pppoe-budi>"]).await, ["<pppoe-budi>"]);
    assert_eq!(names(&mut client, &["?-comment"]).await, ["<pppoe-budi>"]);
    assert_eq!(names(&mut client, &["?type=ether", "?type=vlan", "?#|"]).await, ["ether1", "vlan10"]);
    assert_eq!(names(&mut client, &["?type=ether", "?#!"]).await, ["<pppoe-budi>", "vlan10"]);
    assert_eq!(names(&mut client, &["?.id=*3"]).await, ["vlan10"]);
    assert_eq!(names(&mut client, &["=from=*1,vlan10"]).await, ["ether1", "vlan10"]);
    tokio::time::sleep(SECOND).await;
    assert_eq!(names(&mut client, &["?>rx-byte=999999"]).await, ["ether1"]);
    assert_eq!(names(&mut client, &["?<rx-byte=1"]).await, ["<pppoe-budi>", "vlan10"]);
}

#[tokio::test(start_paused = true)]
async fn a_count_comes_with_the_end() {
    let (_router, mut client) = logged_in(config()).await;
    assert_eq!(client.ask(&["/interface/print", "=count-only="]).await, ["!done =ret=2"]);
    assert_eq!(client.ask(&["/interface/print", "=count-only=", "?type=vlan"]).await, ["!done =ret=0"]);
    assert_eq!(client.ask(&["/user/active/print", "=count-only="]).await, ["!done =ret=1"]);
}

#[tokio::test(start_paused = true)]
async fn that_there_are_no_rows_is_sent_since_7_18_only() {
    for (version, expected) in [(Version::V7_17, &["!done"][..]), (Version::V7_18, &["!empty", "!done"])] {
        let (_router, mut client) = logged_in(config().version(version)).await;
        assert_eq!(client.ask(&["/interface/print", "?name=none"]).await, expected);
        assert_eq!(client.ask(&["/user/active/print", "?name=none"]).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn dates_are_written_as_the_version_writes_them() {
    for (version, month) in [(Version::V7_9, 0..3), (Version::V7_17, 5..7)] {
        let (_router, mut client) = logged_in(config().version(version)).await;
        let rows = client.ask(&["/interface/print", "=.proplist=last-link-up-time", "?name=ether1"]).await;
        let month = &value(&rows[0], "last-link-up-time").unwrap()[month];
        assert_eq!(month.bytes().all(|byte| byte.is_ascii_lowercase()), version == Version::V7_9, "{month}");
    }
}

#[tokio::test(start_paused = true)]
async fn names_and_comments_are_bytes() {
    let spec = InterfaceSpec::ether(b"caf\xE9=\x01".as_slice()).comment(b"\xC8\xE2\xE0\xED".as_slice());
    let (_router, mut client) = logged_in(Config::default().interfaces([spec])).await;
    let answer = client.ask(&["/interface/print", "=.proplist=name,comment"]).await;
    assert_eq!(answer[0], "!re =name=caf\u{E9}=\u{1} =comment=\u{C8}\u{E2}\u{E0}\u{ED}");
}

#[tokio::test(start_paused = true)]
async fn two_thousand_rows_come_whole_and_other_commands_do_not_wait_for_the_last() {
    let (_router, mut client) = logged_in(Config::demo(2_000)).await;
    client.send(&["/interface/print", ".tag=all"]).await;
    client.send(&["/system/identity/print", ".tag=me"]).await;
    let (mut rows, mut identity_after) = (0, None);
    loop {
        let sentence = client.receive().await;
        if sentence.starts_with("!re .tag=all") {
            rows += 1;
        } else if sentence == "!done .tag=me" {
            identity_after = Some(rows);
        } else if sentence == "!done .tag=all" {
            break;
        }
    }
    assert_eq!(rows, 2_000);
    assert!(identity_after.is_some_and(|rows| rows < 2_000), "{identity_after:?}");
}

#[tokio::test(start_paused = true)]
async fn an_interval_repeats_the_print_until_it_is_cancelled() {
    let (_router, mut client) = logged_in(config()).await;
    client.send(&["/interface/print", "=interval=2", "=.proplist=rx-byte", "?name=ether1", ".tag=1"]).await;
    for round in 0..4 {
        assert_eq!(client.receive().await, format!("!re .tag=1 =rx-byte={}", round * 2_000_000));
    }
    client.send(&["/interface/print", "=interval=1s", "?name=none", ".tag=2"]).await;
    client.send(&["/cancel", "=tag=1", ".tag=c"]).await;
    let (mut empty, mut others) = (0, Vec::new());
    while empty < 3 {
        match client.receive().await.as_str() {
            "!empty .tag=2" => empty += 1,
            other => others.push(other.to_owned()),
        }
    }
    assert_eq!(others, ["!trap .tag=1 =category=2 =message=interrupted", "!done .tag=c", "!done .tag=1"]);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_has_the_counters_of_the_moment_they_were_read() {
    let least = Duration::from_millis(200);
    let of = |excess| Some(AnswerTimes::new(least, excess));
    let (router, mut client) = logged_in(config().answer_times(of(Excess::None))).await;
    let mut ask = async |took: Duration, read_after: Duration| {
        let asked = Instant::now();
        let truth = router.handle().counters("ether1").unwrap().0;
        let answer = client.ask(&["/interface/print", "=.proplist=rx-byte", "?name=ether1"]).await;
        assert_eq!(asked.elapsed(), took);
        // 8 Mbit/s are 1,000 bytes a millisecond.
        let read = truth + u64::try_from(read_after.as_millis()).unwrap() * 1_000;
        assert_eq!(answer, [format!("!re =rx-byte={read}"), "!done".to_owned()]);
    };
    ask(least, least / 2).await;
    let most = Duration::from_millis(300);
    router.handle().set_answer_times(of(Excess::EveryThirdAfter { most }));
    ask(least, least / 2).await;
    ask(least, least / 2).await;
    ask(least + most, least / 2).await;
    router.handle().set_answer_times(None);
    ask(Duration::ZERO, Duration::ZERO).await;
}

//! A router described by a JSON file.

use routeros_simulator::{Config, Error, Traffic};
use tokio::time::{Instant, sleep};

use crate::client::{Client, SECOND, logged_in, number, value};

const EXAMPLE: &str = include_str!("../../examples/world.json");

/// The router of the example, without its delay.
fn world() -> Config {
    Config::from_json(&EXAMPLE.replace(r#"{ "delay": "20ms" }, "#, "")).unwrap()
}

async fn logged_in_as(router: &routeros_simulator::Simulator, name: &str, password: &str) -> Client {
    let mut client = Client(router.connect());
    let words = ["/login", &format!("=name={name}"), &format!("=password={password}")];
    assert_eq!(client.ask(&words).await, ["!done"]);
    client
}

#[tokio::test(start_paused = true)]
async fn the_example_is_the_router_that_it_describes() {
    let router = routeros_simulator::Simulator::in_memory(world());
    let mut client = logged_in_as(&router, "lalin", "hanya-baca").await;
    assert_eq!(client.ask(&["/system/identity/print"]).await, ["!re =name=Kantor Desa", "!done"]);
    let names = client.ask(&["/interface/print", "=.proplist=name,running"]).await;
    let expected = [
        "!re =name=ether1 =running=true",
        "!re =name=ether2 =running=true",
        "!re =name=ether3 =running=false",
        "!re =name=bridge-warga =running=true",
        "!re =name=<pppoe-budi> =running=true",
        "!done",
    ];
    assert_eq!(names, expected);
    sleep(120 * SECOND).await;
    let row = client.ask(&["/interface/print", "?name=ether1"]).await.swap_remove(0);
    assert_eq!(number(&row, "rx-byte"), 1_904_551_220_118 + 180_000_000 / 8 * 120, "a whole wave is its mean");
    assert_eq!((number(&row, "rx-error"), number(&row, "tx-queue-drop")), (60, 1_440));
    let row = client.ask(&["/ip/address/print", "?.id=*2"]).await.swap_remove(0);
    assert_eq!(
        row, "!re =.id=*2 =address=203.0.113.7/30 =interface=ether1 =disabled=false",
        "in the order of the file"
    );
    let answer = client.ask(&["/system/routerboard/print"]).await;
    assert_eq!(answer, ["!re =model=RB5009UG+S+ =serial-number=HF0000001", "!done"]);
    let asked = Instant::now();
    let answer = client.ask(&["/ping", "=address=192.0.2.1"]).await;
    assert_eq!(value(&answer[0], "status"), Some("timeout"));
    assert_eq!(asked.elapsed(), SECOND);

    let mut guest = logged_in_as(&router, "tamu", "").await;
    assert!(guest.ask(&["/interface/print"]).await[0].contains("not enough permissions"));
    assert_eq!(guest.ask(&["/system/reboot"]).await, ["!fatal router is rebooting"]);
    let mut admin = logged_in_as(&router, "admin", "rahasia").await;
    let group = admin.ask(&["/user/print", "?name=admin", "=.proplist=group"]).await;
    assert_eq!(group, ["!re =group=full", "!done"]);
}

#[tokio::test(start_paused = true)]
async fn its_faults_are_there_from_the_start() {
    let world = Config::from_json(r#"{ "faults": [{ "delay": "1m30s" }, "no_permission"] }"#).unwrap();
    let asked = Instant::now();
    let (_router, mut client) = logged_in(world).await;
    assert_eq!(asked.elapsed(), 90 * SECOND);
    assert!(client.ask(&["/interface/print"]).await[0].contains("not enough permissions"));
}

#[tokio::test(start_paused = true)]
async fn what_it_does_not_say_is_as_by_default() {
    let empty = Config::from_json("{}").unwrap();
    assert_eq!((empty.users.len(), &*empty.identity, empty.interfaces.len()), (1, "MikroTik", 1));
    let one = Config::from_json(r#"{ "interfaces": [{ "name": "a" }], "version": "6.49" }"#).unwrap();
    assert_eq!(
        (&*one.interfaces[0].kind, one.interfaces[0].rx, one.interfaces[0].running),
        ("ether", Traffic::Idle, true)
    );
}

#[test]
fn an_error_names_its_place() {
    let cases = [
        ("{\n  \"identiti\": \"x\"\n}", (2, 12), "unknown field `identiti`"),
        ("{\n  \"version\": \"7.1\"\n}", (2, 18), "unknown variant `7.1`"),
        ("{ \"interfaces\": [\n  { \"name\": 5 } ] }", (2, 13), "invalid type: integer `5`"),
        ("{ \"interfaces\": [{ \"rx\": 1 }] }", (1, 28), "missing field `name`"),
        ("{ \"faults\": [{ \"delay\": \"soon\" }] }", (1, 31), "\"soon\" is no duration"),
        ("{ \"interfaces\": [{ \"name\": \"a\", \"rx\": {\"mean\": 1} }] }", (1, 53), "not a rate in bit/s"),
        ("{ \"menus\": { \"/x\": [{ \"a\": [] }] } }", (1, 31), "not a text, a number or a boolean"),
        ("{ \"identity\": ", (1, 14), "EOF"),
    ];
    for (text, place, part) in cases {
        let error = Config::from_json(text).unwrap_err();
        let Error::World { line, column, problem } = &error else { panic!("{error}") };
        assert!(problem.contains(part) && !problem.contains(" at line "), "{text}: {error}");
        assert_eq!(*line, place.0, "{text}: {error}");
        assert!(column.abs_diff(place.1) <= 2, "{text}: {error}");
    }
}

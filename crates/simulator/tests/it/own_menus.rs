//! Menus and replies of one's own: rows that are fixed or computed, scripts for any command, recorded sessions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use routeros_simulator::{Fault, Menu, Recording, Row, Script};
use tokio::time::Instant;

use crate::client::{Client, SECOND, config, logged_in};

fn addresses() -> Menu {
    let row = |id: &str, address: &str| Row::new().with(".id", id).with("address", address).with("disabled", "false");
    Menu::new("/ip/address", [row("*1", "192.168.88.1/24"), row("*2", "203.0.113.7/30")])
}

#[tokio::test(start_paused = true)]
async fn a_menu_of_ones_own_is_printed_as_any_other() {
    let (router, mut client) = logged_in(config().menu(addresses())).await;
    let all = client.ask(&["/ip/address/print", ".tag=1"]).await;
    assert_eq!(all[0], "!re .tag=1 =.id=*1 =address=192.168.88.1/24 =disabled=false");
    assert_eq!(all.len(), 3);
    let one = client.ask(&["/ip/address/print", "=.proplist=address", "?.id=*2"]).await;
    assert_eq!(one, ["!re =address=203.0.113.7/30", "!done"]);
    assert_eq!(client.ask(&["/ip/address/print", "=from=*1", "=count-only="]).await, ["!done =ret=1"]);
    assert_eq!(client.ask(&["/ip/address/print", "?address=x"]).await, ["!empty", "!done"]);
    let refused = ["!trap =message=not enough permissions (9)", "!done"];
    assert_eq!(client.ask(&["/ip/address/set", "=.id=*1"]).await, refused);
    assert_eq!(client.ask(&["/ip/sing"]).await, ["!trap =category=0 =message=no such command", "!done"]);
    router.handle().remove_menu("/ip/address");
    assert_eq!(client.ask(&["/ip/address/print"]).await[0], "!trap =category=0 =message=no such command prefix");
}

#[tokio::test(start_paused = true)]
async fn rows_of_a_closure_are_computed_at_each_print_and_may_replace_a_built_in_menu() {
    let load = Arc::new(AtomicU64::new(3));
    let computed = load.clone();
    let rows = move || vec![Row::new().with("cpu-load", computed.load(Ordering::SeqCst).to_string())];
    let (router, mut client) = logged_in(config().menu(Menu::from_fn("/system/resource", rows))).await;
    assert_eq!(client.ask(&["/system/resource/print"]).await, ["!re =cpu-load=3", "!done"]);
    load.store(97, Ordering::SeqCst);
    assert_eq!(client.ask(&["/system/resource/print"]).await, ["!re =cpu-load=97", "!done"]);
    router.handle().set_menu(Menu::new("/system/resource", []));
    assert_eq!(client.ask(&["/system/resource/print"]).await, ["!empty", "!done"]);
    router.handle().remove_menu("/system/resource");
    assert!(client.ask(&["/system/resource/print"]).await[0].contains(" =version=7.18.2"));
}

#[tokio::test(start_paused = true)]
async fn a_script_answers_any_command_with_its_tag_and_in_its_time() {
    let ping = Script::on("/ping")
        .with_word("=address=192.0.2.1")
        .row(Row::new().with("host", "192.0.2.1"))
        .wait(SECOND)
        .trap_of(4, "no route to host")
        .done();
    let (router, mut client) = logged_in(config().script(ping)).await;
    let asked = Instant::now();
    let answer = client.ask(&["/ping", "=count=1", "=address=192.0.2.1", ".tag=p"]).await;
    let expected = ["!re .tag=p =host=192.0.2.1", "!trap .tag=p =category=4 =message=no route to host", "!done .tag=p"];
    assert_eq!(answer, expected);
    assert_eq!(asked.elapsed(), SECOND);
    assert!(client.ask(&["/ping", "=address=192.0.2.2"]).await[0].contains("no such command"), "another address");

    router.handle().add_script(Script::on("/interface/print").times(1).done_with("0"));
    assert_eq!(client.ask(&["/interface/print"]).await, ["!done =ret=0"]);
    assert_eq!(client.ask(&["/interface/print"]).await.len(), 3, "it is used up");
    router.handle().set_fault(Fault::Delay(2 * SECOND));
    client.ask(&["/ping", "=address=192.0.2.1"]).await;
    assert_eq!(asked.elapsed(), 4 * SECOND, "faults are there as well");
    router.handle().clear_scripts();
    assert!(client.ask(&["/ping", "=address=192.0.2.1"]).await[0].contains("no such command"));
}

#[tokio::test(start_paused = true)]
async fn a_script_without_an_end_stays_open_until_it_is_cancelled() {
    let (_router, mut client) =
        logged_in(config().script(Script::on("/log/listen").row(Row::new().with("message", "x")))).await;
    client.send(&["/log/listen", ".tag=1"]).await;
    assert_eq!(client.receive().await, "!re .tag=1 =message=x");
    client.send(&["/cancel", "=tag=1", ".tag=2"]).await;
    assert_eq!(client.receive().await, "!trap .tag=1 =category=2 =message=interrupted");
    assert_eq!(client.answer().await, ["!done .tag=2"]);
    assert_eq!(client.answer().await, ["!done .tag=1"]);
}

#[tokio::test(start_paused = true)]
async fn a_fatal_script_ends_the_session() {
    let (router, mut client) = logged_in(config().script(Script::on("/system/reboot").fatal("rebooting"))).await;
    client.send(&["/interface/monitor-traffic", "=interface=ether1"]).await;
    client.receive().await;
    assert_eq!(client.ask(&["/system/reboot"]).await, ["!fatal rebooting"]);
    assert_eq!(client.rest().await, b"");
    assert_eq!(router.handle().usage().open_sessions, 0);
}

const RECORDED: &str = "\
# A router of RouterOS 7.
> /login
> =name=admin
> =password=
>
< !done
<
> /system/package/print
> .tag=7
>
> /caps-man/registration-table/print
> .tag=8
>
< !re
< .tag=8
< =comment=caf\\xE9
<
< !re
< .tag=7
< =name=routeros
<
< !done
< .tag=8
<
< !done
< .tag=7
<
> /system/package/print
>
< !trap
< =message=busy
<
< !done
<
";

#[tokio::test(start_paused = true)]
async fn a_recorded_session_is_answered_as_it_was() {
    let recording = Recording::parse(RECORDED).unwrap();
    let (_router, mut client) = logged_in(config().recording(&recording)).await;
    let table = ["!re .tag=a =comment=caf\u{e9}", "!done .tag=a"];
    let package = ["/system/package/print", ".tag=b"];
    assert_eq!(client.ask(&["/caps-man/registration-table/print", ".tag=a"]).await, table);
    assert_eq!(client.ask(&package).await, ["!re .tag=b =name=routeros", "!done .tag=b"], "as at first");
    let busy = ["!trap .tag=b =message=busy", "!done .tag=b"];
    assert_eq!([client.ask(&package).await, client.ask(&package).await], [busy, busy], "as at last");
    assert_eq!(client.ask(&["/caps-man/registration-table/print", ".tag=a"]).await, table);
    let other = client.ask(&["/system/package/print", "?name=routeros"]).await;
    assert!(other[0].contains("no such command"), "other words: {other:?}");
}

#[tokio::test]
async fn what_a_recorder_writes_can_be_replayed() {
    use std::sync::Mutex;

    use routeros_simulator::{Recorder, Simulator};
    use tokio::net::TcpStream;

    #[derive(Clone, Default)]
    struct File(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for File {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let loopback = ([127, 0, 0, 1], 0).into();
    let original = Simulator::start(config().password("rahasia").menu(addresses()), loopback).await.unwrap();
    let file = File::default();
    let recorder = Recorder::start(loopback, original.addr().unwrap(), file.clone()).await.unwrap();
    let mut client = Client(TcpStream::connect(recorder.addr()).await.unwrap());
    assert_eq!(client.ask(&["/login", "=name=admin", "=password=rahasia"]).await, ["!done"]);
    let recorded = client.ask(&["/ip/address/print"]).await;
    assert_eq!(client.ask(&["/interface/print", "=count-only="]).await, ["!done =ret=2"]);
    let text = String::from_utf8(file.0.lock().unwrap().clone()).unwrap();
    assert!(text.starts_with("> /login\n> =name=admin\n> =password=\n>\n< !done\n<\n"), "{text}");

    let (_router, mut client) = logged_in(config().interfaces([]).recording(&Recording::parse(&text).unwrap())).await;
    assert_eq!(client.ask(&["/ip/address/print"]).await, recorded);
    assert_eq!(client.ask(&["/interface/print", "=count-only="]).await, ["!done =ret=2"]);
}

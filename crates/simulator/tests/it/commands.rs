//! The built-in menus, unknown commands, and the end of a session.

use routeros_simulator::{InterfaceSpec, Version};
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use crate::client::{Client, SECOND, config, logged_in, value};

#[tokio::test(start_paused = true)]
async fn the_identity_is_sent() {
    let (_router, mut client) = logged_in(config().identity("Kantor")).await;
    assert_eq!(client.ask(&["/system/identity/print", ".tag=9"]).await, ["!re .tag=9 =name=Kantor", "!done .tag=9"]);
}

#[tokio::test(start_paused = true)]
async fn resources_have_the_version_and_the_uptime() {
    let (router, mut client) = logged_in(config().version(Version::V6_49)).await;
    sleep(SECOND * 93_784).await;
    let answer = client.ask(&["/system/resource/print"]).await;
    assert!(answer[0].starts_with("!re =uptime=1d2h3m4s =version=6.49.18 (long-term) "), "{answer:?}");
    assert_eq!(value(&answer[0], "board-name"), Some("CHR"));
    router.handle().reboot();
    let mut client = Client(router.connect());
    client.login().await;
    let answer = client.ask(&["/system/resource/print", "=.proplist=uptime"]).await;
    assert_eq!(answer, ["!re =uptime=0s", "!done"]);
}

#[tokio::test(start_paused = true)]
async fn the_active_sessions_are_sent() {
    let (router, mut client) = logged_in(config()).await;
    let mut other = Client(router.connect());
    other.login().await;
    let rows = client.ask(&["/user/active/print", "=.proplist=name,address,via"]).await;
    assert_eq!(rows[..2], ["!re =name=admin =address=127.0.0.1 =via=api"; 2]);
    other.ask(&["/quit"]).await;
    other.rest().await;
    assert_eq!(client.ask(&["/user/active/print", "=count-only="]).await, ["!done =ret=1"]);
}

#[tokio::test(start_paused = true)]
async fn the_user_and_what_its_group_may_are_sent() {
    let (_router, mut client) = logged_in(config().policy("read,write,api")).await;
    let user = client.ask(&["/user/print", "?name=admin", "=.proplist=group"]).await;
    assert_eq!(user, ["!re =group=watchers", "!done"]);
    let group = client.ask(&["/user/group/print", "?name=watchers", "=.proplist=policy"]).await;
    assert!(group[0].starts_with("!re =policy=read,write,api,!local,!telnet,"), "{group:?}");
    assert!(!group[0].contains("!write") && group[0].contains(",!reboot,"), "{group:?}");
    assert_eq!(client.ask(&["/user/print", "?name=root"]).await, ["!empty", "!done"]);
}

#[tokio::test(start_paused = true)]
async fn the_customers_who_have_dialled_in_are_sent() {
    let (router, mut client) = logged_in(config()).await;
    let rows = client.ask(&["/ppp/active/print", "=.proplist=name,service"]).await;
    assert_eq!(rows, ["!re =name=budi =service=pppoe", "!done"]);
    router.handle().add_interface(InterfaceSpec::pppoe("wati"));
    assert_eq!(client.ask(&["/ppp/active/print", "=count-only="]).await, ["!done =ret=2"]);
}

#[tokio::test(start_paused = true)]
async fn the_clock_follows_the_time_of_the_test() {
    let (_router, mut client) = logged_in(config()).await;
    let words = ["/system/clock/print", "=.proplist=date,time"];
    let before = client.ask(&words).await;
    sleep(SECOND * 86_400).await;
    let after = client.ask(&words).await;
    assert_eq!(value(&before[0], "time"), value(&after[0], "time"));
    assert_ne!(value(&before[0], "date"), value(&after[0], "date"));
}

#[tokio::test(start_paused = true)]
async fn its_users_may_read_and_change_nothing() {
    let (_router, mut client) = logged_in(config()).await;
    for path in ["/interface/set", "/interface/comment", "/system/identity/set"] {
        let answer = client.ask(&[path, ".tag=1"]).await;
        assert_eq!(answer, ["!trap .tag=1 =message=not enough permissions (9)", "!done .tag=1"], "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_command_is_trapped_and_the_session_goes_on() {
    let (router, mut client) = logged_in(config()).await;
    for path in ["/interface/nonsense", "/system/reboot", "/nonsense", "interface", "=x"] {
        let answer = client.ask(&[path, ".tag=1"]).await;
        assert_eq!(answer, ["!trap .tag=1 =category=0 =message=no such command", "!done .tag=1"], "{path}");
    }
    let answer = client.ask(&["/ip/nonsense/print"]).await;
    assert_eq!(answer, ["!trap =category=0 =message=no such command prefix", "!done"]);
    client.ask(&["/interface/print"]).await;
    let usage = router.handle().usage();
    assert_eq!((usage.commands, usage.prints), (7, 1));
}

#[tokio::test(start_paused = true)]
async fn empty_sentences_are_passed_over() {
    let (router, mut client) = logged_in(config()).await;
    client.0.write_all(&[0; 1_000]).await.unwrap();
    assert_eq!(client.ask(&["/system/identity/print"]).await.len(), 2);
    assert_eq!(router.handle().usage().commands, 1);
}

#[tokio::test(start_paused = true)]
async fn quitting_ends_the_session_with_its_reason() {
    let (router, mut client) = logged_in(config()).await;
    client.send(&["/interface/listen", ".tag=1"]).await;
    assert_eq!(client.ask(&["/quit", ".tag=2"]).await, ["!fatal session terminated on request"]);
    assert_eq!(client.rest().await, b"");
    assert_eq!(router.handle().usage().open_sessions, 0);
}

#[tokio::test(start_paused = true)]
async fn too_long_a_word_ends_the_session() {
    let (router, mut client) = logged_in(config()).await;
    client.0.write_all(b"\xF0\x00\x04\x00\x01").await.unwrap();
    assert_eq!(client.rest().await, b"");
    assert_eq!(router.handle().usage().open_sessions, 0);
}

#[tokio::test(start_paused = true)]
async fn bytes_are_counted_both_ways() {
    let (router, mut client) = logged_in(config()).await;
    let before = router.handle().usage();
    client.ask(&["/system/identity/print"]).await;
    let after = router.handle().usage();
    // A length, the word, the end; and `!re`, `=name=MikroTik`, `!done`.
    assert_eq!(after.bytes_in - before.bytes_in, 1 + 22 + 1);
    assert_eq!(after.bytes_out - before.bytes_out, (1 + 3) + (1 + 14) + 1 + (1 + 5) + 1);
}

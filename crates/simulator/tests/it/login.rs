//! The login by name and password, the login by challenge, and several users.

use routeros_simulator::{Config, Fault, Group, Login, Simulator, User, Version};
use tokio::io::AsyncWriteExt;

use crate::client::{Client, value};

const WRONG: [&str; 2] = ["!trap =message=invalid user name or password (6)", "!done"];

fn secret() -> Config {
    Config::default().credentials("budi", "rahasia dapur")
}

fn response(password: &str, ret: &str) -> String {
    let challenge = u128::from_str_radix(ret, 16).unwrap().to_be_bytes();
    format!("=response=00{:x}", md5::compute([&[0], password.as_bytes(), &challenge].concat()))
}

async fn challenged(client: &mut Client, words: &[&str]) -> String {
    let answer = client.ask(words).await;
    let [done] = &answer[..] else { panic!("{answer:?}") };
    value(done, "ret").expect("a challenge").to_owned()
}

#[tokio::test(start_paused = true)]
async fn name_and_password_open_a_session_and_the_tag_comes_back() {
    let router = Simulator::in_memory(secret());
    let mut client = Client(router.connect());
    let answer = client.ask(&["/login", "=name=budi", "=password=rahasia dapur", ".tag=7"]).await;
    assert_eq!(answer, ["!done .tag=7"]);
    let usage = router.handle().usage();
    assert_eq!((usage.connections, usage.logins, usage.failed_logins, usage.open_sessions), (1, 1, 0, 1));
    assert_eq!(usage.commands, 0);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_name_or_password_is_trapped_and_may_try_again() {
    let router = Simulator::in_memory(secret());
    let mut client = Client(router.connect());
    assert_eq!(client.ask(&["/login", "=name=budi", "=password=Rahasia dapur"]).await, WRONG);
    assert_eq!(client.ask(&["/login", "=name=admin", "=password=rahasia dapur"]).await, WRONG);
    assert_eq!(client.ask(&["/login"]).await, WRONG);
    assert_eq!(client.ask(&["/login", "=name=budi", "=password=rahasia dapur"]).await, ["!done"]);
    let usage = router.handle().usage();
    assert_eq!((usage.logins, usage.failed_logins), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn an_old_router_asks_for_the_answer_to_its_challenge() {
    let router = Simulator::in_memory(secret().login(Login::Challenge));
    let mut client = Client(router.connect());
    // Sending the password at once does not log in.
    let ret = challenged(&mut client, &["/login", "=name=budi", "=password=rahasia dapur"]).await;
    assert_eq!(router.handle().usage().logins, 0);
    let response = response("rahasia dapur", &ret);
    assert_eq!(client.ask(&["/login", "=name=budi", &response]).await, ["!done"]);
    assert_eq!(router.handle().usage().logins, 1);
}

#[tokio::test(start_paused = true)]
async fn a_challenge_serves_once_and_a_wrong_answer_is_trapped() {
    let config = secret().version(Version::V6_42);
    let router = Simulator::in_memory(config);
    let mut client = Client(router.connect());
    let ret = challenged(&mut client, &["/login"]).await;
    let wrong = response("salah", &ret);
    assert_eq!(client.ask(&["/login", "=name=budi", &wrong]).await, ["!trap =message=cannot log in", "!done"]);
    let late = response("rahasia dapur", &ret);
    assert_eq!(client.ask(&["/login", "=name=budi", &late]).await, ["!trap =message=cannot log in", "!done"]);
    let fresh = challenged(&mut client, &["/login"]).await;
    assert_ne!(fresh, ret);
    assert_eq!(client.ask(&["/login", "=name=budi", &response("rahasia dapur", &fresh)]).await, ["!done"]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_password_is_for_the_next_login() {
    let router = Simulator::in_memory(Config::default());
    let mut before = Client(router.connect());
    before.login().await;
    router.handle().set_password("baru");
    let mut after = Client(router.connect());
    assert_eq!(after.ask(&["/login", "=name=admin", "=password="]).await, WRONG);
    assert_eq!(after.ask(&["/login", "=name=admin", "=password=baru"]).await, ["!done"]);
    assert_eq!(before.ask(&["/system/identity/print"]).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_else_is_answered_before_the_login() {
    let router = Simulator::in_memory(Config::default());
    let mut client = Client(router.connect());
    assert_eq!(client.ask(&["/interface/print", ".tag=1"]).await, ["!fatal not logged in"]);
    assert_eq!(client.rest().await, b"");
    assert_eq!(router.handle().usage().commands, 0);
}

#[tokio::test(start_paused = true)]
async fn before_the_login_a_client_may_send_little_and_not_for_ever() {
    let router = Simulator::in_memory(Config::default());
    let mut guesser = Client(router.connect());
    for _ in 0..32 {
        assert_eq!(guesser.ask(&["/login", "=name=admin", "=password=guess"]).await, WRONG);
    }
    let answer = guesser.ask(&["/login", "=name=admin", "=password="]).await;
    assert_eq!(answer, ["!fatal too many commands before login"]);
    assert_eq!(guesser.rest().await, b"");

    for bytes in [&b"\xF0\x7F\xFF\xFF\xFF"[..], b"\xF8", b"\xA0\x00", b"GET / HTTP/1.1\r\n\r\n\xFF"] {
        let mut client = Client(router.connect());
        client.0.write_all(bytes).await.unwrap();
        // The letters of the last one are lengths of words that never arrive whole.
        client.0.shutdown().await.unwrap();
        assert_eq!(client.rest().await, b"", "{bytes:X?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_session_too_many_is_closed_and_a_slot_is_given_back() {
    let router = Simulator::in_memory(Config::default().max_sessions(2));
    let handle = router.handle();
    let mut first = Client(router.connect());
    first.login().await;
    let mut second = Client(router.connect());
    second.login().await;
    let mut third = Client(router.connect());
    third.send(&["/login", "=name=admin", "=password="]).await;
    assert_eq!(third.rest().await, b"");
    assert_eq!((handle.usage().open_sessions, handle.usage().logins, handle.usage().failed_logins), (2, 2, 0));

    assert_eq!(first.ask(&["/quit"]).await, ["!fatal session terminated on request"]);
    first.rest().await;
    Client(router.connect()).login().await;

    handle.set_max_sessions(1);
    second.ask(&["/system/identity/print"]).await;
    let mut fourth = Client(router.connect());
    fourth.send(&["/login", "=name=admin", "=password="]).await;
    assert_eq!(fourth.rest().await, b"");
    handle.set_fault(Fault::SessionLimit(20));
    Client(router.connect()).login().await;
}

#[tokio::test(start_paused = true)]
async fn each_user_logs_in_with_its_own_password_and_is_shown_under_its_name() {
    let router = Simulator::in_memory(secret().user(User::new("siti", "padi").group("full")));
    let mut siti = Client(router.connect());
    assert_eq!(siti.ask(&["/login", "=name=siti", "=password=rahasia dapur"]).await, WRONG);
    assert_eq!(siti.ask(&["/login", "=name=siti", "=password=padi"]).await, ["!done"]);
    let mut budi = Client(router.connect());
    budi.ask(&["/login", "=name=budi", "=password=rahasia dapur"]).await;
    let active = siti.ask(&["/user/active/print", "=.proplist=name"]).await;
    assert_eq!(active, ["!re =name=siti", "!re =name=budi", "!done"]);
    let users = siti.ask(&["/user/print", "=.proplist=name,group"]).await;
    assert_eq!(users, ["!re =name=budi =group=watchers", "!re =name=siti =group=full", "!done"]);
}

#[tokio::test(start_paused = true)]
async fn several_users_answer_an_old_routers_challenge_too() {
    let router = Simulator::in_memory(secret().version(Version::V6_42).user(User::new("siti", "padi")));
    for (name, password) in [("budi", "rahasia dapur"), ("siti", "padi")] {
        let mut client = Client(router.connect());
        let ret = challenged(&mut client, &["/login"]).await;
        let name = format!("=name={name}");
        assert_eq!(client.ask(&["/login", &name, &response(password, &ret)]).await, ["!done"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_whose_group_may_not_read_reads_nothing() {
    let guest = User::new("tamu", "").group("guests");
    let router = Simulator::in_memory(Config::default().group(Group::new("guests", "api,!read")).user(guest));
    let mut client = Client(router.connect());
    assert_eq!(client.ask(&["/login", "=name=tamu", "=password="]).await, ["!done"]);
    let refused = ["!trap =message=not enough permissions (9)", "!done"];
    assert_eq!(client.ask(&["/interface/print"]).await, refused);
    router.handle().set_user(User::new("tamu", "").group("read"));
    assert_eq!(client.ask(&["/system/identity/print"]).await.len(), 2);
    router.handle().remove_user("tamu");
    assert_eq!(client.ask(&["/interface/print"]).await, refused);
    assert_eq!(Client(router.connect()).ask(&["/login", "=name=tamu", "=password="]).await, WRONG);
}

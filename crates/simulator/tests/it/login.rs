//! Coming in, by both doors.

use routeros_simulator::{Config, Fault, Login, Simulator, Version};
use tokio::io::AsyncWriteExt;

use crate::peer::{Peer, value};

const WRONG: [&str; 2] = ["!trap =message=invalid user name or password (6)", "!done"];

fn secret() -> Config {
    Config::default().credentials("budi", "rahasia dapur")
}

fn response(password: &str, ret: &str) -> String {
    let challenge = u128::from_str_radix(ret, 16).unwrap().to_be_bytes();
    format!("=response=00{:x}", md5::compute([&[0], password.as_bytes(), &challenge].concat()))
}

async fn challenged(peer: &mut Peer, words: &[&str]) -> String {
    let answer = peer.ask(words).await;
    let [done] = &answer[..] else { panic!("{answer:?}") };
    value(done, "ret").expect("a challenge").to_owned()
}

#[tokio::test(start_paused = true)]
async fn name_and_password_open_a_session_and_the_tag_comes_back() {
    let router = Simulator::in_memory(secret());
    let mut peer = Peer(router.connect());
    let answer = peer.ask(&["/login", "=name=budi", "=password=rahasia dapur", ".tag=7"]).await;
    assert_eq!(answer, ["!done .tag=7"]);
    let usage = router.handle().usage();
    assert_eq!((usage.connections, usage.logins, usage.failed_logins, usage.open_sessions), (1, 1, 0, 1));
    assert_eq!(usage.commands, 0);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_name_or_password_is_trapped_and_may_try_again() {
    let router = Simulator::in_memory(secret());
    let mut peer = Peer(router.connect());
    assert_eq!(peer.ask(&["/login", "=name=budi", "=password=Rahasia dapur"]).await, WRONG);
    assert_eq!(peer.ask(&["/login", "=name=admin", "=password=rahasia dapur"]).await, WRONG);
    assert_eq!(peer.ask(&["/login"]).await, WRONG);
    assert_eq!(peer.ask(&["/login", "=name=budi", "=password=rahasia dapur"]).await, ["!done"]);
    let usage = router.handle().usage();
    assert_eq!((usage.logins, usage.failed_logins), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn an_old_router_asks_for_the_answer_to_its_challenge() {
    let router = Simulator::in_memory(secret().login(Login::Challenge));
    let mut peer = Peer(router.connect());
    // Whoever sends the password at once is not logged in by it.
    let ret = challenged(&mut peer, &["/login", "=name=budi", "=password=rahasia dapur"]).await;
    assert_eq!(router.handle().usage().logins, 0);
    let response = response("rahasia dapur", &ret);
    assert_eq!(peer.ask(&["/login", "=name=budi", &response]).await, ["!done"]);
    assert_eq!(router.handle().usage().logins, 1);
}

#[tokio::test(start_paused = true)]
async fn a_challenge_serves_once_and_a_wrong_answer_is_trapped() {
    let config = secret().version(Version::V6_42);
    let router = Simulator::in_memory(config);
    let mut peer = Peer(router.connect());
    let ret = challenged(&mut peer, &["/login"]).await;
    let wrong = response("salah", &ret);
    assert_eq!(peer.ask(&["/login", "=name=budi", &wrong]).await, ["!trap =message=cannot log in", "!done"]);
    let late = response("rahasia dapur", &ret);
    assert_eq!(peer.ask(&["/login", "=name=budi", &late]).await, ["!trap =message=cannot log in", "!done"]);
    let fresh = challenged(&mut peer, &["/login"]).await;
    assert_ne!(fresh, ret);
    assert_eq!(peer.ask(&["/login", "=name=budi", &response("rahasia dapur", &fresh)]).await, ["!done"]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_password_is_for_the_next_login() {
    let router = Simulator::in_memory(Config::default());
    let mut before = Peer(router.connect());
    before.login().await;
    router.handle().set_password("baru");
    let mut after = Peer(router.connect());
    assert_eq!(after.ask(&["/login", "=name=admin", "=password="]).await, WRONG);
    assert_eq!(after.ask(&["/login", "=name=admin", "=password=baru"]).await, ["!done"]);
    assert_eq!(before.ask(&["/system/identity/print"]).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_else_is_answered_before_the_login() {
    let router = Simulator::in_memory(Config::default());
    let mut peer = Peer(router.connect());
    assert_eq!(peer.ask(&["/interface/print", ".tag=1"]).await, ["!fatal not logged in"]);
    assert_eq!(peer.rest().await, b"");
    assert_eq!(router.handle().usage().commands, 0);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_may_not_try_for_ever_nor_send_whatever_he_likes() {
    let router = Simulator::in_memory(Config::default());
    let mut guesser = Peer(router.connect());
    for _ in 0..32 {
        assert_eq!(guesser.ask(&["/login", "=name=admin", "=password=guess"]).await, WRONG);
    }
    let answer = guesser.ask(&["/login", "=name=admin", "=password="]).await;
    assert_eq!(answer, ["!fatal too many commands before login"]);
    assert_eq!(guesser.rest().await, b"");

    for bytes in [&b"\xF0\x7F\xFF\xFF\xFF"[..], b"\xF8", b"\xA0\x00", b"GET / HTTP/1.1\r\n\r\n\xFF"] {
        let mut peer = Peer(router.connect());
        peer.0.write_all(bytes).await.unwrap();
        // The letters of the last are lengths of words that never come whole.
        peer.0.shutdown().await.unwrap();
        assert_eq!(peer.rest().await, b"", "{bytes:X?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_session_too_many_is_hung_up_on_and_a_seat_is_given_back() {
    let router = Simulator::in_memory(Config::default().max_sessions(2));
    let handle = router.handle();
    let mut first = Peer(router.connect());
    first.login().await;
    let mut second = Peer(router.connect());
    second.login().await;
    let mut third = Peer(router.connect());
    third.say(&["/login", "=name=admin", "=password="]).await;
    assert_eq!(third.rest().await, b"");
    assert_eq!((handle.usage().open_sessions, handle.usage().logins, handle.usage().failed_logins), (2, 2, 0));

    assert_eq!(first.ask(&["/quit"]).await, ["!fatal session terminated on request"]);
    first.rest().await;
    Peer(router.connect()).login().await;

    handle.set_max_sessions(1);
    second.ask(&["/system/identity/print"]).await;
    let mut fourth = Peer(router.connect());
    fourth.say(&["/login", "=name=admin", "=password="]).await;
    assert_eq!(fourth.rest().await, b"");
    handle.set_fault(Fault::SessionLimit(20));
    Peer(router.connect()).login().await;
}

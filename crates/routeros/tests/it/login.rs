//! Login tells the truth on every version.

use std::time::Duration;

use routeros::{Error, LoginMode, Options, Phase};

use crate::peer::{Peer, login};

fn options(mode: LoginMode) -> Options {
    let mut options = Options::default();
    options.login = mode;
    options
}

#[tokio::test(start_paused = true)]
async fn a_done_with_a_challenge_is_answered_and_is_not_yet_a_success() {
    let (stream, mut peer) = Peer::pair();
    let client = tokio::spawn(login(stream, Options::default()));
    let first = peer.hears().await;
    peer.answers(&first, &["!done", "=ret=abc123"]).await;
    let second = peer.hears().await;
    assert_eq!(second[1], "=name=admin");
    assert!(second[2].starts_with("=response=00") && second[2].len() == "=response=".len() + 34, "{second:?}");
    assert!(!second.iter().any(|word| word.contains("rahasia")));
    peer.answers(&second, &["!trap", "=message=cannot log in"]).await;
    peer.answers(&second, &["!done"]).await;
    assert!(matches!(client.await.unwrap(), Err(Error::WrongCredentials { message }) if message == "cannot log in"));
}

#[tokio::test(start_paused = true)]
async fn the_challenge_is_answered_as_the_manual_says() {
    // The vectors of go-routeros's test and of MikroTik's manual, whose sample is the empty password.
    let vectors = [
        ("passTest", "abc123", "0021277bff9ac7caf06aa608e46616d47f"),
        ("", "856780b7411eefd3abadee2058c149a3", "005062f7a5ef124d34675bf3e81f56c556"),
    ];
    for (password, challenge, response) in vectors {
        let (stream, mut peer) = Peer::pair();
        let credentials = routeros::Credentials::new("admin", password);
        let client =
            tokio::spawn(
                async move { routeros::Client::login(stream, &credentials, &options(LoginMode::Challenge)).await },
            );
        let first = peer.hears().await;
        assert!(!first.iter().any(|word| word.starts_with("=password")), "the password stays here: {first:?}");
        peer.answers(&first, &["!done", &format!("=ret={challenge}")]).await;
        let second = peer.hears().await;
        assert_eq!(second[2], format!("=response={response}"));
        peer.answers(&second, &["!done"]).await;
        assert!(client.await.unwrap().is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_challenge_that_is_no_hexadecimal_text_is_an_error() {
    for challenge in ["=ret=abc", "=ret=zz", "=ret=", "=ret=é1"] {
        let (stream, mut peer) = Peer::pair();
        let client = tokio::spawn(login(stream, Options::default()));
        let first = peer.hears().await;
        peer.answers(&first, &["!done", challenge]).await;
        assert!(matches!(client.await.unwrap(), Err(Error::Malformed(_))), "{challenge}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_wrong_credentials_and_a_closed_door_says_what_it_may_be() {
    let (stream, mut peer) = Peer::pair();
    let client = tokio::spawn(login(stream, Options::default()));
    let first = peer.hears().await;
    peer.answers(&first, &["!trap", "=message=invalid user name or password (6)"]).await;
    peer.answers(&first, &["!done"]).await;
    assert!(matches!(client.await.unwrap(), Err(Error::WrongCredentials { .. })));

    let (stream, mut peer) = Peer::pair();
    let client = tokio::spawn(login(stream, Options::default()));
    peer.hears().await;
    drop(peer);
    let Err(Error::Closed { detail }) = client.await.unwrap() else { panic!("closed") };
    assert!(detail.contains("session limit"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn a_router_that_never_answers_meets_the_logins_limit_and_is_left() {
    let (stream, mut peer) = Peer::pair();
    let client = tokio::spawn(login(stream, Options::default()));
    peer.hears().await;
    let Err(Error::TimedOut { phase, after }) = client.await.unwrap() else { panic!("timed out") };
    assert_eq!((phase, after), (Phase::Login, Duration::from_secs(10)));
    while !peer.is_left().await {}
}

#[test]
fn a_password_is_never_shown() {
    let credentials = routeros::Credentials::new("admin", "rahasia");
    assert!(!format!("{credentials:?}").contains("rahasia"));
}

//! Logging in: both ways, and every way in which a router says no.

use std::time::Duration;

use routeros::{Client, Credentials, Error, LoginMode, Options, Phase, ProtocolError};
use tokio::time::Instant;

use crate::peer::{Peer, client, command, credentials, spawned, wire};

/// Logs in while the router follows the script.
async fn login<F>(options: &Options, script: F) -> Result<Client, Error>
where
    F: AsyncFnOnce(&mut Peer),
{
    let (near, mut peer) = wire();
    let credentials = credentials();
    let (client, ()) = tokio::join!(Client::login(near, &credentials, options), script(&mut peer));
    client
}

fn mode(login: LoginMode) -> Options {
    Options::default().with_login(login)
}

/// MD5 of a zero byte, `rahasia` and 0xABC123, computed elsewhere.
const RESPONSE: &str = "=response=00ff44f244b3487ee78c21c28afbd04b2d";

#[tokio::test(start_paused = true)]
async fn a_plain_login_is_one_command() {
    let (client, mut peer) = client().await;
    assert!(!client.is_closed());
    peer.hears_nothing_for(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_buffers_is_flushed() {
    let (near, mut peer) = wire();
    let (near, credentials, options) = (tokio::io::BufStream::new(near), credentials(), Options::default());
    let (client, ()) = tokio::join!(Client::login(near, &credentials, &options), peer.lets_in());
    client.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_empty_password_is_sent_as_such() {
    let (near, mut peer) = wire();
    let nobody = Credentials::new("admin", "");
    let options = Options::default();
    let script = async {
        let login = peer.hears().await;
        assert_eq!(login.said(), ["/login", "=name=admin", "=password="]);
        peer.done(&login).await;
    };
    tokio::join!(Client::login(near, &nobody, &options), script).0.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_challenge_is_answered_and_is_no_success() {
    let right = async |peer: &mut Peer| {
        let first = peer.hears().await;
        peer.says(&["!done", "=ret=abc123", &first.tag()]).await;
        let second = peer.hears().await;
        assert_eq!(second.said(), ["/login", "=name=admin", RESPONSE]);
        peer.done(&second).await;
    };
    login(&Options::default(), right).await.unwrap();
    let wrong = async |peer: &mut Peer| {
        let first = peer.hears().await;
        peer.says(&["!done", "=ret=abc123", &first.tag()]).await;
        let second = peer.hears().await;
        peer.says(&["!trap", &second.tag(), "=message=cannot log in"]).await;
        peer.done(&second).await;
    };
    let error = login(&Options::default(), wrong).await.unwrap_err();
    assert_eq!(error, Error::WrongCredentials { message: "cannot log in".into() });
}

#[tokio::test(start_paused = true)]
async fn by_challenge_alone_the_password_never_crosses_the_wire() {
    let script = async |peer: &mut Peer| {
        let first = peer.hears().await;
        assert_eq!(first.said(), ["/login"]);
        peer.says(&["!done", &first.tag(), "=ret=abc123"]).await;
        let second = peer.hears().await;
        assert_eq!(second.said(), ["/login", "=name=admin", RESPONSE]);
        peer.done(&second).await;
    };
    login(&mode(LoginMode::Challenge), script).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_challenge_is_answered_as_the_manual_says() {
    // The manual's own sample is of the empty password.
    let known = [
        ("passTest", "abc123", "0021277bff9ac7caf06aa608e46616d47f"),
        ("", "856780b7411eefd3abadee2058c149a3", "005062f7a5ef124d34675bf3e81f56c556"),
    ];
    for (password, challenge, response) in known {
        let (near, mut peer) = wire();
        let (credentials, options) = (Credentials::new("admin", password), mode(LoginMode::Challenge));
        let script = async {
            let first = peer.hears().await;
            peer.says(&["!done", &format!("=ret={challenge}"), &first.tag()]).await;
            let second = peer.hears().await;
            assert_eq!(second.said()[2], format!("=response={response}"));
            peer.done(&second).await;
        };
        tokio::join!(Client::login(near, &credentials, &options), script).0.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_two_sides_know_no_common_login_nobody_is_logged_in() {
    let challenge = async |peer: &mut Peer| {
        let first = peer.hears().await;
        peer.says(&["!done", "=ret=abc123", &first.tag()]).await;
    };
    let error = login(&mode(LoginMode::Plain), challenge).await.unwrap_err();
    assert_eq!(error, ProtocolError::UnexpectedChallenge.into());
    let silent_success = async |peer: &mut Peer| {
        let first = peer.hears().await;
        peer.done(&first).await;
    };
    let error = login(&mode(LoginMode::Challenge), silent_success).await.unwrap_err();
    assert_eq!(error, ProtocolError::NoChallenge.into());
    let twice = async |peer: &mut Peer| {
        for _ in 0..2 {
            let heard = peer.hears().await;
            peer.says(&["!done", "=ret=abc123", &heard.tag()]).await;
        }
    };
    let error = login(&Options::default(), twice).await.unwrap_err();
    assert_eq!(error, ProtocolError::UnexpectedChallenge.into());
    assert!(!error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_challenge_that_is_not_hexadecimal_is_a_typed_error() {
    for ret in ["=ret=", "=ret=abc", "=ret=xyz0", "=ret=+1"] {
        let script = async |peer: &mut Peer| {
            let first = peer.hears().await;
            peer.says(&["!done", ret, &first.tag()]).await;
        };
        let error = login(&Options::default(), script).await.unwrap_err();
        assert_eq!(error, ProtocolError::InvalidChallenge.into(), "{ret}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_by_its_reason() {
    let cases = [
        ("invalid user name or password (6)", "WrongCredentials", false),
        ("cannot log in", "WrongCredentials", false),
        ("not enough permissions (9)", "NotPermitted", false),
        ("could not authenticate - radius timeout", "Trap", true),
    ];
    for (message, variant, retryable) in cases {
        let script = async |peer: &mut Peer| {
            let heard = peer.hears().await;
            peer.says(&["!trap", &heard.tag(), &format!("=message={message}")]).await;
            peer.done(&heard).await;
        };
        let error = login(&Options::default(), script).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(variant), "{error:?}");
        assert_eq!(error.is_retryable(), retryable, "{error:?}");
        assert!(error.to_string().contains(message));
    }
}

#[tokio::test(start_paused = true)]
async fn a_router_without_tags_can_be_logged_in_to() {
    let script = async |peer: &mut Peer| {
        peer.hears().await;
        peer.says(&["!trap", "=message=cannot log in"]).await;
        peer.says(&["!done"]).await;
    };
    let error = login(&Options::default(), script).await.unwrap_err();
    assert!(matches!(error, Error::WrongCredentials { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_closed_at_login_hints_at_the_reason() {
    let (near, peer) = wire();
    drop(peer);
    let error = Client::login(near, &credentials(), &Options::default()).await.unwrap_err();
    let Error::Closed { detail } = &error else { panic!("{error:?}") };
    assert!(detail.contains("address") && detail.contains("max-sessions"), "{detail}");
    assert!(error.ends_connection() && error.is_retryable());
    let script = async |peer: &mut Peer| {
        peer.hears().await;
        peer.says(&["!fatal", "too many commands before login"]).await;
    };
    let error = login(&Options::default(), script).await.unwrap_err();
    assert_eq!(error, Error::Fatal { message: "too many commands before login".into() });
}

#[tokio::test(start_paused = true)]
async fn a_router_that_accepts_and_never_answers_is_given_up_in_time() {
    let began = Instant::now();
    let (near, mut peer) = wire();
    let error = Client::login(near, &credentials(), &Options::default()).await.unwrap_err();
    let after = Duration::from_secs(10);
    assert_eq!(error, Error::TimedOut { phase: Phase::Login, after });
    assert_eq!(began.elapsed(), after);
    assert!(error.ends_connection());
    peer.hears().await;
    // And the connection is given back.
    while peer.try_hear().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn both_steps_of_a_login_share_one_limit() {
    let began = Instant::now();
    let script = async |peer: &mut Peer| {
        let first = peer.hears().await;
        tokio::time::sleep(Duration::from_secs(7)).await;
        peer.says(&["!done", "=ret=abc123", &first.tag()]).await;
        peer.hears().await;
        while peer.try_hear().await.is_some() {}
    };
    let error = login(&Options::default(), script).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { phase: Phase::Login, .. }));
    assert!(began.elapsed() < Duration::from_secs(11), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_dropped_ends_the_connection() {
    let (near, mut peer) = wire();
    let login = tokio::spawn(async move { Client::login(near, &credentials(), &Options::default()).await });
    peer.hears().await;
    login.abort();
    while peer.try_hear().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_later_on_is_a_trap_of_that_command() {
    let (client, mut peer) = client().await;
    let fetch = spawned(&client, command("/tool/fetch"));
    let heard = peer.hears().await;
    peer.says(&["!trap", &heard.tag(), "=message=invalid user name or password"]).await;
    peer.done(&heard).await;
    assert!(matches!(fetch.await.unwrap(), Err(Error::Trap { .. })));
    assert!(!client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn the_password_is_in_no_error_and_in_nothing_that_can_be_shown() {
    let (client, _peer) = client().await;
    let shown = format!("{client:?} {:?} {:?}", credentials(), Options::default());
    assert!(!shown.contains("rahasia"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_refused_as_utf_8_is_sent_once_more_in_the_code_page_and_so_from_then_on() {
    let (credentials, options) = (Credentials::new("admin", "r\u{e9}seau"), Options::default());
    let (utf_8, code_page) = (b"=password=r\xC3\xA9seau".as_slice(), b"=password=r\xE9seau".as_slice());
    for expected in [&[utf_8, code_page][..], &[code_page]] {
        let (near, mut peer) = wire();
        let script = async {
            for password in expected {
                let heard = peer.hears().await;
                assert_eq!(heard.words[2], *password);
                if *password != code_page {
                    peer.says(&["!trap", &heard.tag(), "=message=invalid user name or password (6)"]).await;
                }
                peer.done(&heard).await;
            }
        };
        tokio::join!(Client::login(near, &credentials, &options), script).0.unwrap();
        assert!(credentials.clone().in_code_page());
    }
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_wrong_both_ways_is_said_so_and_one_in_ascii_has_one_way() {
    for (password, attempts) in [("r\u{e9}seau", 2), ("reseau", 1), ("\u{5bc6}", 1)] {
        let (near, mut peer) = wire();
        let (credentials, options) = (Credentials::new("admin", password), Options::default());
        let script = async {
            for _ in 0..attempts {
                let heard = peer.hears().await;
                peer.says(&["!trap", &heard.tag(), "=message=cannot log in"]).await;
                peer.done(&heard).await;
            }
        };
        let (login, ()) = tokio::join!(Client::login(near, &credentials, &options), script);
        let Err(Error::WrongCredentials { message }) = login else { panic!("{password}") };
        assert_eq!(message.contains("as UTF-8 and as Windows-1252"), attempts == 2, "{message}");
        assert!(!credentials.in_code_page());
    }
}

#[tokio::test(start_paused = true)]
async fn a_router_that_closes_after_the_first_refusal_has_refused_the_password() {
    let (near, mut peer) = wire();
    let (credentials, options) = (Credentials::new("admin", "r\u{e9}seau"), Options::default());
    let script = async {
        let heard = peer.hears().await;
        peer.says(&["!trap", &heard.tag(), "=message=cannot log in"]).await;
        peer.done(&heard).await;
        drop(peer);
    };
    let (login, ()) = tokio::join!(Client::login(near, &credentials, &options), script);
    assert_eq!(login.err(), Some(Error::WrongCredentials { message: "cannot log in".into() }));
}

//! Any answers to a login, in each of its modes: it ends in time, and is a success only where the router let us in.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arbitrary::Unstructured;
use routeros::{Client, Credentials, Error, LoginMode, Options, Phase};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, duplex, split};
use tokio::time::{Instant, sleep, timeout};

use crate::reference::{self, Words};
use crate::world;

/// Timers count in milliseconds, rounded up.
const GRAIN: Duration = Duration::from_millis(2);

/// Three bytes choose the login, the pipe and what the router is like; then come its answers.
pub fn login(bytes: &[u8]) {
    let [mode, pipe, manner, rest @ ..] = bytes else { return };
    let mode = [LoginMode::Auto, LoginMode::Plain, LoginMode::Challenge][usize::from(*mode) % 3];
    let pipe = world::pipe(*pipe);
    world::run(scene(mode, pipe, *manner, rest));
}

async fn scene(mode: LoginMode, pipe: usize, manner: u8, rest: &[u8]) {
    let options = Options::default().with_login(mode);
    let credentials = Credentials::new("admin", if manner & 1 == 0 { "rahasia" } else { "" });
    let (near, far) = duplex(pipe);
    let (reader, mut writer) = split(far);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let deaf = manner & 2 != 0;
    let ear = tokio::spawn(listen(reader, heard.clone(), deaf));

    let mut sent = Vec::new();
    let script = async {
        let mut u = Unstructured::new(rest);
        while !u.is_empty() {
            let Ok(action) = action(&mut u, &heard) else { break };
            match action {
                Action::Say(bytes) => {
                    // It may be cut anywhere; what was begun counts as said.
                    sent.extend_from_slice(&bytes);
                    if !matches!(timeout(Duration::from_secs(60), writer.write_all(&bytes)).await, Ok(Ok(()))) {
                        break;
                    }
                }
                Action::Wait(time) => sleep(time).await,
                Action::Close => break,
            }
        }
        if manner & 4 == 0 {
            let _ = writer.shutdown().await;
        }
        writer
    };
    let start = Instant::now();
    let login = async {
        let outcome = Client::login(near, &credentials, &options).await;
        (outcome, start.elapsed())
    };
    let (_writer, (outcome, took)) = tokio::join!(script, login);
    assert!(took <= options.login_timeout + GRAIN, "a login took {took:?}");
    match outcome {
        Ok(client) => {
            assert!(let_in(&sent, mode, &options), "not let in by {}", sent.escape_ascii());
            drop(client);
        }
        Err(error) => typed(&error, took, &options),
    }
    let Ok(mut reader) = ear.await else { panic!("the ear broke") };
    world::hears_the_end(&mut reader, Duration::from_secs(2)).await;
}

/// Hears what the client says until a silence of a minute, or nothing at all.
async fn listen(mut reader: ReadHalf<DuplexStream>, heard: Arc<Mutex<Vec<u8>>>, deaf: bool) -> ReadHalf<DuplexStream> {
    let mut bytes = [0; 512];
    if deaf {
        return reader;
    }
    loop {
        match timeout(Duration::from_secs(60), reader.read(&mut bytes)).await {
            Ok(Ok(read)) if read > 0 => {
                heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&bytes[..read]);
            }
            _ => break,
        }
    }
    reader
}

enum Action {
    Say(Vec<u8>),
    Wait(Duration),
    Close,
}

fn action(u: &mut Unstructured<'_>, heard: &Mutex<Vec<u8>>) -> arbitrary::Result<Action> {
    let kind: u8 = u.arbitrary()?;
    let tag = match kind >> 4 & 3 {
        0 => latest_tag(&heard.lock().unwrap_or_else(PoisonError::into_inner)),
        1 => Some(b".tag=1".to_vec()),
        2 => Some(b".tag=2".to_vec()),
        _ => None,
    };
    let say = |words: &[&[u8]]| {
        let words: Vec<&[u8]> = words.iter().copied().chain(tag.as_deref()).collect();
        Action::Say(reference::sentence(&words))
    };
    Ok(match kind & 15 {
        0..=2 => Action::Say(some(u)?.to_vec()),
        3 | 4 => say(&[b"!done"]),
        5 => say(&[b"!done", b"=ret=856780b7411eefd3abadee2058c149a3"]),
        6 => say(&[b"!done", &[b"=ret=", some(u)?].concat()]),
        7 => say(&[b"!trap", &[b"=message=", some(u)?].concat()]),
        8 => say(&[b"!trap", b"=message=invalid user name or password (6)"]),
        9 => say(&[b"!fatal", some(u)?]),
        10 => say(&[b"!re", some(u)?]),
        11 => say(&[b"!empty"]),
        12 => say(&[some(u)?]),
        13 => Action::Wait(Duration::from_millis([0, 1, 100, 4_000][usize::from(kind >> 6)])),
        14 => Action::Wait(Duration::from_secs(11)),
        _ => Action::Close,
    })
}

fn some<'a>(u: &mut Unstructured<'a>) -> arbitrary::Result<&'a [u8]> {
    let length: u8 = u.arbitrary()?;
    u.bytes(usize::from(length).min(u.len()))
}

fn latest_tag(heard: &[u8]) -> Option<Vec<u8>> {
    let reading = reference::read(heard, &Options::default().limits);
    let tag = reading.sentences.last().and_then(reference::tag)?;
    Some([b".tag=", tag].concat())
}

/// Whether the bytes can be those of a router that lets somebody in.
fn let_in(sent: &[u8], mode: LoginMode, options: &Options) -> bool {
    let sentences = reference::read(sent, &options.limits).sentences;
    let ret = |words: &Words| reference::attributes(words).iter().any(|(key, _)| key == b"ret");
    let mut ends = sentences.iter().filter(|words| words[0] == b"!done").map(ret);
    match mode {
        LoginMode::Auto | LoginMode::Plain => ends.any(|ret| !ret),
        LoginMode::Challenge => ends.any(|ret| ret) && ends.any(|ret| !ret),
    }
}

fn typed(error: &Error, took: Duration, options: &Options) {
    match error {
        Error::TimedOut { phase: Phase::Login, after } => {
            assert_eq!(*after, options.login_timeout);
            assert!(took >= *after, "given up after {took:?}");
        }
        Error::TimedOut { phase, .. } => panic!("a login timed out while {phase}"),
        Error::Closed { .. }
        | Error::Fatal { .. }
        | Error::Malformed(_)
        | Error::NotPermitted { .. }
        | Error::Trap { .. }
        | Error::WrongCredentials { .. } => {}
        other => panic!("a login's error is not {other:?}"),
    }
    assert!(!error.to_string().is_empty());
}

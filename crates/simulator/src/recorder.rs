//! Records a session between a client and a real router: it stands between both, passes every byte on, and writes down
//! the sentences as text that [`Recording`](crate::Recording) reads. Plain text only: it cannot look into TLS.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::lock::lock;
use crate::session::codec::{Decoder, Limits};
use crate::settings::{Side, write_sentence};

/// How long the router may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long one end may go on after the other has closed.
const LAST_BYTES: Duration = Duration::from_secs(5);
/// How long to wait before another try when the system gives no connection.
const RETRY: Duration = Duration::from_millis(20);

/// Longer sentences are passed on, but not written down.
const LIMITS: Limits = Limits { word: 1 << 20, sentence: 4 << 20, words: 4 << 10 };

/// Words whose values are secrets.
const SECRETS: [&[u8]; 3] = [b"=password=", b"=response=", b"=ret="];

/// Records sessions until it is dropped, one connection after the other.
pub struct Recorder {
    addr: SocketAddr,
    _task: AbortOnDropHandle<()>,
}

/// The text of the recording, shared by both directions.
type Text = Arc<Mutex<dyn Write + Send>>;

impl Recorder {
    /// Listens on an address, connects each client to the router and writes the recording to `to`. Passwords are left
    /// out of it.
    ///
    /// # Errors
    /// If the address is not available.
    pub async fn start(listen: SocketAddr, router: SocketAddr, to: impl Write + Send + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let addr = listener.local_addr()?;
        let text: Text = Arc::new(Mutex::new(to));
        let task = AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else {
                    // Such as too many open files, which may pass.
                    sleep(RETRY).await;
                    continue;
                };
                match timeout(CONNECT, TcpStream::connect(router)).await {
                    Ok(Ok(router)) => record(client, router, &text).await,
                    Ok(Err(error)) => tracing::warn!(%error, %router, "the router to be recorded refuses"),
                    Err(_) => tracing::warn!(%router, "the router to be recorded does not answer"),
                }
            }
        }));
        Ok(Self { addr, _task: task })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

async fn record(client: TcpStream, router: TcpStream, text: &Text) {
    let (from_client, to_client) = client.into_split();
    let (from_router, to_router) = router.into_split();
    let mut commands = pin!(pass_on(from_client, to_router, Side::Client, text));
    let mut replies = pin!(pass_on(from_router, to_client, Side::Router, text));
    // After one end has closed, the other may still have something to send.
    let _ = tokio::select! {
        () = &mut commands => timeout(LAST_BYTES, replies).await,
        () = &mut replies => timeout(LAST_BYTES, commands).await,
    };
}

/// Passes one direction on to its end. Bytes that are no sentences are still passed on, but no longer written down.
async fn pass_on(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, side: Side, text: &Text) {
    let mut decoder = Some(Decoder::new(LIMITS));
    let mut piece = vec![0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        // Before it is passed on, so that a command stands before its answer.
        if let Some(decoding) = &mut decoder
            && write_down(decoding, &piece[..read], side, text).is_none()
        {
            decoder = None;
        }
        if to.write_all(&piece[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

fn write_down(decoder: &mut Decoder, bytes: &[u8], side: Side, text: &Text) -> Option<()> {
    decoder.push(bytes);
    let mut lines = String::new();
    while let Some((mut words, _)) = decoder.next().ok()? {
        hide_secrets(&mut words, side);
        write_sentence(side, &words, &mut lines);
    }
    let mut text = lock(text);
    text.write_all(lines.as_bytes()).and_then(|()| text.flush()).ok()
}

/// The values of a login are hidden: its password, its response, and the challenge, which is the `ret` of a bare
/// `!done`. A count is short, a challenge is 32 digits long.
fn hide_secrets(words: &mut [Vec<u8>], side: Side) {
    let is_login = side == Side::Client && words.first().is_some_and(|path| path == b"/login");
    let is_done = side == Side::Router && words.first().is_some_and(|kind| kind == b"!done");
    for word in words {
        for secret in SECRETS {
            let is_challenge = is_done && word.len() == secret.len() + 32;
            if word.starts_with(secret) && (is_login || is_challenge) {
                word.truncate(secret.len());
            }
        }
    }
}

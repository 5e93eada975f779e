//! Serves an event stream on a connection of its own: events as they are, in chunks where it is HTTP/1.1, without a
//! copy.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::body::MessageBody as _;
use bytes::{Buf, Bytes};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWriteExt as _, ReadBuf};
use tokio::time::timeout;

use super::connection::Connection;
use super::hand_over::Answer;
use super::transport::Transport;

/// How much the system keeps of what a viewer has not read yet. By itself it would keep megabytes.
const UNREAD: usize = 128 << 10;
/// How much a viewer may send, who has nothing more to say.
const DISCARDED: usize = 64 << 10;

/// Sends `answer` until it ends, or the viewer is gone, or reads nothing for the connection's `stalled_time`.
pub(super) async fn serve(mut io: Transport, connection: Arc<Connection>, answer: Answer) {
    // Where it cannot be set, a viewer who reads nothing only takes more memory.
    let _ = SockRef::from(io.socket()).set_send_buffer_size(UNREAD);
    let Answer { head, chunked, mut body } = answer;
    let stalled_time = connection.limits().stalled_time;
    let mut ended = std::pin::pin!(connection.ended().cancelled());
    if send(&mut io, Bytes::from(head), stalled_time).await.is_err() {
        return;
    }
    let mut discarded = 0;
    loop {
        let next = poll_fn(|cx| {
            if ended.as_mut().poll(cx).is_ready() || is_gone(&mut io, cx, &mut discarded) {
                return Poll::Ready(Next::Gone);
            }
            Pin::new(&mut body).poll_next(cx).map(|next| match next {
                Some(Ok(bytes)) => Next::Event(bytes),
                Some(Err(_)) => Next::Gone,
                None => Next::End,
            })
        });
        match next.await {
            Next::Event(bytes) if bytes.is_empty() => {}
            Next::Event(bytes) if !chunked => {
                if send(&mut io, bytes, stalled_time).await.is_err() {
                    return;
                }
            }
            Next::Event(bytes) => {
                let size = format!("{:x}\r\n", bytes.len());
                let chunk = Bytes::from(size).chain(bytes).chain(&b"\r\n"[..]);
                if send(&mut io, chunk, stalled_time).await.is_err() {
                    return;
                }
            }
            Next::End => {
                let last: &[u8] = if chunked { b"0\r\n\r\n" } else { b"" };
                let _ = send(&mut io, last, stalled_time).await;
                let _ = timeout(stalled_time, io.shutdown()).await;
                return;
            }
            Next::Gone => return,
        }
    }
}

enum Next {
    Event(Bytes),
    End,
    Gone,
}

/// Whether the client has closed the connection, or does not stop talking.
fn is_gone(io: &mut Transport, cx: &mut Context<'_>, discarded: &mut usize) -> bool {
    let mut bytes = [0; 512];
    let mut bytes = ReadBuf::new(&mut bytes);
    match Pin::new(io).poll_read(cx, &mut bytes) {
        Poll::Pending => false,
        Poll::Ready(Err(_)) => true,
        Poll::Ready(Ok(())) => {
            let read = bytes.filled().len();
            *discarded += read;
            cx.waker().wake_by_ref();
            read == 0 || *discarded > DISCARDED
        }
    }
}

/// Sends all of it; an error where nothing of it is accepted for too long.
async fn send(io: &mut Transport, mut bytes: impl Buf, stalled_time: Duration) -> io::Result<()> {
    while bytes.has_remaining() {
        timeout(stalled_time, io.write_buf(&mut bytes)).await??;
    }
    timeout(stalled_time, io.flush()).await?
}

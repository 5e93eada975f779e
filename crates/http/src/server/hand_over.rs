//! A connection that leaves actix: the answer to its request is an event stream, which goes on by itself.
//!
//! Actix keeps 16 KiB of buffers for each connection and copies every byte that it sends. A viewer sends nothing more and
//! is sent what many others are sent too, so it needs neither.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use actix_http::Response;
use actix_http::body::{BoxBody, MessageBody};
use actix_http::header::HttpDate;

/// How a connection is handed over: the request's answer asks for it, reading releases the socket, and both are taken here.
pub(super) struct HandOver<T> {
    asked: Cell<bool>,
    socket: RefCell<Option<T>>,
    answer: RefCell<Option<Answer>>,
}

/// An answer whose body has no end.
pub(super) struct Answer {
    /// Its head as it is sent.
    pub(super) head: Vec<u8>,
    /// Whether the body is sent in chunks; otherwise it ends with the connection.
    pub(super) chunked: bool,
    pub(super) body: BoxBody,
}

impl<T> HandOver<T> {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self { asked: Cell::new(false), socket: RefCell::default(), answer: RefCell::default() })
    }

    /// Whether the socket is to be released at the next read.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.get()
    }

    /// Releases the socket.
    pub(super) fn release(&self, socket: T) {
        self.socket.replace(Some(socket));
    }

    /// What was handed over.
    pub(super) fn take(&self) -> Option<(T, Answer)> {
        self.socket.take().zip(self.answer.take())
    }
}

/// Offers the connection with `response`. Resolves only where the connection stays as it is, as that of a client does that
/// has closed its side of it.
pub(super) struct Offer<T, B: MessageBody + 'static> {
    hand_over: Rc<HandOver<T>>,
    response: Option<Response<B>>,
    chunked: bool,
    polls: u8,
}

/// After so many polls the socket would have been read, and so released: actix polls an answer twice for each time it
/// reads.
const POLLS: u8 = 8;

impl<T, B: MessageBody + 'static> Offer<T, B> {
    pub(super) fn new(hand_over: Rc<HandOver<T>>, response: Response<B>, chunked: bool) -> Self {
        Self { hand_over, response: Some(response), chunked, polls: 0 }
    }
}

impl<T, B: MessageBody + 'static> Unpin for Offer<T, B> {}

impl<T, B: MessageBody + 'static> Future for Offer<T, B> {
    type Output = Response<B>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.polls += 1;
        if self.polls > POLLS
            && let Some(response) = self.response.take()
        {
            self.hand_over.asked.set(false);
            return Poll::Ready(response);
        }
        self.hand_over.asked.set(true);
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T, B: MessageBody + 'static> Drop for Offer<T, B> {
    fn drop(&mut self) {
        if self.hand_over.socket.borrow().is_some()
            && let Some(response) = self.response.take()
        {
            let (head, chunked) = (head(&response, self.chunked), self.chunked);
            let (_, body) = response.into_parts();
            self.hand_over.answer.replace(Some(Answer { head, chunked, body: BoxBody::new(body) }));
        }
    }
}

/// The head of an answer that has no length and ends the connection.
fn head<B>(response: &Response<B>, chunked: bool) -> Vec<u8> {
    let version = if chunked { "HTTP/1.1" } else { "HTTP/1.0" };
    let mut head = format!("{version} {}\r\n", response.status()).into_bytes();
    let framing = ["connection", "content-length", "transfer-encoding"];
    for (name, value) in response.headers().iter().filter(|(name, _)| !framing.contains(&name.as_str())) {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    if !response.headers().contains_key("date") {
        head.extend_from_slice(format!("date: {}\r\n", HttpDate::from(SystemTime::now())).as_bytes());
    }
    if chunked {
        head.extend_from_slice(b"transfer-encoding: chunked\r\n");
    }
    head.extend_from_slice(b"connection: close\r\n\r\n");
    head
}

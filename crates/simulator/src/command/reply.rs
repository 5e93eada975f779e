//! The answer of every command: rows, traps and ends, each with the tag of its command.

use std::sync::{Arc, Mutex};

use crate::lock::lock;
use crate::router::Router;
use crate::session::codec;
use crate::session::{Disconnected, ReplySender};

/// Answers one command.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) router: Arc<Router>,
    sender: ReplySender,
    tag: Option<Vec<u8>>,
    /// Sentences that wait for `release`, if this reply is held.
    held: Option<Arc<Mutex<Vec<u8>>>>,
}

impl Reply {
    pub(crate) fn new(router: &Arc<Router>, sender: &ReplySender, tag: Option<Vec<u8>>) -> Self {
        Self { router: router.clone(), sender: sender.clone(), tag, held: None }
    }

    /// A reply to another command of the same session.
    pub(crate) fn to(&self, tag: Option<Vec<u8>>) -> Self {
        Self { tag, ..self.clone() }
    }

    /// The same reply, but its sentences wait until it is released.
    pub(crate) fn held(&self) -> Self {
        Self { held: Some(Arc::default()), ..self.clone() }
    }

    /// Sends the sentences that waited.
    pub(crate) async fn release(self) -> Result<(), Disconnected> {
        let held = self.held.as_ref().map(|held| std::mem::take(&mut *lock(held)));
        self.sender.send(held.unwrap_or_default()).await
    }

    pub(crate) fn tag(&self) -> Option<&[u8]> {
        self.tag.as_deref()
    }

    /// Sends whole sentences that are encoded already.
    pub(crate) async fn send(&self, sentences: Vec<u8>) -> Result<(), Disconnected> {
        if let Some(held) = &self.held {
            lock(held).extend_from_slice(&sentences);
            return Ok(());
        }
        self.sender.send(sentences).await
    }

    pub(crate) async fn done(&self) -> Result<(), Disconnected> {
        self.sentence("!done", &[]).await
    }

    pub(crate) async fn done_with(&self, ret: &[u8]) -> Result<(), Disconnected> {
        self.sentence("!done", &[("ret", ret)]).await
    }

    pub(crate) async fn empty(&self) -> Result<(), Disconnected> {
        self.sentence("!empty", &[]).await
    }

    pub(crate) async fn trap(&self, category: Option<u8>, message: &str) -> Result<(), Disconnected> {
        let category = category.map(|category| category.to_string());
        let mut row = Vec::new();
        row.extend(category.as_ref().map(|category| ("category", category.as_bytes())));
        row.push(("message", message.as_bytes()));
        self.sentence("!trap", &row).await
    }

    /// A trap and the end of the command.
    pub(crate) async fn refuse(&self, category: Option<u8>, message: &str) -> Result<(), Disconnected> {
        self.trap(category, message).await?;
        self.done().await
    }

    /// The end of the session, with its reason as a bare word.
    pub(crate) async fn fatal(&self, message: &str) -> Result<(), Disconnected> {
        let mut sentence = Vec::new();
        codec::begin("!fatal", self.tag(), &mut sentence);
        codec::word(message.as_bytes(), &mut sentence);
        codec::end(&mut sentence);
        self.send(sentence).await
    }

    /// Closes the connection.
    pub(crate) async fn close(&self) -> Result<(), Disconnected> {
        self.sender.close().await
    }

    async fn sentence(&self, kind: &str, row: &[(&str, &[u8])]) -> Result<(), Disconnected> {
        let mut sentence = Vec::new();
        self.encode(kind, row.iter().copied(), &mut sentence);
        self.send(sentence).await
    }

    /// Appends one sentence of this command's answer.
    pub(crate) fn encode<'a>(&self, kind: &str, row: impl IntoIterator<Item = (&'a str, &'a [u8])>, to: &mut Vec<u8>) {
        codec::begin(kind, self.tag(), to);
        for (key, value) in row {
            codec::attribute(key, value, to);
        }
        codec::end(to);
    }
}

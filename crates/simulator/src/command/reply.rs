//! What every command's answer is made of: rows, traps, ends, each with the command's tag.

use std::sync::{Arc, Mutex};

use crate::outlet::{Gone, Outlet};
use crate::router::{Router, lock};
use crate::wire;

/// Answers one command.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) router: Arc<Router>,
    outlet: Outlet,
    tag: Option<Vec<u8>>,
    /// What is kept back, where anything is to be.
    held: Option<Arc<Mutex<Vec<u8>>>>,
}

impl Reply {
    pub(crate) fn new(router: &Arc<Router>, outlet: &Outlet, tag: Option<Vec<u8>>) -> Self {
        Self { router: router.clone(), outlet: outlet.clone(), tag, held: None }
    }

    /// To another command of the same session.
    pub(crate) fn to(&self, tag: Option<Vec<u8>>) -> Self {
        Self { tag, ..self.clone() }
    }

    /// The same, but what is said is kept back until it is released.
    pub(crate) fn held(&self) -> Self {
        Self { held: Some(Arc::default()), ..self.clone() }
    }

    /// Says what was kept back.
    pub(crate) async fn release(self) -> Result<(), Gone> {
        let kept = self.held.as_ref().map(|held| std::mem::take(&mut *lock(held)));
        self.outlet.send(kept.unwrap_or_default()).await
    }

    pub(crate) fn tag(&self) -> Option<&[u8]> {
        self.tag.as_deref()
    }

    /// Whole sentences, encoded already.
    pub(crate) async fn send(&self, sentences: Vec<u8>) -> Result<(), Gone> {
        if let Some(held) = &self.held {
            lock(held).extend_from_slice(&sentences);
            return Ok(());
        }
        self.outlet.send(sentences).await
    }

    pub(crate) async fn done(&self) -> Result<(), Gone> {
        self.say("!done", &[]).await
    }

    pub(crate) async fn done_with(&self, ret: &[u8]) -> Result<(), Gone> {
        self.say("!done", &[("ret", ret)]).await
    }

    pub(crate) async fn empty(&self) -> Result<(), Gone> {
        self.say("!empty", &[]).await
    }

    pub(crate) async fn trap(&self, category: Option<u8>, message: &str) -> Result<(), Gone> {
        let category = category.map(|category| category.to_string());
        let mut row = Vec::new();
        row.extend(category.as_ref().map(|category| ("category", category.as_bytes())));
        row.push(("message", message.as_bytes()));
        self.say("!trap", &row).await
    }

    /// A trap, and with it the end.
    pub(crate) async fn refuse(&self, category: Option<u8>, message: &str) -> Result<(), Gone> {
        self.trap(category, message).await?;
        self.done().await
    }

    /// The end of the session, its reason a bare word.
    pub(crate) async fn fatal(&self, message: &str) -> Result<(), Gone> {
        let mut sentence = Vec::new();
        wire::begin("!fatal", self.tag(), &mut sentence);
        wire::word(message.as_bytes(), &mut sentence);
        wire::end(&mut sentence);
        self.send(sentence).await
    }

    async fn say(&self, reply: &str, row: &[(&str, &[u8])]) -> Result<(), Gone> {
        let mut sentence = Vec::new();
        self.encode(reply, row.iter().copied(), &mut sentence);
        self.send(sentence).await
    }

    /// Appends a sentence of this command's.
    pub(crate) fn encode<'a>(&self, reply: &str, row: impl IntoIterator<Item = (&'a str, &'a [u8])>, to: &mut Vec<u8>) {
        wire::begin(reply, self.tag(), to);
        for (key, value) in row {
            wire::attribute(key, value, to);
        }
        wire::end(to);
    }
}

//! Replies of your own: what the router sends to a command, sentence by sentence, whatever the command is.

use std::time::Duration;

use crate::Row;

/// The reply to one command. It takes the place of whatever the router would have answered.
///
/// A script without [`done`](Script::done), [`done_with`](Script::done_with) or [`fatal`](Script::fatal) at its end
/// leaves the command open until the client cancels it.
///
/// ```
/// use routeros_simulator::{Row, Script};
///
/// let ping = Script::on("/ping")
///     .with_word("=address=192.0.2.1")
///     .row(Row::new().with("host", "192.0.2.1").with("time", "12ms"))
///     .done();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub(crate) path: Vec<u8>,
    pub(crate) words: Vec<Vec<u8>>,
    /// The words of the command are these and no others.
    pub(crate) exact: bool,
    pub(crate) uses: Option<u32>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Sends a sentence: its first word, and the words after the tag.
    Send(Vec<u8>, Vec<Vec<u8>>),
    Wait(Duration),
    /// Sends `!fatal` and closes the connection.
    Fatal(String),
}

impl Script {
    /// A reply to a command, such as `/system/routerboard/print`.
    pub fn on(path: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), words: Vec::new(), exact: false, uses: None, steps: Vec::new() }
    }

    /// Answers only a command that has this word too, such as `=interface=ether1` or `?name=ether1`.
    #[must_use]
    pub fn with_word(mut self, word: impl Into<Vec<u8>>) -> Self {
        self.words.push(word.into());
        self
    }

    /// Answers only this many commands; without it, every one that fits.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.uses = Some(times);
        self
    }

    /// Sends a row.
    #[must_use]
    pub fn row(self, row: Row) -> Self {
        self.properties("!re", row.0)
    }

    /// Sends a trap. A client waits for a `done` after it.
    #[must_use]
    pub fn trap(self, message: impl Into<Vec<u8>>) -> Self {
        self.properties("!trap", [("message".to_owned(), message.into())])
    }

    /// Sends a trap with a category, from 0 to 7. A client waits for a `done` after it.
    #[must_use]
    pub fn trap_of(self, category: u8, message: impl Into<Vec<u8>>) -> Self {
        let category = ("category".to_owned(), category.to_string().into_bytes());
        self.properties("!trap", [category, ("message".to_owned(), message.into())])
    }

    /// Ends the command.
    #[must_use]
    pub fn done(self) -> Self {
        self.properties("!done", [])
    }

    /// Ends the command with a value, which comes as `=ret=`.
    #[must_use]
    pub fn done_with(self, ret: impl Into<Vec<u8>>) -> Self {
        self.properties("!done", [("ret".to_owned(), ret.into())])
    }

    /// Ends the session with this reason.
    #[must_use]
    pub fn fatal(mut self, reason: impl Into<String>) -> Self {
        self.steps.push(Step::Fatal(reason.into()));
        self
    }

    /// Waits before the next sentence.
    #[must_use]
    pub fn wait(mut self, time: Duration) -> Self {
        self.steps.push(Step::Wait(time));
        self
    }

    /// Sends any sentence: its first word and the others. The tag of the command is added.
    #[must_use]
    pub fn sentence(mut self, kind: impl Into<Vec<u8>>, words: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.steps.push(Step::Send(kind.into(), words.into_iter().collect()));
        self
    }

    /// Fits only a command of exactly these words, in whatever order.
    pub(crate) fn exactly(path: Vec<u8>, words: Vec<Vec<u8>>) -> Self {
        Self { words, exact: true, ..Self::on(path) }
    }

    fn properties(self, kind: &str, row: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let word = |(key, value): (String, Vec<u8>)| [b"=", key.as_bytes(), b"=", &value].concat();
        let words: Vec<_> = row.into_iter().map(word).collect();
        self.sentence(kind, words)
    }
}

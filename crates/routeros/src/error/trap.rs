//! A router's complaint about a command.

use crate::{Sentence, Value};

/// What a trap is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// 0: no such item or command.
    Missing,
    /// 1: an argument's value.
    Argument,
    /// 2: interrupted, for example by `/cancel`.
    Interrupted,
    /// 3: scripting.
    Scripting,
    /// 4: general.
    General,
    /// 5: the API itself.
    Api,
    /// 6: the terminal.
    Terminal,
    /// 7: a value made by `:return`.
    Returned,
    /// A number that is not documented.
    Other(u32),
}

impl Category {
    fn of(number: u32) -> Self {
        match number {
            0 => Self::Missing,
            1 => Self::Argument,
            2 => Self::Interrupted,
            3 => Self::Scripting,
            4 => Self::General,
            5 => Self::Api,
            6 => Self::Terminal,
            7 => Self::Returned,
            other => Self::Other(other),
        }
    }
}

/// One `!trap`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trap {
    /// What it is about; routers often do not say.
    pub category: Option<Category>,
    /// The router's words; may be empty, may hold line breaks.
    pub message: String,
    /// The whole sentence, for attributes that only some router knows.
    pub sentence: Sentence,
}

impl Trap {
    pub(crate) fn new(sentence: Sentence) -> Self {
        let number = sentence.get("category").and_then(|value| value.u64());
        let category = number.and_then(|number| u32::try_from(number).ok()).map(Category::of);
        Self { category, message: sentence.message().into_owned(), sentence }
    }

    /// Whether it may be gone the next time.
    pub(crate) fn is_passing(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        self.category == Some(Category::Interrupted) || message.contains("timeout") || message.contains("timed out")
    }

    /// The value of an attribute, known or not.
    pub fn get(&self, key: &str) -> Option<Value<'_>> {
        self.sentence.get(key)
    }
}

/// All messages in one line.
pub(crate) fn summary(traps: &[Trap]) -> String {
    let mut messages: Vec<&str> =
        traps.iter().map(|trap| trap.message.trim()).filter(|text| !text.is_empty()).collect();
    messages.dedup();
    if messages.is_empty() { "the router refused the command".into() } else { messages.join("; ") }
}

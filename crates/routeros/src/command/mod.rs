//! A command that cannot be malformed, and its queries.

mod query;
mod words;

use std::time::Duration;

use crate::Error;
use crate::codec::Limits;

use words::Words;

pub use query::Query;

/// A command: its path, attributes and queries.
///
/// Values may hold any bytes. What would be read as something else on the other side (an empty key, a key with `=`
/// in it) or goes beyond the limits is [`Error::InvalidCommand`] when the command is run; nothing is sent then.
///
/// ```
/// use routeros::{Command, Query};
///
/// let running_or_ethernet = Query::equal("running", "true").or(Query::equal("type", "ether"));
/// let command = Command::new("/interface/print").proplist(&[".id", "name", "rx-byte"]).query(running_or_ethernet);
/// ```
#[derive(Clone)]
pub struct Command {
    words: Words,
    timeout: Option<Duration>,
    silence: Option<Duration>,
    fault: Option<&'static str>,
}

impl Command {
    /// A command such as `/interface/print`; a missing slash in front is added.
    pub fn new(path: impl AsRef<[u8]>) -> Self {
        let path = path.as_ref();
        let mut words = Words::default();
        let slash: &[u8] = if path.starts_with(b"/") { b"" } else { b"/" };
        words.push(&[slash, path]);
        Self { words, timeout: None, silence: None, fault: None }
    }

    /// Adds `=key=value`. Names are best sent as the bytes in which they came.
    #[must_use]
    pub fn attribute(mut self, key: &str, value: impl AsRef<[u8]>) -> Self {
        self.check_key(key);
        self.words.push(&[b"=", key.as_bytes(), b"=", value.as_ref()]);
        self
    }

    /// Adds `=key=`, a flag such as `=once=`.
    #[must_use]
    pub fn flag(self, key: &str) -> Self {
        self.attribute(key, "")
    }

    /// Asks only for these properties. Without it a router fetches every one, also those that are slow.
    #[must_use]
    pub fn proplist(mut self, properties: &[&str]) -> Self {
        if properties.iter().any(|property| property.is_empty() || property.contains([',', '='])) {
            self.fault = Some("a property is empty or holds a comma or an equals sign");
        }
        self.attribute(".proplist", properties.join(","))
    }

    /// Asks only for the items that match. Of several queries every one must.
    #[must_use]
    pub fn query(mut self, query: Query) -> Self {
        self.fault = self.fault.or(query.fault);
        self.words.append(&query.words);
        self
    }

    /// Limits the time to the command's end; on expiry it is cancelled on the router. Without it
    /// [`Options::command_timeout`](crate::Options::command_timeout) holds for a collected reply, and nothing for a
    /// stream.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Limits the silence before each row of a collected reply and before its end; on expiry it is cancelled on the
    /// router. A large reply that is still arriving is then no time-out, up to its [`timeout`](Self::timeout). A
    /// stream has no such limit.
    #[must_use]
    pub fn silence(mut self, limit: Duration) -> Self {
        self.silence = Some(limit);
        self
    }

    /// Its words as sent, without the end of the sentence.
    pub(crate) fn frame(&self, limits: &Limits) -> Result<&[u8], Error> {
        let fault = self.fault.or_else(|| {
            if self.words.longest() > limits.word {
                Some("a word is longer than the limit")
            } else if self.words.frame().len() > limits.sentence {
                Some("it is longer than the limit")
            } else if self.words.count() > limits.words {
                Some("it has more words than the limit")
            } else {
                None
            }
        });
        match fault {
            Some(detail) => Err(Error::InvalidCommand { detail }),
            None => Ok(self.words.frame()),
        }
    }

    pub(crate) fn limit(&self) -> Option<Duration> {
        self.timeout
    }

    pub(crate) fn silence_limit(&self) -> Option<Duration> {
        self.silence
    }

    fn path(&self) -> String {
        String::from_utf8_lossy(self.words.iter().next().unwrap_or_default()).into_owned()
    }

    fn check_key(&mut self, key: &str) {
        if key.is_empty() || key.contains('=') {
            self.fault = Some("a key is empty or holds an equals sign");
        }
    }
}

/// Path and keys; values may be secrets.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys = self.words.iter().skip(1).map(|word| {
            let key = match word.iter().skip(1).position(|byte| *byte == b'=') {
                Some(at) => &word[..=at],
                None => word,
            };
            String::from_utf8_lossy(key).into_owned()
        });
        f.debug_struct("Command")
            .field("path", &self.path())
            .field("keys", &keys.collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("silence", &self.silence)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<String> {
        command.words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    #[test]
    fn a_command_is_its_words_in_order() {
        let command = Command::new("/interface/print")
            .flag("once")
            .attribute("name", b"caf\xE9")
            .proplist(&[".id", "name"])
            .query(Query::equal("type", "ether"));
        let expected = ["/interface/print", "=once=", "=name=caf\u{fffd}", "=.proplist=.id,name", "?type=ether"];
        assert_eq!(words(&command), expected);
        assert!(command.frame(&Limits::default()).is_ok());
    }

    #[test]
    fn an_empty_path_does_not_end_the_sentence_before_it_began() {
        assert_eq!(words(&Command::new("").flag("x")), ["/", "=x="]);
        assert_eq!(words(&Command::new("system/identity/print")), ["/system/identity/print"]);
    }

    #[test]
    fn what_would_be_read_as_something_else_is_refused() {
        let commands = [
            Command::new("/x").attribute("", "value"),
            Command::new("/x").attribute("a=b", "value"),
            Command::new("/x").proplist(&["name,rx-byte"]),
            Command::new("/x").query(Query::equal("-name", "x")),
            Command::new("/x").attribute("a", vec![0; (1 << 20) + 1]),
        ];
        for command in commands {
            let error = command.frame(&Limits::default()).unwrap_err();
            assert!(matches!(error, Error::InvalidCommand { .. }), "{command:?}: {error:?}");
        }
        let many = (0..5_000).fold(Command::new("/x"), |command, _| command.flag("a"));
        assert!(many.frame(&Limits::default()).is_err());
    }

    #[test]
    fn values_are_never_shown() {
        let shown = format!("{:?}", Command::new("/login").attribute("name", "admin").attribute("password", "rahasia"));
        assert!(shown.contains("=password") && !shown.contains("rahasia"), "{shown}");
    }
}

//! A command that cannot be malformed.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};

/// A command: its path, attributes and queries.
#[derive(Clone, Debug)]
pub struct Command {
    words: Vec<Bytes>,
    timeout: Option<Duration>,
}

impl Command {
    /// A command such as `/interface/print`.
    pub fn new(path: impl AsRef<[u8]>) -> Self {
        Self { words: vec![Bytes::copy_from_slice(path.as_ref())], timeout: None }
    }

    /// Adds `=key=value`. The value may hold any bytes.
    #[must_use]
    pub fn attribute(self, key: &str, value: impl AsRef<[u8]>) -> Self {
        self.pair(b"=", key, value.as_ref())
    }

    /// Adds `=key=`, a flag such as `=once=`.
    #[must_use]
    pub fn flag(self, key: &str) -> Self {
        self.attribute(key, "")
    }

    /// Asks only for these properties.
    #[must_use]
    pub fn proplist(self, properties: &[&str]) -> Self {
        self.attribute(".proplist", properties.join(","))
    }

    /// Adds the query word `?key=value`.
    #[must_use]
    pub fn query(self, key: &str, value: impl AsRef<[u8]>) -> Self {
        self.pair(b"?", key, value.as_ref())
    }

    /// Limits the time to the command's end; on expiry it is cancelled on the router.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    fn pair(mut self, mark: &[u8], key: &str, value: &[u8]) -> Self {
        let mut word = BytesMut::with_capacity(mark.len() + key.len() + 1 + value.len());
        word.put_slice(mark);
        word.put_slice(key.as_bytes());
        word.put_u8(b'=');
        word.put_slice(value);
        self.words.push(word.freeze());
        self
    }

    pub(crate) fn words(&self) -> &[Bytes] {
        &self.words
    }

    pub(crate) fn limit(&self) -> Option<Duration> {
        self.timeout
    }
}

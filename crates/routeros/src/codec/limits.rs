//! How much memory a peer may make us use.

/// How much a peer may send, and how much may be under way. All of it is memory that a hostile peer could take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest word, bytes; 128 KiB. The longest that routers are known to send is the source of a script or the
    /// contents of a file, up to 64 KiB.
    pub word: usize,
    /// The longest sentence, bytes, prefixes included; 256 KiB. While one comes in, up to twice that is held, so that
    /// by default a connection costs under 1 MiB beyond the rows that were asked for.
    pub sentence: usize,
    /// The most words in a sentence; 4,096.
    pub words: usize,
    /// The most rows in a collected reply; 65,536.
    pub rows: usize,
    /// The most bytes in a collected reply; 64 MiB.
    pub reply: usize,
    /// The most commands in flight at once, those that were cancelled and have not ended among them; 64.
    pub commands: usize,
    /// The most rows of a stream that wait for its consumer; 1,024.
    pub queued_rows: usize,
    /// The most bytes of a stream that wait for its consumer; 1 MiB. One row always may.
    pub queued_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            word: 128 << 10,
            sentence: 256 << 10,
            words: 4_096,
            rows: 65_536,
            reply: 64 << 20,
            commands: 64,
            queued_rows: 1_024,
            queued_bytes: 1 << 20,
        }
    }
}

//! Bytes that are to be sent. They are wiped once they were: one of them may be a login's.

use zeroize::Zeroize;

/// The room that is kept when everything has been sent, bytes.
const KEPT: usize = 16 << 10;

/// A queue of bytes.
#[derive(Default)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    sent: usize,
}

impl Outbox {
    /// What is still to be sent.
    pub(crate) fn pending(&self) -> &[u8] {
        self.bytes.get(self.sent..).unwrap_or_default()
    }

    /// Adds parts at the end.
    pub(crate) fn put(&mut self, parts: &[&[u8]]) {
        let more: usize = parts.iter().map(|part| part.len()).sum();
        if self.bytes.len() + more > self.bytes.capacity() {
            let pending = self.pending();
            let mut grown = Vec::with_capacity((pending.len() + more).next_power_of_two().max(512));
            grown.extend_from_slice(pending);
            // A plain `Vec` would leave the old bytes behind.
            self.bytes.zeroize();
            (self.bytes, self.sent) = (grown, 0);
        }
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
    }

    /// Forgets the first `count` bytes of what was to be sent.
    pub(crate) fn advance(&mut self, count: usize) {
        let end = self.bytes.len().min(self.sent + count);
        if let Some(sent) = self.bytes.get_mut(self.sent..end) {
            sent.zeroize();
        }
        self.sent = end;
        if self.sent == self.bytes.len() {
            self.sent = 0;
            self.bytes.clear();
            self.bytes.shrink_to(KEPT);
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("pending", &self.pending().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn bytes_leave_in_the_order_in_which_they_came(parts: Vec<Vec<u8>>, step in 1_usize..50) {
            let mut outbox = Outbox::default();
            let mut left = Vec::new();
            for part in &parts {
                outbox.put(&[part]);
                let now = step.min(outbox.pending().len());
                left.extend_from_slice(&outbox.pending()[..now]);
                outbox.advance(now);
            }
            left.extend_from_slice(outbox.pending());
            outbox.advance(outbox.pending().len());
            proptest::prop_assert_eq!(left, parts.concat());
            proptest::prop_assert!(outbox.pending().is_empty());
        }
    }

    #[test]
    fn what_was_sent_is_wiped() {
        let mut outbox = Outbox::default();
        outbox.put(&[b"rahasia", b" and more"]);
        outbox.advance(7);
        assert_eq!(outbox.pending(), b" and more");
        assert_eq!(&outbox.bytes[..7], &[0; 7]);
    }
}

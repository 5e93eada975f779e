//! Numbers and texts as bytes, small ones in few; and back, within bounds.

/// What was read is not what any version of this program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are none of Lalin's")]
pub struct Malformed;

/// The longest text: a router's own words can be long.
const LONGEST_TEXT: usize = 4_096;

/// Writes bytes.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A number that may be below zero.
    pub(super) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    /// A number that may be absent. The highest one is not told apart from the one below it.
    pub(super) fn maybe(&mut self, number: Option<u64>) {
        self.number(number.map_or(0, |number| number.saturating_add(1)));
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Cut where it is longer than anything that has a use.
    pub(super) fn text(&mut self, text: &str) {
        let text = &text[..text.floor_char_boundary(LONGEST_TEXT)];
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    pub(super) fn maybe_text(&mut self, text: Option<&str>) {
        self.byte(u8::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }
}

/// Reads bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Malformed);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    pub(super) fn signed(&mut self) -> Result<i64, Malformed> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(super) fn maybe(&mut self) -> Result<Option<u64>, Malformed> {
        Ok(self.number()?.checked_sub(1))
    }

    /// How many follow, each of at least one byte, and no more than `most`.
    pub(super) fn count(&mut self, most: usize) -> Result<usize, Malformed> {
        let count = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        if count > most || count > self.0.len() { Err(Malformed) } else { Ok(count) }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes(N)?.try_into().map_err(|_| Malformed)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Malformed> {
        let count = self.count(LONGEST_TEXT)?;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| Malformed)
    }

    pub(super) fn maybe_text(&mut self) -> Result<Option<&'a str>, Malformed> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.text().map(Some),
            _ => Err(Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn numbers_and_texts_come_back() {
        let mut writer = Writer::default();
        for number in [0, 1, 127, 128, 1 << 35, u64::MAX] {
            writer.number(number);
        }
        for number in [0, -1, 1, i64::MIN, i64::MAX] {
            writer.signed(number);
        }
        writer.maybe(None);
        writer.maybe(Some(0));
        writer.maybe_text(Some("ruas é"));
        writer.maybe_text(None);
        let mut reader = Reader(&writer.0);
        for number in [0, 1, 127, 128, 1 << 35, u64::MAX] {
            assert_eq!(reader.number(), Ok(number));
        }
        for number in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(reader.signed(), Ok(number));
        }
        assert_eq!((reader.maybe(), reader.maybe()), (Ok(None), Ok(Some(0))));
        assert_eq!((reader.maybe_text(), reader.maybe_text()), (Ok(Some("ruas é")), Ok(None)));
        assert!(reader.0.is_empty() && reader.byte().is_err());
    }

    #[test]
    fn what_nobody_writes_is_refused() {
        assert!(Reader(&[0xff; 11]).number().is_err(), "longer than any number");
        assert!(Reader(&[200, 1, b'x']).text().is_err(), "longer than what there is");
        assert!(Reader(&[1, 0xff]).text().is_err(), "no text");
        assert!(Reader(&[2]).maybe_text().is_err());
    }
}

//! Numbers of variable length, and a reader of bytes that never reads beyond the end.

use crate::Error;

/// Seven bits a byte, the lowest first.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Small numbers of either sign are short: 0, -1, 1, -2 become 0, 1, 2, 3.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_varint(out, zigzag(value));
}

/// How many bytes [`put_signed`] takes.
pub(crate) fn signed_length(value: i64) -> usize {
    (70 - (zigzag(value) | 1).leading_zeros() as usize) / 7
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

const SHORT: Error = Error::Damaged("it ends too early");

impl<'a> Bytes<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(SHORT)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn varint(&mut self) -> Result<u64, Error> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Error::Damaged("a number is too long"))
    }

    /// A number that fits 32 bits: counts, places, ids.
    pub(crate) fn small(&mut self) -> Result<u32, Error> {
        u32::try_from(self.varint()?).map_err(|_| Error::Damaged("a number is too large"))
    }

    pub(crate) fn signed(&mut self) -> Result<i64, Error> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A text with its length before it.
    pub(crate) fn text(&mut self) -> Result<&'a str, Error> {
        let length = self.small()? as usize;
        std::str::from_utf8(self.take(length)?).map_err(|_| Error::Damaged("a name is no text"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_number_comes_back_and_its_length_is_known(value: i64, shift in 0u32..64) {
            let value = value >> shift;
            let mut bytes = Vec::new();
            put_signed(&mut bytes, value);
            prop_assert_eq!(bytes.len(), signed_length(value));
            put_varint(&mut bytes, value as u64);
            let mut read = Bytes(&bytes);
            prop_assert_eq!(read.signed().unwrap(), value);
            prop_assert_eq!(read.varint().unwrap(), value as u64);
            prop_assert!(read.is_empty());
        }

        #[test]
        fn no_bytes_make_it_read_beyond_the_end(bytes: Vec<u8>) {
            let mut read = Bytes(&bytes);
            while read.varint().is_ok() {}
            let mut read = Bytes(&bytes);
            while read.text().is_ok() {}
        }
    }

    #[test]
    fn eleven_bytes_are_no_number() {
        assert!(Bytes(&[0xff; 11]).varint().is_err());
        assert!(Bytes(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]).varint().is_err());
        assert_eq!(Bytes(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).varint().unwrap(), u64::MAX);
    }
}

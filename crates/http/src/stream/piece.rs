//! A piece of a gzip stream: deflated for itself, so that any pieces one after another are one stream.

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};

/// The most bytes of a block that is stored as it is.
pub(super) const BLOCK: usize = 65_535;
/// The polynomial of the checksum, its bits in reverse.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// A piece of a stream, deflated.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) deflated: Bytes,
    pub(super) sum: Sum,
}

/// The checksum of some bytes, and what it takes to put it behind that of others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    pub(super) crc: u32,
    pub(super) length: u32,
    /// x to the power of their bits.
    shift: u32,
}

impl Piece {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut deflated = Vec::with_capacity(bytes.len() / 2 + 128);
        // The level below has the same code for all bytes, which is worth little for numbers.
        let mut compress = Compress::new(Compression::new(2), false);
        // With room for all of it this takes one call. Should the compressor ever fail, the bytes go as they are.
        while deflated.capacity() - deflated.len() < 64 || compress.total_in() < bytes.len() as u64 {
            deflated.reserve(bytes.len() / 2 + 128);
            let rest = &bytes[usize::try_from(compress.total_in()).unwrap_or(bytes.len())..];
            if compress.compress_vec(rest, &mut deflated, FlushCompress::Full).is_err() {
                return Self::stored(bytes);
            }
        }
        Self { deflated: deflated.into(), sum: Sum::of(bytes) }
    }

    /// Bytes as they are.
    pub(super) fn stored(bytes: &[u8]) -> Self {
        Self { deflated: stored(bytes).into(), sum: Sum::of(bytes) }
    }
}

impl Sum {
    fn of(bytes: &[u8]) -> Self {
        let mut crc = Crc::new();
        crc.update(bytes);
        Self { crc: crc.sum(), length: crc.amount(), shift: power(bytes.len()) }
    }

    /// Both, one after the other.
    pub(super) fn then(self, next: Self) -> Self {
        Self { crc: multiply(next.shift, self.crc) ^ next.crc, length: self.length.wrapping_add(next.length), shift: 0 }
    }
}

/// The product of two polynomials, modulo that of the checksum.
fn multiply(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    for bit in (0..32).rev() {
        if a >> bit & 1 == 1 {
            product ^= b;
        }
        b = if b & 1 == 1 { (b >> 1) ^ POLYNOMIAL } else { b >> 1 };
    }
    product
}

/// x to the power of the bits of so many bytes.
fn power(mut bytes: usize) -> u32 {
    let (mut power, mut square) = (1 << 31, 1 << 23);
    while bytes > 0 {
        if bytes & 1 == 1 {
            power = multiply(square, power);
        }
        square = multiply(square, square);
        bytes >>= 1;
    }
    power
}

/// Bytes as they are, in blocks.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut blocks = Vec::with_capacity(bytes.len() + 5 * (bytes.len() / BLOCK + 1));
    for block in bytes.chunks(BLOCK) {
        let length = u16::try_from(block.len()).unwrap_or_default();
        blocks.push(0);
        blocks.extend_from_slice(&length.to_le_bytes());
        blocks.extend_from_slice(&(!length).to_le_bytes());
        blocks.extend_from_slice(block);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_half() {
        let numbers: String = (0..4_000_u64).map(|n| format!("{},", n * 7_919_993 % 100_000_000)).collect();
        let piece = Piece::of(numbers.as_bytes());
        assert!(piece.deflated.len() * 2 < numbers.len() + numbers.len() / 10, "{}", piece.deflated.len());
    }
}

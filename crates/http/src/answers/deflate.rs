//! Writes a deflated block (RFC 1951) of literals and copies that somebody else chose, in the shortest code for them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The longest that one copy can be.
const LONGEST: usize = 258;
/// The shortest.
pub(super) const SHORTEST: usize = 3;
/// How far back one can lie.
pub(super) const FURTHEST: usize = 32_768;
/// The most bits of a symbol.
const MOST_BITS: u8 = 15;
/// The symbols: a byte each, the end, the lengths of copies.
const SYMBOLS: usize = 286;
const END: usize = 256;
/// How far back copies lie.
const DISTANCES: usize = 30;
/// What a symbol that was used weighs beside one that is only possible.
const USED: u32 = 4;
/// The shortest copies of the symbols from 257 on (3.2.5).
const LENGTHS: [usize; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
/// The order in which the code of the code's lengths is given (3.2.7).
const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// What a text is taken apart into.
pub(super) trait Tokens {
    /// These bytes as they are.
    fn literals(&mut self, bytes: &[u8]);
    /// As many bytes as stand so far back, at least [`SHORTEST`], and at most [`FURTHEST`] back.
    fn copy(&mut self, length: usize, distance: usize);
}

/// How often each symbol is needed.
pub(super) struct Counts {
    symbols: [u32; SYMBOLS],
    distances: [u32; DISTANCES],
}

/// A code: the bits of each symbol.
pub(super) struct Code {
    symbols: Vec<Bits>,
    distances: Vec<Bits>,
    /// Of each length of a copy, its symbol's with what tells it from the symbol's other lengths.
    lengths: Vec<Bits>,
}

/// Some bits, the first of them the lowest.
#[derive(Clone, Copy, Debug, Default)]
struct Bits {
    bits: u32,
    count: u8,
}

/// Writes a block.
pub(super) struct Block<'a> {
    code: &'a Code,
    out: Vec<u8>,
    waiting: u64,
    /// Fewer than 32.
    count: u8,
}

impl Counts {
    pub(super) fn new() -> Self {
        // Each may be needed later on.
        Self { symbols: [1; SYMBOLS], distances: [1; DISTANCES] }
    }

    /// The code that is shortest for what was counted.
    pub(super) fn code(&self) -> Code {
        let symbols = bits(&code_lengths(&self.symbols));
        let lengths = (0..=LONGEST).map(|length| of_length(length, &symbols)).collect();
        Code { distances: bits(&code_lengths(&self.distances)), symbols, lengths }
    }
}

impl Tokens for Counts {
    fn literals(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.symbols[usize::from(*byte)] += USED);
    }

    fn copy(&mut self, length: usize, distance: usize) {
        for length in copies(length) {
            self.symbols[END + 1 + place(length)] += USED;
            self.distances[Distance::of(distance).symbol] += USED;
        }
    }
}

impl<'a> Block<'a> {
    /// Begins a block, the only one of its stream, after `out`.
    pub(super) fn begin(code: &'a Code, out: Vec<u8>) -> Self {
        let mut block = Self { code, out, waiting: 0, count: 0 };
        // The last block, with a code of its own, for all symbols.
        block.put(0b101, 3);
        block.put(SYMBOLS as u32 - 257, 5);
        block.put(DISTANCES as u32 - 1, 5);
        block.put(ORDER.len() as u32 - 4, 4);
        // The code's lengths as they are, in four bits each: of a long text that is nothing.
        for symbol in ORDER {
            block.put(if symbol <= MOST_BITS { 4 } else { 0 }, 3);
        }
        for Bits { count, .. } in code.symbols.iter().chain(&code.distances) {
            block.put(u32::from(count.reverse_bits() >> 4), 4);
        }
        block
    }

    /// Ends it at a whole byte.
    pub(super) fn end(mut self) -> Vec<u8> {
        let Bits { bits, count } = self.code.symbols[END];
        self.put(bits, count);
        let bytes = usize::from(self.count.div_ceil(8));
        self.out.extend_from_slice(&self.waiting.to_le_bytes()[..bytes]);
        self.out
    }

    fn put(&mut self, bits: u32, count: u8) {
        self.waiting |= u64::from(bits) << self.count;
        self.count += count;
        if self.count >= 32 {
            self.out.extend_from_slice(&(self.waiting as u32).to_le_bytes());
            self.waiting >>= 32;
            self.count -= 32;
        }
    }
}

impl Tokens for Block<'_> {
    fn literals(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let Bits { bits, count } = self.code.symbols[usize::from(*byte)];
            self.put(bits, count);
        }
    }

    fn copy(&mut self, length: usize, distance: usize) {
        let Distance { symbol, more } = Distance::of(distance);
        let distance = self.code.distances[symbol].with(more);
        for length in copies(length) {
            let Bits { bits, count } = self.code.lengths[length];
            self.put(bits, count);
            self.put(distance.bits, distance.count);
        }
    }
}

/// How far back a copy lies.
struct Distance {
    symbol: usize,
    more: Bits,
}

impl Distance {
    fn of(distance: usize) -> Self {
        let before = distance.clamp(1, FURTHEST) as u32 - 1;
        if before < 4 {
            return Self { symbol: before as usize, more: Bits::default() };
        }
        // Two symbols for each power of two: the bit after the highest says which, and those after it follow.
        let highest = before.ilog2();
        let count = highest - 1;
        let symbol = 2 * highest + (before >> count & 1);
        Self { symbol: symbol as usize, more: Bits { bits: before & ((1 << count) - 1), count: count as u8 } }
    }
}

impl Bits {
    /// And then these.
    fn with(self, more: Self) -> Self {
        Self { bits: self.bits | more.bits << self.count, count: self.count + more.count }
    }
}

/// The lengths that together are this one, each of which one copy can have.
fn copies(mut length: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let copy = match length {
            0 => return None,
            1..=LONGEST => length,
            // What is left is not too short for one more.
            _ => LONGEST.min(length - SHORTEST),
        };
        length -= copy;
        Some(copy)
    })
}

/// The place of this length's symbol among those of lengths.
fn place(length: usize) -> usize {
    LENGTHS.iter().rposition(|shortest| *shortest <= length).unwrap_or_default()
}

fn of_length(length: usize, symbols: &[Bits]) -> Bits {
    let place = place(length);
    let count = match place {
        0..8 | 28 => 0,
        _ => place as u8 / 4 - 1,
    };
    let bits = length.saturating_sub(LENGTHS[place]) as u32;
    symbols[END + 1 + place].with(Bits { bits, count })
}

/// How many bits each symbol has in the shortest code (Huffman's) that has none longer than it may be.
fn code_lengths(counts: &[u32]) -> Vec<u8> {
    let mut counts = counts.to_vec();
    loop {
        let lengths = shortest_code(&counts);
        if lengths.iter().all(|length| *length <= MOST_BITS) {
            return lengths;
        }
        counts.iter_mut().for_each(|count| *count = count.div_ceil(2));
    }
}

fn shortest_code(counts: &[u32]) -> Vec<u8> {
    // A tree, from the rarest up: of each node the one above it.
    let mut above = vec![None; counts.len() * 2];
    let leaves = counts.iter().enumerate().map(|(place, count)| Reverse((u64::from(*count), place)));
    let mut heap: BinaryHeap<_> = leaves.collect();
    let mut next = counts.len();
    while let (Some(Reverse((one, first))), Some(Reverse((other, second)))) = (heap.pop(), heap.pop()) {
        (above[first], above[second]) = (Some(next), Some(next));
        heap.push(Reverse((one + other, next)));
        next += 1;
        if heap.len() == 1 {
            break;
        }
    }
    let depth = |leaf: usize| std::iter::successors(above[leaf], |node| above[*node]).count();
    (0..counts.len()).map(|leaf| u8::try_from(depth(leaf)).unwrap_or(u8::MAX)).collect()
}

/// The bits of each symbol, given how many there are (3.2.2).
fn bits(lengths: &[u8]) -> Vec<Bits> {
    let mut of_length = [0_u16; MOST_BITS as usize + 1];
    lengths.iter().for_each(|length| of_length[usize::from(*length)] += 1);
    let (mut next, mut code) = ([0_u16; MOST_BITS as usize + 1], 0);
    for length in 1..next.len() {
        code = (code + if length == 1 { 0 } else { of_length[length - 1] }) << 1;
        next[length] = code;
    }
    let bits = lengths.iter().map(|count| {
        let code = &mut next[usize::from(*count)];
        let bits = u32::from(code.reverse_bits() >> (16 - count));
        *code += 1;
        Bits { bits, count: *count }
    });
    bits.collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::DeflateDecoder;

    use super::*;

    /// Each length of a copy and each power of two of its distance, and what they stand for.
    fn everything(out: &mut impl Tokens, plain: &mut Vec<u8>) {
        let bytes: Vec<u8> = (0..FURTHEST).map(|n| (n * 31 / 7 + n / 251) as u8).collect();
        out.literals(&bytes);
        plain.extend_from_slice(&bytes);
        let far = (0..=15).flat_map(|power| [1_usize << power, (1 << power) * 3 / 2]).filter(|far| *far <= FURTHEST);
        for (length, distance) in (SHORTEST..=600).zip(far.cycle()) {
            out.copy(length, distance);
            (0..length).for_each(|_| plain.push(plain[plain.len() - distance]));
        }
    }

    #[test]
    fn every_copy_is_read_as_it_was_meant() {
        let (mut counts, mut plain) = (Counts::new(), Vec::new());
        everything(&mut counts, &mut plain);
        // The code of something else does too.
        for code in [counts.code(), Counts::new().code()] {
            let mut block = Block::begin(&code, Vec::new());
            everything(&mut block, &mut Vec::new());
            let mut read = Vec::new();
            DeflateDecoder::new(&block.end()[..]).read_to_end(&mut read).unwrap();
            assert!(read == plain);
        }
    }

    #[test]
    fn no_symbol_is_longer_than_it_may_be_and_the_code_is_whole() {
        // Each is as frequent as all rarer ones together: the longest code there can be.
        let counts: Vec<u32> = (0..SYMBOLS as u32).map(|n| 1 << (n % 32)).collect();
        let lengths = code_lengths(&counts);
        let used: u32 = lengths.iter().map(|length| 1 << (MOST_BITS - length)).sum();
        assert_eq!(used, 1 << MOST_BITS);
    }
}

//! The seam to pco: the only file that calls it.
//!
//! pco has no checksum and trusts what it reads, so callers check theirs first. Should it panic all the same, the panic
//! ends here as an error: a damaged file costs one chunk and not the server.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pco::data_types::Number;
use pco::wrapped::{FileCompressor, FileDecompressor};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use crate::Error;

/// What pco 1.1 writes at the head of a file; it stands once in every segment's header.
pub(crate) const CODEC_HEADER: [u8; 2] = [4, 1];

/// How long to look for a smaller form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For hours, which live a day: four times quicker, 3 % larger at most.
    Quick,
    /// For days and longer.
    Thorough,
}

impl Effort {
    fn config(self) -> ChunkConfig {
        match self {
            Self::Quick => ChunkConfig::default().with_mode_spec(ModeSpec::Classic).with_delta_spec(DeltaSpec::NoOp),
            Self::Thorough => ChunkConfig::default(),
        }
    }
}

/// Appends the numbers to `out`. How many they are is for the caller to remember.
pub(super) fn compress<T: Number>(numbers: &[T], effort: Effort, out: &mut Vec<u8>) -> Result<(), Error> {
    let failed = |_| Error::Damaged("the codec cannot write these numbers");
    let mut chunk = FileCompressor::default().chunk_compressor(numbers, &effort.config()).map_err(failed)?;
    chunk.write_meta(&mut *out).map_err(failed)?;
    for page in 0..chunk.n_per_page().len() {
        chunk.write_page(page, &mut *out).map_err(failed)?;
    }
    Ok(())
}

/// `count` numbers from the head of `bytes`, and what comes behind them.
pub(super) fn decompress<T: Number>(bytes: &[u8], count: usize) -> Result<(Vec<T>, &[u8]), Error> {
    let damaged = || Error::Damaged("the codec cannot read these numbers");
    let read = catch_unwind(AssertUnwindSafe(|| -> Option<(Vec<T>, &[u8])> {
        let (file, _) = FileDecompressor::new(&CODEC_HEADER[..]).ok()?;
        let (mut chunk, mut rest) = file.chunk_decompressor::<T, _>(bytes).ok()?;
        let mut numbers = vec![T::default(); count];
        for page in pages(count, &mut numbers) {
            let length = page.len();
            let mut decompressor = chunk.page_decompressor(rest, length).ok()?;
            let progress = decompressor.read(page).ok()?;
            if progress.n_processed != length {
                return None;
            }
            rest = decompressor.into_src();
        }
        Some((numbers, rest))
    }));
    read.ok().flatten().ok_or_else(damaged)
}

/// The pages that pco cuts so many numbers into.
fn pages<T>(count: usize, mut numbers: &mut [T]) -> Vec<&mut [T]> {
    let pages = count.div_ceil(PAGE);
    (0..pages)
        .map(|page| {
            let length = count / pages + usize::from(page < count % pages);
            let (head, rest) = std::mem::take(&mut numbers).split_at_mut(length);
            numbers = rest;
            head
        })
        .collect()
}

/// The most numbers of a page.
const PAGE: usize = pco::DEFAULT_MAX_PAGE_N;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_the_one_that_this_version_writes() {
        let mut written = Vec::new();
        FileCompressor::default().write_header(&mut written).unwrap();
        assert_eq!(written, CODEC_HEADER);
    }

    #[test]
    fn more_numbers_than_a_page_come_back() {
        let numbers: Vec<i64> = (0..PAGE as i64 + 17).map(|n| n * n % 1_000).collect();
        let mut bytes = Vec::new();
        compress(&numbers, Effort::Thorough, &mut bytes).unwrap();
        bytes.extend([1, 2, 3]);
        let (read, rest) = decompress::<i64>(&bytes, numbers.len()).unwrap();
        assert_eq!((read, rest), (numbers, &[1, 2, 3][..]));
    }

    #[test]
    fn damaged_bytes_are_an_error_or_other_numbers_and_never_a_panic() {
        let numbers: Vec<u32> = (0..360).map(|n| n * 7_919 % 10_007).collect();
        let mut bytes = Vec::new();
        compress(&numbers, Effort::Quick, &mut bytes).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let _ = decompress::<u32>(&damaged, numbers.len());
        }
        for length in 0..bytes.len() {
            let _ = decompress::<u32>(&bytes[..length], numbers.len());
        }
    }
}

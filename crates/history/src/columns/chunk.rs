//! One line over one period: its runs, what its counters showed before, and a column for each counter's rises.
//!
//! The number of columns is the tier's. A column of zeros is a bit that is not set, so a line without errors or drops
//! does not pay for them.

use super::codec::Effort;
use super::column;
use super::predicted::Weights;
use super::runs::Runs;
use super::varint::{Bytes, put_signed, put_varint};
use crate::Error;

/// A line's samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineChunk {
    pub(crate) runs: Runs,
    /// What the counters showed before the first sample; all zero where nobody asks.
    pub(crate) bases: Vec<u64>,
    /// A number a sample in each.
    pub(crate) columns: Vec<Vec<i64>>,
}

/// Which column may be predicted from which two.
const PREDICTED: [(usize, [usize; 2]); 2] = [(2, [0, 1]), (3, [1, 2])];
/// Set in a column's first byte where it is what a prediction left.
const REMAINDERS: u8 = 0;

impl LineChunk {
    /// Appends the chunk and reads it back: what is not the same is not written.
    pub(crate) fn write(&self, ticks: u32, effort: Effort, out: &mut Vec<u8>) -> Result<(), Error> {
        let start = out.len();
        self.write_unchecked(effort, out)?;
        let read = Self::read(&out[start..], ticks, self.columns.len());
        if read.is_ok_and(|read| read == *self) {
            return Ok(());
        }
        // Has not been seen. Without pco there is nothing that could go wrong.
        out.truncate(start);
        Err(Error::Damaged("the codec did not give back what it was given"))
    }

    fn write_unchecked(&self, effort: Effort, out: &mut Vec<u8>) -> Result<(), Error> {
        self.runs.write(out);
        put_mask(out, self.bases.iter().map(|base| *base != 0));
        self.bases.iter().filter(|base| **base != 0).for_each(|base| put_varint(out, *base));
        put_mask(out, self.columns.iter().map(|column| column.iter().any(|number| *number != 0)));
        for (place, numbers) in self.columns.iter().enumerate() {
            if numbers.iter().all(|number| *number == 0) {
                continue;
            }
            let start = out.len();
            column::write(numbers, effort, out)?;
            if let Some(short) = self.predicted(place, effort)?.filter(|short| short.len() < out.len() - start) {
                out.truncate(start);
                out.extend(short);
            }
        }
        Ok(())
    }

    /// The column as remainders, where it may be predicted.
    fn predicted(&self, place: usize, effort: Effort) -> Result<Option<Vec<u8>>, Error> {
        let Some((_, from)) = PREDICTED.iter().find(|(one, _)| *one == place) else { return Ok(None) };
        let numbers = &self.columns[place];
        let from = from.map(|one| self.columns[one].as_slice());
        let Some(weights) = Weights::fit(numbers, from).filter(|_| numbers.len() >= FEWEST) else { return Ok(None) };
        let Some(remainders) = weights.remainders(numbers, from) else { return Ok(None) };
        let mut out = vec![REMAINDERS];
        weights.0.iter().for_each(|&weight| put_signed(&mut out, weight));
        column::write(&remainders, effort, &mut out)?;
        Ok(Some(out))
    }

    /// The chunk that `bytes` are, of a part with so many ticks and a tier with so many columns.
    pub(crate) fn read(bytes: &[u8], ticks: u32, columns: usize) -> Result<Self, Error> {
        Self::read_first(bytes, ticks, columns, columns)
    }

    /// Only its first columns; the others are zero.
    pub(crate) fn read_first(bytes: &[u8], ticks: u32, columns: usize, wanted: usize) -> Result<Self, Error> {
        let mut bytes = Bytes(bytes);
        let runs = Runs::read(&mut bytes, ticks)?;
        let samples = runs.samples();
        let mask = bytes.varint()?;
        let base = |place: usize, bytes: &mut Bytes<'_>| if mask >> place & 1 == 1 { bytes.varint() } else { Ok(0) };
        let bases = (0..columns).map(|place| base(place, &mut bytes)).collect::<Result<_, _>>()?;
        let mask = bytes.varint()?;
        let mut read: Vec<Vec<i64>> = Vec::with_capacity(columns);
        for place in 0..columns {
            let column = if mask >> place & 1 == 0 || place >= wanted {
                vec![0; samples]
            } else if bytes.0.first() == Some(&REMAINDERS) {
                restored(&mut bytes, place, samples, &read)?
            } else {
                column::read(&mut bytes, samples)?
            };
            read.push(column);
        }
        if (!bytes.is_empty() && wanted >= columns) || mask >> columns != 0 {
            return Err(Error::Damaged("a chunk is longer than it says"));
        }
        Ok(Self { runs, bases, columns: read })
    }
}

fn restored(bytes: &mut Bytes<'_>, place: usize, samples: usize, before: &[Vec<i64>]) -> Result<Vec<i64>, Error> {
    bytes.byte()?;
    let found = PREDICTED.iter().find(|(one, _)| *one == place);
    let (_, from) = found.ok_or(Error::Damaged("a column that nothing predicts"))?;
    let weights = Weights([bytes.signed()?, bytes.signed()?]);
    let mut numbers = column::read(bytes, samples)?;
    weights.restore(&mut numbers, from.map(|one| before[one].as_slice()));
    Ok(numbers)
}

fn put_mask(out: &mut Vec<u8>, bits: impl Iterator<Item = bool>) {
    put_varint(out, bits.enumerate().map(|(place, bit)| u64::from(bit) << place).sum());
}

/// Fewer samples do not pay for two weights.
const FEWEST: usize = 32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columns::Start;

    fn chunk(rows: &[[i64; 8]]) -> LineChunk {
        let mut chunk = LineChunk { bases: vec![3; 8], columns: vec![vec![]; 8], ..LineChunk::default() };
        for (tick, row) in rows.iter().enumerate() {
            chunk.runs.push(tick as u32, (tick == 0).then_some(Start::First));
            chunk.columns.iter_mut().zip(row).for_each(|(column, number)| column.push(*number));
        }
        chunk
    }

    proptest! {
        #[test]
        fn every_chunk_comes_back(rows in prop::collection::vec(any::<[i64; 8]>(), 1..100), shift in 0u32..63) {
            let rows: Vec<[i64; 8]> = rows.iter().map(|row| row.map(|number| number >> shift)).collect();
            let chunk = chunk(&rows);
            let mut bytes = Vec::new();
            chunk.write(rows.len() as u32, Effort::Thorough, &mut bytes).unwrap();
            prop_assert_eq!(LineChunk::read(&bytes, rows.len() as u32, 8).unwrap(), chunk);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, ticks in 0u32..1_000) {
            let _ = LineChunk::read(&bytes, ticks, 8);
        }
    }

    #[test]
    fn packets_are_predicted_from_bytes() {
        let mut random = fastrand::Rng::with_seed(7);
        let rows: Vec<[i64; 8]> = (0..360)
            .map(|_| {
                let (rx, tx) = (random.i64(1_000_000..9_000_000), random.i64(1_000_000..9_000_000));
                [rx, tx, rx / 900 + tx / 2_000, tx / 900, 0, 0, 0, 0]
            })
            .collect();
        let whole = chunk(&rows);
        let mut bytes = Vec::new();
        whole.write(360, Effort::Quick, &mut bytes).unwrap();
        assert_eq!(LineChunk::read(&bytes, 360, 8).unwrap(), whole);
        assert!(bytes.len() < 360 * 7, "{}", bytes.len());
    }

    #[test]
    fn a_dead_line_is_a_few_bytes() {
        let mut bytes = Vec::new();
        chunk(&[[0; 8]; 360]).write(360, Effort::Quick, &mut bytes).unwrap();
        assert!(bytes.len() <= 16, "{}", bytes.len());
    }
}

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
        Self::read_picked(bytes, ticks, columns, Picked::ALL)
    }

    /// Only some of its columns; the others are empty. What lies behind the last of them is not looked at.
    pub(crate) fn read_picked(bytes: &[u8], ticks: u32, columns: usize, picked: Picked) -> Result<Self, Error> {
        let mut bytes = Bytes(bytes);
        let runs = Runs::read(&mut bytes, ticks)?;
        let samples = runs.samples();
        let mask = bytes.varint()?;
        let base = |place: usize, bytes: &mut Bytes<'_>| if mask >> place & 1 == 1 { bytes.varint() } else { Ok(0) };
        let bases = (0..columns).map(|place| base(place, &mut bytes)).collect::<Result<_, _>>()?;
        let mask = bytes.varint()?;
        let picked = picked.with_what_predicts();
        let mut read: Vec<Vec<i64>> = vec![Vec::new(); columns];
        for place in 0..columns {
            if mask >> place & 1 == 0 {
                if picked.has(place) {
                    read[place] = vec![0; samples];
                }
                continue;
            }
            if mask >> place & picked.0 >> place == 0 {
                // Of what lies behind it only columns of zeros are asked for.
                (place..columns).filter(|zero| picked.has(*zero)).for_each(|zero| read[zero] = vec![0; samples]);
                return Ok(Self { runs, bases, columns: read });
            }
            let column = match bytes.0.first() {
                Some(&REMAINDERS) => restored(&mut bytes, place, samples, &read, picked.has(place))?,
                _ => column::read(&mut bytes, samples)?,
            };
            if picked.has(place) {
                read[place] = column;
            }
        }
        if !bytes.is_empty() || mask >> columns != 0 {
            return Err(Error::Damaged("a chunk is longer than it says"));
        }
        Ok(Self { runs, bases, columns: read })
    }
}

/// Columns that are asked for, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Picked(pub(crate) u64);

impl Picked {
    pub(crate) const ALL: Self = Self(u64::MAX);

    fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }

    /// And the columns from which these are predicted.
    fn with_what_predicts(self) -> Self {
        // The last one first: it is predicted from one that is predicted too.
        PREDICTED.iter().rev().fold(self, |picked, (one, from)| match picked.has(*one) {
            true => Self(picked.0 | from.iter().map(|place| 1 << place).sum::<u64>()),
            false => picked,
        })
    }
}

/// A predicted column; only what was left of it where nobody wants it and it lies in the way.
fn restored(
    bytes: &mut Bytes<'_>,
    place: usize,
    samples: usize,
    before: &[Vec<i64>],
    wanted: bool,
) -> Result<Vec<i64>, Error> {
    bytes.byte()?;
    let found = PREDICTED.iter().find(|(one, _)| *one == place);
    let (_, from) = found.ok_or(Error::Damaged("a column that nothing predicts"))?;
    let weights = Weights([bytes.signed()?, bytes.signed()?]);
    let mut numbers = column::read(bytes, samples)?;
    if wanted {
        weights.restore(&mut numbers, from.map(|one| before[one].as_slice()));
    }
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
        fn picked_columns_are_those_of_the_whole(
            rows in prop::collection::vec(any::<[i64; 8]>(), 33..80), shift in 20u32..63, dead: u8, picked: u8
        ) {
            let alive = |place: usize| i64::from(dead >> place & 1 == 0);
            let rows: Vec<[i64; 8]> = rows.iter().map(|row| std::array::from_fn(|at| (row[at] >> shift) * alive(at))).collect();
            let whole = chunk(&rows);
            let mut bytes = Vec::new();
            whole.write(rows.len() as u32, Effort::Quick, &mut bytes).unwrap();
            let some = LineChunk::read_picked(&bytes, rows.len() as u32, 8, Picked(u64::from(picked))).unwrap();
            for place in (0..8).filter(|place| picked >> place & 1 == 1) {
                prop_assert_eq!(&some.columns[place], &whole.columns[place]);
            }
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

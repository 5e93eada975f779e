//! One column of numbers in the shortest of a few forms.
//!
//! A flag says which form it is: all equal, variable length, or pco over 32 or 64 bits. pco likes 32 bits better where
//! they suffice. A column of zeros is not written at all; whoever holds the columns has a bit for each.

use super::codec::{Effort, compress, decompress};
use super::varint::{Bytes, put_signed, signed_length};
use crate::Error;

const CONSTANT: u8 = 1;
const VARINT: u8 = 2;
const SIGNED_32: u8 = 3;
const UNSIGNED_32: u8 = 4;
const SIGNED_64: u8 = 5;

/// Appends the column, which has at least one number.
pub(super) fn write(numbers: &[i64], effort: Effort, out: &mut Vec<u8>) -> Result<(), Error> {
    let (Some(&least), Some(&most)) = (numbers.iter().min(), numbers.iter().max()) else { return Ok(()) };
    if least == most {
        out.push(CONSTANT);
        put_signed(out, least);
        return Ok(());
    }
    let start = out.len();
    let short: usize = 1 + numbers.iter().map(|&number| signed_length(number)).sum::<usize>();
    if numbers.len() >= FEWEST {
        if least >= 0 && most <= i64::from(u32::MAX) {
            out.push(UNSIGNED_32);
            compress(&numbers.iter().map(|&number| number as u32).collect::<Vec<_>>(), effort, out)?;
        } else if least >= i64::from(i32::MIN) && most <= i64::from(i32::MAX) {
            out.push(SIGNED_32);
            compress(&numbers.iter().map(|&number| number as i32).collect::<Vec<_>>(), effort, out)?;
        } else {
            out.push(SIGNED_64);
            compress(numbers, effort, out)?;
        }
    }
    if out.len() == start || out.len() - start > short {
        out.truncate(start);
        out.push(VARINT);
        numbers.iter().for_each(|&number| put_signed(out, number));
    }
    Ok(())
}

/// The column of `count` numbers at the head of `bytes`.
pub(super) fn read(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<i64>, Error> {
    match bytes.byte()? {
        CONSTANT => Ok(vec![bytes.signed()?; count]),
        VARINT => (0..count).map(|_| bytes.signed()).collect(),
        SIGNED_32 => narrow::<i32>(bytes, count),
        UNSIGNED_32 => narrow::<u32>(bytes, count),
        SIGNED_64 => {
            let (numbers, rest) = decompress::<i64>(bytes.0, count)?;
            bytes.0 = rest;
            Ok(numbers)
        }
        _ => Err(Error::Damaged("a column has an unknown form")),
    }
}

fn narrow<T: pco::data_types::Number + Into<i64>>(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<i64>, Error> {
    let (numbers, rest) = decompress::<T>(bytes.0, count)?;
    bytes.0 = rest;
    Ok(numbers.into_iter().map(Into::into).collect())
}

/// Fewer numbers are always shorter without pco.
const FEWEST: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(numbers: &[i64], effort: Effort) -> usize {
        let mut bytes = Vec::new();
        write(numbers, effort, &mut bytes).unwrap();
        let length = bytes.len();
        bytes.push(77);
        let mut rest = Bytes(&bytes);
        assert_eq!(read(&mut rest, numbers.len()).unwrap(), numbers);
        assert_eq!(rest.0, [77]);
        length
    }

    proptest! {
        #[test]
        fn every_column_comes_back(
            numbers in prop::collection::vec((any::<i64>(), 0u32..64), 1..400), shift in 0u32..64, thorough: bool
        ) {
            let effort = if thorough { Effort::Thorough } else { Effort::Quick };
            let numbers: Vec<i64> = numbers.iter().map(|(number, own)| number >> shift.max(*own)).collect();
            there_and_back(&numbers, effort);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, count in 1usize..2_000) {
            let _ = read(&mut Bytes(&bytes), count);
        }
    }

    #[test]
    fn equal_numbers_cost_no_more_than_one() {
        assert_eq!(there_and_back(&[7; 8_640], Effort::Thorough), 2);
        assert_eq!(there_and_back(&[-7], Effort::Quick), 2);
    }

    #[test]
    fn the_extremes_of_every_width_come_back() {
        for ends in [[0, i64::from(u32::MAX)], [i64::from(i32::MIN), i64::from(i32::MAX)], [i64::MIN, i64::MAX]] {
            let numbers: Vec<i64> = (0..100).map(|place| ends[place % 2]).collect();
            there_and_back(&numbers, Effort::Thorough);
        }
    }
}

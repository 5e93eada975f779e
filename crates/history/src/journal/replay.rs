//! Reads a journal after a start: everything that is whole, up to the torn tail.

use std::path::Path;

use super::file::{HEADER, read_header};
use super::record::{HEAD, LONGEST, Record};
use crate::Error;
use crate::disk::Disk;

/// What a journal holds.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) number: u64,
    /// Where the last whole record ends: what is behind it was never acknowledged.
    pub(crate) length: u64,
    /// Damaged records with whole ones behind them.
    pub(crate) skipped: u32,
    /// A whole record lies behind what is taken for the torn tail, so that it is damage and no tail.
    pub(crate) cut_short: bool,
}

/// Reads the journal at `path`, one record after the other: together they would be ten times the file.
pub(crate) fn read(disk: &dyn Disk, path: &Path, each: &mut dyn FnMut(Record)) -> Result<Contents, Error> {
    let file = disk.open(path).map_err(Error::file(path))?;
    let length = file.length().map_err(Error::file(path))?;
    let length = usize::try_from(length).map_err(|_| Error::Damaged("a journal is too long"))?;
    let mut bytes = vec![0; length];
    file.read_at(0, &mut bytes).map_err(Error::file(path))?;
    let number = read_header(&bytes)?;
    let mut contents = Contents { number, length: HEADER as u64, skipped: 0, cut_short: false };
    let mut at = HEADER;
    while let Some((end, record)) = next(&bytes, at) {
        match record {
            Some(record) => each(record),
            // A bad record is skipped only where a good one follows: otherwise it is the torn tail.
            None if next(&bytes, end).is_some_and(|(_, record)| record.is_some()) => contents.skipped += 1,
            None => break,
        }
        at = end;
        contents.length = at as u64;
    }
    contents.cut_short = is_cut_short(&bytes, at);
    Ok(contents)
}

/// Whether a whole record begins anywhere behind; a torn tail is a part of one.
fn is_cut_short(bytes: &[u8], at: usize) -> bool {
    const FAR: usize = 1 << 20;
    (at + 1..bytes.len().min(at + FAR)).any(|at| next(bytes, at).is_some_and(|(_, record)| record.is_some()))
}

/// Where the record at `at` ends, and what it is where its checksum is right.
fn next(bytes: &[u8], at: usize) -> Option<(usize, Option<Record>)> {
    let head = bytes.get(at..)?.first_chunk::<HEAD>()?;
    let [a, b, c, d, crc @ ..] = *head;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length == 0 || length > LONGEST {
        return None;
    }
    let end = at + HEAD + length;
    let payload = bytes.get(at + HEAD..end)?;
    let whole = crc32c::crc32c(payload) == u32::from_le_bytes(crc);
    Some((end, if whole { Record::read(payload).ok() } else { None }))
}

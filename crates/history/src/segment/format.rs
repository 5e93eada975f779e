//! The fixed parts of a segment, as bytes and back.

use crate::Error;
use crate::columns::{Bytes, CODEC_HEADER};
use crate::tick::COUNTERS;

/// How fine what is kept is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tier {
    /// Every sample.
    Raw,
    /// A minute.
    Minute,
    /// Five minutes.
    FiveMinutes,
    /// An hour; these are in the database.
    Hour,
}

impl Tier {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Minute => "minute",
            Self::FiveMinutes => "five-minutes",
            Self::Hour => "hour",
        }
    }

    /// The number of columns of a line.
    pub(crate) fn columns(self) -> usize {
        match self {
            Self::Raw => COUNTERS,
            _ => 14,
        }
    }

    fn from_number(number: u8) -> Result<Self, Error> {
        match number {
            0 => Ok(Self::Raw),
            1 => Ok(Self::Minute),
            2 => Ok(Self::FiveMinutes),
            _ => Err(Error::Damaged("a segment of an unknown tier")),
        }
    }
}

/// What a segment is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tier: Tier,
    /// The number of the journal that it came from; of a longer one, the highest of those that it took in.
    pub(crate) number: u64,
    /// The period that it is filed under. Samples may lie a little outside.
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    /// A bit for each day of the period that it has taken in; of the tiers above raw only.
    pub(crate) days: u32,
}

const MAGIC: [u8; 8] = *b"LALINSEG";
const END: [u8; 8] = *b"GESNILAL";
/// The newest version of the format, and the only one so far.
pub(crate) const VERSION: u16 = 1;
pub(crate) const HEADER: usize = 46;
pub(crate) const TAIL: usize = 20;
const UNREADABLE: Error = Error::Damaged("the file is no segment");

impl Header {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER);
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.push(self.tier as u8);
        out.push(self.tier.columns() as u8);
        out.extend(CODEC_HEADER);
        out.extend(self.number.to_le_bytes());
        out.extend(self.from_ms.to_le_bytes());
        out.extend(self.to_ms.to_le_bytes());
        out.extend(self.days.to_le_bytes());
        out.extend(crc32c::crc32c(&out).to_le_bytes());
        out
    }

    pub(crate) fn read(bytes: &[u8; HEADER]) -> Result<Self, Error> {
        let mut rest = Bytes(bytes);
        let magic: [u8; 8] = rest.array()?;
        let version = u16::from_le_bytes(rest.array()?);
        if magic != MAGIC {
            return Err(UNREADABLE);
        }
        if version > VERSION {
            return Err(Error::Newer { found: version.into(), known: VERSION.into() });
        }
        let (tier, columns, codec) = (rest.byte()?, rest.byte()?, rest.array::<2>()?);
        let (number, from_ms, to_ms, days) = (rest.u64()?, rest.i64()?, rest.i64()?, rest.u32()?);
        if rest.u32()? != crc32c::crc32c(&bytes[..HEADER - 4]) {
            return Err(UNREADABLE);
        }
        let tier = Tier::from_number(tier)?;
        if usize::from(columns) != tier.columns() || codec != CODEC_HEADER {
            return Err(Error::Damaged("a segment in a form that is not known here"));
        }
        Ok(Self { tier, number, from_ms, to_ms, days })
    }
}

/// A router's ticks in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartEntry {
    pub(crate) router: u32,
    pub(crate) first_seq: u64,
    pub(crate) ticks: u32,
    /// From the beginning of the first interval to the last tick.
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    pub(crate) offset: u64,
    pub(crate) length: u32,
    pub(crate) crc: u32,
}

impl PartEntry {
    pub(crate) const LENGTH: usize = 48;

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.router.to_le_bytes());
        out.extend(self.first_seq.to_le_bytes());
        out.extend(self.ticks.to_le_bytes());
        out.extend(self.from_ms.to_le_bytes());
        out.extend(self.to_ms.to_le_bytes());
        out.extend(self.offset.to_le_bytes());
        out.extend(self.length.to_le_bytes());
        out.extend(self.crc.to_le_bytes());
    }

    pub(crate) fn read(bytes: &mut Bytes<'_>) -> Result<Self, Error> {
        let (router, first_seq, ticks) = (bytes.u32()?, bytes.u64()?, bytes.u32()?);
        let (from_ms, to_ms) = (bytes.i64()?, bytes.i64()?);
        Ok(Self {
            router,
            first_seq,
            ticks,
            from_ms,
            to_ms,
            offset: bytes.u64()?,
            length: bytes.u32()?,
            crc: bytes.u32()?,
        })
    }
}

/// Where a line's chunk is. They are sorted by line, then by part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineEntry {
    pub(crate) line: u32,
    pub(crate) part: u32,
    pub(crate) offset: u64,
    pub(crate) length: u32,
    pub(crate) crc: u32,
}

impl LineEntry {
    pub(crate) const LENGTH: usize = 24;

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.line.to_le_bytes());
        out.extend(self.part.to_le_bytes());
        out.extend(self.offset.to_le_bytes());
        out.extend(self.length.to_le_bytes());
        out.extend(self.crc.to_le_bytes());
    }

    pub(crate) fn read(bytes: &mut Bytes<'_>) -> Result<Self, Error> {
        let (line, part) = (bytes.u32()?, bytes.u32()?);
        Ok(Self { line, part, offset: bytes.u64()?, length: bytes.u32()?, crc: bytes.u32()? })
    }
}

/// The last bytes: how many parts and lines there are.
pub(crate) fn write_tail(parts: u32, lines: u32) -> Vec<u8> {
    let mut out = [parts.to_le_bytes(), lines.to_le_bytes()].concat();
    out.extend(crc32c::crc32c(&out).to_le_bytes());
    out.extend(END);
    out
}

pub(crate) fn read_tail(bytes: &[u8; TAIL]) -> Result<(u32, u32), Error> {
    let mut rest = Bytes(bytes);
    let (parts, lines, crc) = (rest.u32()?, rest.u32()?, rest.u32()?);
    let end: [u8; 8] = rest.array()?;
    if crc != crc32c::crc32c(&bytes[..8]) || end != END {
        return Err(UNREADABLE);
    }
    Ok((parts, lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back_and_every_flipped_bit_is_seen() {
        let header = Header { tier: Tier::Minute, number: 7, from_ms: -5, to_ms: 99, days: 3 };
        let bytes: [u8; HEADER] = header.write().try_into().unwrap();
        assert_eq!(Header::read(&bytes).unwrap(), header);
        for bit in 0..HEADER * 8 {
            let mut other = bytes;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::read(&other).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_newer_version_is_said_to_be_one() {
        let mut bytes: [u8; HEADER] =
            Header { tier: Tier::Raw, number: 0, from_ms: 0, to_ms: 0, days: 0 }.write().try_into().unwrap();
        bytes[8] = 2;
        assert!(matches!(Header::read(&bytes), Err(Error::Newer { found: 2, known: 1 })));
    }

    #[test]
    fn entries_have_the_lengths_that_they_say() {
        let mut out = Vec::new();
        let part = PartEntry { router: 1, first_seq: 2, ticks: 3, from_ms: 4, to_ms: 5, offset: 6, length: 7, crc: 8 };
        part.write(&mut out);
        assert_eq!(out.len(), PartEntry::LENGTH);
        assert_eq!(PartEntry::read(&mut Bytes(&out)).unwrap(), part);
        out.clear();
        let line = LineEntry { line: 1, part: 2, offset: 3, length: 4, crc: 5 };
        line.write(&mut out);
        assert_eq!(out.len(), LineEntry::LENGTH);
        assert_eq!(LineEntry::read(&mut Bytes(&out)).unwrap(), line);
        assert_eq!(write_tail(1, 2).len(), TAIL);
    }
}

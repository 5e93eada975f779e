//! How a record stands in a file: the length of what follows and its CRC, each four bytes, little endian, then the samples
//! in it, four bytes, their time, eight, and the payload. A half-written last record is one that never was.

/// What stands before a payload.
pub(super) const HEAD: usize = 20;

/// A record within a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Where its payload begins.
    pub(super) from: u64,
    pub(super) length: u32,
    pub(super) samples: u32,
    pub(super) at_ms: i64,
}

/// A record's bytes.
pub(super) fn encode(payload: &[u8], samples: u32, at_ms: i64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + payload.len());
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&samples.to_le_bytes());
    bytes.extend_from_slice(&at_ms.to_le_bytes());
    bytes.extend_from_slice(payload);
    let crc = crc32c::crc32c(&bytes[8..]);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Every whole record of a file, and how many bytes they take.
pub(super) fn places(file: &[u8]) -> (Vec<Place>, u64) {
    let (mut places, mut at) = (Vec::new(), 0);
    while let Some((place, end)) = place(file, at) {
        places.push(place);
        at = end;
    }
    (places, at as u64)
}

fn place(file: &[u8], at: usize) -> Option<(Place, usize)> {
    let head = file.get(at..at + HEAD)?;
    let four = |from: usize| Some(u32::from_le_bytes(head.get(from..from + 4)?.try_into().ok()?));
    let (length, crc, samples) = (four(0)?, four(4)?, four(8)?);
    let at_ms = i64::from_le_bytes(head.get(12..20)?.try_into().ok()?);
    let end = at.checked_add(HEAD)?.checked_add(length as usize)?;
    let checked = file.get(at + 8..end)?;
    let whole = crc32c::crc32c(checked) == crc;
    whole.then_some((Place { from: (at + HEAD) as u64, length, samples, at_ms }, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_again_and_a_broken_one_ends_the_file() {
        let mut file = [encode(b"one", 3, 1_000), encode(b"", 0, -5)].concat();
        let whole = file.len() as u64;
        let first = Place { from: 20, length: 3, samples: 3, at_ms: 1_000 };
        let second = Place { from: 43, length: 0, samples: 0, at_ms: -5 };
        assert_eq!(places(&file), (vec![first, second], whole));
        file.extend_from_slice(&encode(b"half", 1, 2)[..22]);
        assert_eq!(places(&file), (vec![first, second], whole), "half of one");
        file[21] ^= 1;
        assert_eq!(places(&file), (vec![], 0), "a byte of the first one is another");
        assert_eq!(places(&[0xff; 64]), (vec![], 0));
    }
}

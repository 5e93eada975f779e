//! MNDP, the neighbour discovery of RouterOS: a UDP datagram of a header and type-length-value fields.
//!
//! The format is not documented by MikroTik; it is known from public implementations (MAC-Telnet, Wireshark) and
//! captures. Everything in a datagram is a claim of whoever sent it: it is shown, and no password follows from it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// A request: an empty header. Routers answer with an announcement on each of their interfaces.
pub(crate) const REQUEST: [u8; 4] = [0; 4];
/// Two bytes that vary, and a sequence number.
const HEADER: usize = 4;
/// The longest text that is kept, bytes; real ones have some dozens.
const LONGEST_TEXT: usize = 256;

/// What a router tells of itself, by one of its interfaces. Every field may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Announcement {
    /// The MAC address of the interface by which it was sent.
    pub mac: Option<[u8; 6]>,
    /// `/system/identity`.
    pub identity: Option<String>,
    /// RouterOS' version with the time of its build.
    pub version: Option<String>,
    /// Usually `MikroTik`.
    pub platform: Option<String>,
    /// How long it has been running.
    pub uptime: Option<Duration>,
    /// Its licence's number.
    pub software_id: Option<String>,
    /// The model.
    pub board: Option<String>,
    /// Its address on that interface.
    pub ipv4: Option<Ipv4Addr>,
    /// Its IPv6 address on that interface.
    pub ipv6: Option<Ipv6Addr>,
    /// The router's own interface by which it was sent.
    pub interface: Option<String>,
}

/// A datagram that is no MNDP. It is dropped, and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Less than the header.
    #[error("shorter than a header")]
    Short,
    /// It ends within a field.
    #[error("a field is longer than the datagram")]
    Overrun,
    /// An address of five bytes, for instance.
    #[error("a field has the wrong length for its type")]
    Length,
}

impl Announcement {
    /// Reads a datagram. `None` for a question: somebody asks who is there, perhaps we ourselves.
    ///
    /// # Errors
    /// [`Malformed`]; nothing that can be sent makes it panic or take more memory than the datagram has.
    pub fn read(datagram: &[u8]) -> Result<Option<Self>, Malformed> {
        let (_, mut rest) = datagram.split_at_checked(HEADER).ok_or(Malformed::Short)?;
        let mut told = Self::default();
        while !rest.is_empty() {
            let (kind, value, after) = field(rest).ok_or(Malformed::Overrun)?;
            told.take(kind, value)?;
            rest = after;
        }
        // A question has no fields, or one that says nothing.
        Ok((told != Self::default()).then_some(told))
    }

    fn take(&mut self, kind: u16, value: &[u8]) -> Result<(), Malformed> {
        match kind {
            1 => self.mac = Some(exact(value)?),
            5 => self.identity = text(value),
            7 => self.version = text(value),
            8 => self.platform = text(value),
            // The only number in the byte order of the processor it was first written for.
            10 => self.uptime = Some(Duration::from_secs(u32::from_le_bytes(exact(value)?).into())),
            11 => self.software_id = text(value),
            // Some firmware says it by another number.
            12 | 13 => self.board = text(value),
            15 => self.ipv6 = Some(Ipv6Addr::from(exact::<16>(value)?)),
            16 => self.interface = text(value),
            17 => self.ipv4 = Some(Ipv4Addr::from(exact::<4>(value)?)),
            // 14 is how interface names are packed, 18 has been seen and means nothing to anybody; others may come.
            _ => {}
        }
        Ok(())
    }
}

/// The first field: its type, its value and what follows.
fn field(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (value, after) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((u16::from_be_bytes(*kind), value, after))
}

fn exact<const N: usize>(value: &[u8]) -> Result<[u8; N], Malformed> {
    value.try_into().map_err(|_| Malformed::Length)
}

/// UTF-8, or else byte by byte: names come in any code page. Control characters have no place in a list.
fn text(value: &[u8]) -> Option<String> {
    let cut = value.len() > LONGEST_TEXT;
    let value = &value[..value.len().min(LONGEST_TEXT)];
    let whole = match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        // Our own cut went through a letter.
        Err(error) if cut && error.error_len().is_none() => {
            String::from_utf8_lossy(&value[..error.valid_up_to()]).into_owned()
        }
        Err(_) => value.iter().copied().map(char::from).collect(),
    };
    let clean: String = whole.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field_of(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len()).unwrap();
        [&kind.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
    }

    fn datagram(fields: &[(u16, &[u8])]) -> Vec<u8> {
        let fields = fields.iter().flat_map(|(kind, value)| field_of(*kind, value));
        // The first two bytes vary, and the sequence counts.
        [0xEF, 0x65, 0x00, 0x2A].into_iter().chain(fields).collect()
    }

    fn announcement(datagram: &[u8]) -> Announcement {
        Announcement::read(datagram).unwrap().unwrap()
    }

    #[test]
    fn every_field_is_read() {
        let told = announcement(&datagram(&[
            (1, &[0xDC, 0x2C, 0x6E, 1, 2, 3]),
            (5, b"RT-01 Sukamaju"),
            (7, b"7.18.2 (stable) 2025-03-11 11:59:04"),
            (8, b"MikroTik"),
            (10, &[0x10, 0x0E, 0, 0]),
            (11, b"ABCD-1234"),
            (12, b"RB5009UG+S+"),
            (14, &[1]),
            (15, &[0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            (16, b"bridge/ether2"),
            (17, &[192, 168, 88, 1]),
            (18, &[0]),
        ]));
        let expected = Announcement {
            mac: Some([0xDC, 0x2C, 0x6E, 1, 2, 3]),
            identity: Some("RT-01 Sukamaju".into()),
            version: Some("7.18.2 (stable) 2025-03-11 11:59:04".into()),
            platform: Some("MikroTik".into()),
            uptime: Some(Duration::from_secs(3_600)),
            software_id: Some("ABCD-1234".into()),
            board: Some("RB5009UG+S+".into()),
            ipv4: Some(Ipv4Addr::new(192, 168, 88, 1)),
            ipv6: Some("fe80::1".parse().unwrap()),
            interface: Some("bridge/ether2".into()),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn a_question_is_no_announcement() {
        for question in [&REQUEST[..], &[0, 0, 0, 0, 0, 6, 0, 0], &datagram(&[(99, b"?")])] {
            assert_eq!(Announcement::read(question), Ok(None), "{question:?}");
        }
    }

    #[test]
    fn a_datagram_that_is_cut_anywhere_is_malformed_or_shorter_but_never_misread() {
        let whole = datagram(&[(5, b"router"), (17, &[10, 0, 0, 1])]);
        let ends = [4, 14, 22];
        for length in 0..whole.len() {
            let read = Announcement::read(&whole[..length]);
            assert_eq!(read.is_ok(), ends.contains(&length), "{length}: {read:?}");
        }
        assert_eq!(Announcement::read(&whole[..3]), Err(Malformed::Short));
        assert_eq!(Announcement::read(&whole[..9]), Err(Malformed::Overrun));
    }

    #[test]
    fn a_field_of_the_wrong_length_is_malformed() {
        for (kind, value) in [(1, &[1, 2, 3][..]), (10, &[1]), (15, &[0; 4]), (17, &[0; 16])] {
            assert_eq!(Announcement::read(&datagram(&[(kind, value)])), Err(Malformed::Length), "{kind}");
        }
    }

    #[test]
    fn a_name_of_a_foreign_code_page_is_text_without_control_characters_and_bounded() {
        assert_eq!(announcement(&datagram(&[(5, b"caf\xE9")])).identity.as_deref(), Some("caf\u{e9}"));
        assert_eq!(announcement(&datagram(&[(5, b"a\x1B[2J\nb")])).identity.as_deref(), Some("a [2J b"));
        let long = "é".repeat(300);
        let kept = announcement(&datagram(&[(5, long.as_bytes())])).identity.unwrap();
        assert!(kept.len() <= LONGEST_TEXT && kept.chars().all(|letter| letter == 'é'), "{kept}");
    }

    proptest! {
        #[test]
        fn no_datagram_makes_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = Announcement::read(&bytes);
        }

        #[test]
        fn no_fields_make_reading_panic(fields in proptest::collection::vec((0_u16..20, proptest::collection::vec(any::<u8>(), 0..300)), 0..20)) {
            let fields: Vec<_> = fields.iter().map(|(kind, value)| (*kind, &value[..])).collect();
            let _ = Announcement::read(&datagram(&fields));
        }
    }
}

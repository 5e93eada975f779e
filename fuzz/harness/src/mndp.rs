//! A datagram through the reader of neighbour discovery: no panic, and nothing that was not in the datagram.

use lalin_mikrotik::Announcement;

/// The longest text that is kept, bytes, as the reader's own words say; a byte that is no UTF-8 becomes three.
const LONGEST: usize = 3 * 256;

/// Whatever was read fits into what was sent, and reading it again gives the same.
pub fn mndp(datagram: &[u8]) {
    let told = Announcement::read(datagram);
    assert_eq!(told, Announcement::read(datagram));
    let Ok(Some(told)) = told else { return };
    let texts = [&told.identity, &told.version, &told.platform, &told.software_id, &told.board, &told.interface];
    for text in texts.into_iter().flatten() {
        assert!(text.len() <= LONGEST.min(3 * datagram.len()), "{} bytes of {}", text.len(), datagram.len());
        assert!(!text.chars().any(char::is_control), "a name may reach a terminal: {text:?}");
    }
    // One bit less, one byte less: still an answer.
    for end in 0..datagram.len().min(64) {
        let _ = Announcement::read(&datagram[..end]);
    }
}

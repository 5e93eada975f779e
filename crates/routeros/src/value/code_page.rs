//! Code pages for bytes that are not UTF-8: RouterOS neither stores nor reports an encoding.
//!
//! The default and Latin-1 are here; with the feature `code-pages` there are all that `encoding_rs`
//! knows.

/// How bytes that are not valid UTF-8 become text. Reading never fails: a byte that means nothing in a code page
/// becomes a replacement character.
///
/// Old WinBox writes the code page of the Windows it runs on; pick the one of the people who write the comments.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodePage(Kind);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// The Unicode numbers of the bytes 80 to FF.
    Table(&'static [u16; 128]),
    #[cfg(feature = "code-pages")]
    Encoding(&'static encoding_rs::Encoding),
}

impl CodePage {
    /// Central Europe.
    #[cfg(feature = "code-pages")]
    pub const WINDOWS_1250: Self = Self(Kind::Encoding(&encoding_rs::WINDOWS_1250_INIT));
    /// Cyrillic.
    #[cfg(feature = "code-pages")]
    pub const WINDOWS_1251: Self = Self(Kind::Encoding(&encoding_rs::WINDOWS_1251_INIT));
    /// Western Europe; the default.
    pub const WINDOWS_1252: Self = Self(Kind::Table(&WINDOWS_1252));
    /// ISO 8859-1: every byte is the character of the same number.
    pub const LATIN_1: Self = Self(Kind::Table(&LATIN_1));

    /// A code page of one's own: the Unicode numbers of the bytes 80 to FF.
    pub const fn new(high: &'static [u16; 128]) -> Self {
        Self(Kind::Table(high))
    }

    /// The code page of this name, such as `windows-1254`, `gbk` or `koi8-r`, in any case: the names and aliases of
    /// the [Encoding Standard](https://encoding.spec.whatwg.org/#names-and-labels). `None` where there is none of that
    /// name.
    #[cfg(feature = "code-pages")]
    pub fn by_name(name: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(|encoding| Self(Kind::Encoding(encoding)))
    }

    /// The text of `bytes`.
    pub(crate) fn read(self, bytes: &[u8]) -> String {
        match self.0 {
            Kind::Table(high) => bytes.iter().map(|byte| character(high, *byte)).collect(),
            #[cfg(feature = "code-pages")]
            Kind::Encoding(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }

    /// The bytes of `text`; `None` where the page lacks one of its characters.
    pub(crate) fn write(self, text: &str) -> Option<Vec<u8>> {
        match self.0 {
            Kind::Table(high) => {
                let byte = |wanted| (0..=u8::MAX).find(|byte| character(high, *byte) == wanted);
                text.chars().map(byte).collect()
            }
            #[cfg(feature = "code-pages")]
            Kind::Encoding(encoding) => {
                let (bytes, _, lacks_one) = encoding.encode(text);
                (!lacks_one).then(|| bytes.into_owned())
            }
        }
    }

    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WINDOWS_1252 => "Windows-1252",
            Self::LATIN_1 => "ISO 8859-1",
            #[cfg(feature = "code-pages")]
            Self(Kind::Encoding(encoding)) => encoding.name(),
            Self(Kind::Table(_)) => "the code page",
        }
    }
}

fn character(page: &[u16; 128], byte: u8) -> char {
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(high) => {
            let number = page.get(usize::from(high)).copied().unwrap_or_default();
            char::from_u32(u32::from(number)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    }
}

impl Default for CodePage {
    fn default() -> Self {
        Self::WINDOWS_1252
    }
}

impl std::fmt::Debug for CodePage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Kind::Table(_) if *self == Self::WINDOWS_1252 => "WINDOWS_1252",
            Kind::Table(_) if *self == Self::LATIN_1 => "LATIN_1",
            Kind::Table(_) => "own code page",
            #[cfg(feature = "code-pages")]
            Kind::Encoding(encoding) => encoding.name(),
        })
    }
}

const LATIN_1: [u16; 128] = {
    let mut high = [0; 128];
    let mut at = 0;
    while at < 128 {
        high[at] = 0x80 + at as u16;
        at += 1;
    }
    high
};

// Bytes that the page leaves undefined are the control characters of the same number, as browsers read them.
#[rustfmt::skip]
const WINDOWS_1252: [u16; 128] = [
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
    0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
    0x00A0, 0x00A1, 0x00A2, 0x00A3, 0x00A4, 0x00A5, 0x00A6, 0x00A7, 0x00A8, 0x00A9, 0x00AA, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x00AF,
    0x00B0, 0x00B1, 0x00B2, 0x00B3, 0x00B4, 0x00B5, 0x00B6, 0x00B7, 0x00B8, 0x00B9, 0x00BA, 0x00BB, 0x00BC, 0x00BD, 0x00BE, 0x00BF,
    0x00C0, 0x00C1, 0x00C2, 0x00C3, 0x00C4, 0x00C5, 0x00C6, 0x00C7, 0x00C8, 0x00C9, 0x00CA, 0x00CB, 0x00CC, 0x00CD, 0x00CE, 0x00CF,
    0x00D0, 0x00D1, 0x00D2, 0x00D3, 0x00D4, 0x00D5, 0x00D6, 0x00D7, 0x00D8, 0x00D9, 0x00DA, 0x00DB, 0x00DC, 0x00DD, 0x00DE, 0x00DF,
    0x00E0, 0x00E1, 0x00E2, 0x00E3, 0x00E4, 0x00E5, 0x00E6, 0x00E7, 0x00E8, 0x00E9, 0x00EA, 0x00EB, 0x00EC, 0x00ED, 0x00EE, 0x00EF,
    0x00F0, 0x00F1, 0x00F2, 0x00F3, 0x00F4, 0x00F5, 0x00F6, 0x00F7, 0x00F8, 0x00F9, 0x00FA, 0x00FB, 0x00FC, 0x00FD, 0x00FE, 0x00FF,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "code-pages")]
    const PAGES: [CodePage; 4] =
        [CodePage::WINDOWS_1250, CodePage::WINDOWS_1251, CodePage::WINDOWS_1252, CodePage::LATIN_1];
    #[cfg(not(feature = "code-pages"))]
    const PAGES: [CodePage; 2] = [CodePage::WINDOWS_1252, CodePage::LATIN_1];

    #[test]
    fn every_byte_of_every_page_is_a_character() {
        let bytes: Vec<u8> = (0..=255).collect();
        for page in PAGES {
            let text = page.read(&bytes);
            assert_eq!(text.chars().count(), 256, "{page:?}");
            assert!(!text.contains(char::REPLACEMENT_CHARACTER), "{page:?}");
            assert!(text.starts_with(&(0..128).map(char::from).collect::<String>()), "{page:?}");
        }
    }

    #[test]
    fn what_was_read_is_written_as_the_same_bytes_and_what_a_page_lacks_is_not() {
        let bytes: Vec<u8> = (0..=255).collect();
        for page in [CodePage::WINDOWS_1252, CodePage::LATIN_1] {
            assert_eq!(page.write(&page.read(&bytes)), Some(bytes.clone()), "{page:?}");
        }
        assert_eq!(CodePage::WINDOWS_1252.write("k\u{e9}y \u{20ac}"), Some(b"k\xE9y \x80".to_vec()));
        assert_eq!(CodePage::WINDOWS_1252.write("\u{438}"), None);
    }

    #[cfg(feature = "code-pages")]
    #[test]
    fn a_page_of_the_standard_writes_what_it_has() {
        assert_eq!(CodePage::WINDOWS_1251.write("\u{438}"), Some(b"\xE8".to_vec()));
        assert_eq!(CodePage::WINDOWS_1251.write("\u{e9}"), None);
        assert_eq!(CodePage::WINDOWS_1251.name(), "windows-1251");
    }

    #[test]
    fn known_words_of_western_europe_are_read() {
        assert_eq!(CodePage::WINDOWS_1252.read(b"caf\xE9 \x80"), "caf\u{e9} \u{20ac}");
        assert_eq!(CodePage::LATIN_1.read(b"\x80\xFF"), "\u{80}\u{ff}");
    }

    #[cfg(feature = "code-pages")]
    #[test]
    fn known_words_of_other_countries_are_read() {
        assert_eq!(CodePage::WINDOWS_1251.read(b"\xC8\xE2\xE0\xED"), "\u{418}\u{432}\u{430}\u{43d}");
        assert_eq!(CodePage::WINDOWS_1250.read(b"\xE8e\x9Atina"), "\u{10d}e\u{161}tina");
    }

    #[cfg(feature = "code-pages")]
    #[test]
    fn a_page_is_found_by_its_name_and_what_means_nothing_in_it_is_replaced() {
        let gbk = CodePage::by_name("GBK").unwrap();
        assert_eq!(gbk.read(b"\xD6\xD0\xCE\xC4"), "\u{4e2d}\u{6587}");
        assert!(gbk.read(b"\xFF").contains(char::REPLACEMENT_CHARACTER));
        assert_eq!(format!("{gbk:?}"), "GBK");
        assert_eq!(CodePage::by_name("windows-1251"), Some(CodePage::WINDOWS_1251));
        assert_eq!(CodePage::by_name("klingon"), None);
    }

    #[cfg(feature = "code-pages")]
    #[test]
    fn the_table_of_windows_1252_is_the_standards() {
        let bytes: Vec<u8> = (0..=255).collect();
        let standard = CodePage::by_name("windows-1252").unwrap();
        assert_eq!(CodePage::WINDOWS_1252.read(&bytes), standard.read(&bytes));
    }
}

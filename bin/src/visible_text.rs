//! Text from outside (names, comments, a router's words) for a terminal or a log line: what is not seen, or turns the
//! direction of writing, is shown by its number, as on the pages. Otherwise two names could look alike, or a name could
//! clear the screen or look like a line of the log.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use tracing_subscriber::fmt::MakeWriter;

/// Where such signs are: controls, format signs, what is ignored by default, and spaces other than the plain one.
const HIDDEN: &[(char, char)] = &[
    ('\0', '\u{1f}'),
    ('\u{7f}', '\u{a0}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{2000}', '\u{200f}'),
    ('\u{2028}', '\u{202f}'),
    ('\u{205f}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// `text` on one line, with nothing hidden.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for sign in text.chars() {
        if is_hidden(sign) && !(joins_pictures(sign) && is_picture(before)) {
            // Writing to a string does not fail.
            let _ = write!(shown, "⟦U+{:04X}⟧", u32::from(sign));
        } else {
            shown.push(sign);
        }
        if !joins_pictures(sign) {
            before = sign;
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(sign: char) -> bool {
    // Nearly all text is plain.
    !matches!(sign, ' '..='~') && HIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&sign))
}

/// What makes one picture of several, or a coloured one of a sign.
fn joins_pictures(sign: char) -> bool {
    matches!(sign, '\u{200d}' | '\u{fe0f}')
}

fn is_picture(sign: char) -> bool {
    matches!(sign, '\u{2190}'..='\u{27ff}' | '\u{2900}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Where log lines for people go: each stays one line, with nothing hidden in it.
pub(crate) struct VisibleLines<M> {
    pub(crate) to: M,
    /// Whether the log is coloured. Its own colours stay then; a value could use them too, but nothing that hides text.
    pub(crate) colours: bool,
}

/// What the log colours its lines with.
const COLOURS: &[&str] = &[
    "\u{1b}[0m",
    "\u{1b}[1m",
    "\u{1b}[2m",
    "\u{1b}[3m",
    "\u{1b}[31m",
    "\u{1b}[32m",
    "\u{1b}[33m",
    "\u{1b}[34m",
    "\u{1b}[35m",
];

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for VisibleLines<M> {
    type Writer = VisibleWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        VisibleWriter { to: self.to.make_writer(), colours: self.colours }
    }
}

/// Writes a line of the log, which comes whole.
pub(crate) struct VisibleWriter<W> {
    to: W,
    colours: bool,
}

impl<W: io::Write> io::Write for VisibleWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let (body, end) = text.strip_suffix('\n').map_or((&*text, ""), |body| (body, "\n"));
        let mut shown = String::with_capacity(text.len());
        let mut rest = body;
        while let Some((at, colour)) = COLOURS.iter().filter_map(|one| Some((rest.find(one)?, *one))).min() {
            shown.push_str(&visible(&rest[..at]));
            shown.push_str(if self.colours { colour.into() } else { visible(colour) }.as_ref());
            rest = &rest[at + colour.len()..];
        }
        shown.push_str(&visible(rest));
        shown.push_str(end);
        self.to.write_all(shown.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn what_is_hidden_is_shown_by_its_number_and_the_rest_as_it_is() {
        let cases = [
            ("RT-01 Kantor", "RT-01 Kantor"),
            ("kopi ☕ 客戶 café", "kopi ☕ 客戶 café"),
            ("❤\u{fe0f} 👨\u{200d}👩", "❤\u{fe0f} 👨\u{200d}👩"),
            ("a\u{202e}b", "a⟦U+202E⟧b"),
            ("a\u{200b}\u{2066}b\u{feff}", "a⟦U+200B⟧⟦U+2066⟧b⟦U+FEFF⟧"),
            ("a\u{200d}b\u{fe0f}", "a⟦U+200D⟧b⟦U+FE0F⟧"),
            ("a\u{1b}[2Jb\r\n\tc\0\u{7f}\u{9b}", "a⟦U+001B⟧[2Jb⟦U+000D⟧⟦U+000A⟧⟦U+0009⟧c⟦U+0000⟧⟦U+007F⟧⟦U+009B⟧"),
            ("a\u{a0}b\u{3000}\u{e0041}", "a⟦U+00A0⟧b⟦U+3000⟧⟦U+E0041⟧"),
        ];
        for (text, expected) in cases {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_of_the_log_stays_one_line_and_keeps_its_own_colours() {
        let mut written = Vec::new();
        let line = "\u{1b}[32m INFO\u{1b}[0m name=a\u{202e}b\nERROR false \u{1b}[2J\n";
        VisibleWriter { to: &mut written, colours: true }.write_all(line.as_bytes()).unwrap();
        let expected = "\u{1b}[32m INFO\u{1b}[0m name=a⟦U+202E⟧b⟦U+000A⟧ERROR false ⟦U+001B⟧[2J\n";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_router_says_cannot_look_like_a_line_of_the_log() {
        for ansi in [false, true] {
            let kept = Kept::default();
            let to = kept.clone();
            let lines = tracing_subscriber::fmt().with_ansi(ansi);
            let lines = lines.with_writer(VisibleLines { to: move || to.clone(), colours: ansi });
            tracing::subscriber::with_default(lines.finish(), || {
                tracing::warn!(detail = %"no\u{202e}\n2026-01-01 INFO all is well\u{1b}[8m", "Cannot connect");
            });
            let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            assert_eq!(log.lines().count(), 1, "{log}");
            assert!(log.contains("no⟦U+202E⟧") && !log.contains('\u{202e}') && !log.contains("\u{1b}[8m"), "{log:?}");
            assert_eq!(log.contains('\u{1b}'), ansi, "{log:?}");
        }
    }
}

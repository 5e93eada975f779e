//! A recorded session with a router, as text, and the scripts that replay it. `recorder` makes such a text.
//!
//! One word a line: `> ` before what the client sent, `< ` before what the router sent, and a lone `>` or `<` where a
//! sentence ends. Lines that start with `#` and empty lines are skipped.
//!
//! ```text
//! > /system/identity/print
//! > .tag=1
//! >
//! < !re
//! < .tag=1
//! < =name=Kantor
//! <
//! < !done
//! < .tag=1
//! <
//! ```

use std::fmt::Write;

use super::{Script, Step};
use crate::Error;

/// A recorded session. Its commands are answered as they were; the logins in it are not replayed, because the users of
/// the simulated router log in. Answers come without delay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    sentences: Vec<(Side, Vec<Vec<u8>>)>,
}

/// Who sent a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Router,
}

/// A command of the recording whose answer is not complete yet.
struct Open {
    tag: Option<Vec<u8>>,
    script: Script,
    /// The client cancelled it: its end is not part of the answer.
    is_cancelled: bool,
}

/// The commands that the session itself answers.
const NOT_REPLAYED: [&[u8]; 3] = [b"/login", b"/cancel", b"/quit"];

impl Recording {
    /// Reads the text of a recording.
    ///
    /// # Errors
    /// [`Error::Recording`] with the number of the line that cannot be read.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut sentences = Vec::new();
        let mut begun: Option<(Side, Vec<Vec<u8>>)> = None;
        let mut last = 0;
        for (at, line) in text.lines().enumerate() {
            let wrong = |problem: &str| Error::Recording { line: at + 1, problem: problem.to_owned() };
            let line = line.trim_end_matches('\r');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            last = at + 1;
            let (side, word) = match line.split_at_checked(1) {
                Some((">", word)) => (Side::Client, word),
                Some(("<", word)) => (Side::Router, word),
                _ => return Err(wrong("it starts neither with `>`, `<` nor `#`")),
            };
            let (owner, words) = begun.get_or_insert((side, Vec::new()));
            if *owner != side {
                return Err(wrong("the sentence before it has no end: a line with `>` or `<` alone"));
            }
            if word.trim().is_empty() {
                if words.is_empty() {
                    return Err(wrong("a sentence without words"));
                }
                sentences.extend(begun.take());
                continue;
            }
            let word = word.strip_prefix(' ').ok_or_else(|| wrong("no blank before the word"))?;
            words.push(unescape(word).ok_or_else(|| wrong("`\\` without `\\`, `n`, `r` or `xHH` after it"))?);
        }
        match begun {
            Some(_) => Err(Error::Recording { line: last, problem: "the last sentence has no end".to_owned() }),
            None => Ok(Self { sentences }),
        }
    }

    /// The scripts that replay it. A command that was sent several times is answered as it was each time, and from then
    /// on as it was the last time.
    pub fn scripts(&self) -> Vec<Script> {
        let mut open: Vec<Open> = Vec::new();
        let mut scripts: Vec<Script> = Vec::new();
        for (side, words) in &self.sentences {
            match side {
                Side::Client => begin(words, &mut open),
                Side::Router => scripts.extend(answer(words, &mut open)),
            }
        }
        // Those without an end stay open when they are replayed, too.
        scripts.extend(open.into_iter().map(|open| open.script));
        scripts.retain(|script| !NOT_REPLAYED.contains(&script.path.as_slice()));
        for at in 0..scripts.len() {
            let (before, rest) = scripts.split_at_mut(at + 1);
            if let [.., script] = before
                && rest.iter().any(|later| (&later.path, &later.words) == (&script.path, &script.words))
            {
                script.uses = Some(1);
            }
        }
        scripts
    }
}

fn tag_of(words: &[Vec<u8>]) -> Option<Vec<u8>> {
    words.iter().find_map(|word| word.strip_prefix(b".tag=")).map(<[u8]>::to_vec)
}

fn without_tag(words: &[Vec<u8>]) -> Vec<Vec<u8>> {
    words.iter().filter(|word| !word.starts_with(b".tag=")).cloned().collect()
}

/// A sentence of the client.
fn begin(words: &[Vec<u8>], open: &mut Vec<Open>) {
    let [path, rest @ ..] = words else { return };
    if path == b"/cancel" {
        let target = rest.iter().find_map(|word| word.strip_prefix(b"=tag="));
        for open in open.iter_mut().filter(|open| target.is_none() || open.tag.as_deref() == target) {
            open.is_cancelled = true;
        }
    }
    let script = Script::exactly(path.clone(), without_tag(rest));
    open.push(Open { tag: tag_of(rest), script, is_cancelled: false });
}

/// A sentence of the router. Returns the script that it completes.
fn answer(words: &[Vec<u8>], open: &mut Vec<Open>) -> Option<Script> {
    let [kind, rest @ ..] = words else { return None };
    let tag = tag_of(rest);
    // A `!fatal` belongs to no command; neither does a tag that the client did not send.
    let at = open.iter().position(|open| open.tag == tag)?;
    let command = open.get_mut(at)?;
    let is_end = kind == b"!done" || kind == b"!fatal";
    if !command.is_cancelled || kind == b"!re" {
        command.script.steps.push(Step::Send(kind.clone(), without_tag(rest)));
    }
    is_end.then(|| open.remove(at).script)
}

/// Appends a sentence to the text of a recording.
pub(crate) fn write_sentence(side: Side, words: &[Vec<u8>], to: &mut String) {
    let mark = if side == Side::Client { '>' } else { '<' };
    for word in words {
        // Writing to a string does not fail.
        let _ = writeln!(to, "{mark} {}", escape(word));
    }
    let _ = writeln!(to, "{mark}");
}

fn escape(word: &[u8]) -> String {
    let mut text = String::new();
    for chunk in word.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                letter if letter.is_control() => {
                    let mut bytes = [0; 4];
                    for byte in letter.encode_utf8(&mut bytes).bytes() {
                        let _ = write!(text, "\\x{byte:02X}");
                    }
                }
                letter => text.push(letter),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut word = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        word.extend_from_slice(before.as_bytes());
        let (byte, length) = match after.as_bytes().first()? {
            b'\\' => (b'\\', 1),
            b'n' => (b'\n', 1),
            b'r' => (b'\r', 1),
            b'x' => (u8::from_str_radix(after.get(1..3)?, 16).ok()?, 3),
            _ => return None,
        };
        word.push(byte);
        rest = after.get(length..)?;
    }
    word.extend_from_slice(rest.as_bytes());
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_word_holds_is_read_back_as_it_was_written() {
        let words = vec![b"/x".to_vec(), b"=comment=a\\b\r\n\0\xE9 \xC3\xA9\xC2\x85 ".to_vec(), b"#".to_vec()];
        let mut text = String::new();
        write_sentence(Side::Client, &words, &mut text);
        assert_eq!(Recording::parse(&text).unwrap().sentences, [(Side::Client, words)]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let cases = [
            ("> /x\n\n# fine\nx\n", 4, "starts neither"),
            ("> /x\n< !done\n", 2, "has no end"),
            ("> /x\n>\n>\n", 3, "without words"),
            (">/x\n>\n", 1, "no blank"),
            ("> \\y\n", 1, "`\\`"),
            ("> \\x9", 1, "`\\`"),
            ("> \\x\u{e9}\u{e9}", 1, "`\\`"),
            ("> /x\n>\n< !re\n", 3, "the last sentence"),
        ];
        for (text, line, part) in cases {
            let error = Recording::parse(text).unwrap_err();
            let Error::Recording { line: found, problem } = &error else { panic!("{error}") };
            assert!(*found == line && problem.contains(part), "{text:?}: {error}");
        }
    }

    #[test]
    fn the_end_of_a_cancelled_command_is_not_part_of_its_answer() {
        let text = "> /interface/listen\n> .tag=1\n>\n< !re\n< .tag=1\n< =.id=*1\n<\n> /cancel\n> =tag=1\n> .tag=2\n>\n\
            < !trap\n< .tag=1\n< =message=interrupted\n<\n< !done\n< .tag=2\n<\n< !done\n< .tag=1\n<\n";
        let scripts = Recording::parse(text).unwrap().scripts();
        let expected = Script::exactly(b"/interface/listen".to_vec(), Vec::new());
        assert_eq!(scripts, [expected.sentence("!re", [b"=.id=*1".to_vec()])]);
    }
}

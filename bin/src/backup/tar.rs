//! The form of a backup: a tar file (ustar), so that any machine can open one without Lalin. Only plain files with short
//! names are ever in it, and only such are read.

use std::io::{self, Read, Write};

/// A tar file is made of these.
const BLOCK: usize = 512;
/// What fits into the size's eleven octal digits.
const LARGEST: u64 = 0o77_777_777_777;
/// A name that fits without a prefix.
const LONGEST_NAME: usize = 99;

/// Writes a tar file.
pub(super) struct TarWriter<W: Write>(W);

impl<W: Write> TarWriter<W> {
    pub(super) fn new(to: W) -> Self {
        Self(to)
    }

    /// A file of exactly so many bytes of `from`.
    pub(super) fn file(&mut self, name: &str, bytes: u64, modified: u64, from: &mut dyn Read) -> io::Result<()> {
        self.0.write_all(&head(name, bytes, modified)?)?;
        let copied = io::copy(&mut from.take(bytes), &mut self.0)?;
        if copied < bytes {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{name} became shorter")));
        }
        let rest = (BLOCK - (bytes % BLOCK as u64) as usize) % BLOCK;
        self.0.write_all(&[0; BLOCK][..rest])
    }

    /// The end, and what it was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.0.write_all(&[0; 2 * BLOCK])?;
        self.0.flush()?;
        Ok(self.0)
    }
}

fn head(name: &str, bytes: u64, modified: u64) -> io::Result<[u8; BLOCK]> {
    let mut head = [0; BLOCK];
    if name.len() > LONGEST_NAME || bytes > LARGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{name} does not fit into a tar file")));
    }
    let mut put = |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000600\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{bytes:011o}\0"));
    put(136, &format!("{:011o}\0", modified.min(LARGEST)));
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(head)
}

/// Gives each file of a tar file: its name, its length, and what to read it from.
pub(super) fn read(
    mut from: impl Read,
    each: &mut dyn FnMut(&str, u64, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        let mut head = [0; BLOCK];
        from.read_exact(&mut head)?;
        if head == [0; BLOCK] {
            return Ok(());
        }
        let (name, bytes) = parse(&head).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        let mut file = from.by_ref().take(bytes);
        each(&name, bytes, &mut file)?;
        // What was not read of it.
        io::copy(&mut file, &mut io::sink())?;
        if file.limit() > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let rest = (BLOCK - (bytes % BLOCK as u64) as usize) % BLOCK;
        from.read_exact(&mut [0; BLOCK][..rest])?;
    }
}

/// The name and the length of a plain file; `None` where it is something else, or not whole.
fn parse(head: &[u8; BLOCK]) -> Option<(String, u64)> {
    let text = |from: usize, to: usize| {
        let field = &head[from..to];
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        std::str::from_utf8(&field[..end]).ok().map(str::trim)
    };
    let wanted = u32::from_str_radix(text(148, 156)?.trim_end_matches('\0').trim(), 8).ok()?;
    let sum: u32 = (0..).zip(head).map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    let plain = sum == wanted && &head[257..262] == b"ustar" && matches!(head[156], b'0' | 0) && head[345] == 0;
    plain.then_some(())?;
    Some((text(0, 100)?.to_owned(), u64::from_str_radix(text(124, 136)?, 8).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tar = TarWriter::new(Vec::new());
        files.iter().for_each(|(name, bytes)| tar.file(name, bytes.len() as u64, 5, &mut &bytes[..]).unwrap());
        tar.finish().unwrap()
    }

    fn files(bytes: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut found = Vec::new();
        read(bytes, &mut |name, length, from| {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes)?;
            found.push((name.to_owned(), bytes, length));
            Ok(())
        })?;
        assert!(found.iter().all(|(_, bytes, length)| bytes.len() as u64 == *length));
        Ok(found.into_iter().map(|(name, bytes, _)| (name, bytes)).collect())
    }

    #[test]
    fn what_was_written_is_read_and_a_torn_file_is_none() {
        let (empty, odd, even) = (vec![], vec![7; 513], vec![8; 1_024]);
        let bytes = made(&[("empty", &empty), ("a/odd", &odd), ("even", &even)]);
        let found = files(&bytes).unwrap();
        assert_eq!(found, [("empty".to_owned(), empty), ("a/odd".to_owned(), odd), ("even".to_owned(), even)]);
        for length in (0..bytes.len() - 2 * BLOCK).step_by(97) {
            assert!(files(&bytes[..length]).is_err(), "{length}");
        }
        let mut other = bytes.clone();
        other[3] ^= 1;
        assert!(files(&other).is_err());
    }

    #[test]
    fn a_file_that_became_shorter_or_has_a_long_name_is_refused() {
        let mut tar = TarWriter::new(Vec::new());
        assert!(tar.file("short", 10, 5, &mut &b"abc"[..]).is_err());
        assert!(TarWriter::new(Vec::new()).file(&"n".repeat(100), 0, 5, &mut io::empty()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn other_programs_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made.tar");
        std::fs::write(&path, made(&[("lalin.db", b"abc"), ("history/meta.db", &[1; 600])])).unwrap();
        let listed = std::process::Command::new("tar").arg("-tvf").arg(&path).output().unwrap();
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(listed.status.success() && text.contains("history/meta.db") && text.contains("600"), "{text}");
    }
}

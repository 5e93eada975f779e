//! The inputs that are kept: one file each in `corpus/TARGET/`, and those that the fuzzer found in `corpus/TARGET.pack`.

use std::fs;
use std::io;
use std::path::Path;

/// One input and where it is from.
#[derive(Debug)]
pub struct Input {
    /// The file, and the number in it if it is a pack.
    pub name: String,
    /// The input.
    pub bytes: Vec<u8>,
}

/// Every kept input of a target.
///
/// # Errors
/// When the corpus cannot be read, or a pack is cut short.
pub fn inputs(target: &str) -> io::Result<Vec<Input>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let mut inputs = Vec::new();
    for entry in fs::read_dir(corpus.join(target))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        inputs.push(Input { name, bytes: fs::read(&path)? });
    }
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    let pack = format!("{target}.pack");
    match fs::read(corpus.join(&pack)) {
        Ok(bytes) => inputs.extend(unpacked(&pack, &bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(inputs)
}

/// A pack is its inputs one after the other, each behind its length: two bytes, big-endian.
fn unpacked(name: &str, mut rest: &[u8]) -> io::Result<Vec<Input>> {
    let mut inputs = Vec::new();
    while let Some((length, more)) = rest.split_first_chunk::<2>() {
        let Some((bytes, more)) = more.split_at_checked(usize::from(u16::from_be_bytes(*length))) else { break };
        inputs.push(Input { name: format!("{name}:{}", inputs.len()), bytes: bytes.to_vec() });
        rest = more;
    }
    if rest.is_empty() { Ok(inputs) } else { Err(io::Error::other(format!("{name} is cut short"))) }
}

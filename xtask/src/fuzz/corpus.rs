//! Inputs that are kept: what the fuzzer found is one file a target in the repository, and a folder while it runs.
//!
//! A pack is its inputs one after the other, each behind its length: two bytes, big-endian. `fuzz/harness` reads it too.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A target's pack is no larger, bytes; the corpus of all stays small enough for a repository.
const LARGEST: usize = 40_000;

/// Puts every input of the target's pack into a folder of their own, beside those that are there.
pub(super) fn unpack(corpus: &Path, target: &str, into: &Path) -> Result<()> {
    fs::create_dir_all(into).with_context(|| into.display().to_string())?;
    let pack = pack_of(corpus, target);
    if !pack.exists() {
        return Ok(());
    }
    for (number, input) in split(&fs::read(&pack)?)?.iter().enumerate() {
        fs::write(into.join(format!("kept-{number}")), input)?;
    }
    Ok(())
}

/// Packs every input of a folder but those that are in the corpus as files. How many, and the pack's bytes.
pub(super) fn pack(folder: &Path, corpus: &Path, target: &str) -> Result<(usize, usize)> {
    let seeds = read_all(&corpus.join(target))?;
    let mut inputs = read_all(folder)?;
    inputs.retain(|input| !seeds.contains(input));
    // Small ones first: where not all of them fit, more of them do.
    inputs.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    inputs.dedup();
    let (bytes, count) = join(&inputs);
    fs::write(pack_of(corpus, target), &bytes)?;
    Ok((count, bytes.len()))
}

fn pack_of(corpus: &Path, target: &str) -> PathBuf {
    corpus.join(format!("{target}.pack"))
}

fn read_all(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    entries.map(|entry| Ok(fs::read(entry?.path())?)).collect()
}

fn join(inputs: &[Vec<u8>]) -> (Vec<u8>, usize) {
    let (mut bytes, mut count) = (Vec::new(), 0);
    for input in inputs {
        let Ok(length) = u16::try_from(input.len()) else { continue };
        if bytes.len() + 2 + input.len() > LARGEST {
            break;
        }
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(input);
        count += 1;
    }
    (bytes, count)
}

fn split(mut rest: &[u8]) -> Result<Vec<&[u8]>> {
    let mut inputs = Vec::new();
    while let Some((length, more)) = rest.split_first_chunk::<2>() {
        let Some((input, more)) = more.split_at_checked(usize::from(u16::from_be_bytes(*length))) else { break };
        inputs.push(input);
        rest = more;
    }
    if !rest.is_empty() {
        bail!("a pack is cut short");
    }
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let inputs = [vec![], b"a".to_vec(), vec![7; 300]];
        let (bytes, count) = join(&inputs);
        assert_eq!((count, bytes.len()), (3, 307));
        assert_eq!(split(&bytes).unwrap(), inputs);
        assert!(split(&bytes[..306]).is_err());
    }

    #[test]
    fn a_pack_stays_small() {
        let (bytes, count) = join(&vec![vec![0; 998]; 100]);
        assert_eq!((bytes.len(), count), (40_000, 40));
    }
}

//! Writes what was made: a file for each file, and `assets.rs`, which names them for the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::Error;
use crate::files::Files;
use crate::sources::Sources;

/// In Rust's own quotation marks.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

pub(crate) fn write(
    files: &Files,
    sources: &Sources<'_>,
    pages: &BTreeMap<&str, BTreeSet<String>>,
    out: &Path,
) -> Result<(), Error> {
    let mut code = String::from("// Made by the build script.\n\n");
    // Into a text: it cannot fail.
    let _ = writeln!(code, "pub(crate) const FINGERPRINT: &str = {};", quoted(&files.fingerprint()));
    let _ = writeln!(code, "pub(crate) static FILES: &[File] = &[");
    for (number, (path, plain)) in files.served().iter().enumerate() {
        let small = compressed(plain);
        let (gzip, kept) = small.as_ref().map_or((false, plain), |small| (true, small));
        let name = number.to_string();
        put(&out.join(&name), kept)?;
        let mut hasher = DefaultHasher::new();
        plain.hash(&mut hasher);
        let (path, tag) = (quoted(path), hasher.finish());
        let _ = writeln!(
            code,
            "File {{ path: {path}, tag: \"{tag:016x}\", gzip: {gzip}, bytes: \
             include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")) }},"
        );
    }
    let _ = writeln!(code, "];\npub(crate) static SHEETS: &[(&str, &str)] = &[");
    for (sheet, parts) in files.parts() {
        let _ = writeln!(code, "({}, {}),", quoted(sheet), quoted(&parts.join(" ")));
    }
    let _ = writeln!(code, "];\npub(crate) static TEMPLATES: &[(&str, &str)] = &[");
    for name in sources.pages.iter().chain(sources.parts) {
        let path = sources.templates.join(name);
        let _ = writeln!(code, "({}, include_str!({})),", quoted(name), quoted(&path.to_string_lossy()));
    }
    let _ = writeln!(code, "];\npub(crate) static PAGES: &[(&str, &[&str])] = &[");
    for (page, keys) in pages {
        let keys: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
        let _ = writeln!(code, "({}, &[{}]),", quoted(page), keys.join(", "));
    }
    code.push_str("];\n");
    put(&out.join("assets.rs"), code.as_bytes())
}

/// `None` where it would not be smaller.
fn compressed(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().filter(|small| small.len() < plain.len())
}

fn put(path: &Path, contents: &[u8]) -> Result<(), Error> {
    fs::write(path, contents).map_err(|error| Error::File(path.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tests::of_ours;
    use crate::sources::Texts;

    #[test]
    fn every_file_is_written_and_named_once_and_the_same_each_time() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let texts: [(&str, Texts); 0] = [];
        let sources = Sources {
            own: root,
            vendor: root,
            templates: root,
            pages: &["dashboard.html"],
            parts: &["head.html"],
            texts: &texts,
        };
        let files = of_ours();
        let pages = [("dashboard.html", ["try_now".to_owned()].into())].into();
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let code = folders.each_ref().map(|folder| {
            write(&files, &sources, &pages, folder.path()).unwrap();
            fs::read_to_string(folder.path().join("assets.rs")).unwrap()
        });
        assert_eq!(code[0], code[1]);
        assert_eq!(code[0].matches("File { path: ").count(), files.served().len());
        assert!(code[0].contains("(\"dashboard.html\", &[\"try_now\"]),"));
        for number in 0..files.served().len() {
            assert!(folders[0].path().join(number.to_string()).is_file());
        }
    }
}

//! What a reader would complain of: long files, files that do not say what they are for, leftovers, links that lead
//! nowhere.
//!
//! Formatting is rustfmt's business and code is clippy's; this looks at what neither sees.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::documents;

/// A file longer than this says why in a line with [`REASON`] near its top.
const LONG: usize = 400;
/// No file is longer than this.
const LONGEST: usize = 600;
const REASON: &str = "Long because";
/// No line of a script or a style is wider; rustfmt sees to Rust's.
const WIDEST: usize = 120;

/// Written in two halves so that this file is not its own fault.
const LEFTOVERS: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it, or write down elsewhere that it is to be done"),
    (concat!("FIX", "ME"), "fix it, or write down elsewhere that it is to be fixed"),
    (concat!("/ro", "ot/"), "a path that only one machine has"),
];

/// In Rust alone.
const RUST_LEFTOVERS: &[(&str, &str)] = &[
    (concat!("#[ig", "nore"), "a test that is not run proves nothing"),
    (concat!("to", "do!("), "unfinished"),
    (concat!("unimpl", "emented!("), "unfinished"),
    (concat!("thread::", "sleep"), "blocks a worker, and makes a test slow and shaky"),
];

/// In the libraries alone: only the binary reads the environment.
const LIBRARY_LEFTOVERS: &[(&str, &str)] = &[(concat!("env::", "var"), "only the binary reads the environment")];

const TEXT: &[&str] = &["rs", "toml", "md", "js", "mjs", "css", "html", "sh", "bat", "service", "yml", "json"];
const CODE: &[&str] = &["rs", "js", "mjs", "css", "html", "sh", "bat"];

const SCRIPTS_AND_STYLES: &[&str] = &["js", "mjs", "css"];

/// Folders that are built, local, or not ours.
const SKIPPED: &[&str] = &["target", ".git", "vendor", "node_modules", "lalin-data"];

/// Checks the tree.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    let mut texts = BTreeMap::new();
    for path in &files {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        texts.insert(path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/"), text);
    }
    let mut faults: Vec<String> = texts.iter().flat_map(|(name, text)| check(name, text)).collect();
    faults.extend(documents::check(root, &texts));
    for fault in &faults {
        eprintln!("tidy: {fault}");
    }
    if !faults.is_empty() {
        bail!("{} things to tidy", faults.len());
    }
    println!("tidy: {} files", files.len());
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() && !SKIPPED.iter().any(|name| entry.file_name() == *name) {
            collect(&path, files)?;
        } else if kind.is_file() && extension(&path).is_some_and(|e| TEXT.contains(&e)) {
            files.push(path);
        }
    }
    Ok(())
}

fn extension(path: &Path) -> Option<&str> {
    path.extension().and_then(|extension| extension.to_str())
}

/// What is wrong with one file; `name` is its path from the root, with `/`.
fn check(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let extension = extension(Path::new(name)).unwrap_or_default();
    if extension == "rs" && !text.starts_with("//!") {
        faults.push(format!("{name}: opens without //!, a sentence that says what it is for"));
    }
    if SCRIPTS_AND_STYLES.contains(&extension) {
        let opening = if extension == "css" { "/*" } else { "//" };
        if !text.starts_with(opening) {
            faults.push(format!("{name}: opens without {opening}, a sentence that says what it is for"));
        }
        let wide = text.lines().enumerate().filter(|(_, line)| line.chars().count() > WIDEST);
        faults.extend(wide.map(|(number, _)| format!("{name}:{}: over {WIDEST} columns", number + 1)));
    }
    if CODE.contains(&extension) {
        let lines = text.lines().count();
        let reason = text.lines().take(40).any(|line| line.contains(REASON));
        if lines > LONGEST {
            faults.push(format!("{name}: {lines} lines, {LONGEST} is the end"));
        } else if lines > LONG && !reason {
            faults.push(format!("{name}: {lines} lines; over {LONG} wants a line \"{REASON} ..\" near the top"));
        }
    }
    let library = name.starts_with("crates/") && name.contains("/src/");
    let mut leftovers: Vec<_> = LEFTOVERS.iter().collect();
    if extension == "rs" {
        leftovers.extend(RUST_LEFTOVERS);
        leftovers.extend(LIBRARY_LEFTOVERS.iter().filter(|_| library));
    }
    for (number, line) in text.lines().enumerate() {
        for (word, why) in leftovers.iter().filter(|(word, _)| stands_in(line, word)) {
            faults.push(format!("{name}:{}: {word}: {why}", number + 1));
        }
    }
    faults
}

/// Whether the word stands in the line, and not as the end of a longer name. `env::vars` begins with `env::var` and
/// is meant too; a word in capitals is whole.
fn stands_in(line: &str, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let capitals = word.chars().all(|c| c.is_ascii_uppercase());
    line.match_indices(word).any(|(at, _)| {
        let longer_before = word.starts_with(letter) && line[..at].ends_with(letter);
        let longer_after = capitals && line[at + word.len()..].starts_with(letter);
        !longer_before && !longer_after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> String {
        format!("//! For a test.\n{}", "// line\n".repeat(count - 1))
    }

    #[test]
    fn a_file_says_what_it_is_for() {
        assert_eq!(check("crates/x/src/a.rs", "use x;\n").len(), 1);
        assert!(check("crates/x/src/a.rs", "//! For a test.\n").is_empty());
        for (name, text) in [("web-assets/a.js", "// For a test.\n"), ("web-assets/a.css", "/* For a test. */\n")] {
            assert!(check(name, text).is_empty());
            assert_eq!(check(name, "let a;\n").len(), 1, "{name}");
        }
    }

    #[test]
    fn a_line_of_a_script_or_a_style_has_an_end() {
        let line = |columns: usize| format!("// {}\n", "é".repeat(columns - 3));
        assert!(check("a.mjs", &line(120)).is_empty());
        assert_eq!(check("a.mjs", &line(121)), ["a.mjs:1: over 120 columns"]);
        assert!(check("a.md", &line(121)).is_empty());
    }

    #[test]
    fn a_long_file_wants_a_reason_and_a_longer_one_has_none() {
        assert!(check("a.rs", &lines(400)).is_empty());
        assert_eq!(check("a.rs", &lines(401)).len(), 1);
        assert!(check("a.rs", &lines(401).replacen("// line", "//! Long because it is a table.", 1)).is_empty());
        assert_eq!(check("a.rs", &lines(601).replacen("// line", "//! Long because it is a table.", 1)).len(), 1);
        assert!(check("a.md", &lines(601)).is_empty());
        assert_eq!(check("a.js", &lines(601)).len(), 1);
    }

    #[test]
    fn leftovers_are_found_with_their_line() {
        let todo = concat!("TO", "DO");
        let found = check("a.md", &format!("fine\n{todo}: later\n"));
        assert!(found[0].starts_with(&format!("a.md:2: {todo}")), "{found:?}");
        assert!(check("a.md", &format!("{todo}S are a list\n")).is_empty());
        let path = concat!("/ro", "ot/.cargo/registry");
        assert_eq!(check("a.md", &format!("built in {path}\n")).len(), 1);
        for word in [concat!("#[ig", "nore]"), concat!("std::thread::", "sleep(x)"), concat!("to", "do!()")] {
            assert_eq!(check("a.rs", &format!("//! x\n{word}\n")).len(), 1, "{word}");
        }
    }

    #[test]
    fn only_the_binary_reads_the_environment() {
        let text = concat!("//! x\nstd::env::", "vars();\n");
        assert_eq!(check("crates/x/src/a.rs", text).len(), 1);
        assert!(check("bin/src/main.rs", text).is_empty());
        assert!(check("crates/x/tests/it/main.rs", text).is_empty());
    }
}

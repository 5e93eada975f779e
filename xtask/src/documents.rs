//! What the documents point at exists: links and their anchors, files and tests that are named, documents that code
//! names.
//!
//! Not here: links to other servers, as a check must not need the network; nor whether a sentence is true.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// Folders at the top whose files a document names by their path from there.
const FOLDERS: &[&str] = &[".ci", ".github", "bin", "crates", "deploy", "docs", "fuzz", "web-assets", "xtask"];

/// How the names of metrics begin, which look like those of tests.
const METRICS: &[&str] = &["lalin_", "mikrotik_", "mktxp_", "process_"];

/// What is wrong with the documents among the files, which are given by their path from the root and their text.
pub(crate) fn check(root: &Path, files: &BTreeMap<String, String>) -> Vec<String> {
    let documents = || files.iter().filter(|(name, _)| name.ends_with(".md"));
    let anchors: BTreeMap<&str, HashSet<String>> =
        documents().map(|(name, text)| (name.as_str(), anchors(text))).collect();
    let code = || files.iter().filter(|(name, _)| name.ends_with(".rs"));
    let tests: HashSet<&str> = code().flat_map(|(_, text)| text.lines().filter_map(test_name)).collect();
    let mut faults = Vec::new();
    for (name, text) in documents() {
        for (number, span) in spans(text).filter(|(_, span)| is_sentence(span) && !tests.contains(span)) {
            faults.push(format!("{name}:{number}: {span}: there is no such test"));
        }
        for (number, target) in links(text) {
            if let Some(why) = broken(root, name, &target, &anchors) {
                faults.push(format!("{name}:{number}: {target}: {why}"));
            }
        }
        for (number, path) in named(text) {
            if !root.join(&path).exists() {
                faults.push(format!(
                    "{name}:{number}: {path}: there is no such file; name the one that has its content now"
                ));
            }
        }
    }
    for (name, text) in files.iter().filter(|(name, _)| !name.ends_with(".md")) {
        for (number, line) in text.lines().enumerate() {
            for path in documents_named(line).filter(|path| !root.join(path).exists()) {
                faults.push(format!("{name}:{}: {path}: there is no such document", number + 1));
            }
        }
    }
    faults
}

/// Why a link of a document leads nowhere; `None` where it leads somewhere, or to another server.
fn broken(root: &Path, from: &str, target: &str, anchors: &BTreeMap<&str, HashSet<String>>) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let Some(path) = resolve(from, path) else { return Some("leads out of the repository".into()) };
    if !root.join(&path).exists() {
        return Some("there is no such file".into());
    }
    let anchor = anchor?;
    match anchors.get(path.as_str()) {
        Some(known) if known.contains(anchor) => None,
        Some(_) => Some(format!("{path} has no such heading")),
        None => Some("only a document has headings".into()),
    }
}

/// The path from the root that a link in `from` means.
fn resolve(from: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(from.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The lines outside of blocks of code, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        (!code && !fence).then_some((index + 1, line))
    })
}

/// Targets of links and pictures, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        // What stands between backticks is an example.
        let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for (at, _) in line.match_indices("](") {
            let rest = &line[at + 2..];
            if let Some(end) = rest.find([')', ' ']) {
                found.push((number, rest[..end].to_owned()));
            }
        }
    }
    found
}

/// Paths of this repository between backticks, with their lines.
pub(crate) fn named(text: &str) -> Vec<(usize, String)> {
    let ours = |span: &str| {
        let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
        plain && span.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder))
    };
    spans(text).filter(|(_, span)| ours(span)).map(|(number, span)| (number, span.to_owned())).collect()
}

/// What stands between backticks, with its line.
fn spans(text: &str) -> impl Iterator<Item = (usize, &str)> {
    prose(text).flat_map(|(number, line)| line.split('`').skip(1).step_by(2).map(move |span| (number, span)))
}

/// Whether this can only be a test: its name is a sentence.
fn is_sentence(span: &str) -> bool {
    let is_metric = METRICS.iter().any(|start| span.starts_with(start));
    !is_metric
        && span.split('_').count() > 4
        && span.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The function that a line of code begins.
fn test_name(line: &str) -> Option<&str> {
    let (_, name) = line.trim_start().split_once("fn ")?;
    name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next()
}

/// Documents that a line of code or configuration names by their path.
fn documents_named(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || "._-/".contains(c)))
        .filter_map(|word| word.find("docs/").map(|at| &word[at..]).or((word == "ARCHITECTURE.md").then_some(word)))
        .filter(|word| word.ends_with(".md") || word.ends_with(".toml"))
}

/// What a link can name in a document: its headings as GitHub writes them.
fn anchors(text: &str) -> HashSet<String> {
    let mut known = HashSet::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let title = without_targets(title.trim());
        let slug: String = title
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                _ => None,
            })
            .collect();
        let again = (1..).map(|n| format!("{slug}-{n}"));
        if let Some(free) = std::iter::once(slug.clone()).chain(again).find(|slug| !known.contains(slug)) {
            known.insert(free);
        }
    }
    known
}

/// `[words](target)` as `words`.
fn without_targets(title: &str) -> String {
    let mut parts = title.split("](");
    let mut words = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        words.push_str(part.split_once(')').map_or(part, |(_, rest)| rest));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    /// The faults of a document at the top, beside another with the heading "Names, keys".
    fn faults(text: &str) -> Vec<String> {
        let other = ("docs/README.md".to_owned(), "# Names, keys\n".to_owned());
        check(root(), &BTreeMap::from([("README.md".to_owned(), text.to_owned()), other]))
    }

    #[test]
    fn a_link_leads_to_a_file_and_to_a_heading_of_it() {
        assert!(faults("[a](docs/README.md) [b](docs/README.md#names-keys) [c](https://example.org/x#y)\n").is_empty());
        assert!(faults("# Here\n[a](#here) ![picture](docs/dashboard.png)\n").is_empty());
        assert_eq!(faults("[a](gone.md)\n").len(), 1);
        assert_eq!(faults("[a](docs/README.md#gone)\n").len(), 1);
        assert_eq!(faults("[a](../elsewhere.md)\n").len(), 1);
        assert_eq!(faults("# Here\nfine\n[a](#gone)\n"), ["README.md:3: #gone: README.md has no such heading"]);
    }

    #[test]
    fn examples_are_no_links_and_no_headings() {
        assert!(faults("`[a](gone.md)` and\n```md\n# Here\n[a](gone.md)\n```\n").is_empty());
        assert_eq!(faults("```md\n# Here\n```\n[a](#here)\n").len(), 1);
    }

    #[test]
    fn a_heading_is_written_as_github_writes_it() {
        let text = "# The `GET /api/v1/routers` [list](x.md)\n## Listening · Buka\n## Twice\n## Twice\n#no\n";
        let expected = ["the-get-apiv1routers-list", "listening--buka", "twice", "twice-1"];
        assert_eq!(anchors(text), expected.map(str::to_owned).into());
    }

    #[test]
    fn a_file_that_is_named_exists() {
        assert!(faults("`crates/stats/Cargo.toml`, `bin/src`, `a/b`, `crates/*/tests`, `cargo xtask`\n").is_empty());
        let fault = faults("see `crates/stats/src/gone.rs`\n");
        assert!(fault[0].starts_with("README.md:1: crates/stats/src/gone.rs: there is no such file"), "{fault:?}");
    }

    #[test]
    fn a_test_that_is_named_exists() {
        let code = ("a.rs".to_owned(), "    async fn a_gap_is_never_a_zero() {}\n".to_owned());
        let named = |text: &str| check(root(), &BTreeMap::from([code.clone(), ("a.md".to_owned(), text.to_owned())]));
        assert!(
            named("`a_gap_is_never_a_zero`, `max_rows`, `A_B_C_D_E`, `lalin_router_read_failures_total`\n").is_empty()
        );
        assert_eq!(named("`a_gap_is_always_a_zero`\n"), ["a.md:1: a_gap_is_always_a_zero: there is no such test"]);
    }

    #[test]
    fn a_document_that_code_names_exists() {
        let code = |line: &str| check(root(), &BTreeMap::from([("a.rs".to_owned(), line.to_owned())]));
        assert!(code("include_str!(\"../../../docs/README.md\") and docs.rs").is_empty());
        assert_eq!(code(concat!("//! See `docs/go", "ne.md`.")).len(), 1);
    }

    #[test]
    fn the_walk_of_the_architecture_names_files_from_the_router_to_the_page() {
        let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
        let (_, walk) = text.split_once("\n## A walk along the line\n").expect("the walk");
        let walk = walk.split("\n## ").next().unwrap();
        let files: Vec<String> = named(walk).into_iter().map(|(_, path)| path).collect();
        assert!(files.iter().all(|path| root().join(path).is_file()), "{files:?}");
        let place = |start: &str| files.iter().position(|path| path.starts_with(start)).expect(start);
        let rooms = ["routeros", "mikrotik", "cache", "monitor/src/engine.rs", "http"];
        let mut places: Vec<usize> = rooms.iter().map(|room| place(&format!("crates/{room}"))).collect();
        places.push(place("web-assets/"));
        assert!(places.is_sorted() && files.len() >= 15, "{places:?} {files:?}");
    }

    #[test]
    fn the_table_of_where_to_change_what_has_twenty_rows_and_a_file_in_each() {
        let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
        let (_, table) = text.split_once("\n| to change | go to |\n").expect("the table");
        let rows: Vec<&str> = table.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
        assert!(rows.len() >= 20, "{}", rows.len());
        for row in rows {
            let files = named(row);
            assert!(!files.is_empty() && files.iter().all(|(_, path)| root().join(path).exists()), "{row}");
        }
    }
}

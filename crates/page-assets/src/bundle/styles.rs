//! Joins a page's style sheets: a sheet that takes in others (`@import "../shared/page.css";`) has them in its place, so
//! that a page asks for one file. `web-assets/dev.mjs` leaves them apart: a browser takes them in itself.

use std::collections::BTreeMap;

use super::module::{BundleFault, beside};

/// A sheet with all that it takes in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JoinedSheet {
    pub(crate) text: String,
    /// The paths of what is in it, as a page names them.
    pub(crate) parts: Vec<String>,
}

/// The sheets among `paths` that take in others, by path. `source` gives a file's text.
pub(crate) fn join_sheets<'a>(
    paths: impl Iterator<Item = &'a str>,
    source: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, JoinedSheet>, BundleFault> {
    let mut sheets = BTreeMap::new();
    for path in paths.filter(|path| path.ends_with(".css")) {
        let text = source(path).unwrap_or_default();
        if text.contains(IMPORT) {
            sheets.insert(path.to_owned(), joined(path, &text, &source)?);
        }
    }
    Ok(sheets)
}

const IMPORT: &str = "@import";

fn joined(path: &str, text: &str, source: impl Fn(&str) -> Option<String>) -> Result<JoinedSheet, BundleFault> {
    let mut sheet = JoinedSheet { text: String::with_capacity(16 << 10), parts: Vec::new() };
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let named = line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";"));
        let part = named.and_then(|named| beside(path, named));
        // What it says itself has a file of its own too: its lines would be in front of what they are to change.
        let part = part.ok_or_else(|| BundleFault::new(path, format!("takes in others, and has this too: {line}")))?;
        let text = source(&part).ok_or_else(|| BundleFault::new(path, format!("there is no {part}")))?;
        // Addresses in it are beside where it lay: every folder is as deep as every other.
        if text.contains(IMPORT) || part.matches('/').count() < path.matches('/').count() {
            return Err(BundleFault::new(&part, "is taken in, so it takes in no other, and lies in a room"));
        }
        sheet.text.push_str(text.trim());
        sheet.text.push('\n');
        sheet.parts.push(part);
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(files: &[(&str, &str)]) -> Result<BTreeMap<String, JoinedSheet>, BundleFault> {
        let source = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        join_sheets(files.iter().map(|(name, _)| *name), source)
    }

    const PAGE: (&str, &str) = ("app/a-page.css", "\n@import \"../shared/page.css\";\n@import \"./a.css\";\n");

    #[test]
    fn a_sheet_has_what_it_takes_in_in_order_and_others_stay_apart() {
        let sheets = join(&[PAGE, ("shared/page.css", "p {}\n\n"), ("app/a.css", "a {}\n"), ("app/b.css", "b {}")]);
        let sheets = sheets.unwrap();
        assert_eq!(sheets.len(), 1);
        let parts = ["shared/page.css", "app/a.css"].map(str::to_owned).to_vec();
        assert_eq!(sheets["app/a-page.css"], JoinedSheet { text: "p {}\na {}\n".to_owned(), parts });
    }

    #[test]
    fn what_could_not_be_joined_truly_is_refused() {
        assert!(join(&[PAGE, ("shared/page.css", "")]).is_err(), "there is no a.css");
        assert!(join(&[("app/a.css", "@import \"./b.css\";\na {}\n"), ("app/b.css", "")]).is_err(), "a rule beside");
        assert!(join(&[("app/a.css", "@import url(b.css);\n"), ("app/b.css", "")]).is_err(), "another form");
        let nested = [PAGE, ("shared/page.css", "@import \"./b.css\";"), ("shared/b.css", ""), ("app/a.css", "")];
        assert!(join(&nested).is_err());
    }
}

//! All files that a page may ask for, as they are served.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::bundle::{BundleFault, bundle, join_sheets};
use crate::error::Error;
use crate::made;
use crate::slim::slim;
use crate::sources::Sources;

/// All files, by path.
#[derive(Debug)]
pub(crate) struct Files {
    served: BTreeMap<String, Vec<u8>>,
    /// The modules in whose place a joined file stands, without comments.
    modules: BTreeMap<String, Vec<u8>>,
    /// Of a joined style sheet, what is in it.
    parts: BTreeMap<String, Vec<String>>,
}

impl Files {
    pub(crate) fn make(sources: &Sources<'_>) -> Result<Self, Error> {
        let mut written = BTreeMap::new();
        read_all(sources.own, "", &mut written)?;
        let mut served = BTreeMap::new();
        for (name, contents) in &written {
            let is_source = name.ends_with(".js") || name.ends_with(".css");
            let text = if is_source { std::str::from_utf8(contents).ok() } else { None };
            served.insert(name.clone(), text.map_or_else(|| contents.clone(), |text| slim(text).into_bytes()));
        }
        read_all(sources.vendor, "vendor/", &mut served)?;
        let derived = made::files(sources.texts, |name| served.get(name).map(|file| text_of(file)))?;
        served.extend(derived);
        let text = |path: &str| served.get(path).map(|file| text_of(file));
        let sheets = join_sheets(served.keys().map(String::as_str), text).map_err(broken)?;
        let mut parts = BTreeMap::new();
        for (path, sheet) in sheets {
            served.insert(path.clone(), sheet.text.into_bytes());
            parts.insert(path, sheet.parts);
        }
        let source = |path: &str| written.get(path).or_else(|| served.get(path)).map(|file| text_of(file));
        let mut modules = BTreeMap::new();
        for (path, joined) in bundle(source).map_err(broken)? {
            modules.extend(served.insert(path.clone(), joined.into_bytes()).map(|module| (path, module)));
        }
        Ok(Self { served, modules, parts })
    }

    /// What is served, by path.
    pub(crate) fn served(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.served
    }

    /// Of each joined style sheet, what is in it.
    pub(crate) fn parts(&self) -> &BTreeMap<String, Vec<String>> {
        &self.parts
    }

    /// A file's text, of a module its own; empty where there is none.
    pub(crate) fn text(&self, path: &str) -> String {
        self.modules.get(path).or_else(|| self.served.get(path)).map(|file| text_of(file)).unwrap_or_default()
    }

    /// A number of all files' contents: their address, so that a browser may keep them for ever.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hasher = DefaultHasher::new();
        for (name, contents) in &self.served {
            (name, contents).hash(&mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }
}

fn text_of(file: &[u8]) -> String {
    String::from_utf8_lossy(file).into_owned()
}

fn broken(fault: BundleFault) -> Error {
    Error::Bundle(fault.to_string())
}

/// Reads what is in a folder and below; names begin with `before`.
fn read_all(folder: &Path, before: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
    let failed = |error| Error::File(folder.to_owned(), error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, name) = (entry.path(), format!("{before}{}", entry.file_name().to_string_lossy()));
        if entry.file_type().map_err(failed)?.is_dir() {
            read_all(&path, &format!("{name}/"), files)?;
        } else {
            files.insert(name, fs::read(&path).map_err(|error| Error::File(path, error))?);
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bundle::{ENTRIES, SOON};

    /// Of our own assets, with two texts.
    pub(crate) fn of_ours() -> Files {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = |key: &str| (key.to_owned(), format!("the text of {key}"));
        let texts = [("id", [text("age.now"), text("try_now")].into())];
        Files::make(&Sources {
            own: &root.join("../../web-assets/src"),
            vendor: &root.join("../../web-assets/vendor"),
            templates: root,
            pages: &[],
            parts: &[],
            texts: &texts,
        })
        .unwrap()
    }

    #[test]
    fn the_pages_scripts_are_joined_and_their_sources_still_known() {
        let files = of_ours();
        let joined = |path: &str| text_of(&files.served[path]);
        for entry in ENTRIES {
            let text = joined(entry);
            assert!(text.starts_with("const $modules = "), "{entry}");
            assert!(!text.lines().any(|line| line.starts_with("import ")), "{entry}");
            assert!(files.text(entry).contains("import {"), "{entry}");
        }
        let soon = joined(SOON);
        assert!(
            soon.contains("$modules[\"legend/legend-table.js\"] ??=") && soon.ends_with("export default $modules;\n")
        );
        let (page, later) = (joined("app/dashboard.js"), joined("account/share-dialog.js"));
        assert!(
            page.contains("$modules[\"shared/format.js\"] ??=")
                && !later.contains("$modules[\"shared/format.js\"] ??=")
        );
        assert!(!joined("app/offline.js").contains("import "), "it stands alone");
    }
}

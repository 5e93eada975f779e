//! All of it, from the sources to what the program is built with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::files::Files;
use crate::sources::Sources;
use crate::{generated, page_texts};

/// Makes the files, and writes them and `assets.rs`, which names them all, into `out`.
///
/// # Errors
/// [`Error`] where a file cannot be read or written, or a script is not understood.
pub fn write(sources: &Sources<'_>, out: &Path) -> Result<(), Error> {
    let files = Files::make(sources)?;
    let mut templates = BTreeMap::new();
    for name in sources.pages.iter().chain(sources.parts) {
        let path = sources.templates.join(name);
        templates.insert(*name, fs::read_to_string(&path).map_err(|error| Error::File(path, error))?);
    }
    // Every language has the same keys.
    let texts = sources.texts.first().map(|(_, texts)| texts.clone()).unwrap_or_default();
    let pages = page_texts::by_page(&texts, sources.pages, &templates, &files);
    generated::write(&files, sources, &pages, out)
}

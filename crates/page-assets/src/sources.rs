//! What the page's files are made of.

use std::collections::BTreeMap;
use std::path::Path;

/// A language's texts.
pub type Texts = BTreeMap<String, String>;

/// What the page's files are made of.
#[derive(Clone, Debug)]
pub struct Sources<'a> {
    /// The folder of our own scripts and styles.
    pub own: &'a Path,
    /// The folder of others' files, as they are.
    pub vendor: &'a Path,
    /// The folder of the templates.
    pub templates: &'a Path,
    /// The templates that are pages.
    pub pages: &'a [&'a str],
    /// The templates that pages include.
    pub parts: &'a [&'a str],
    /// Each language's code and texts.
    pub texts: &'a [(&'a str, Texts)],
}

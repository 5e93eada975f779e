//! Assets that are made from others, so that the element on somebody else's page needs scripts only: a host page's policy
//! then has to allow nothing else, and no name of ours gets into its global scope; and a language's texts for what a page
//! loads later. `web-assets/dev.mjs` does the same.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::sources::Texts;

/// The texts that the element needs, by how their keys begin.
const EMBEDDED: &[&str] = &[
    "age.", "average", "download", "embed.", "gap.", "hop.", "limit.", "peak", "reason.", "span.", "state.",
    "trouble.", "upload", "view_",
];

/// The made files, by path; `of` gives the text of those that are there.
pub(crate) fn files(
    texts: &[(&str, Texts)],
    of: impl Fn(&str) -> Option<String>,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let text = |name: &str| of(name).unwrap_or_default();
    let library = format!("{}\nexport default uPlot;\n", text("vendor/uplot/uPlot.iife.min.js"));
    let style = format!("export default {};\n", serde_json::to_string(&text("vendor/uplot/uPlot.min.css"))?);
    let mut embedded = BTreeMap::new();
    let mut made = Vec::new();
    for (lang, of_lang) in texts {
        let all = format!("export default {};\n", serde_json::to_string(of_lang)?);
        made.push((format!("shared/words-{lang}.js"), all.into_bytes()));
        let mut of_lang = of_lang.clone();
        of_lang.retain(|key, _| EMBEDDED.iter().any(|start| key.starts_with(start)));
        embedded.insert(*lang, of_lang);
    }
    let words = format!("export default {};\n", serde_json::to_string(&embedded)?);
    made.extend([
        ("vendor/uplot/uPlot.module.js".to_owned(), library.into_bytes()),
        ("vendor/uplot/uPlot.style.js".to_owned(), style.into_bytes()),
        ("embed/words.js".to_owned(), words.into_bytes()),
    ]);
    Ok(made)
}

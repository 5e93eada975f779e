//! Assets that are made from others, so that the element on somebody else's page needs scripts only: a host page's policy
//! then has to allow nothing else, and no name of ours gets into its global scope; and a language's texts for what a page
//! loads later. `web-assets/dev.mjs` does the same.

use std::collections::BTreeMap;

use actix_web::web::Bytes;

use crate::texts::{self, Texts};
use crate::{Error, Lang};

/// The texts that the element needs, by how their keys begin.
const EMBEDDED: &[&str] = &[
    "age.", "average", "download", "embed.", "gap.", "hop.", "limit.", "peak", "reason.", "span.", "state.",
    "trouble.", "upload", "view_",
];

/// The made files, by path; `of` gives those that are embedded.
pub(crate) fn files(of: impl Fn(&str) -> Option<Bytes>) -> Result<Vec<(String, Bytes)>, Error> {
    let text = |name: &str| of(name).map(|file| String::from_utf8_lossy(&file).into_owned()).unwrap_or_default();
    let library = format!("{}\nexport default uPlot;\n", text("vendor/uplot/uPlot.iife.min.js"));
    let style = format!("export default {};\n", serde_json::to_string(&text("vendor/uplot/uPlot.min.css"))?);
    let mut embedded = BTreeMap::new();
    let mut made = Vec::new();
    for lang in Lang::ALL {
        let mut of_lang: Texts = texts::of(lang)?;
        let all = format!("export default {};\n", serde_json::to_string(&of_lang)?);
        made.push((format!("shared/words-{}.js", lang.code()), Bytes::from(all)));
        of_lang.retain(|key, _| EMBEDDED.iter().any(|start| key.starts_with(start)));
        embedded.insert(lang.code(), of_lang);
    }
    let words = format!("export default {};\n", serde_json::to_string(&embedded)?);
    made.extend([
        ("vendor/uplot/uPlot.module.js".to_owned(), Bytes::from(library)),
        ("vendor/uplot/uPlot.style.js".to_owned(), Bytes::from(style)),
        ("embed/words.js".to_owned(), Bytes::from(words)),
    ]);
    Ok(made)
}

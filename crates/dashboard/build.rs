//! Makes the page's files, so that the program only hands them out.

use std::env;
use std::path::Path;

use lalin_page_assets::{Sources, Texts, write};

/// The templates that are pages.
const PAGES: &[&str] = &[
    "alerts.html",
    "dashboard.html",
    "description.html",
    "fleet.html",
    "login.html",
    "report.html",
    "settings.html",
    "usage.html",
];
/// What they include.
const PARTS: &[&str] = &["head.html", "signs.html", "site.html", "top.html"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let (root, out) = (Path::new(&root), env::var("OUT_DIR")?);
    let texts = |lang: &str| -> Result<Texts, Box<dyn std::error::Error>> {
        Ok(serde_json::from_str(&std::fs::read_to_string(root.join("texts").join(format!("{lang}.json")))?)?)
    };
    let own = root.join("../../web-assets/src");
    let vendor = root.join("../../web-assets/vendor");
    let templates = root.join("templates");
    for folder in [&own, &vendor, &templates, &root.join("texts")] {
        println!("cargo:rerun-if-changed={}", folder.display());
    }
    let texts = [("id", texts("id")?), ("en", texts("en")?)];
    let sources =
        Sources { own: &own, vendor: &vendor, templates: &templates, pages: PAGES, parts: PARTS, texts: &texts };
    Ok(write(&sources, Path::new(&out))?)
}

//! Joins the page's modules, so that a first visit needs a few requests and not one for each of ninety files.
//!
//! It understands the forms in which our own modules are written, and refuses whatever else it finds: a file that begins a
//! page (an entry) or that is loaded later (`import()`) becomes one file with all modules that it needs. Each module stays
//! a scope of its own and is evaluated once, whichever file brings it: what it exports is kept in a registry by its path.
//! What a page has loaded already when it asks for a later part is not in that part again.
//!
//! A bundler from a registry would do more (rename, shake, minify), and is a compiler of JavaScript in every build of ours.
//! Names are left as they are; sources are for `web-assets/dev.mjs`, which serves them one by one.

mod chunks;
mod module;
mod styles;

use std::collections::BTreeMap;

use chunks::Chunks;
use module::Module;
pub(crate) use module::{BundleFault, beside};
pub(crate) use styles::join_sheets;

/// The scripts with which a page, a frame or a worker begins.
pub(crate) const ENTRIES: &[&str] = &[
    "account/login.js",
    "account/settings.js",
    "alerts/alerts-page.js",
    "app/dashboard.js",
    "description/description-page.js",
    "embed/embed.js",
    "embed/iframe-page.js",
    "routers/router-list.js",
    "usage/report-page.js",
    "usage/usage-page.js",
];
/// Those that stand alone: what has loaded is nothing to them, and they load nothing later.
pub(crate) const ALONE: &[&str] = &["app/offline.js", "embed/stream-worker.js"];
/// What the dashboard loads right after its first picture, in one file: each of these alone would be a request.
pub(crate) const SOON: &str = "app/soon.js";
const SOON_MODULES: &[&str] = &[
    "app/cost-line.js",
    "app/header-later.js",
    "chart/interaction.js",
    "history/history-start.js",
    "legend/legend-table.js",
    "routers/router-switcher.js",
    "trouble/trouble-panel.js",
];

/// Where modules find what others export: for each version of the assets, and each server, one of its own, without a name
/// in the global scope of somebody else's page.
const SHARED: &str =
    "const $modules = (globalThis[Symbol.for(new URL(\"..\", import.meta.url).href)] ??= Object.create(null));\n";
const OWN: &str = "const $modules = Object.create(null);\n";

/// The joined files, by path: they take the place of the modules of that name. `source` gives a module's text.
pub(crate) fn bundle(source: impl Fn(&str) -> Option<String>) -> Result<BTreeMap<String, String>, BundleFault> {
    let mut files = BTreeMap::new();
    let chunks = Chunks::find(ENTRIES, |path| read(&source, path))?;
    for root in chunks.roots() {
        files.insert(root.to_owned(), joined(&chunks, root, SHARED)?);
    }
    for alone in ALONE {
        let chunks = Chunks::find(&[*alone], |path| read(&source, path))?;
        if chunks.roots().count() > 1 {
            return Err(BundleFault::new(alone, "loads something later, so it does not stand alone"));
        }
        files.insert((*alone).to_owned(), joined(&chunks, alone, OWN)?);
    }
    Ok(files)
}

fn read(source: &impl Fn(&str) -> Option<String>, path: &str) -> Result<Module, BundleFault> {
    if path == SOON {
        return Ok(Module::passing_on(SOON_MODULES));
    }
    let text = source(path).ok_or_else(|| BundleFault::new(path, "there is no such file"))?;
    Ok(Module::parse(path, &text)?.taking(SOON_MODULES, SOON))
}

/// The file that begins with `root`.
fn joined(chunks: &Chunks, root: &str, registry: &str) -> Result<String, BundleFault> {
    let mut text = registry.to_owned();
    for path in chunks.modules_of(root) {
        chunks.module(path)?.write(path, &mut text);
    }
    let exports = &chunks.module(root)?.exports;
    if root == SOON {
        text.push_str("export default $modules;\n");
    } else if registry == SHARED && !exports.is_empty() {
        let named: Vec<&str> = exports.iter().map(String::as_str).filter(|name| *name != "default").collect();
        if !named.is_empty() {
            text.push_str(&format!("export const {{ {} }} = $modules[\"{root}\"];\n", named.join(", ")));
        }
        if named.len() < exports.len() {
            text.push_str(&format!("export default $modules[\"{root}\"].default;\n"));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_begins_with_an_entry() {
        let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../dashboard/templates");
        let mut found = Vec::new();
        for template in std::fs::read_dir(templates).unwrap() {
            let text = std::fs::read_to_string(template.unwrap().path()).unwrap();
            let scripts = text.split("<script type=\"module\" src=\"{{ assets }}/").skip(1);
            found.extend(scripts.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
        assert!(found.len() >= 8, "{found:?}");
        for script in found {
            assert!(ENTRIES.contains(&&*script) || ALONE.contains(&&*script), "{script}");
        }
    }

    fn files(files: &[(&str, &str)], entries: &[&str]) -> Result<BTreeMap<String, String>, BundleFault> {
        let source = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        let chunks = Chunks::find(entries, |path| read(&source, path))?;
        chunks.roots().map(|root| Ok((root.to_owned(), joined(&chunks, root, SHARED)?))).collect()
    }

    #[test]
    fn a_module_comes_after_what_it_needs_and_once() {
        let made = files(
            &[
                ("a/page.js", "import { f as g } from \"../b/f.js\";\nimport d from \"./d.js\";\ng(d);\n"),
                ("b/f.js", "import d from \"../a/d.js\";\nexport function f() {\n  return d;\n}\n"),
                ("a/d.js", "export default { \"x\": 1 };\n"),
            ],
            &["a/page.js"],
        )
        .unwrap();
        assert_eq!(
            made["a/page.js"].strip_prefix(SHARED).unwrap(),
            "$modules[\"a/d.js\"] ??= (() => {\n\
             const $default = { \"x\": 1 };\nreturn { default: $default };\n})();\n\
             $modules[\"b/f.js\"] ??= (() => {\n\
             const { default: d } = $modules[\"a/d.js\"];\nfunction f() {\nreturn d;\n}\nreturn { f };\n})();\n\
             $modules[\"a/page.js\"] ??= (() => {\n\
             const { f: g } = $modules[\"b/f.js\"];\nconst { default: d } = $modules[\"a/d.js\"];\ng(d);\nreturn {  };\n})();\n"
                .replace("{  }", "{}")
        );
    }

    #[test]
    fn a_later_part_brings_only_what_is_not_there_whoever_asks_for_it() {
        let made = files(
            &[
                ("a/one.js", "import { x } from \"../s/x.js\";\nx(() => import(\"../s/later.js\"));\n"),
                ("a/two.js", "import { y } from \"../s/y.js\";\ny(() => import(\"../s/later.js\"));\n"),
                ("s/x.js", "export const x = (f) => f;\n"),
                ("s/y.js", "import { x } from \"./x.js\";\nexport const y = x;\n"),
                (
                    "s/later.js",
                    "import { x } from \"./x.js\";\nimport { y } from \"./y.js\";\nexport const z = [x, y];\n",
                ),
            ],
            &["a/one.js", "a/two.js"],
        )
        .unwrap();
        assert_eq!(made.len(), 3);
        let later = &made["s/later.js"];
        assert!(!later.contains("[\"s/x.js\"] ??="), "both pages have it: {later}");
        assert!(later.contains("[\"s/y.js\"] ??="), "one page does not: {later}");
        assert!(later.ends_with("export const { z } = $modules[\"s/later.js\"];\n"));
        assert!(made["a/one.js"].contains("import(\"../s/later.js\")"));
    }

    #[test]
    fn what_needs_itself_is_refused() {
        let circle = files(
            &[
                ("a/a.js", "import { b } from \"./b.js\";\nexport const a = b;\n"),
                ("a/b.js", "import { a } from \"./a.js\";\nexport const b = a;\n"),
            ],
            &["a/a.js"],
        );
        assert!(circle.unwrap_err().to_string().contains("circle"));
        assert!(files(&[("a/a.js", "import { b } from \"./b.js\";\n")], &["a/a.js"]).is_err(), "there is no such file");
        let unknown = [("a/a.js", "import { c } from \"./b.js\";\n"), ("a/b.js", "export const b = 1;\n")];
        assert!(files(&unknown, &["a/a.js"]).unwrap_err().to_string().contains("exports no c"));
    }
}

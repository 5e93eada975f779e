//! Which texts a page carries: those that its template or one of its scripts names. All of them together are a tenth of
//! what a first visit loads, and most are of other pages.
//!
//! How a script names a text is a rule of the house that a test holds: `texts.key`, the key in quotation marks, or its
//! beginning before what is put in, as in `state.` and what the state is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::bundle::beside;
use crate::files::Files;
use crate::sources::Texts;

/// The words that a source has for texts.
#[derive(Debug, Default)]
struct Named {
    /// Behind `texts.` or `t.`.
    keys: BTreeSet<String>,
    /// In quotation marks.
    literals: BTreeSet<String>,
    /// The beginnings of templates, such as `state.`.
    starts: BTreeSet<String>,
    /// The other scripts that it loads, at once or later.
    scripts: BTreeSet<String>,
}

/// The keys of the texts that each page needs, in any language.
pub(crate) fn by_page<'a>(
    texts: &Texts,
    pages: &[&'a str],
    templates: &BTreeMap<&str, String>,
    files: &Files,
) -> BTreeMap<&'a str, BTreeSet<String>> {
    let mut scripts = BTreeMap::new();
    // A part may be in any page.
    let parts: String =
        templates.iter().filter(|(name, _)| !pages.contains(*name)).map(|(_, text)| text.as_str()).collect();
    let mut needed = BTreeMap::new();
    for page in pages {
        let own = templates.get(page).map_or("", String::as_str);
        needed.insert(*page, of_page(texts, &format!("{own}{parts}"), files, &mut scripts));
    }
    needed
}

/// Those that its template names, or a script that it loads, at once or later.
fn of_page(texts: &Texts, template: &str, files: &Files, scripts: &mut BTreeMap<String, Named>) -> BTreeSet<String> {
    let page = of_template(template);
    let mut wanted: Vec<String> = page.scripts.iter().cloned().collect();
    let mut loaded = BTreeSet::new();
    while let Some(path) = wanted.pop() {
        if !loaded.insert(path.clone()) {
            continue;
        }
        let script = scripts.entry(path.clone()).or_insert_with(|| of_script(&path, &files.text(&path)));
        wanted.extend(script.scripts.iter().cloned());
    }
    let all = Words::of(loaded.iter().filter_map(|path| scripts.get(path)).chain([&page]));
    texts.keys().filter(|key| all.name(key)).cloned().collect()
}

/// The words of all sources of a page, so that each text is looked for once and not in each source.
#[derive(Debug, Default)]
struct Words<'a> {
    /// Texts by their whole name: behind `texts.`, or in quotation marks.
    whole: HashSet<&'a str>,
    /// The beginnings of texts.
    starts: HashSet<&'a str>,
    /// What stands in quotation marks where a text is `${name}.${value}`: of something whose name is a word of this script.
    names: HashSet<&'a str>,
}

impl<'a> Words<'a> {
    fn of(sources: impl Iterator<Item = &'a Named>) -> Self {
        let mut all = Self::default();
        for source in sources {
            all.whole.extend(source.keys.iter().chain(&source.literals).map(String::as_str));
            all.starts.extend(source.starts.iter().map(String::as_str));
            if source.starts.contains("") {
                all.names.extend(source.literals.iter().map(String::as_str));
            }
        }
        all
    }

    fn name(&self, key: &str) -> bool {
        let mut ends = key.match_indices(['.', '_']).map(|(end, _)| end);
        self.whole.contains(key)
            || ends.any(|end| self.names.contains(&key[..end]) || self.starts.contains(&key[..=end]))
    }
}

fn of_template(template: &str) -> Named {
    let word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let behind = |mark: &str| -> BTreeSet<String> {
        let words = template.split(mark).skip(1).map(|rest| rest.chars().take_while(|c| word(*c)).collect());
        words.collect()
    };
    let scripts = template.split("src=\"{{ assets }}/").skip(1).filter_map(|rest| rest.split('"').next());
    Named { keys: behind("{{ t."), scripts: scripts.map(str::to_owned).collect(), ..Named::default() }
}

fn of_script(path: &str, script: &str) -> Named {
    let mut named = Named::default();
    let key = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for rest in script.split("texts.").skip(1) {
        named.keys.insert(rest.chars().take_while(|c| key(*c)).collect());
    }
    for literal in script.split('"').skip(1).filter(|literal| literal.len() < 80 && !literal.contains('\n')) {
        if literal.ends_with(".js") {
            named.scripts.extend(beside(path, literal));
        }
        named.literals.insert(literal.to_owned());
    }
    for template in script.split('`').skip(1).filter_map(|template| template.split_once("${")) {
        if template.0.len() < 40 {
            named.starts.insert(template.0.to_owned());
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_names_texts_in_each_of_the_ways() {
        let script = "import { a } from \"../shared/b.js\";\nput(x, texts.try_now);\nsay(texts[`state.${s}`]);\n\
                      const words = [\"sort_name\", \"mode\"];\nlazy(() => import(\"./c.js\"));\ntexts[`${name}.${v}`];";
        let named = of_script("app/dashboard.js", script);
        // Of a script without such a template a word in quotation marks names nothing else.
        let other = of_script("shared/b.js", "const kind = \"unit\";");
        let words = Words::of([&named, &other].into_iter());
        for key in ["try_now", "state.live", "sort_name", "mode.mirror", "unit"] {
            assert!(words.name(key), "{key}");
        }
        for key in ["try", "state_label", "set_title", "unit.bit"] {
            assert!(!words.name(key), "{key}");
        }
        assert!(named.scripts.iter().eq(["app/c.js", "shared/b.js"]));
    }
}

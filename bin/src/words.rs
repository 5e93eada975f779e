//! What the program says to people, in Indonesian or English: the texts of `bin/texts`, one file a language.
//!
//! Log lines are not here: they are constant English, to be searched.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::OnceLock;

use lalin_dashboard::Lang;

/// The texts in use, by `section.key`.
static TEXTS: OnceLock<(Lang, BTreeMap<String, String>)> = OnceLock::new();

/// From now on everything is said in this language. The first call counts.
pub(crate) fn speak(lang: Lang) {
    TEXTS.get_or_init(|| (lang, texts_of(lang)));
}

fn in_use() -> &'static (Lang, BTreeMap<String, String>) {
    TEXTS.get_or_init(|| (Lang::En, texts_of(Lang::En)))
}

/// The language in use.
pub(crate) fn lang() -> Lang {
    in_use().0
}

/// A text with its holes filled. One that is not there is said by its key: a test sees that there is none.
pub(crate) fn say(key: &str, values: &[(&str, &dyn Display)]) -> String {
    known(key).map_or_else(|| key.to_owned(), |text| filled(text, values))
}

/// A text as it is, where there is one of this key.
pub(crate) fn known(key: &str) -> Option<&'static str> {
    in_use().1.get(key).map(String::as_str)
}

/// Each hole is filled once: what is put in may hold braces of its own.
fn filled(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut said = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, hole)) = rest.split_once('{') {
        said.push_str(before);
        let Some((name, after)) = hole.split_once('}') else {
            said.push('{');
            rest = hole;
            continue;
        };
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => said.push_str(&value.to_string()),
            None => said.push_str(&format!("{{{name}}}")),
        }
        rest = after;
    }
    said.push_str(rest);
    said
}

/// The embedded texts. Files that are not TOML say nothing; a test reads both.
fn texts_of(lang: Lang) -> BTreeMap<String, String> {
    let file = match lang {
        Lang::Id => include_str!("../texts/id.toml"),
        Lang::En => include_str!("../texts/en.toml"),
    };
    let sections: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(file).unwrap_or_default();
    let flat = |(section, texts): (String, BTreeMap<String, String>)| {
        texts.into_iter().map(move |(key, text)| (format!("{section}.{key}"), text))
    };
    sections.into_iter().flat_map(flat).collect()
}

/// The language to speak: what the call says, else what the environment says.
pub(crate) fn language(arguments: impl Iterator<Item = String>, variable: impl Fn(&str) -> Option<String>) -> Lang {
    let mut arguments = arguments.skip_while(|word| word != "--lang" && !word.starts_with("--lang="));
    let asked = match arguments.next() {
        Some(word) => word.strip_prefix("--lang=").map(str::to_owned).or_else(|| arguments.next()),
        None => None,
    };
    let asked = asked.or_else(|| variable("LALIN_LANG")).and_then(|code| code.parse().ok());
    asked.unwrap_or_else(|| {
        // As the C library chooses: the first that is set.
        let system = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| variable(name).filter(|v| !v.is_empty()));
        let code = system.as_deref().and_then(|locale| locale.split(['_', '.', '-', '@']).next()).unwrap_or_default();
        // The older code `in` is Indonesian too.
        if code.eq_ignore_ascii_case("id") || code.eq_ignore_ascii_case("in") { Lang::Id } else { Lang::En }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn holes(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|hole| hole.split_once('}')).map(|(name, _)| name).collect()
    }

    fn sources(folder: &std::path::Path) -> Vec<String> {
        let mut found = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                found.extend(sources(&path));
            } else {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
        found
    }

    #[test]
    fn both_languages_say_the_same_things_with_the_same_holes() {
        let (id, en) = (texts_of(Lang::Id), texts_of(Lang::En));
        assert!(en.len() > 150, "{}", en.len());
        let keys = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<BTreeSet<_>>();
        let differing: Vec<_> = keys(&id).symmetric_difference(&keys(&en)).cloned().collect();
        assert!(differing.is_empty(), "{differing:?}");
        for (key, text) in &id {
            assert!(!text.trim().is_empty() && !en[key].trim().is_empty(), "{key}");
            assert_eq!(holes(text), holes(&en[key]), "{key}");
        }
    }

    /// The keys that the sources name. Those of help and tables are put together there; they are asked of clap and of
    /// the enums in the tests of those files.
    #[test]
    fn every_text_that_is_named_exists_and_every_text_is_named() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let sources = sources(&folder);
        let en = texts_of(Lang::En);
        let sections: BTreeSet<&str> =
            en.keys().filter_map(|key| key.split_once('.')).map(|(first, _)| first).collect();
        let mut named = BTreeSet::new();
        for source in &sources {
            for word in source.split('"').skip(1) {
                let Some((section, key)) = word.split_once('.') else { continue };
                let plain =
                    |text: &str| !text.ends_with('-') && text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                if sections.contains(section) && !key.is_empty() && plain(key) {
                    named.insert(word);
                }
            }
        }
        let missing: Vec<_> = named.iter().filter(|key| !en.contains_key(**key)).collect();
        assert!(missing.is_empty(), "named and not there: {missing:?}");
        let made = [
            "commands.",
            "flags.",
            "state.",
            "role.",
            "check.step-",
            "status.head-",
            "history.head-",
            "cluster.head-",
            "fault.",
            "tier.",
            "top.order-",
        ];
        let unused: Vec<_> = en
            .keys()
            .filter(|key| !named.contains(key.as_str()) && !made.iter().any(|start| key.starts_with(start)))
            .collect();
        assert!(unused.is_empty(), "there and never said: {unused:?}");
    }

    #[test]
    fn the_call_chooses_the_language_before_the_environment() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>().into_iter();
        let nothing = |_: &str| None;
        let has =
            |name: &'static str, value: &'static str| move |asked: &str| (asked == name).then(|| value.to_owned());
        assert_eq!(language(words("lalin status"), nothing), Lang::En);
        assert_eq!(language(words("lalin --lang id status"), nothing), Lang::Id);
        assert_eq!(language(words("lalin status --lang=en"), has("LANG", "id_ID.UTF-8")), Lang::En);
        assert_eq!(language(words("lalin status"), has("LALIN_LANG", "id")), Lang::Id);
        for (name, value, expected) in [
            ("LANG", "id_ID.UTF-8", Lang::Id),
            ("LC_ALL", "id", Lang::Id),
            ("LC_MESSAGES", "in_ID", Lang::Id),
            ("LANG", "ID-id", Lang::Id),
            ("LANG", "C.UTF-8", Lang::En),
            ("LANG", "idx", Lang::En),
        ] {
            assert_eq!(language(words("lalin"), has(name, value)), expected, "{name}={value}");
        }
        let both = |asked: &str| match asked {
            "LC_ALL" => Some("en_US".to_owned()),
            "LANG" => Some("id_ID".to_owned()),
            _ => None,
        };
        assert_eq!(language(words("lalin"), both), Lang::En, "the first that is set");
    }

    #[test]
    fn what_is_put_in_is_not_filled_again() {
        assert_eq!(filled("{a} and {b}{c}", &[("a", &"{b}"), ("b", &2)]), "{b} and 2{c}");
        assert_eq!(filled("{open", &[]), "{open");
    }
}

//! The texts of the pages, by language and key. What a translator has to know of some of them is in `texts/notes.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::{Error, Lang};

/// A language's texts.
pub(crate) type Texts = BTreeMap<String, String>;

/// Reads the embedded texts of a language.
pub(crate) fn of(lang: Lang) -> Result<Texts, Error> {
    Ok(serde_json::from_str(match lang {
        Lang::Id => include_str!("../texts/id.json"),
        Lang::En => include_str!("../texts/en.json"),
    })?)
}

/// The embedded texts of every language.
pub(crate) fn all() -> Result<[(Lang, Texts); 2], Error> {
    Ok([(Lang::Id, of(Lang::Id)?), (Lang::En, of(Lang::En)?)])
}

/// One text of the pages, for whoever says the same elsewhere: the command line.
pub fn text(lang: Lang, key: &str) -> Option<String> {
    static TEXTS: OnceLock<[Texts; 2]> = OnceLock::new();
    let of = |lang| of(lang).unwrap_or_default();
    let [id, en] = TEXTS.get_or_init(|| [of(Lang::Id), of(Lang::En)]);
    let texts = match lang {
        Lang::Id => id,
        Lang::En => en,
    };
    texts.get(key).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same_things() {
        let (id, en) = (of(Lang::Id).unwrap(), of(Lang::En).unwrap());
        assert!(id.keys().eq(en.keys()), "{:?}", id.keys().filter(|key| !en.contains_key(*key)).collect::<Vec<_>>());
        for (key, text) in &id {
            let holes = |text: &str| text.matches('{').count();
            assert!(!text.trim().is_empty() && !en[key].trim().is_empty(), "{key}");
            assert_eq!(holes(text), holes(&en[key]), "{key}");
        }
    }

    /// Of two texts under one key a reader of JSON takes either.
    #[test]
    fn no_key_is_there_twice() {
        for file in [include_str!("../texts/id.json"), include_str!("../texts/en.json")] {
            let keys =
                file.lines().filter_map(|line| line.strip_prefix("  \"")?.split_once("\": ").map(|(key, _)| key));
            let mut seen = std::collections::BTreeSet::new();
            let twice: Vec<&str> = keys.filter(|key| !seen.insert(*key)).collect();
            assert!(twice.is_empty() && seen.len() > 300, "{twice:?}");
        }
    }

    #[test]
    fn every_note_for_translators_is_of_a_text() {
        let notes: Texts = serde_json::from_str(include_str!("../texts/notes.json")).unwrap();
        let texts = of(Lang::En).unwrap();
        for (key, note) in &notes {
            assert!(texts.contains_key(key) && !note.is_empty(), "{key}");
        }
    }

    #[test]
    fn indonesian_has_no_words_that_operators_do_not_use() {
        let stiff = ["galat", "tetikus", "antarmuka", "tautan", "daring", "peramban", "unggah", "unduh", "basi"];
        for (key, text) in of(Lang::Id).unwrap() {
            let text = text.to_lowercase();
            assert!(!stiff.iter().any(|word| text.split(' ').any(|part| part == *word)), "{key}: {text}");
        }
    }

    #[test]
    fn every_reason_of_the_api_has_a_sentence() {
        let texts = of(Lang::Id).unwrap();
        for reason in [
            "unreachable",
            "refused",
            "timed-out",
            "wrong-credentials",
            "not-permitted",
            "turned-away",
            "tls",
            "certificate",
            "closed",
            "router-error",
            "malformed",
            "internal",
        ] {
            assert!(texts.contains_key(&format!("reason.{reason}")), "{reason}");
        }
    }
}

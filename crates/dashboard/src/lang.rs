//! Which language a browser gets.

use std::str::FromStr;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

/// The text names no language of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected id or en")]
pub struct UnknownLang;

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    /// The code, as in `<html lang>`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }

    /// What was asked for wins over what the browser remembers, that over what it prefers, that over the default.
    pub(crate) fn choose(
        asked: Option<&str>,
        remembered: Option<&str>,
        preferred: Option<&str>,
        default: Self,
    ) -> Self {
        let known = |code: Option<&str>| code.and_then(|code| code.parse().ok());
        known(asked).or_else(|| known(remembered)).or_else(|| preferred.and_then(Self::preferred)).unwrap_or(default)
    }

    /// The best of an `Accept-Language` header; the older code `in` is Indonesian too.
    fn preferred(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for item in header.split(',') {
            let (range, weight) = item.split_once(";q=").unwrap_or((item, "1"));
            let code = range.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let lang = if code == "in" { Ok(Self::Id) } else { code.parse() };
            let Ok(lang) = lang else { continue };
            let weight = weight.trim().parse().unwrap_or(0.0);
            if best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(code: &str) -> Result<Self, UnknownLang> {
        Self::ALL.into_iter().find(|lang| lang.code() == code).ok_or(UnknownLang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_language_that_we_have_is_taken() {
        for (header, lang) in [
            ("id-ID,id;q=0.9,en;q=0.8", Some(Lang::Id)),
            ("en-US,en;q=0.9", Some(Lang::En)),
            ("fr, en;q=0.3, id;q=0.7", Some(Lang::Id)),
            ("in", Some(Lang::Id)),
            ("de,ja", None),
            ("", None),
            (";q=,;;", None),
        ] {
            assert_eq!(Lang::preferred(header), lang, "{header}");
        }
    }

    #[test]
    fn asked_wins_over_remembered_over_preferred_over_default() {
        assert_eq!(Lang::choose(Some("en"), Some("id"), Some("id"), Lang::Id), Lang::En);
        assert_eq!(Lang::choose(Some("xx"), Some("en"), Some("id"), Lang::Id), Lang::En);
        assert_eq!(Lang::choose(None, None, Some("en"), Lang::Id), Lang::En);
        assert_eq!(Lang::choose(None, None, None, Lang::Id), Lang::Id);
    }
}

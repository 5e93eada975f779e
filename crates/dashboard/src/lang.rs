//! Which language a browser gets.

use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header as _};

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
        preferred: Option<Self>,
        default: Self,
    ) -> Self {
        let known = |code: Option<&str>| code.and_then(|code| code.parse().ok());
        known(asked).or_else(|| known(remembered)).or(preferred).unwrap_or(default)
    }

    /// The language that the browser prefers among those we have. The older code `in` is Indonesian too.
    pub(crate) fn preferred_by(request: &HttpRequest) -> Option<Self> {
        let ranked = AcceptLanguage::parse(request).ok()?.ranked();
        ranked.iter().find_map(|preference| match preference.item()?.primary_language().to_ascii_lowercase().as_str() {
            "in" => Some(Self::Id),
            code => code.parse().ok(),
        })
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
    use actix_web::test::TestRequest;

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
            let request = TestRequest::default().insert_header(("accept-language", header)).to_http_request();
            assert_eq!(Lang::preferred_by(&request), lang, "{header}");
        }
    }

    #[test]
    fn asked_wins_over_remembered_over_preferred_over_default() {
        assert_eq!(Lang::choose(Some("en"), Some("id"), Some(Lang::Id), Lang::Id), Lang::En);
        assert_eq!(Lang::choose(Some("xx"), Some("en"), Some(Lang::Id), Lang::Id), Lang::En);
        assert_eq!(Lang::choose(None, None, Some(Lang::En), Lang::Id), Lang::En);
        assert_eq!(Lang::choose(None, None, None, Lang::Id), Lang::Id);
    }
}

//! The query parameters of a request: known and well-formed, or a problem that names the field.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::Query;
use lalin_alerts::Language;
use lalin_stats::RouterId;

use crate::Problem;

use super::interface_selection::InterfaceSelection;

/// What scripts add to get past caches. It is ignored.
const CACHE_BUSTER: &str = "_";
/// The parameters that may be repeated; see `InterfaceSelection`.
const LISTS: [&str; 2] = ["interface", "watch"];

/// How many values a request may have, where each part of a list counts. Whoever wants more wants everything, and can
/// leave the list out.
const MOST_VALUES: usize = 1_000;

/// The parameters of one request.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The parameters of `request`, all of which must be among `known`.
    pub(crate) fn of(request: &HttpRequest, known: &[&str]) -> Result<Self, Problem> {
        let mut pairs = Query::<Vec<(String, String)>>::from_query(request.query_string())
            .map_err(|error| Problem::bad_parameter("query", error))?
            .into_inner();
        // Counted before anything is compared, so that a long query does not cost much time.
        let values: usize = pairs.iter().map(|(_, value)| 1 + value.matches(',').count()).sum();
        if values > MOST_VALUES {
            let detail = format!("{values} values, at most {MOST_VALUES} at once: leave a list out for everything");
            return Err(Problem::bad_parameter("query", detail));
        }
        pairs.retain(|(key, _)| key != CACHE_BUSTER);
        for (at, (key, _)) in pairs.iter().enumerate() {
            if !known.contains(&key.as_str()) {
                let expected = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(Problem::bad_parameter(key, format!("unknown parameter; known: {expected}")));
            }
            if !LISTS.contains(&key.as_str()) && pairs[..at].iter().any(|(earlier, _)| earlier == key) {
                return Err(Problem::bad_parameter(key, "given more than once"));
            }
        }
        Ok(Self(pairs))
    }

    /// All of them but the one that says who asks.
    pub(crate) fn without_credentials(&self) -> Vec<(String, String)> {
        self.0.iter().filter(|(key, _)| key != "token").cloned().collect()
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that may be repeated.
    pub(crate) fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The interfaces that a parameter names; `None` where it is absent.
    pub(crate) fn selection(&self, key: &str) -> Option<InterfaceSelection> {
        self.text(key)?;
        Some(InterfaceSelection::new(self.values(key).map(str::to_owned)))
    }

    /// Yes for `1`, `true` or an empty value; no for `0`, `false` or no such parameter.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, Problem> {
        match self.text(key) {
            None | Some("0" | "false") => Ok(false),
            Some("" | "1" | "true") => Ok(true),
            Some(other) => Err(Problem::bad_parameter(key, format!("expected 1 or 0, got {other:?}"))),
        }
    }

    /// `id` or `en`; `None` where it is absent.
    pub(crate) fn language(&self, key: &str) -> Result<Option<Language>, Problem> {
        match self.text(key) {
            None => Ok(None),
            Some("id") => Ok(Some(Language::Id)),
            Some("en") => Ok(Some(Language::En)),
            Some(other) => Err(Problem::bad_parameter(key, format!("expected id or en, got {other:?}"))),
        }
    }

    /// Whole seconds from 0 to `most`; `most` where it is absent.
    pub(crate) fn seconds(&self, key: &str, most: Duration) -> Result<Duration, Problem> {
        let Some(text) = self.text(key) else { return Ok(most) };
        let most = most.as_secs();
        let seconds = text.parse().ok().filter(|seconds| *seconds <= most);
        let wrong = || Problem::bad_parameter(key, format!("expected 0 to {most} seconds, got {text:?}"));
        seconds.map(Duration::from_secs).ok_or_else(wrong)
    }
}

/// A router's id in a path.
pub(crate) fn router_id(id: &str) -> Result<RouterId, Problem> {
    id.parse().map_err(|_| Problem::unknown_router(id))
}

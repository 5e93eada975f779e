//! The environment's variables: which exist, and what to say of one that does not.

use crate::origin::Said;
use crate::{Error, Origin};

/// What the environment says; an empty variable says nothing.
#[derive(Default)]
pub(crate) struct Variables {
    pub(crate) base_path: Option<Said<String>>,
    pub(crate) config: Option<Said<String>>,
    pub(crate) data_dir: Option<Said<String>>,
    pub(crate) key: Option<Said<String>>,
    pub(crate) lang: Option<Said<String>>,
    pub(crate) listen: Option<Said<String>>,
    pub(crate) log: Option<Said<String>>,
    pub(crate) log_format: Option<Said<String>>,
    pub(crate) open: Option<Said<String>>,
    pub(crate) router: Option<Said<String>>,
    pub(crate) router_password: Option<Said<String>>,
    pub(crate) router_tls: Option<Said<String>>,
}

impl Variables {
    /// Picks Lalin's variables out of the environment and refuses an unknown one.
    pub(crate) fn read(env: impl Iterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut variables = Self::default();
        for (name, value) in env.filter(|(name, _)| name.starts_with(PREFIX)) {
            let known = KNOWN.iter().find(|(known, _)| *known == name);
            let Some(&(known, field)) = known else {
                let nearest = nearest(&name);
                return Err(Error::UnknownVariable { name, nearest });
            };
            if let Some(field) = field.filter(|_| !value.is_empty()) {
                *field(&mut variables) = Some(Said::new(value, Origin::Variable(known)));
            }
        }
        Ok(variables)
    }
}

const PREFIX: &str = "LALIN_";

type Field = fn(&mut Variables) -> &mut Option<Said<String>>;

/// The browser tests find their browser by the two without a field, and start Lalin in the same environment.
const KNOWN: &[(&str, Option<Field>)] = &[
    ("LALIN_BASE_PATH", Some(|v| &mut v.base_path)),
    ("LALIN_CHROMEDRIVER", None),
    ("LALIN_CHROMIUM", None),
    ("LALIN_CONFIG", Some(|v| &mut v.config)),
    ("LALIN_DATA_DIR", Some(|v| &mut v.data_dir)),
    ("LALIN_KEY", Some(|v| &mut v.key)),
    ("LALIN_LANG", Some(|v| &mut v.lang)),
    ("LALIN_LISTEN", Some(|v| &mut v.listen)),
    ("LALIN_LOG", Some(|v| &mut v.log)),
    ("LALIN_LOG_FORMAT", Some(|v| &mut v.log_format)),
    ("LALIN_OPEN", Some(|v| &mut v.open)),
    ("LALIN_ROUTER", Some(|v| &mut v.router)),
    ("LALIN_ROUTER_PASSWORD", Some(|v| &mut v.router_password)),
    ("LALIN_ROUTER_TLS", Some(|v| &mut v.router_tls)),
];

/// The known name with the fewest edits to the unknown one, if that is less than half of it.
fn nearest(name: &str) -> Option<&'static str> {
    let word = &name[PREFIX.len()..];
    KNOWN
        .iter()
        .filter(|(_, field)| field.is_some())
        .map(|(known, _)| (distance(word, &known[PREFIX.len()..]), *known))
        .min()
        .filter(|(edits, known)| edits * 2 <= known.len() - PREFIX.len())
        .map(|(_, known)| known)
}

/// Levenshtein's distance; a row at a time.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!(distance("LISTEN", "LISTEN"), 0);
        assert_eq!(distance("LISEN", "LISTEN"), 1);
        assert_eq!(distance("", "LOG"), 3);
        assert_eq!(distance("PASSWORD", "ROUTER_PASSWORD"), 7);
    }

    #[test]
    fn the_manual_names_every_variable() {
        let manual = include_str!("../../../docs/configuration.md");
        for (name, field) in KNOWN {
            assert_eq!(manual.contains(name), field.is_some(), "{name}");
        }
    }
}

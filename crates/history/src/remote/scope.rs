//! Of which lines is asked: as a selector, and back from an answer's labels to a line's number.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::store::Series;
use crate::Line;

/// So many lines are named in one question; a store limits how long one may be.
const NAMED: usize = 30;
/// The kind that has no label.
const INTERFACE: &str = "interface";

/// Some lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Without braces.
    matchers: String,
    routers: BTreeSet<String>,
    numbers: HashMap<(String, String, String), u32>,
}

impl Scope {
    /// One line.
    pub(crate) fn one(line: &Line) -> Self {
        let (kind, name) = (&*line.name.kind, &*line.name.name);
        let kind = if kind == INTERFACE { "" } else { kind };
        let of = [("router", line.router.as_str()), ("interface", name), ("kind", kind)];
        let matchers: Vec<String> = of.iter().map(|(label, value)| format!("{label}={}", quoted(value))).collect();
        Self::of(matchers.join(","), std::slice::from_ref(line))
    }

    /// So many questions as it takes for these lines. `all` says how many there are on their routers.
    pub(crate) fn many(lines: &[Line], all: usize) -> Vec<Self> {
        if let [line] = lines {
            return vec![Self::one(line)];
        }
        let mut by_router: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
        for line in lines {
            by_router.entry(line.router.as_str()).or_default().push(line.clone());
        }
        // To name most of them is longer than to leave the others out of the answer.
        let most = lines.len() * 2 >= all;
        if most && by_router.len() > 1 {
            return vec![Self::of(String::new(), lines)];
        }
        let mut scopes = Vec::new();
        for (router, lines) in by_router {
            let router = format!("router={}", quoted(router));
            if most {
                scopes.push(Self::of(router, &lines));
                continue;
            }
            for part in lines.chunks(NAMED) {
                let names: Vec<String> = part.iter().map(|line| literally(&line.name.name)).collect();
                scopes.push(Self::of(format!("{router},interface=~{}", quoted(&names.join("|"))), part));
            }
        }
        scopes
    }

    fn of(matchers: String, lines: &[Line]) -> Self {
        let routers = lines.iter().map(|line| line.router.to_string()).collect();
        let number = |line: &Line| {
            let key = (line.router.to_string(), line.name.kind.to_string(), line.name.name.to_string());
            (key, line.id.number())
        };
        Self { matchers, routers, numbers: lines.iter().map(number).collect() }
    }

    /// A selector of a metric, with more matchers.
    pub(super) fn selector(&self, metric: &str, more: &str) -> String {
        let comma = if self.matchers.is_empty() || more.is_empty() { "" } else { "," };
        format!("{metric}{{{}{comma}{more}}}", self.matchers)
    }

    /// A selector of a metric of the routers.
    pub(super) fn router_selector(&self, metric: &str) -> String {
        match self.routers.iter().next() {
            Some(router) if self.routers.len() == 1 => format!("{metric}{{router={}}}", quoted(router)),
            _ => metric.to_owned(),
        }
    }

    /// The line of a series, if it is one of these.
    pub(super) fn line_of(&self, series: &Series) -> Option<u32> {
        let kind = Some(series.label("kind")).filter(|kind| !kind.is_empty()).unwrap_or(INTERFACE);
        let key = (series.label("router").to_owned(), kind.to_owned(), series.label("interface").to_owned());
        self.numbers.get(&key).copied()
    }

    pub(crate) fn routers(&self) -> &BTreeSet<String> {
        &self.routers
    }

    /// Each line's number with its router.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        self.numbers.iter().map(|((router, ..), number)| (*number, router.as_str()))
    }

    pub(super) fn count(&self) -> usize {
        self.numbers.len().max(1)
    }
}

/// As PromQL has a text.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// As RE2 has a text that is meant literally.
fn literally(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !c.is_ascii_control() && !matches!(c, '_' | ' ' | '<' | '>') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LineId, LineName};

    fn line(number: u32, router: &str, name: &str) -> Line {
        Line {
            id: LineId(number),
            router: router.parse().unwrap(),
            name: LineName::interface(name),
            shown: name.into(),
            first_ms: 0,
            last_ms: 0,
        }
    }

    #[test]
    fn a_name_with_signs_is_meant_as_it_is() {
        let scope = Scope::one(&line(1, "r1", "<pppoe-a\"b\\c>"));
        assert_eq!(scope.selector("m", ""), r#"m{router="r1",interface="<pppoe-a\"b\\c>",kind=""}"#);
        let two = [line(1, "r1", "a.b"), line(2, "r1", "x|y")];
        let scopes = Scope::many(&two, 100);
        assert_eq!(scopes[0].selector("m", "of=\"x\""), r#"m{router="r1",interface=~"a\\.b|x\\|y",of="x"}"#);
    }

    #[test]
    fn most_of_a_router_is_asked_for_as_the_whole() {
        let lines: Vec<Line> = (0..70).map(|number| line(number, "r1", &format!("e{number}"))).collect();
        assert_eq!(Scope::many(&lines, 100).len(), 1);
        assert_eq!(Scope::many(&lines, 1_000).len(), 3);
        let two = [line(1, "r1", "a"), line(2, "r2", "a")];
        assert_eq!(Scope::many(&two, 2)[0].selector("m", ""), "m{}");
        assert_eq!(Scope::many(&two, 2)[0].router_selector("m"), "m");
    }

    #[test]
    fn a_series_is_the_line_of_its_labels() {
        let scope = Scope::one(&line(7, "r1", "a"));
        let series = |of: &[(&str, &str)]| Series {
            labels: of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            samples: Vec::new(),
        };
        assert_eq!(scope.line_of(&series(&[("router", "r1"), ("interface", "a"), ("job", "lalin")])), Some(7));
        assert_eq!(scope.line_of(&series(&[("router", "r1"), ("interface", "a"), ("kind", "queue")])), None);
    }
}

//! The two text formats that scrapers read.
//!
//! Classic 0.0.4: timestamps in ms, a counter's type stands under its name with `_total`, no type for facts. OpenMetrics
//! 1.0: timestamps in s, the family's name has no `_total`, `info` is a type, and `# EOF` ends it.
//! Sources: prometheus.io/docs/instrumenting/exposition_formats; OpenMetrics 1.0, section "Text format".

use std::fmt::{self, Display, Write};

/// A text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Classic,
    OpenMetrics,
}

impl Format {
    /// The one that `Accept` prefers; classic where it names neither.
    pub(super) fn accepted(accept: &str) -> Self {
        let mut best = (Self::Classic, 0.0);
        for part in accept.split(',') {
            let mut parameters = part.split(';').map(str::trim);
            let kind = parameters.next().unwrap_or_default();
            let quality = parameters.find_map(|one| one.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            let format = match kind {
                "application/openmetrics-text" => Self::OpenMetrics,
                "text/plain" => Self::Classic,
                _ => continue,
            };
            let quality: f32 = quality.unwrap_or(0.0);
            if quality > best.1 {
                best = (format, quality);
            }
        }
        best.0
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// What ends the answer.
    pub(super) fn end(self) -> &'static str {
        match self {
            Self::Classic => "",
            Self::OpenMetrics => "# EOF\n",
        }
    }
}

/// What kind of metric a family holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
    /// Facts as labels, with the value 1.
    Info,
}

/// A family's head. Its name has no `_total` and no `_info`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) help: &'static str,
}

impl Family {
    /// The lines before its samples.
    pub(super) fn head(&self, format: Format, to: &mut String) {
        let (classic, kind) = match self.kind {
            Kind::Counter => ("_total", "counter"),
            Kind::Gauge => ("", "gauge"),
            Kind::Histogram => ("", "histogram"),
            Kind::Info => ("_info", "info"),
        };
        let (suffix, kind) = match format {
            Format::Classic => (classic, if self.kind == Kind::Info { "gauge" } else { kind }),
            Format::OpenMetrics => ("", kind),
        };
        let Self { name, help, .. } = self;
        let _ = writeln!(to, "# HELP {name}{suffix} {help}\n# TYPE {name}{suffix} {kind}");
        let unit = UNITS.iter().find(|unit| name.ends_with(**unit) && self.kind != Kind::Info);
        if let (Format::OpenMetrics, Some(unit)) = (format, unit) {
            let _ = writeln!(to, "# UNIT {name} {}", &unit[1..]);
        }
    }

    /// One sample. `labels` is what stands between the braces.
    pub(super) fn sample(
        &self,
        format: Format,
        labels: &str,
        value: impl Display,
        at_ms: Option<u64>,
        to: &mut String,
    ) {
        let suffix = match self.kind {
            Kind::Counter => "_total",
            Kind::Info => "_info",
            Kind::Gauge | Kind::Histogram => "",
        };
        self.named(format, suffix, labels, value, at_ms, to);
    }

    /// One sample of a histogram: `_bucket`, `_sum` or `_count`.
    pub(super) fn part(&self, format: Format, suffix: &str, labels: &str, value: impl Display, to: &mut String) {
        self.named(format, suffix, labels, value, None, to);
    }

    fn named(
        &self,
        format: Format,
        suffix: &str,
        labels: &str,
        value: impl Display,
        at_ms: Option<u64>,
        to: &mut String,
    ) {
        to.push_str(self.name);
        to.push_str(suffix);
        if !labels.is_empty() {
            to.push('{');
            to.push_str(labels);
            to.push('}');
        }
        // A String takes everything.
        let _ = write!(to, " {value}");
        match (format, at_ms) {
            (_, None) => {}
            (Format::Classic, Some(ms)) => drop(write!(to, " {ms}")),
            (Format::OpenMetrics, Some(ms)) => drop(write!(to, " {}.{:03}", ms / 1_000, ms % 1_000)),
        }
        to.push('\n');
    }
}

/// The units that names end in.
const UNITS: [&str; 3] = ["_bytes", "_seconds", "_ratio"];

/// `name="value"`, with what a value must not contain escaped.
pub(super) struct Label<'a>(pub(super) &'static str, pub(super) &'a str);

impl Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        f.write_str("=\"")?;
        let mut written = Ok(());
        escaped(self.1, |part| written = written.and_then(|()| f.write_str(part)));
        written?;
        f.write_char('"')
    }
}

/// Gives away a label's value piece by piece, with what it must not contain escaped.
pub(super) fn escaped<'a>(value: &'a str, mut put: impl FnMut(&'a str)) {
    let mut rest = value;
    while let Some(at) = rest.find(['\\', '"', '\n']) {
        let (plain, from) = rest.split_at(at);
        put(plain);
        put(match from.as_bytes()[0] {
            b'\\' => "\\\\",
            b'"' => "\\\"",
            _ => "\\n",
        });
        rest = &from[1..];
    }
    put(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: Family = Family { name: "lalin_x_bytes", kind: Kind::Counter, help: "Of x." };

    #[test]
    fn prometheus_gets_openmetrics_and_who_names_nothing_the_classic_format() {
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                          text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert_eq!(Format::accepted(prometheus), Format::OpenMetrics);
        for classic in ["", "*/*", "text/plain", "text/plain;q=0.9, application/openmetrics-text;q=0.5", "x;q=y"] {
            assert_eq!(Format::accepted(classic), Format::Classic, "{classic}");
        }
    }

    #[test]
    fn a_counter_is_written_as_each_format_wants_it() {
        let written = |format| {
            let mut text = String::new();
            FAMILY.head(format, &mut text);
            FAMILY.sample(format, "a=\"b\"", 7, Some(1_500), &mut text);
            text
        };
        assert_eq!(
            written(Format::Classic),
            "# HELP lalin_x_bytes_total Of x.\n# TYPE lalin_x_bytes_total counter\nlalin_x_bytes_total{a=\"b\"} 7 1500\n"
        );
        assert_eq!(
            written(Format::OpenMetrics),
            "# HELP lalin_x_bytes Of x.\n# TYPE lalin_x_bytes counter\n# UNIT lalin_x_bytes bytes\n\
             lalin_x_bytes_total{a=\"b\"} 7 1.500\n"
        );
    }

    #[test]
    fn a_label_cannot_end_its_quotes() {
        assert_eq!(Label("c", "a\"b\\c\nd").to_string(), r#"c="a\"b\\c\nd""#);
    }
}

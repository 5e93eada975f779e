//! Figures as the page shows them, back in numbers.

/// What each unit is: of a rate in bit/s, of an amount in bytes.
const UNITS: [(&str, f64); 12] = [
    ("b/s", 1.0),
    ("Kb/s", 1e3),
    ("Mb/s", 1e6),
    ("Gb/s", 1e9),
    ("B/s", 8.0),
    ("kB/s", 8e3),
    ("MB/s", 8e6),
    ("GB/s", 8e9),
    ("B", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
];

/// The bit/s of a shown speed, the bytes of a shown amount: `100.00 Mb/s`, with a decimal point or comma.
pub fn spoken(text: &str) -> f64 {
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or_else(|| panic!("no figure: {text:?}"));
    let figure = &text[start..];
    let end = figure.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(figure.len());
    let number: f64 = figure[..end].replace(',', ".").parse().unwrap_or_else(|_| panic!("no number: {text:?}"));
    let unit = figure[end..].trim_start().split([' ', ',', '\n']).next().unwrap_or_default();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).unwrap_or_else(|| panic!("no unit: {text:?}"));
    number * factor.1
}

/// What is steady is shown as steady, as far as a busy machine lets one second be one: how exact the rates are is
/// judged elsewhere.
pub fn is_about(seen: f64, truth: f64, what: &str) {
    assert!((seen - truth).abs() <= truth.abs() * 0.05, "{seen} instead of {truth}: {what}");
}

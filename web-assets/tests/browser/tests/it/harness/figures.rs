//! Figures as the page shows them, back in numbers.

/// What each unit is: of a rate in bit/s, of an amount in bytes.
const UNITS: [(&str, f64); 12] = [
    ("bps", 1.0),
    ("kbps", 1e3),
    ("Mbps", 1e6),
    ("Gbps", 1e9),
    ("B/s", 8.0),
    ("kB/s", 8e3),
    ("MB/s", 8e6),
    ("GB/s", 8e9),
    ("B", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
];

/// The bit/s of a shown speed, the bytes of a shown amount: `100.00 Mbps` or `1.842,5 Mbps`, in either
/// language.
pub fn spoken(text: &str) -> f64 {
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or_else(|| panic!("no figure: {text:?}"));
    let figure = &text[start..];
    let end = figure.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(figure.len());
    let number = plain(figure[..end].trim_end_matches(['.', ','])).parse::<f64>();
    let number = number.unwrap_or_else(|_| panic!("no number: {text:?}"));
    let unit = figure[end..].trim_start().split([' ', ',', '.', '\n']).next().unwrap_or_default();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).unwrap_or_else(|| panic!("no unit: {text:?}"));
    number * factor.1
}

/// A number as both languages write it: whatever three digits follow at its end parts thousands, since nothing is shown
/// with three decimals; any other last sign is that of the decimals.
fn plain(number: &str) -> String {
    let Some(last) = number.rfind(['.', ',']) else { return number.to_owned() };
    let (whole, part) = (&number[..last], &number[last + 1..]);
    let whole = whole.replace(['.', ','], "");
    if part.len() == 3 { format!("{whole}{part}") } else { format!("{whole}.{part}") }
}

#[test]
fn figures_of_both_languages_are_understood() {
    for (text, bps) in
        [("↓ 1.842,5 Mbps", 1842.5e6), ("1,842.5 Mbps.", 1842.5e6), ("12 kbps", 12e3), ("1.842 Mbps", 1842e6)]
    {
        assert_eq!(spoken(text), bps, "{text}");
    }
    assert_eq!(spoken("2,50 GB"), 2.5e9);
}

/// What is steady is shown as steady, as far as a busy machine lets one second be one: how exact the rates are is
/// judged elsewhere.
pub fn is_about(seen: f64, truth: f64, what: &str) {
    assert!((seen - truth).abs() <= truth.abs() * 0.05, "{seen} instead of {truth}: {what}");
}

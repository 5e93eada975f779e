//! What was measured, a line each, for the table of `cargo xtask bench`.

use std::fmt::Display;

/// How long everything is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For the table.
    Whole,
    /// To see that it runs: the numbers mean nothing.
    Quick,
}

impl Effort {
    pub(crate) fn pick<T>(self, whole: T, quick: T) -> T {
        if self == Self::Whole { whole } else { quick }
    }
}

/// A row of the table: what, how much, the bar and whether it is reached, if there is one.
pub(crate) fn row(what: impl Display, measured: impl Display, bar: Option<(&str, bool)>) {
    let (bar, word) = bar.map_or(("", ""), |(bar, reached)| (bar, if reached { "yes" } else { "**no**" }));
    println!("row\t{what}\t{measured}\t{bar}\t{word}");
}

/// The middle one; 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The value below which this part of all is.
pub(crate) fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 * part) as usize).min(values.len().saturating_sub(1));
    values.get(at).copied().unwrap_or_default()
}

/// `12345.6` as `12,346`, small numbers with what matters of them.
pub(crate) fn number(value: f64) -> String {
    if value.fract() != 0.0 && value.abs() < 10.0 {
        return format!("{value:.2}");
    }
    if value.fract() != 0.0 && value.abs() < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

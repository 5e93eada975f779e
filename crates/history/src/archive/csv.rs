//! Rows as CSV, and samples back from it.

use std::io::{BufRead, Write};

use super::export::{Columns, Rows, SAMPLES, STARTS};
use crate::Error;
use crate::columns::Start;
use crate::tick::COUNTERS;

/// Writes rows as CSV (RFC 4180), the names first.
#[derive(Debug)]
pub struct CsvRows<W: Write>(csv::Writer<W>);

impl<W: Write> CsvRows<W> {
    /// Writes to `out`, in larger pieces.
    pub fn new(out: W) -> Self {
        Self(csv::Writer::from_writer(out))
    }
}

fn output(error: impl ToString) -> Error {
    Error::Output(error.to_string())
}

impl<W: Write> Rows for CsvRows<W> {
    fn begin(&mut self, columns: &Columns) -> Result<(), Error> {
        self.0.write_record(columns.texts.iter().chain(columns.numbers)).map_err(output)
    }

    fn row(&mut self, texts: &[&str], numbers: &[i64]) -> Result<(), Error> {
        texts.iter().try_for_each(|text| self.0.write_field(text)).map_err(output)?;
        numbers.iter().try_for_each(|number| self.0.write_field(number.to_string())).map_err(output)?;
        self.0.write_record(None::<&[u8]>).map_err(output)
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.0.flush().map_err(output)
    }
}

/// A sample as it was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReadSample {
    pub(super) router: String,
    pub(super) kind: String,
    pub(super) line: String,
    pub(super) shown: String,
    pub(super) start: Option<Start>,
    pub(super) at_ms: i64,
    pub(super) span_ms: u32,
    pub(super) rises: [u64; COUNTERS],
}

/// Gives every sample of a CSV that was exported, and how many bytes of it were read.
pub(super) fn read_samples(
    input: impl BufRead,
    each: &mut dyn FnMut(ReadSample, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(input);
    let wrong = |error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        Error::Import { line, what: error.to_string() }
    };
    let wanted: Vec<&str> = SAMPLES.texts.iter().chain(SAMPLES.numbers).copied().collect();
    if reader.headers().map_err(wrong)?.iter().ne(wanted.iter().copied()) {
        let what = format!("the columns are not {}: only samples can be imported", wanted.join(","));
        return Err(Error::Import { line: 1, what });
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(wrong)? {
        let position = record.position().cloned().unwrap_or_else(csv::Position::new);
        let sample = sample(&record).map_err(|what| Error::Import { line: position.line(), what })?;
        each(sample, position.byte())?;
    }
    Ok(())
}

fn sample(record: &csv::StringRecord) -> Result<ReadSample, String> {
    let text = |place: usize| record.get(place).unwrap_or_default().to_owned();
    let name = |place: usize| record.get(place + SAMPLES.texts.len()).unwrap_or_default();
    let number = |place: usize| name(place).parse::<u64>();
    let wrong = |place: usize| format!("{} is no number that can be: {:?}", SAMPLES.numbers[place], name(place));
    let (router, kind, line, shown) = (text(0), text(1), text(2), text(3));
    if router.is_empty() || kind.is_empty() || line.is_empty() {
        return Err("a sample without router, kind or line".to_owned());
    }
    let word = text(4);
    let start = STARTS.iter().find(|(_, known)| *known == word).ok_or_else(|| format!("unknown start {word:?}"))?.0;
    let at_ms = name(0).parse().ok().filter(|at| (MOST_PAST..MOST_FUTURE).contains(at)).ok_or_else(|| wrong(0))?;
    let span_ms = number(1).ok().and_then(|span| u32::try_from(span).ok()).ok_or_else(|| wrong(1))?;
    let mut rises = [0; COUNTERS];
    for (place, rise) in (2..).zip(&mut rises) {
        *rise = number(place).ok().filter(|rise| *rise <= i64::MAX as u64).ok_or_else(|| wrong(place))?;
    }
    Ok(ReadSample { router, kind, line, shown, start, at_ms, span_ms, rises })
}

/// 1970 and 2200: no sample lies outside.
const MOST_PAST: i64 = 0;
const MOST_FUTURE: i64 = 7_258_118_400_000;

//! `lalin history export`: rows into a file of one's own, or to the standard output.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use lalin_history::{Archive, By, CsvRows, ExportQuery, Fineness, Rows, SqliteRows, Tier, Zone};

use super::moment::moment;
use crate::cli::ExportFlags;
use crate::error::Error;
use crate::figures::count;
use crate::new_file::new_file;
use crate::progress::{ProgressLine, Unit};
use crate::words::say;

/// Bytes that are written at once.
const BUFFER: usize = 256 * 1024;

pub(super) fn export(archive: &Archive, zone: &Zone, flags: &ExportFlags) -> Result<(), Error> {
    let router = match &flags.router {
        Some(id) => Some(id.parse().map_err(|_| lalin_history::Error::NoLine)?),
        None => None,
    };
    let query = ExportQuery {
        router,
        line: flags.interface.clone(),
        from_ms: moment(zone, "--from", flags.from.as_deref())?,
        to_ms: moment(zone, "--to", flags.to.as_deref())?,
        fineness: fineness(flags)?,
    };
    let to = flags.sqlite.as_ref().or(flags.parquet.as_ref()).or(flags.csv.as_ref());
    let quiet = to.is_none() && io::stdout().is_terminal();
    let mut rows = Counted { rows: rows(flags)?, count: 0, quiet, line: ProgressLine::new(Unit::Rows) };
    let progress = std::cell::Cell::new((0, 1));
    let done = archive.export(&query, &mut Telling { to: &mut rows, progress: &progress }, &mut |now| {
        progress.set((now.done, now.of));
    });
    drop(rows);
    if let (Err(_), Some(path)) = (&done, to) {
        // Half of a file looks like a file.
        let _ = std::fs::remove_file(path);
    }
    let exported = match done {
        // Whoever reads has seen enough, such as `head`.
        Err(lalin_history::Error::Output(_)) if to.is_none() => return Ok(()),
        done => done?,
    };
    if let Some(path) = to {
        println!("{}", say("history.exported", &[("rows", &count(exported)), ("path", &path.display())]));
    }
    Ok(())
}

fn fineness(flags: &ExportFlags) -> Result<Fineness, Error> {
    if let Some(step) = &flags.step {
        let wrong = || Error::Step { text: step.clone() };
        return Ok(Fineness::StepMs(step_ms(step).ok_or_else(wrong)?));
    }
    Ok(match flags.tier.as_str() {
        "minute" => Fineness::Tier(Tier::Minute),
        "five-minutes" => Fineness::Tier(Tier::FiveMinutes),
        "hour" => Fineness::Tier(Tier::Hour),
        "day" => Fineness::By(By::Day),
        "month" => Fineness::By(By::Month),
        _ => Fineness::Samples,
    })
}

/// `30s`, `5m`, `2h`, `1d`.
fn step_ms(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

fn rows(flags: &ExportFlags) -> Result<Box<dyn Rows>, Error> {
    if let Some(path) = &flags.sqlite {
        return Ok(Box::new(SqliteRows::create(path)?));
    }
    if let Some(path) = &flags.parquet {
        return parquet(path);
    }
    let out: Box<dyn Write> = match &flags.csv {
        Some(path) => Box::new(BufWriter::with_capacity(BUFFER, new_file(path)?)),
        None => Box::new(BufWriter::with_capacity(BUFFER, io::stdout())),
    };
    Ok(Box::new(CsvRows::new(out)))
}

#[cfg(feature = "parquet")]
fn parquet(path: &Path) -> Result<Box<dyn Rows>, Error> {
    Ok(Box::new(lalin_history::ParquetRows::new(BufWriter::with_capacity(BUFFER, new_file(path)?))))
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &Path) -> Result<Box<dyn Rows>, Error> {
    Err(Error::NoParquet)
}

struct Counted {
    rows: Box<dyn Rows>,
    count: u64,
    /// The rows themselves are on the terminal.
    quiet: bool,
    line: ProgressLine,
}

/// Rows, and how far it is.
struct Telling<'a> {
    to: &'a mut Counted,
    progress: &'a std::cell::Cell<(u64, u64)>,
}

impl Rows for Telling<'_> {
    fn begin(&mut self, columns: &lalin_history::Columns) -> Result<(), lalin_history::Error> {
        self.to.rows.begin(columns)
    }

    fn row(&mut self, texts: &[&str], numbers: &[i64]) -> Result<(), lalin_history::Error> {
        self.to.count += 1;
        if self.to.count.is_multiple_of(8_192) && !self.to.quiet {
            let (done, of) = self.progress.get();
            self.to.line.tell(done, of, self.to.count);
        }
        self.to.rows.row(texts, numbers)
    }

    fn finish(&mut self) -> Result<(), lalin_history::Error> {
        self.to.rows.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_number_with_its_unit() {
        let steps = [("30s", Some(30_000)), ("5m", Some(300_000)), ("2h", Some(7_200_000)), ("1d", Some(86_400_000))];
        for (text, expected) in steps.into_iter().chain([("5", None), ("m", None), ("5w", None), ("-5m", None)]) {
            assert_eq!(step_ms(text), expected, "{text}");
        }
    }
}

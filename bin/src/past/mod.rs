//! `lalin history`: the past as files, checked, measured, taken elsewhere, brought in, put in order.
//!
//! What only looks works beside the running server; what writes asks for the folder's lock, which the server holds.

mod check;
mod export;
mod moment;
mod sizes;

use std::path::{Path, PathBuf};

use lalin_config::Config;
use lalin_history::{Archive, ImportQuery, Zone};

use crate::cli::{HistoryCommand, ImportFlags};
use crate::error::Error;
use crate::figures::{bytes, count};
use crate::history::settings;
use crate::progress::{ProgressLine, Unit};
use crate::words::say;

use self::moment::moment;

/// Does what was asked.
pub(crate) fn run(config: &Config, command: HistoryCommand) -> Result<(), Error> {
    if let Some(store) = &config.history.store {
        // What was recorded into files before is still there for these; nothing of it is in the store.
        let of_files = folder(config).join("meta.db").is_file();
        if !of_files {
            return Err(Error::HistoryInStore { address: store.query.clone() });
        }
        eprintln!("{}", say("history.of-files-only", &[("address", &store.query)]));
    }
    match command {
        HistoryCommand::Verify { json } => check::verify(&archive(config)?, json),
        HistoryCommand::Stats { json } => sizes::stats(&archive(config)?, &settings(config)?, json),
        HistoryCommand::Export(flags) => export::export(&archive(config)?, &settings(config)?.zone, &flags),
        HistoryCommand::Import(flags) => import(config, flags),
        HistoryCommand::Compact { json } => compact(config, json),
    }
}

/// The history of a configuration, to be looked at.
fn archive(config: &Config) -> Result<Archive, Error> {
    Ok(Archive::open(&folder(config))?)
}

/// The past that this machine shows.
pub(crate) fn folder(config: &Config) -> PathBuf {
    // A node that only asks routers has no other.
    let only_asks = config.cluster.as_ref().is_some_and(|cluster| !cluster.roles.web);
    within(config, if only_asks { RECORDED } else { SHOWN })
}

/// Where a collector of a cluster records.
#[cfg(feature = "cluster")]
pub(crate) fn recorded_folder(config: &Config) -> PathBuf {
    within(config, RECORDED)
}

fn within(config: &Config, name: &str) -> PathBuf {
    std::path::absolute(&config.data_dir).unwrap_or_else(|_| config.data_dir.clone()).join(name)
}

/// Where the past of a data directory can be: what is shown, and what a collector of a cluster records.
pub(crate) const FOLDERS: [&str; 2] = [SHOWN, RECORDED];

const SHOWN: &str = "history";
pub(crate) const RECORDED: &str = "recorded";

fn import(config: &Config, flags: ImportFlags) -> Result<(), Error> {
    let settings = settings(config)?;
    let zone = settings.zone.clone();
    let (from_ms, to_ms) =
        (moment(&zone, "--from", flags.from.as_deref())?, moment(&zone, "--to", flags.to.as_deref())?);
    let mut line = ProgressLine::new(Unit::Steps);
    let mut told = |progress: lalin_history::Progress| line.tell(progress.done, progress.of, 0);
    let imported = if flags.file.is_dir() {
        if from_ms.or(to_ms).is_some() {
            return Err(Error::WholeFolder);
        }
        lalin_history::import_folder(settings, &history_of(&flags.file), &mut told)
    } else {
        lalin_history::import(settings, &ImportQuery { file: flags.file, from_ms, to_ms }, &mut told)
    };
    drop(line);
    let imported = imported.map_err(|error| refused(error, &zone))?;
    if flags.json {
        let lalin_history::Imported { samples, lines, totals } = imported;
        println!("{}", serde_json::json!({"samples": samples, "lines": lines, "totals": totals}));
    } else if imported.samples == 0 && imported.totals == 0 && imported.lines > 0 {
        println!("{}", say("history.imported-whole", &[("lines", &count(imported.lines))]));
    } else {
        let (samples, lines, totals) = (count(imported.samples), count(imported.lines), count(imported.totals));
        println!("{}", say("history.imported", &[("samples", &samples), ("lines", &lines), ("totals", &totals)]));
    }
    Ok(())
}

/// A data directory of Lalin is as good as the history in it.
fn history_of(folder: &Path) -> PathBuf {
    let inside = folder.join("history");
    if inside.join("meta.db").is_file() { inside } else { folder.to_owned() }
}

/// What is there already is told in local time.
fn refused(error: lalin_history::Error, zone: &Zone) -> Error {
    match error {
        lalin_history::Error::Double { router, name, from_ms, to_ms } => {
            Error::Double { router, name, from: zone.local(from_ms), to: zone.local(to_ms) }
        }
        other => other.into(),
    }
}

fn compact(config: &Config, json: bool) -> Result<(), Error> {
    let mut line = ProgressLine::new(Unit::Steps);
    let done = lalin_history::compact(settings(config)?, &mut |progress| line.tell(progress.done, progress.of, 0));
    drop(line);
    let lalin_history::Compacted { days, before, after } = done?;
    if json {
        println!("{}", serde_json::json!({"days": days, "bytesBefore": before, "bytesAfter": after}));
    } else {
        let (before, after) = (bytes(before), bytes(after));
        println!("{}", say("history.compacted", &[("days", &count(days)), ("before", &before), ("after", &after)]));
    }
    Ok(())
}

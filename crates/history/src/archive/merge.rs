//! Brings in the whole history of another Lalin: as it is where there is none yet, line by line where there is one.
//!
//! Into a history that has lines, samples come as from an export, and totals of hours, days and months that are older
//! than the samples as they are. Minutes older than the samples stay behind: they would have to be written anew with
//! those that are here.

use std::path::Path;

use super::compact::open;
use super::csv::ReadSample;
use super::export::{Columns, Rows, STARTS};
use super::import::{Imported, Importer, take_twice};
use super::{Archive, ExportQuery, Fineness, Snapshot};
use crate::history::lock;
use crate::meta::RAW_FROM;
use crate::store::{Folder, HOUR_MS};
use crate::tick::COUNTERS;
use crate::{Error, Progress, Settings};

/// Imports the history in `from`, which another Lalin may be recording. No server may run over the one that it comes to.
pub fn import_folder(settings: Settings, from: &Path, each: &mut dyn FnMut(Progress)) -> Result<Imported, Error> {
    let same = |path: &Path| std::fs::canonicalize(path).ok();
    if same(from).is_some() && same(from) == same(&settings.folder) {
        return Err(Error::Question("this is the history itself"));
    }
    let archive = Archive::open(from)?;
    let is_new = match Archive::open(&settings.folder) {
        Err(Error::NoHistory(_)) => true,
        Err(error) => return Err(error),
        Ok(here) => here.reader().lines(None)?.is_empty(),
    };
    if is_new { copied(&settings, from, &archive, each) } else { merged(settings, &archive, each) }
}

/// The files as they are.
fn copied(
    settings: &Settings,
    from: &Path,
    archive: &Archive,
    each: &mut dyn FnMut(Progress),
) -> Result<Imported, Error> {
    let folder = Folder::new(&settings.folder);
    for path in folder.all() {
        std::fs::create_dir_all(&path).map_err(Error::file(&path))?;
    }
    let _lock = lock(&folder)?;
    let database = folder.path().join("meta.db.new");
    let snapshot = Snapshot::take(from, &database)?;
    let of = snapshot.bytes();
    let mut done = 0;
    // What an empty history had written would not fit to these totals.
    for path in super::open::journals(&crate::disk::ReadOnlyDisk, &folder)? {
        std::fs::remove_file(&path).map_err(Error::file(&path))?;
    }
    for mut file in snapshot.files {
        let path = folder.path().join(&file.name);
        let mut out = std::fs::File::create(&path).map_err(Error::file(&path))?;
        let bytes = file.bytes;
        std::io::copy(&mut std::io::Read::take(&mut file, bytes), &mut out).map_err(Error::file(&path))?;
        out.sync_all().map_err(Error::file(&path))?;
        done += bytes;
        each(Progress { done, of });
    }
    let path = folder.database();
    for ending in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        let _ = std::fs::remove_file(beside);
    }
    // Last: without it there is nothing, with it there is everything.
    std::fs::rename(&database, &path).map_err(Error::file(&path))?;
    let lines = archive.reader().lines(None)?.len() as u64;
    Ok(Imported { samples: 0, lines, totals: 0 })
}

/// Samples as from an export, totals as they are.
fn merged(settings: Settings, archive: &Archive, each: &mut dyn FnMut(Progress)) -> Result<Imported, Error> {
    let (mut engine, _lock) = open(settings)?;
    let from = archive.reader().database().number(RAW_FROM)?;
    // An hour of which only some samples are left is taken as its total.
    let whole_from = (from + HOUR_MS - 1).div_euclid(HOUR_MS) * HOUR_MS;
    let plan = engine.database.plan_totals(&archive.reader().database(), whole_from)?;
    let query =
        ExportQuery { router: None, line: None, from_ms: Some(whole_from), to_ms: None, fineness: Fineness::Samples };
    let mut feed = |importer: &mut Importer<'_>, before: u64| -> Result<(), Error> {
        let mut rows = Feed(importer);
        let mut told = |progress: Progress| {
            let part = (u128::from(progress.done) * 1_000).checked_div(progress.of.into()).unwrap_or(1_000);
            each(Progress { done: before + part as u64, of: 2_000 });
        };
        archive.export(&query, &mut rows, &mut told).map(drop)
    };
    let imported = take_twice(&mut engine, &mut feed, 1_000)?;
    let zone = engine.settings.zone.clone();
    let totals = engine.database.take_totals(&archive.reader().database(), &plan, &zone)?;
    Ok(Imported { totals, ..imported })
}

/// Samples that are not written down in between.
struct Feed<'a, 'b>(&'a mut Importer<'b>);

impl Rows for Feed<'_, '_> {
    fn begin(&mut self, _: &Columns) -> Result<(), Error> {
        Ok(())
    }

    fn row(&mut self, texts: &[&str], numbers: &[i64]) -> Result<(), Error> {
        let ([router, kind, line, shown, word], [at_ms, span_ms, ..]) = (texts, numbers) else { return Ok(()) };
        let start = STARTS.iter().find(|(_, known)| known == word).and_then(|(start, _)| *start);
        let mut rises = [0; COUNTERS];
        rises.iter_mut().zip(&numbers[2..]).for_each(|(rise, number)| *rise = *number as u64);
        self.0.take(ReadSample {
            router: (*router).to_owned(),
            kind: (*kind).to_owned(),
            line: (*line).to_owned(),
            shown: (*shown).to_owned(),
            start,
            at_ms: *at_ms,
            span_ms: u32::try_from(*span_ms).unwrap_or_default(),
            rises,
        })
    }

    fn finish(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

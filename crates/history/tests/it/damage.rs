//! What the disk does to the files: a flipped bit, no room, no right to write.

use std::path::Path;
use std::process::Command;

use lalin_history::{Cause, Error, History, HistoryQuery, LineId, Recording, Resolution};

use crate::truth::{Router, record, settings};

const BEGIN: i64 = 1_772_323_200_000;
const HOUR: i64 = 3_600_000;

fn recorded(folder: &Path, hours: i64) -> History {
    let history = History::open(settings(folder)).unwrap();
    let mut router = Router::new("r1", BEGIN, 10_000, 3);
    router.come("ether1", "ether1");
    router.come("ether2", "ether2");
    while router.wall_ms < BEGIN + hours * HOUR {
        record(&history, &history.recorder(), &router.tick());
    }
    history.compact().unwrap();
    history
}

#[test]
fn a_flipped_bit_costs_one_lines_hour_and_is_said() {
    let folder = crate::truth::folder();
    recorded(folder.path(), 3).close();
    let raw = folder.path().join("raw");
    let mut segments: Vec<_> = std::fs::read_dir(&raw).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.sort();
    let mut bytes = std::fs::read(&segments[0]).unwrap();
    // In the middle of the chunks: behind the header and the times, before the directory.
    let place = bytes.len() * 2 / 3;
    bytes[place] ^= 4;
    std::fs::write(&segments[0], bytes).unwrap();

    let history = History::open(settings(folder.path())).unwrap();
    history.flush().unwrap();
    let reader = history.reader();
    let whole = |line| {
        let resolution = Resolution::StepMs(60_000);
        let query = HistoryQuery { line, from_ms: BEGIN, to_ms: BEGIN + 3 * HOUR, resolution };
        reader.history(&query).unwrap()
    };
    let answers = [1, 2].map(|line| whole(LineId::from_number(line)));
    let missing = answers.each_ref().map(|answer| answer.points.iter().filter(|point| point.rates.is_none()).count());
    assert_eq!(missing.iter().filter(|missing| **missing == 0).count(), 1, "one line is whole: {missing:?}");
    assert!(missing.iter().any(|missing| (59..=61).contains(missing)), "of the other an hour is missing: {missing:?}");
    let verified = reader.verify(&mut |_| ()).unwrap();
    assert_eq!(verified.damaged.len(), 1);
    assert_eq!(history.status().damaged_chunks, 1);
    assert_eq!(std::fs::read_dir(folder.path().join("aside")).unwrap().count(), 1);
    // The cause is an event, which the thread writes when it is told.
    history.compact().unwrap();
    let damaged = verified.damaged[0].line.unwrap();
    assert!(whole(damaged).gaps.iter().any(|gap| gap.cause == Cause::Damaged), "{:?}", whole(damaged).gaps);
}

#[test]
fn a_folder_has_one_writer() {
    let folder = crate::truth::folder();
    let history = History::open(settings(folder.path())).unwrap();
    assert!(matches!(History::open(settings(folder.path())), Err(Error::Locked(_))));
    history.close();
    History::open(settings(folder.path())).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_and_not_a_panic() {
    let folder = crate::truth::folder();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = History::open(settings(&file.join("history"))).unwrap_err();
    assert!(error.is_passing(), "{error}");
}

/// A file system in memory; `None` where it may not be mounted.
struct Mount(std::path::PathBuf);

impl Mount {
    fn new(at: &Path, options: &str) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        println!("left out: this user may not mount a file system here");
        None
    }

    fn again(&self, options: &str) {
        let remounted = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).status();
        assert!(remounted.unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_file_system_stops_the_recording_and_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mount) = Mount::new(folder.path(), "size=34m") else { return };
    let history = recorded(folder.path(), 2);
    let filler = folder.path().join("filler");
    let _ = std::fs::write(&filler, vec![0; 40 << 20]);
    let mut router = Router::new("r2", BEGIN + 2 * HOUR, 10_000, 4);
    for line in 0..400 {
        router.come(&format!("line{line}"), "x");
    }
    for _ in 0..400 {
        record(&history, &history.recorder(), &router.tick());
        let _ = history.flush();
        if history.status().recording != Recording::Running {
            break;
        }
    }
    assert!(matches!(history.status().recording, Recording::Stopped { .. }), "{:?}", history.status());
    assert_eq!(history.reader().lines(None).unwrap()[0].name.name.as_ref(), "ether1");
    std::fs::remove_file(&filler).unwrap();
    history.close();
    // The 10 s until it is tried again are not waited for here: a start tries at once.
    let history = History::open(settings(folder.path())).unwrap();
    record(&history, &history.recorder(), &router.tick());
    history.flush().unwrap();
    assert_eq!(history.status().recording, Recording::Running);
    assert!(history.reader().verify(&mut |_| ()).unwrap().damaged.is_empty());
    history.close();

    mount.again("ro");
    let error = History::open(settings(folder.path())).unwrap_err();
    assert!(error.is_passing(), "{error}");
}

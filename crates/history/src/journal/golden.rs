//! A journal as this version writes it lies beside the tests: whoever changes a record sees it here. Where the file is not
//! there it is written, and the test fails once; that of a released version is kept under another name, and goes on
//! being read here.

use std::path::Path;
use std::sync::Arc;

use super::{EventRecord, Happened, Journal, RecordWriter, read};
use crate::Cause;
use crate::columns::{Start, Times};
use crate::disk::{Disk, RealDisk};
use crate::open::{Entry, OpenHour, Session, TickTime};

/// One of each kind of record.
fn records() -> Vec<u8> {
    let mut writer = RecordWriter::default();
    let session = Session { incarnation: 0x0123_4567_89ab_cdef, counters: [1 << 40, 2, 3, 4, 0, 0, 7, 1] };
    let time = TickTime { seq: 300, wall_ms: 1_795_000_000_123, lead_ms: 10_003, new_part: true };
    let entry =
        |start, rise: u64| Entry { line: 7, start, bases: session.counters, rises: [rise, 0, 3, 0, 0, 1, 0, 0] };
    writer.router(3, "pop-1");
    writer.line(7, 3, ["interface", "<pppoe-budi>", "<pppoe-budi-1>"]);
    writer.state(7, 299, &[session]);
    writer.seen(3, 299, 1_794_999_990_120);
    let (first, second) = (entry(Some(Start::Gap), 70_000), entry(None, 0));
    writer.tick(3, time, [(&first, Some(&[session][..]))].into_iter());
    writer.tick(3, TickTime { seq: 301, new_part: false, ..time }, [(&second, None)].into_iter());
    for what in [
        Happened::Once("link-up".into()),
        Happened::Began(Cause::Unreachable, "refused".into()),
        Happened::Ended(Cause::Unreachable),
    ] {
        writer.event(&EventRecord { router: 3, line: 7, at_ms: 1_795_000_000_000, what });
    }
    let mut hour = OpenHour::new(9);
    hour.push(3, time, &[first]);
    let times = Times { anchor_ms: 1_795_000_000_123, lead_ms: 10_003, offsets: vec![0] };
    writer.part(3, 300, &times);
    hour.parts[0].lines.iter().for_each(|(line, open)| writer.open(*line, open));
    writer.bytes
}

#[test]
fn the_format_is_the_one_that_was_written_before() {
    let folder = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let written = Journal::create(&disk, folder.path(), 9, &records()).unwrap();
    let now = std::fs::read(&written.path).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/version-1.journal");
    if !golden.exists() {
        std::fs::write(&golden, &now).unwrap();
        panic!("the file was not there and is written");
    }
    let said = |path: &Path| {
        let mut said = Vec::new();
        let contents = read(&RealDisk, path, &mut |record| said.push(format!("{record:?}"))).unwrap();
        assert_eq!((contents.number, contents.skipped, contents.length), (9, 0, now.len() as u64));
        said
    };
    let found = said(&golden);
    assert_eq!(found.len(), 11, "{found:?}");
    assert_eq!(found, said(&written.path));
    assert!(std::fs::read(&golden).unwrap() == now, "the bytes are others: raise the version, and keep the old file");
}

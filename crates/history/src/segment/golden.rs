//! A segment as this version writes it lies beside the tests: whoever changes the format, or the codec's version, sees it
//! here. Where the file is not there it is written, and the test fails once; that of a released version is kept under another
//! name, and goes on being read here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Header, Segment, SegmentWriter, Tier};
use crate::columns::{Effort, LineChunk, Start, Times};
use crate::disk::{Disk, RealDisk};

const LINES: [u32; 3] = [7, 8, 30];

/// Numbers without a generator of random ones, whose next version may give others.
fn chunk(line: u32) -> LineChunk {
    let mut chunk =
        LineChunk { bases: vec![u64::from(line) << 40; 8], columns: vec![vec![]; 8], ..LineChunk::default() };
    for tick in (0..360u32).filter(|tick| line != 8 || !(100..200).contains(tick)) {
        let begins = tick == 0 || (line == 8 && tick == 200);
        chunk.runs.push(tick, begins.then_some(if tick == 0 { Start::Follows } else { Start::GapZero }));
        let noise = u64::from(tick).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44;
        let bytes = (u64::from(line) * 1_000_000 + noise) as i64;
        let row = [
            bytes,
            bytes * 3_000,
            bytes / 900,
            bytes * 3_000 / 1_100 + i64::from(tick % 3),
            0,
            0,
            i64::from(tick == 5),
            4,
        ];
        chunk.columns.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
    }
    chunk
}

fn times() -> Times {
    let offsets = (0..360u32).map(|tick| tick * 10_000 + tick * tick % 7).collect();
    Times { anchor_ms: 1_795_000_000_000, lead_ms: 10_003, offsets }
}

fn written(folder: &Path) -> PathBuf {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let path = folder.join("golden.seg");
    let header = Header { tier: Tier::Raw, number: 12, from_ms: 1_794_996_000_000, to_ms: 1_794_999_600_000, days: 0 };
    let mut writer = SegmentWriter::create(&disk, &path, header).unwrap();
    let part = writer.part(3, 99, &times(), Effort::Thorough).unwrap();
    for line in LINES {
        writer.line(part, line, &chunk(line), Effort::Quick).unwrap();
    }
    writer.finish().unwrap().path
}

#[test]
fn the_format_is_the_one_that_was_written_before() {
    let folder = tempfile::tempdir().unwrap();
    let now = std::fs::read(written(folder.path())).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/version-1.seg");
    if !golden.exists() {
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, &now).unwrap();
        panic!("the file was not there and is written");
    }
    let segment = Segment::open(&RealDisk, &golden).unwrap();
    assert_eq!(segment.times(0).unwrap(), times());
    for line in LINES {
        let [entry] = segment.find(line).unwrap()[..] else { panic!("{line}") };
        assert_eq!(segment.chunk(&entry).unwrap(), chunk(line), "{line}");
    }
    assert!(std::fs::read(&golden).unwrap() == now, "the bytes are others: raise the version, and keep the old file");
}

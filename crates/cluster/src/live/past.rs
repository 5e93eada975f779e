//! The recent window as bytes: lines once, then column by column, the bytes of like weight together, which compresses well.

use std::sync::Arc;

use lalin_monitor::{LineVersion, Past, PastLine, PastPoint};
use lalin_stats::RouterId;
use tokio::time::Instant;

use super::bytes::{Malformed, Reader, Writer};
use super::clock::RemoteClock;
use super::frames::{self, Unreadable};
use super::lists::{self, MOST_LINES};

/// The most points, and the most points times lines, that are sent or read: 32 MB of rates.
const MOST_POINTS: usize = 100_000;
pub(super) const MOST_RATES: usize = 4_000_000;
const MOST_VERSIONS: usize = 100_000;
const MOST_FRAMES: usize = 64;

/// Writes a past; of a larger one the newest part.
pub(super) fn write(writer: &mut Writer, past: &Past, origin: Instant) {
    let most = (MOST_RATES / past.lines.len().max(1)).min(MOST_POINTS);
    let points = &past.points[past.points.len().saturating_sub(most)..];
    writer.number(past.lines.len() as u64);
    for line in &past.lines {
        writer.number(line.first);
        writer.maybe(line.gone);
        writer.number(line.versions.len() as u64);
        for version in &line.versions {
            writer.number(version.since);
            lists::line(writer, &version.interface, &version.identity);
        }
    }
    writer.number(points.len() as u64);
    let (mut seq, mut unix_ms) = (0, 0);
    for point in points {
        writer.number(point.seq.wrapping_sub(seq));
        writer.signed(point.unix_ms.wrapping_sub(unix_ms) as i64);
        (seq, unix_ms) = (point.seq, point.unix_ms);
        frames::gap(writer, point.gap.as_deref());
    }
    let bands = points.iter().flat_map(|point| point.band);
    planes(writer, &bands.collect::<Vec<f32>>());
    let mut column = Vec::with_capacity(2 * points.len());
    for line in 0..past.lines.len() {
        column.clear();
        let rate = |point: &PastPoint| point.rates.get(line).copied().unwrap_or([f32::NAN; 2]);
        for direction in 0..2 {
            column.extend(points.iter().map(|point| rate(point)[direction]));
        }
        planes(writer, &column);
    }
    writer.number(past.frames.len() as u64);
    let mut base = None;
    for frame in &past.frames {
        frames::write(writer, frame, base, origin);
        base = Some(&**frame);
    }
}

pub(super) fn read(reader: &mut Reader<'_>, router: &RouterId, clock: &RemoteClock) -> Result<Past, Unreadable> {
    let count = reader.count(MOST_LINES)?;
    let mut lines = Vec::with_capacity(count);
    for _ in 0..count {
        lines.push(read_line(reader)?);
    }
    let count = reader.count(MOST_POINTS)?;
    if count.saturating_mul(lines.len()) > MOST_RATES + lines.len() {
        return Err(Unreadable::Malformed);
    }
    let mut points = Vec::with_capacity(count);
    let (mut seq, mut unix_ms) = (0_u64, 0_u64);
    for _ in 0..count {
        seq = seq.wrapping_add(reader.number()?);
        unix_ms = unix_ms.wrapping_add(reader.signed()? as u64);
        let gap = frames::read_gap(reader)?;
        points.push(PastPoint { seq, unix_ms, rates: vec![[f32::NAN; 2]; lines.len()].into(), band: [0.0; 2], gap });
    }
    let bands = read_planes(reader, 2 * points.len())?;
    for (point, band) in points.iter_mut().zip(bands.chunks_exact(2)) {
        point.band = [band[0], band[1]];
    }
    for line in 0..lines.len() {
        let column = read_planes(reader, 2 * points.len())?;
        let (rx, tx) = column.split_at(points.len());
        for ((point, rx), tx) in points.iter_mut().zip(rx).zip(tx) {
            point.rates[line] = [*rx, *tx];
        }
    }
    let count = reader.count(MOST_FRAMES)?;
    let mut whole: Vec<Arc<lalin_stats::Frame>> = Vec::with_capacity(count);
    for _ in 0..count {
        let frame = frames::read(reader, router, whole.last().map(|frame| &**frame), clock)?;
        whole.push(Arc::new(frame));
    }
    Ok(Past { lines, points, frames: whole })
}

fn read_line(reader: &mut Reader<'_>) -> Result<PastLine, Malformed> {
    let (first, gone) = (reader.number()?, reader.maybe()?);
    let count = reader.count(MOST_VERSIONS)?;
    let mut versions = Vec::with_capacity(count);
    for _ in 0..count {
        let since = reader.number()?;
        let (interface, identity) = lists::read_line(reader)?;
        versions.push(LineVersion { since, interface: Arc::new(interface), identity });
    }
    Ok(PastLine { first, gone, versions })
}

/// All first bytes, then all second ones, and so on: those of sign and exponent are nearly always alike.
fn planes(writer: &mut Writer, numbers: &[f32]) {
    for plane in (0..4).rev() {
        writer.0.extend(numbers.iter().map(|number| number.to_le_bytes()[plane]));
    }
}

fn read_planes(reader: &mut Reader<'_>, count: usize) -> Result<Vec<f32>, Malformed> {
    let bytes = reader.bytes(count.checked_mul(4).ok_or(Malformed)?)?;
    let number = |at: usize| f32::from_le_bytes([3, 2, 1, 0].map(|plane: usize| bytes[plane * count + at]));
    Ok((0..count).map(number).collect())
}

//! What readers see at one moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::damage::DamageLog;
use super::folder::{HOUR_MS, is_day};
use crate::open::OpenHour;
use crate::segment::{LineEntry, Piece, Segment, Tier, TimesCache};

/// The hour that is being recorded, or that is being sealed.
pub(crate) type SharedHour = Arc<Mutex<OpenHour>>;

/// Everything there is. It does not change; a new one takes its place.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    pub(crate) raw: Vec<Arc<Segment>>,
    pub(crate) minute: Vec<Arc<Segment>>,
    pub(crate) five_minutes: Vec<Arc<Segment>>,
    /// Being sealed, then the one that is open; none before the journal was replayed.
    pub(crate) hours: Vec<SharedHour>,
    /// Segments with a higher number are not in the totals yet.
    pub(crate) booked_upto: u64,
}

/// The view of now.
#[derive(Debug, Default)]
pub(crate) struct Shared(RwLock<Arc<View>>);

impl Shared {
    pub(crate) fn get(&self) -> Arc<View> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut View)) {
        let mut view = View::clone(&self.get());
        change(&mut view);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
    }
}

pub(crate) fn lock(hour: &Mutex<OpenHour>) -> MutexGuard<'_, OpenHour> {
    hour.lock().unwrap_or_else(PoisonError::into_inner)
}

impl View {
    pub(crate) fn tier(&self, tier: Tier) -> &[Arc<Segment>] {
        match tier {
            Tier::Raw => &self.raw,
            Tier::Minute => &self.minute,
            _ => &self.five_minutes,
        }
    }

    /// Puts a segment into its tier, in the place of those that it took in.
    pub(crate) fn put(&mut self, segment: Arc<Segment>) {
        let header = segment.header;
        let segments = match header.tier {
            Tier::Raw => &mut self.raw,
            Tier::Minute => &mut self.minute,
            _ => &mut self.five_minutes,
        };
        segments.retain(|other| other.path != segment.path && !is_within(other, &segment));
        segments.push(segment);
        segments.sort_by_key(|segment| (segment.header.from_ms, segment.header.number));
    }

    /// Leaves a segment out from now on.
    pub(crate) fn drop_segment(&mut self, segment: &Segment) {
        for segments in [&mut self.raw, &mut self.minute, &mut self.five_minutes] {
            segments.retain(|other| other.path != segment.path);
        }
    }

    /// A line's samples in a range, in the order in which they were recorded.
    pub(crate) fn pieces(
        &self,
        line: u32,
        (from_ms, to_ms): (i64, i64),
        cache: &mut TimesCache,
        damage: &DamageLog,
    ) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (segment, entry) in self.sealed(line, (from_ms, to_ms), damage) {
            match segment.piece(&entry, cache) {
                Ok(piece) => pieces.push(piece),
                Err(why) => damage.chunk(segment, &entry, &why),
            }
        }
        for hour in &self.hours {
            pieces.extend(lock(hour).pieces(line));
        }
        pieces.sort_by_key(|piece| piece.first_seq);
        pieces
    }

    /// Where in sealed segments a line's samples of a range are. A segment that is damaged is reported and left out.
    pub(super) fn sealed<'a>(
        &'a self,
        line: u32,
        (from_ms, to_ms): (i64, i64),
        damage: &'a DamageLog,
    ) -> impl Iterator<Item = (&'a Arc<Segment>, LineEntry)> {
        let touched = self.raw.iter().filter(move |segment| touches(segment, from_ms, to_ms));
        touched.flat_map(move |segment| {
            let entries = segment.find(line).unwrap_or_else(|why| {
                damage.segment(segment, &why);
                Vec::new()
            });
            let within = move |entry: &LineEntry| {
                let part = segment.parts.get(entry.part as usize);
                part.is_some_and(|part| part.to_ms >= from_ms && part.from_ms <= to_ms)
            };
            entries.into_iter().filter(within).map(move |entry| (segment, entry))
        })
    }

    /// The hours that the totals do not have, or not whole: they are folded from samples.
    pub(crate) fn unbooked(&self) -> Option<(i64, i64)> {
        let sealed = self.raw.iter().filter(|one| one.header.number > self.booked_upto).filter_map(|one| one.range());
        let open = self.hours.iter().filter_map(|hour| lock(hour).range());
        let (from, to) = sealed.chain(open).reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))?;
        Some((from.div_euclid(HOUR_MS) * HOUR_MS, (to + HOUR_MS - 1).div_euclid(HOUR_MS) * HOUR_MS))
    }
}

/// Whether a segment has samples in a range.
pub(crate) fn touches(segment: &Segment, from_ms: i64, to_ms: i64) -> bool {
    segment.range().is_some_and(|(from, to)| to > from_ms && from < to_ms)
}

/// Whether the day's segment has taken in the hour's.
pub(crate) fn is_within(hour: &Segment, day: &Segment) -> bool {
    let (inner, outer) = (hour.header, day.header);
    inner.tier == Tier::Raw
        && outer.tier == Tier::Raw
        && is_day(outer.from_ms, outer.to_ms)
        && !is_day(inner.from_ms, inner.to_ms)
        && inner.from_ms >= outer.from_ms
        && inner.from_ms < outer.to_ms
        && inner.number <= outer.number
}

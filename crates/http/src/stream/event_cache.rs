//! The bytes of ticks and interface lists: encoded once for all streams that show the same, shared by them, and released
//! when the last of them ends.
//!
//! Share links, embedded boxes and walls are many viewers of few selections, so the selection is what is encoded, not the
//! viewer.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use lalin_monitor::InterfaceList;
use lalin_stats::{Frame, Identity, Interface, RouterId};

use crate::lines::LineView;
use crate::routes::InterfaceSelection;

use super::event_bytes::SharedBytes;
use super::events::{TickEvent, WithRouter};
use super::interface_list::ShownList;
use super::sse_event::sse_event;

/// How many ticks of a selection are kept: the newest, and one that a slower stream still has to send.
const TICKS: usize = 4;
/// How many lists, and how many changes from one to another: everyone's, and those of people who say otherwise of lines.
const LISTS: usize = 8;

/// Which of a router's interfaces are in lists and ticks, and how they are told. Streams of equal selections are sent the
/// same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Selection {
    pub(super) router: RouterId,
    /// The names that may be seen; `None`: all.
    pub(super) seen: Option<Vec<String>>,
    /// What was asked for; `None`: everything.
    pub(super) only: Option<InterfaceSelection>,
    /// Whether every event names the router.
    pub(super) named: bool,
}

/// The selections that open streams show.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventCache(Arc<Mutex<HashMap<Selection, Weak<Encodings>>>>);

impl EventCache {
    /// What is encoded of this selection, shared with the other streams that show it.
    pub(super) fn of(&self, selection: Selection) -> Arc<Encodings> {
        let mut selections = self.selections();
        if let Some(known) = selections.get(&selection).and_then(Weak::upgrade) {
            return known;
        }
        let new = Arc::new(Encodings { selection: selection.clone(), cache: self.clone(), kept: Mutex::default() });
        selections.insert(selection, Arc::downgrade(&new));
        new
    }

    fn selections(&self) -> MutexGuard<'_, HashMap<Selection, Weak<Encodings>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is encoded of one selection. It lives as long as a stream that shows it.
#[derive(Debug)]
pub(super) struct Encodings {
    selection: Selection,
    cache: EventCache,
    kept: Mutex<Kept>,
}

/// Encodings, found by what they were made from; the oldest first. Holding an `Arc` or a `Weak` keeps its address from being
/// reused, so two equal addresses always mean the same data.
#[derive(Debug, Default)]
struct Kept {
    /// The frames are only known again here, and not kept: those of a thousand routers are more than all else.
    ticks: VecDeque<(Weak<Frame>, Arc<SharedBytes>)>,
    lists: VecDeque<Arc<ShownList>>,
    changes: VecDeque<Change>,
}

/// What leads from one list to another; `None`: only the whole list does.
#[derive(Debug)]
struct Change {
    from: Arc<ShownList>,
    to: Arc<ShownList>,
    event: Option<Arc<SharedBytes>>,
}

impl Encodings {
    /// The list as it is shown. Everything here is encoded under the lock, so that a thousand streams woken by one tick
    /// encode it once.
    pub(super) fn list(&self, list: &InterfaceList, view: &LineView) -> Arc<ShownList> {
        let mut kept = self.kept();
        if let Some(known) = kept.lists.iter().rev().find(|known| known.is_of(list, view)) {
            return known.clone();
        }
        let new = Arc::new(ShownList::new(list, self.positions(list), view, self.named()));
        push(&mut kept.lists, new.clone(), LISTS);
        new
    }

    /// The event for who has the list `from` and is to have `to`.
    pub(super) fn change(&self, from: &Arc<ShownList>, to: &Arc<ShownList>) -> Arc<SharedBytes> {
        let mut kept = self.kept();
        let same = |change: &&Change| Arc::ptr_eq(&change.from, from) && Arc::ptr_eq(&change.to, to);
        let known = kept.changes.iter().rev().find(same).map(|change| change.event.clone());
        let event = known.unwrap_or_else(|| {
            let event = to.since(from, self.named()).map(SharedBytes::new);
            let change = Change { from: from.clone(), to: to.clone(), event: event.clone() };
            push(&mut kept.changes, change, LISTS);
            event
        });
        event.unwrap_or_else(|| to.event().clone())
    }

    /// The `tick` event of a frame, in the order of `list`.
    pub(super) fn tick(&self, epoch: &str, frame: &Arc<Frame>, list: &ShownList) -> Arc<SharedBytes> {
        let mut kept = self.kept();
        let is_of = |known: &Weak<Frame>| std::ptr::eq(known.as_ptr(), Arc::as_ptr(frame));
        if let Some((_, bytes)) = kept.ticks.iter().rev().find(|(known, _)| is_of(known)) {
            return bytes.clone();
        }
        let router = self.named().map(RouterId::as_str);
        // Ticks are numbered for each router, so a stream of several cannot be resumed by a number.
        let id = router.is_none().then_some((epoch, frame.seq));
        let data = WithRouter { router, data: TickEvent::of(frame, list.positions()) };
        let bytes = SharedBytes::new(sse_event("tick", id, &data));
        push(&mut kept.ticks, (Arc::downgrade(frame), bytes.clone()), TICKS);
        bytes
    }

    fn named(&self) -> Option<&RouterId> {
        Some(&self.selection.router).filter(|_| self.selection.named)
    }

    /// The places of what is asked for and may be seen; `None`: all.
    fn positions(&self, list: &InterfaceList) -> Option<Vec<usize>> {
        let Selection { seen, only, .. } = &self.selection;
        if seen.is_none() && only.is_none() {
            return None;
        }
        let may_see = |one: &Interface| {
            seen.as_ref().is_none_or(|seen| seen.binary_search_by(|name| name.as_str().cmp(&one.name)).is_ok())
        };
        let all = list.interfaces.iter().map(|interface| &**interface).zip(list.identities.iter());
        let wanted = only.as_ref().map(|only| only.among(all.clone().filter(|(one, _)| may_see(one))));
        let asked = |one: &Interface, identity: &Identity| {
            wanted.as_ref().is_none_or(|wanted| wanted.has(one, identity)) && may_see(one)
        };
        let shown = all.enumerate().filter(|(_, (one, identity))| asked(one, identity));
        Some(shown.map(|(position, _)| position).collect())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Encodings {
    fn drop(&mut self) {
        let mut selections = self.cache.selections();
        // Somebody may have come with the same selection meanwhile, and then it is theirs.
        if selections.get(&self.selection).is_some_and(|known| known.strong_count() == 0) {
            selections.remove(&self.selection);
        }
    }
}

fn push<T>(kept: &mut VecDeque<T>, new: T, most: usize) {
    kept.push_back(new);
    if kept.len() > most {
        kept.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use lalin_stats::{BitsPerSecond, Counters, ErrorCounts, Rate, Uncertainty};
    use tokio::time::Instant;

    use super::*;

    fn frame() -> Arc<Frame> {
        Arc::new(Frame {
            router: "r".parse().unwrap(),
            seq: 7,
            at: Instant::now(),
            unix_ms: 1_000,
            time_base: 2,
            clock_step_ms: 0,
            elapsed: None,
            revision: 2,
            interfaces: vec![Arc::new(Interface::new("*1", "a\nb", "ether"))].into(),
            identities: vec![Identity { line: 1, key: "a\nb".into() }].into(),
            counters: vec![Counters::default()].into(),
            rates: vec![Rate { rx: Some(BitsPerSecond::new(8)), tx: None }].into(),
            uncertainty: Uncertainty { low: 0.98, high: 1.5 },
            error_counts: vec![ErrorCounts { place: 0, errors: 2, drops: 1 }].into(),
            gap: None,
        })
    }

    fn list(frame: &Frame) -> InterfaceList {
        let (interfaces, identities) = (frame.interfaces.clone(), frame.identities.clone());
        InterfaceList { revision: frame.revision, interfaces, identities }
    }

    fn all() -> Selection {
        Selection { router: "r".parse().unwrap(), seen: None, only: None, named: false }
    }

    #[test]
    fn a_tick_is_one_event_and_is_made_once() {
        let (cache, frame) = (EventCache::default(), frame());
        let (one, other) = (cache.of(all()), cache.of(all()));
        let shown = one.list(&list(&frame), &LineView::default());
        let first = one.tick("e", &frame, &shown);
        assert_eq!(
            **first,
            "event: tick\nid: e-7\ndata: {\"seq\":7,\"t\":1000,\"base\":2,\"rev\":2,\"rx\":[8],\"tx\":[null],\"low\":0.98,\"high\":1.5,\"faults\":[[0,2,1]]}\n\n"
        );
        assert!(Arc::ptr_eq(&first, &other.tick("e", &frame, &shown)));
        assert!(Arc::ptr_eq(&shown, &other.list(&list(&frame), &LineView::default())));
    }

    #[test]
    fn viewers_of_the_same_few_share_and_others_do_not() {
        let cache = EventCache::default();
        let of = |seen: &[&str], only: Option<&str>| {
            let seen = Some(seen.iter().map(|name| (*name).to_owned()).collect());
            let only = only.map(|name| InterfaceSelection::new([name.to_owned()]));
            cache.of(Selection { seen, only, named: true, ..all() })
        };
        let held = [of(&["a"], None), of(&["a"], None), of(&["a"], Some("a")), of(&["b"], None)];
        assert!(Arc::ptr_eq(&held[0], &held[1]));
        assert_eq!(cache.selections().len(), 3);
        let frame = frame();
        let shown = held[0].list(&list(&frame), &LineView::default());
        assert_eq!(
            **held[0].tick("e", &frame, &shown),
            "event: tick\ndata: {\"router\":\"r\",\"seq\":7,\"t\":1000,\"base\":2,\"rev\":2,\"rx\":[],\"tx\":[],\"low\":0.98,\"high\":1.5}\n\n"
        );
        drop(held);
        assert!(cache.selections().is_empty(), "the last one has left");
    }

    #[test]
    fn a_line_break_in_a_name_does_not_break_the_event() {
        let frame = frame();
        let shown = EventCache::default().of(all()).list(&list(&frame), &LineView::default());
        let event = shown.event();
        assert_eq!(event.iter().filter(|byte| **byte == b'\n').count(), 3);
        assert!(String::from_utf8_lossy(event).contains(r#""name":"a\nb""#));
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = EventCache::default().of(all());
        let mut before: Option<Arc<ShownList>> = None;
        for _ in 0..LISTS * 3 {
            let frame = frame();
            let shown = cache.list(&list(&frame), &LineView::default());
            cache.tick("e", &frame, &shown);
            if let Some(before) = before.replace(shown.clone()) {
                cache.change(&before, &shown);
            }
        }
        let kept = cache.kept();
        assert_eq!((kept.ticks.len(), kept.lists.len(), kept.changes.len()), (TICKS, LISTS, LISTS));
    }
}

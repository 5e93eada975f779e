//! What is kept, for how long, and as which series.

use lalin_stats::{BitsPerSecond, Identity, Interface};

use super::*;

fn point(seq: u64, names: &[&str], rx: &[f32]) -> Point {
    let interfaces = names.iter().map(|name| Arc::new(Interface::new("*1", name, "ether"))).collect();
    let line = |name: &&str| u64::from(name.as_bytes()[0]);
    let identities = names.iter().map(|name| Identity { line: line(name), key: (*name).into() }).collect();
    let (rates, band) = (rx.iter().map(|rx| [*rx, f32::NAN]).collect(), [0.5, 1.5]);
    Point { seq, unix_ms: seq * 1_000, base: 1, step_ms: 0, interfaces, identities, rates, band, gap: None }
}

fn kept(points: impl IntoIterator<Item = Point>, window_ms: u64, most: usize) -> RecentWindow {
    kept_within(points, Retention { window_ms, longest_ms: window_ms, points: most, ..RETENTION })
}

fn kept_within(points: impl IntoIterator<Item = Point>, retention: Retention) -> RecentWindow {
    let mut recent = RecentWindow::default();
    for point in points {
        recent.push(point, &retention);
    }
    recent
}

fn seqs(window: &Window) -> Vec<u64> {
    window.points.iter().map(|point| point.seq).collect()
}

/// All that was kept of these points.
fn window(points: impl IntoIterator<Item = Point>) -> Window {
    kept_within(points, Retention { points: 1_000, ..RETENTION }).since(0)
}

#[test]
fn what_is_too_old_or_too_much_is_forgotten() {
    let ten = || (1..=10).map(|seq| point(seq, &[], &[]));
    assert_eq!(seqs(&kept(ten(), 3_000, 100).since(0)), [7, 8, 9, 10]);
    assert_eq!(seqs(&kept(ten(), 60_000, 2).since(0)), [9, 10]);
}

#[test]
fn what_fits_is_kept_longer_than_was_promised() {
    let ten = || (1..=10).map(|seq| point(seq, &["a"], &[1.0]));
    // One list of one line, and points of one column.
    let list = lines::COLUMN;
    let retention = |points| {
        let bytes = list + points * Kept::bytes(1);
        Retention { window_ms: 3_000, longest_ms: 7_000, bytes, ..RETENTION }
    };
    assert_eq!(seqs(&kept_within(ten(), retention(6)).since(0)), [5, 6, 7, 8, 9, 10], "what fits");
    assert_eq!(seqs(&kept_within(ten(), retention(100)).since(0)), [3, 4, 5, 6, 7, 8, 9, 10], "no longer than that");
    assert_eq!(seqs(&kept_within(ten(), retention(1)).since(0)), [7, 8, 9, 10], "what was promised");
}

#[test]
fn a_resumption_has_no_gap_and_no_repeat_or_is_none() {
    let recent = kept((5..=9).map(|seq| point(seq, &[], &[])), 60_000, 100);
    assert_eq!(recent.after(7).map(|window| seqs(&window)), Some(vec![8, 9]));
    assert_eq!(recent.after(4).map(|window| seqs(&window)), Some(vec![5, 6, 7, 8, 9]));
    assert_eq!(recent.after(9).map(|window| seqs(&window)), Some(vec![]));
    assert!(recent.after(3).is_none(), "tick 4 is forgotten");
    assert!(recent.after(10).is_none(), "a tick that never was");
}

/// Points of several time bases: the number, the base, the time.
fn of_bases(points: &[(u64, u64, u64)]) -> RecentWindow {
    let of = |&(seq, base, unix_ms): &(u64, u64, u64)| Point { unix_ms, base, ..point(seq, &[], &[]) };
    kept(points.iter().map(of), 1_000_000, 100)
}

fn times(recent: &RecentWindow) -> Vec<u64> {
    recent.since(0).times().collect()
}

#[test]
fn a_clock_set_back_moves_what_was_told_too_late_and_nobody_resumes_from_before_it() {
    let mut recent = of_bases(&[(1, 1, 70_000), (2, 1, 72_000), (3, 1, 74_000)]);
    recent.set_back(-50_000, 4);
    assert_eq!(times(&recent), [20_000, 22_000, 24_000]);
    recent.push(Point { unix_ms: 26_000, base: 2, ..point(4, &[], &[]) }, &RETENTION);
    assert!(recent.after(3).is_none(), "whoever has tick 3 has it at another time");
    assert_eq!(recent.after(4).map(|window| window.times().len()), Some(0));
}

#[test]
fn what_was_told_rightly_before_a_clock_was_wrongly_set_forward_stays() {
    let mut recent = of_bases(&[(1, 1, 10_000), (2, 1, 12_000), (3, 2, 74_000), (4, 2, 76_000)]);
    recent.set_back(-60_000, 5);
    assert_eq!(times(&recent), [10_000, 12_000, 14_000, 16_000]);
}

#[test]
fn a_clock_that_was_wrong_through_a_suspend_is_moved_on_both_sides_of_it() {
    let mut recent = of_bases(&[(1, 1, 70_000), (2, 1, 72_000), (3, 2, 100_000)]);
    recent.set_back(-40_000, 4);
    assert_eq!(times(&recent), [30_000, 32_000, 60_000]);
    recent.set_back(-1_000_000, 4);
    let moved = times(&recent);
    assert!(moved.is_sorted(), "{moved:?}");
}

#[test]
fn who_holds_a_window_keeps_it_as_it_was() {
    let mut recent = of_bases(&[(1, 1, 70_000)]);
    let held = recent.since(0);
    recent.set_back(-50_000, 2);
    assert_eq!((held.times().collect::<Vec<_>>(), times(&recent)), (vec![70_000], vec![20_000]));
}

const RETENTION: Retention =
    Retention { window_ms: 1_000_000, longest_ms: 1_000_000, bytes: usize::MAX, most_bytes: usize::MAX, points: 100 };

#[test]
fn an_interface_that_comes_and_goes_keeps_its_places_in_time() {
    let points =
        [point(1, &["a", "b"], &[10.0, 20.0]), point(2, &["b"], &[21.0]), point(3, &["b", "a"], &[22.0, 12.0])];
    let window = window(points);
    let bits = |rates: &[Option<u64>]| rates.iter().map(|rate| rate.map(BitsPerSecond::new)).collect::<Vec<_>>();
    let series = window.series(|_, _| true, |_| true);
    assert_eq!(series.iter().map(|s| &*s.interface.name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(series[0].rx, bits(&[Some(10), None, Some(12)]));
    assert_eq!(series[1].rx, bits(&[Some(20), Some(21), Some(22)]));
    assert_eq!(series[1].tx, bits(&[None, None, None]));
    assert_eq!(window.series(|interface, _| &*interface.name == "b", |_| true).len(), 1);
}

#[test]
fn a_renamed_interface_is_one_series_under_its_new_name() {
    let renamed = |seq, name: &str, rx| {
        let mut point = point(seq, &[name], &[rx]);
        point.identities = vec![Identity { line: 1, key: name.into() }].into();
        point
    };
    let window = window([renamed(1, "ether1", 10.0), renamed(2, "WAN", 20.0)]);
    let series = window.series(|_, _| true, |_| true);
    let rates = |rx: &[Option<BitsPerSecond>]| rx.iter().map(|rate| rate.map(BitsPerSecond::get)).collect::<Vec<_>>();
    assert_eq!((series.len(), &*series[0].interface.name), (1, "WAN"));
    assert_eq!(rates(&series[0].rx), [Some(10), Some(20)]);
    // Who may see only what is called WAN is not shown what was when it was called otherwise.
    let limited = window.series(|_, _| true, |interface| &*interface.name == "WAN");
    assert_eq!(rates(&limited[0].rx), [None, Some(20)]);
}

#[test]
fn a_link_that_goes_up_and_down_takes_no_memory_and_is_shown_as_it_is() {
    let linked = |seq: u64| {
        let mut point = point(seq, &["ether1"], &[10.0]);
        let mut interface = Interface::clone(&point.interfaces[0]);
        (interface.link_downs, interface.link_bps) = (Some(seq), Some(1_000_000_000 * seq));
        point.interfaces = [Arc::new(interface)].into();
        point
    };
    let once = kept([linked(1)], 60_000, 100).bytes();
    let often = kept((1..=50).map(linked), 60_000, 100);
    assert_eq!(often.bytes() - 49 * Kept::bytes(1), once);
    assert_eq!(often.since(0).series(|_, _| true, |_| true)[0].interface.link_downs, Some(50));
}

#[test]
fn one_line_of_many_costs_one_walk_through_their_list() {
    let names: Vec<String> = (0..100).map(|n| format!("ether{n}")).collect();
    let interfaces: Arc<[_]> = names.iter().map(|name| Arc::new(Interface::new("*1", name, "ether"))).collect();
    let rates = || (0..100).map(|n| [n as f32, f32::NAN]).collect();
    let identities: Arc<[_]> =
        names.iter().zip(1..).map(|(name, line)| Identity { line, key: name.as_str().into() }).collect();
    let of = |seq| Point {
        seq,
        unix_ms: seq * 1_000,
        base: 1,
        step_ms: 0,
        interfaces: interfaces.clone(),
        identities: identities.clone(),
        rates: rates(),
        band: [f32::NAN; 2],
        gap: None,
    };
    let window = window((1..=300).map(of));
    let asked = std::cell::Cell::new(0);
    let wanted = |interface: &Interface, _: &Identity| {
        asked.set(asked.get() + 1);
        &*interface.name == "ether42"
    };
    let series = window.series(wanted, |_| true);
    assert_eq!((series.len(), series[0].rx.len(), asked.get()), (1, 300, 100));
    assert!(series[0].rx.iter().all(|rate| *rate == Some(BitsPerSecond::new(42))));
}

#[test]
fn a_past_for_a_demonstration_stands_before_what_was_seen_and_resumes_nothing() {
    let mut recent = kept([point(5, &["a"], &[f32::NAN]), point(6, &["a"], &[7.0])], 60_000, 100);
    recent.recall(3, 1_000, |interface, from, to| {
        assert_eq!((&*interface.name, to - from), ("a", 1_000));
        [to as f32, 1.0]
    });
    let window = recent.since(0);
    assert_eq!(window.times().collect::<Vec<_>>(), [2_000, 3_000, 4_000, 5_000, 6_000]);
    let series = window.series(|_, _| true, |_| true);
    let rx: Vec<_> = series[0].rx.iter().map(|rate| rate.map(BitsPerSecond::get)).collect();
    assert_eq!(rx, [Some(2_000), Some(3_000), Some(4_000), Some(5_000), Some(7)], "what was measured stays");
    assert_eq!(recent.after(5).map(|window| seqs(&window)), Some(vec![6]));
    RecentWindow::default().recall(3, 1_000, |_, _, _| [0.0, 0.0]);
}

/// A router of lines of which one is replaced at each tick.
fn changing(lines: u64) -> impl Iterator<Item = Point> {
    let name = |line: u64| format!("<pppoe-{line}>");
    (1..).map(move |seq| {
        // Each at its own place: the line there is another one every `lines` ticks.
        let there: Vec<u64> = (0..lines).map(|place| place + lines * ((seq + lines - 1 - place) / lines)).collect();
        let interfaces = there.iter().map(|line| Arc::new(Interface::new("*1", &name(*line), "pppoe-in"))).collect();
        let identities = there.iter().map(|line| Identity { line: *line, key: name(*line).into() }).collect();
        let rates = there.iter().map(|line| [*line as f32, f32::NAN]).collect();
        Point {
            seq,
            unix_ms: seq * 1_000,
            base: 1,
            step_ms: 0,
            interfaces,
            identities,
            rates,
            band: [1.0; 2],
            gap: None,
        }
    })
}

#[test]
fn lines_that_come_and_go_cost_their_own_columns_and_not_a_list_a_tick() {
    const LINES: usize = 200;
    const POINTS: usize = 100;
    let retention = Retention { window_ms: 100_000, longest_ms: 100_000, points: POINTS, ..RETENTION };
    let mut recent = RecentWindow::default();
    let mut most = 0;
    for point in changing(LINES as u64).take(3_000) {
        recent.push(point, &retention);
        most = most.max(recent.bytes());
    }
    // One line came with each point, and with those that are forgotten together.
    let columns = LINES + POINTS + FORGET_EACH as usize + 2;
    let bound = POINTS * Kept::bytes(columns) + columns * (lines::COLUMN + lines::VERSION);
    assert!(most <= bound, "{most}, at most {bound}");
    let a_list_a_tick = POINTS * LINES * (size_of::<Identity>() + size_of::<Arc<Interface>>() + 8);
    assert!(bound < a_list_a_tick * 2 / 3, "{bound} beside {a_list_a_tick}");
    let window = recent.since(0);
    for series in window.series(|_, _| true, |_| true) {
        let line = series.identity.line;
        assert!(series.rx.iter().flatten().all(|rate| rate.get() == line), "{line}: only its own rates");
        assert!(series.rx.iter().any(Option::is_some), "{line}: what is forgotten is not told");
    }
}

#[test]
fn what_is_promised_gives_way_where_all_windows_together_are_too_much() {
    // Twice what is known of the lines that are there.
    let bound = 50 * (lines::COLUMN + lines::VERSION);
    let retention = Retention { most_bytes: bound, ..RETENTION };
    let mut recent = RecentWindow::default();
    for point in changing(50).take(500) {
        recent.push(point, &retention);
        assert!(recent.bytes() <= bound, "{}", recent.bytes());
    }
    assert!(recent.since(0).times().len() > 2);
}

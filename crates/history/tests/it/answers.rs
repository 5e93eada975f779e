//! Answers about two days with outages, held against what really happened.

use lalin_history::{
    Cause, Event, History, HistoryQuery, Keep, LineId, Month, PercentileQuery, Resolution, Rule, TopBy, TopQuery, What,
};

use crate::truth::{Passed, Router, name, record, settings};

/// 2026-03-01, a Sunday.
const BEGIN: i64 = 1_772_323_200_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn event(router: &Router, what: What) -> Event {
    Event { router: router.id.clone(), line: None, at_ms: router.wall_ms, what }
}

/// The percentile as one would do it by hand: each direction, from averages over 5 minutes.
fn by_hand(truth: &[Passed], hours: i64) -> (u64, u64, u32) {
    let mut rates = (Vec::new(), Vec::new());
    for slot in 0..hours * 12 {
        let (from, to) = (BEGIN + slot * 5 * MINUTE, BEGIN + (slot + 1) * 5 * MINUTE);
        let (mut bytes, mut measured) = ((0.0, 0.0), 0);
        for passed in truth.iter().filter(|passed| passed.to_ms > from && passed.from_ms < to) {
            let inside = passed.to_ms.min(to) - passed.from_ms.max(from);
            let share = inside as f64 / (passed.to_ms - passed.from_ms) as f64;
            bytes = (bytes.0 + passed.rx as f64 * share, bytes.1 + passed.tx as f64 * share);
            measured += inside;
        }
        if measured * 2 >= 5 * MINUTE {
            let rate = |bytes: f64| (bytes * 8_000.0 / measured as f64) as u64;
            rates.0.push(rate(bytes.0));
            rates.1.push(rate(bytes.1));
        }
    }
    let used = rates.0.len();
    let rank = |rates: &mut Vec<u64>| {
        rates.sort_unstable();
        // The top 5 % are left out.
        rates[used - used * 5 / 100 - 1]
    };
    (rank(&mut rates.0), rank(&mut rates.1), used as u32)
}

#[test]
fn two_days_with_outages_are_answered_as_they_were() {
    let folder = crate::truth::folder();
    let history = History::open(settings(folder.path())).unwrap();
    let (recorder, reader) = (history.recorder(), history.reader());
    let mut router = Router::new("r1", BEGIN, 10_000, 9);
    router.come("ether1", "ether1");
    router.come("budi", "<pppoe-budi>");
    let until = |router: &mut Router, hour: i64| {
        while router.wall_ms < BEGIN + hour * HOUR {
            record(&history, &recorder, &router.tick());
        }
    };
    until(&mut router, 5);
    recorder.event(event(&router, What::Began(Cause::Unreachable, "refused".into())));
    router.unwatched(20 * MINUTE);
    recorder.event(event(&router, What::Ended(Cause::Unreachable)));
    until(&mut router, 9);
    router.go("budi");
    until(&mut router, 10);
    router.come("budi", "<pppoe-budi>");
    until(&mut router, 13);
    router.unwatched(30 * MINUTE);
    until(&mut router, 48);
    history.flush().unwrap();

    let line = |of: &str| reader.find(&router.id, &name(of)).unwrap().unwrap().id;
    let gaps = |of: &str, points| {
        let (from_ms, to_ms) = (BEGIN, BEGIN + 48 * HOUR);
        let resolution = Resolution::Points(points);
        let answer = reader.history(&HistoryQuery { line: line(of), from_ms, to_ms, resolution }).unwrap();
        assert!(answer.points.len() <= points as usize);
        answer
            .gaps
            .into_iter()
            .map(|gap| ((gap.to_ms - gap.from_ms) / MINUTE, gap.cause, gap.detail))
            .collect::<Vec<_>>()
    };
    let refused = Some("refused".to_owned());
    let expected = [(20, Cause::Unreachable, refused.clone()), (30, Cause::Unwatched, None)];
    let of_budi = [(20, Cause::Unreachable, refused), (59, Cause::Absent, None), (30, Cause::Unwatched, None)];
    let month = Month { year: 2026, month: 3 };
    for compacted in [false, true] {
        if compacted {
            // A day more, so that both are put together and read from minutes.
            let mut later = router.clone();
            while later.wall_ms < BEGIN + 50 * HOUR {
                record(&history, &recorder, &later.tick());
            }
            history.compact().unwrap();
        }
        assert_eq!(gaps("ether1", 10_000), expected, "compacted: {compacted}");
        assert_eq!(gaps("ether1", 500).len(), 2, "compacted: {compacted}");
        let found = gaps("budi", 10_000);
        assert_eq!(found.iter().map(|gap| gap.1).collect::<Vec<_>>(), of_budi.each_ref().map(|gap| gap.1), "{found:?}");
        for of in ["ether1", "budi"] {
            let (rx, tx, used) = by_hand(&router.truth[of], 48);
            let ask = |rule| reader.percentile(&PercentileQuery { line: line(of), month, p: 95.0, rule }).unwrap();
            if !compacted {
                let found = ask(Rule::Max);
                assert_eq!(found.used, used, "{of}");
                assert!(
                    found.rx_bps.abs_diff(rx) <= 2 && found.tx_bps.abs_diff(tx) <= 2,
                    "{of}: {found:?}, really {rx} {tx}"
                );
                assert_eq!(found.value_bps, Some(found.rx_bps.max(found.tx_bps)));
                assert_eq!(found.missing, 48 * 12 - used);
            }
            assert_eq!(ask(Rule::Separate).value_bps, None);
            assert!(ask(Rule::Sum).value_bps.unwrap() >= ask(Rule::Max).value_bps.unwrap());
        }
    }
    let top = |by| {
        let query =
            TopQuery { router: Some(router.id.clone()), by, from_ms: BEGIN, to_ms: BEGIN + 48 * HOUR, limit: 1 };
        reader.top(&query).unwrap()
    };
    let bytes = |of: &str| router.truth[of].iter().map(|passed| passed.rx + passed.tx).sum::<u64>();
    let first = if bytes("ether1") > bytes("budi") { "ether1" } else { "budi" };
    let [most] = &top(TopBy::Bytes)[..] else { panic!() };
    assert_eq!(most.line, line(first));
    assert!((most.totals.rx_bytes + most.totals.tx_bytes).abs_diff(bytes(first)) < 60_000_000);
    assert_eq!(top(TopBy::Peak).len(), 1);
}

#[test]
fn a_month_that_is_over_has_its_percentile_in_the_database() {
    let folder = crate::truth::folder();
    let history = History::open(settings(folder.path())).unwrap();
    let mut router = Router::new("r1", BEGIN, 300_000, 5);
    router.come("ether1", "ether1");
    while router.wall_ms < BEGIN + 36 * 24 * HOUR {
        record(&history, &history.recorder(), &router.tick());
    }
    let database = rusqlite::Connection::open(folder.path().join("meta.db")).unwrap();
    let kept = |date: &str| {
        let sql = "SELECT p95_rx_bps, p95_used FROM month WHERE date = ?1";
        database
            .query_row(sql, [date], |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<u32>>(1)?)))
            .unwrap()
    };
    history.compact().unwrap();
    // It is done beside the ticks, a few lines at a time.
    for _ in 0..1_000 {
        if kept("2026-03").1.is_some() {
            break;
        }
        history.flush().unwrap();
    }
    let month = Month { year: 2026, month: 3 };
    let query = PercentileQuery { line: LineId::from_number(1), month, p: 95.0, rule: Rule::Max };
    let found = history.reader().percentile(&query).unwrap();
    assert_eq!(kept("2026-03"), (Some(found.rx_bps as i64), Some(31 * 288 - 1)));
    assert_eq!(kept("2026-04"), (None, None));
}

#[test]
fn who_looks_on_at_two_seconds_changes_no_total_and_no_peak() {
    let folder = crate::truth::folder();
    let history = History::open(settings(folder.path())).unwrap();
    let mut router = Router::new("r1", BEGIN, 2_000, 5);
    router.come("ether1", "ether1");
    while router.wall_ms < BEGIN + 26 * HOUR {
        record(&history, &history.recorder(), &router.tick());
    }
    history.flush().unwrap();
    let reader = history.reader();
    let line = LineId::from_number(1);
    let state = || {
        let mut samples = 0u64;
        let mut bytes = 0;
        let each = &mut |sample: lalin_history::Sample| {
            samples += 1;
            bytes += sample.rises.rx_bytes;
            true
        };
        reader.samples(line, BEGIN, BEGIN + 24 * HOUR, each).unwrap();
        let (from_ms, to_ms) = (BEGIN, BEGIN + 24 * HOUR);
        let answer =
            reader.history(&HistoryQuery { line, from_ms, to_ms, resolution: Resolution::StepMs(60_000) }).unwrap();
        let peak = answer.points.iter().filter_map(|point| Some(point.rates?.rx.max_bps)).max().unwrap();
        (samples, bytes, peak)
    };
    history.compact().unwrap();
    let (samples, bytes, peak) = state();
    assert!(samples < 9_000, "the day is thinned to 10 s: {samples}");
    let truth = &router.truth["ether1"];
    let day = truth.iter().filter(|passed| passed.to_ms < BEGIN + 24 * HOUR);
    assert_eq!(bytes, day.map(|passed| passed.rx).sum::<u64>());
    // No average over 10 s is higher than the highest over five samples that follow each other.
    let highest = truth.windows(5).map(|five| five.iter().map(|passed| passed.rx).sum::<u64>() * 8 / 10).max().unwrap();
    assert!(peak <= highest + highest / 50, "{peak} of {highest}");
    assert!(peak > highest / 2);
}

#[test]
fn what_is_too_old_goes_and_its_totals_stay() {
    let folder = crate::truth::folder();
    let mut settings = settings(folder.path());
    settings.retention.raw = Keep::days(3);
    settings.retention.minute = Keep { days: None, bytes: Some(1) };
    let history = History::open(settings).unwrap();
    let mut router = Router::new("r1", BEGIN, 60_000, 5);
    router.come("ether1", "ether1");
    while router.wall_ms < BEGIN + 30 * 24 * HOUR {
        record(&history, &history.recorder(), &router.tick());
    }
    history.compact().unwrap();
    let stats = history.reader().stats().unwrap();
    let files: Vec<u64> = stats.tiers.iter().map(|tier| tier.files).collect();
    // Three whole days, the one that is half old, and today's hours; the newest week alone; all five minutes.
    assert!((3..=30).contains(&files[0]) && files[1] == 1 && files[2] <= 2, "{stats:?}");
    let query = |hours: i64| {
        let resolution = Resolution::StepMs(HOUR as u64);
        let (from_ms, to_ms) = (BEGIN, BEGIN + hours * HOUR);
        history.reader().history(&HistoryQuery { line: LineId::from_number(1), from_ms, to_ms, resolution }).unwrap()
    };
    assert!(query(30 * 24).points.iter().all(|point| point.coverage > 0.98));
}

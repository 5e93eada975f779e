//! Order, merging, bundles, and what a restart finds.

use super::*;
use crate::outbox::{TABLES, enqueue, told};
use crate::{Language, NoticeKind};

const NOW: i64 = 1_795_000_000_000;

fn database() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(TABLES).unwrap();
    connection
}

fn notice(alert: &str, id: &str, kind: NoticeKind, answers: Option<&str>) -> Notice {
    let answers = answers.map(str::to_owned);
    Notice { alert: alert.into(), text: id.into(), kind, answers, ..Notice::test(id.into(), Language::Id, NOW) }
}

fn put(connection: &mut Connection, notice: &Notice) {
    let transaction = connection.transaction().unwrap();
    assert!(enqueue(&transaction, notice, "c").unwrap());
    transaction.commit().unwrap();
}

/// What `take` gives, as the notices' ids; `a+b`: b with a in the same message. Their texts are their ids.
fn taken(connection: &mut Connection, bundles: usize) -> (Vec<i64>, Vec<String>) {
    match take(connection, "c", bundles, &HashSet::new(), NOW).unwrap() {
        Take::Items(items, _) => items
            .iter()
            .map(|item| {
                let fired = item.notice.text.split_once("tertunda: ").map_or(String::new(), |(_, id)| format!("{id}+"));
                (item.seq, format!("{fired}{}", item.notice.id))
            })
            .unzip(),
        Take::Later(_) => (Vec::new(), Vec::new()),
    }
}

fn sent(connection: &mut Connection, rows: &[i64]) {
    let sent = Settled::Sent { answer: "ok".into(), handle: Some("7".into()), moved: None };
    settle(connection, rows, &sent, NOW).unwrap();
}

fn again(connection: &mut Connection, rows: &[i64], due_ms: i64) {
    let queued = Settled::Queued { due_ms, doubtful: false, counts: true, why: "503".into() };
    settle(connection, rows, &queued, NOW).unwrap();
}

fn states(connection: &Connection, alert: &str) -> Vec<String> {
    told(connection, alert).unwrap().into_iter().map(|told| format!("{} {}", told.notice, told.state)).collect()
}

#[test]
fn an_alert_keeps_its_order_and_holds_no_other() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    put(&mut db, &notice("a", "a2", NoticeKind::Flapping, None));
    put(&mut db, &notice("b", "b1", NoticeKind::Fired, None));
    let (rows, ids) = taken(&mut db, 1);
    assert_eq!(ids, ["a1"]);
    // The second of the same alert waits for the first; another alert does not.
    assert_eq!(taken(&mut db, 1).1, ["b1"]);
    assert!(taken(&mut db, 1).1.is_empty());
    again(&mut db, &rows, NOW + 60_000);
    assert!(taken(&mut db, 1).1.is_empty());
    let Take::Later(Some(later)) = take(&mut db, "c", 1, &HashSet::new(), NOW).unwrap() else { panic!("taken") };
    assert_eq!(later, NOW + 60_000);
    again(&mut db, &rows, NOW);
    let (rows, _) = taken(&mut db, 1);
    sent(&mut db, &rows);
    assert_eq!(taken(&mut db, 1).1, ["a2"]);
}

#[test]
fn a_fire_whose_clear_is_there_becomes_one_message() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    put(&mut db, &notice("a", "a2", NoticeKind::Reminder, None));
    put(&mut db, &notice("a", "a3", NoticeKind::Cleared, Some("a1")));
    put(&mut db, &notice("a", "a4", NoticeKind::Fired, None));
    let (rows, ids) = taken(&mut db, 1);
    assert_eq!(ids, ["a1+a3"]);
    assert!(taken(&mut db, 1).1.is_empty(), "the next of the same alert waits");
    again(&mut db, &rows, NOW);
    assert_eq!(taken(&mut db, 1), (rows.clone(), vec!["a1+a3".to_owned()]), "another attempt says the same");
    sent(&mut db, &rows);
    assert_eq!(states(&db, "a"), ["a1 merged", "a2 merged", "a3 sent", "a4 queued"]);
    assert_eq!(taken(&mut db, 1).1, ["a4"]);
    let tally = tallies(&db).unwrap()["c"];
    assert_eq!(tally, Tally { sent: 1, failed: 0, lost: 0, waiting: 1 });
}

#[test]
fn a_reminder_that_is_late_gives_way_to_the_clear() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    let (rows, _) = taken(&mut db, 1);
    sent(&mut db, &rows);
    put(&mut db, &notice("a", "a2", NoticeKind::Reminder, None));
    put(&mut db, &notice("a", "a3", NoticeKind::Cleared, Some("a1")));
    let Take::Items(items, _) = take(&mut db, "c", 1, &HashSet::new(), NOW).unwrap() else { panic!("nothing") };
    assert_eq!((items[0].notice.id.as_str(), items[0].notice.text.as_str()), ("a3", "a3"));
    assert_eq!(items[0].answered, Some(("7".into(), "a1".into())));
}

#[test]
fn what_flaps_in_between_is_told_as_it_came() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    put(&mut db, &notice("a", "a2", NoticeKind::Flapping, None));
    put(&mut db, &notice("a", "a3", NoticeKind::Cleared, Some("a1")));
    assert_eq!(taken(&mut db, 1).1, ["a1"]);
}

#[test]
fn a_clear_of_what_nobody_was_told_is_skipped() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    let (rows, _) = taken(&mut db, 1);
    settle(&mut db, &rows, &Settled::Failed { why: "400".into() }, NOW).unwrap();
    put(&mut db, &notice("a", "a2", NoticeKind::Cleared, Some("a1")));
    assert!(taken(&mut db, 1).1.is_empty());
    assert_eq!(states(&db, "a"), ["a1 failed", "a2 skipped"]);
    assert_eq!(tallies(&db).unwrap()["c"], Tally { failed: 1, ..Tally::default() });
}

#[test]
fn several_alerts_go_as_one_where_the_channel_bundles() {
    let mut db = database();
    for alert in ["a", "b", "c"] {
        put(&mut db, &notice(alert, alert, NoticeKind::Fired, None));
    }
    put(&mut db, &notice("a", "a2", NoticeKind::Cleared, Some("a")));
    let (rows, ids) = taken(&mut db, 2);
    assert_eq!(ids, ["a+a2", "b"]);
    again(&mut db, &rows, NOW);
    let alone: HashSet<i64> = rows.iter().copied().collect();
    let Take::Items(items, _) = take(&mut db, "c", 5, &alone, NOW).unwrap() else { panic!("nothing") };
    assert_eq!(items.len(), 1);
}

#[test]
fn a_bundle_that_is_full_leaves_the_rest_whole() {
    let mut db = database();
    let long =
        |alert: &str, id: &str, kind, answers| Notice { text: "x".repeat(2_000), ..notice(alert, id, kind, answers) };
    put(&mut db, &long("a", "a1", NoticeKind::Fired, None));
    put(&mut db, &long("b", "b1", NoticeKind::Fired, None));
    put(&mut db, &long("b", "b2", NoticeKind::Cleared, Some("b1")));
    assert_eq!(taken(&mut db, 10).1, ["a1"]);
    assert_eq!(states(&db, "b"), ["b1 queued", "b2 queued"]);
}

#[test]
fn what_was_under_way_is_found_again_and_in_doubt() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    put(&mut db, &notice("b", "b1", NoticeKind::Fired, None));
    taken(&mut db, 1);
    assert_eq!(recover(&mut db).unwrap(), 1);
    let Take::Items(items, _) = take(&mut db, "c", 5, &HashSet::new(), NOW).unwrap() else { panic!("nothing") };
    let doubts: Vec<_> = items.iter().map(|item| (item.notice.id.as_str(), item.doubtful, item.attempts)).collect();
    assert_eq!(doubts, [("a1", true, 2), ("b1", false, 1)]);
    assert_eq!(tallies(&db).unwrap()["c"].waiting, 2);
}

#[test]
fn what_is_too_old_is_given_up_and_counted() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    assert_eq!(sweep(&mut db, NOW + GIVE_UP_MS).unwrap(), 0);
    assert_eq!(sweep(&mut db, NOW + GIVE_UP_MS + 1).unwrap(), 1);
    assert_eq!(tallies(&db).unwrap()["c"], Tally { failed: 1, ..Tally::default() });
    assert!(told(&db, "a").unwrap()[0].result.as_deref().unwrap().starts_with("given up after 24 h"));
    sweep(&mut db, NOW + GIVE_UP_MS + 1 + KEPT_MS + 1).unwrap();
    assert!(told(&db, "a").unwrap().is_empty());
}

#[test]
fn a_clock_that_is_set_after_the_start_gives_nothing_up() {
    let mut db = database();
    let early = Notice { at_ms: 60_000, ..notice("a", "a1", NoticeKind::Fired, None) };
    put(&mut db, &early);
    assert_eq!(sweep(&mut db, NOW).unwrap(), 0);
    assert_eq!(taken(&mut db, 1).1, ["a1"]);
}

#[test]
fn a_row_due_long_after_the_clock_was_set_back_goes_now() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    let (rows, _) = taken(&mut db, 1);
    again(&mut db, &rows, NOW + FURTHEST_MS + 1);
    assert_eq!(taken(&mut db, 1).1, ["a1"]);
}

#[test]
fn where_a_receiver_moved_is_remembered() {
    let mut db = database();
    put(&mut db, &notice("a", "a1", NoticeKind::Fired, None));
    put(&mut db, &notice("a", "a2", NoticeKind::Cleared, None));
    let (rows, _) = taken(&mut db, 1);
    let moved = Some(Moved { from: "-1".into(), to: "-2".into() });
    settle(&mut db, &rows, &Settled::Sent { answer: String::new(), handle: None, moved: moved.clone() }, NOW).unwrap();
    put(&mut db, &notice("b", "b1", NoticeKind::Fired, None));
    let Take::Items(_, address) = take(&mut db, "c", 1, &HashSet::new(), NOW).unwrap() else { panic!("nothing") };
    assert_eq!(address, moved);
}

#[test]
fn what_is_wrong_with_a_channel_is_told_once_a_day() {
    let mut db = database();
    let at = |id: &str, at_ms| Notice { at_ms, ..notice("channel:x", id, NoticeKind::Channel, None) };
    for (id, at_ms) in [("1", NOW), ("2", NOW + 60_000), ("3", NOW + GIVE_UP_MS + 1)] {
        tell_once_a_day(&mut db, &[("c".into(), at(id, at_ms))]).unwrap();
    }
    assert_eq!(states(&db, "channel:x").len(), 2);
}

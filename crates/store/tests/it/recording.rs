//! What is not recorded: kept as it was chosen, changed by what a change names, bounded.

use lalin_stats::RouterId;
use lalin_store::{Error, RecordingChange, RecordingChoice};

use crate::store;

fn id(id: &str) -> RouterId {
    id.parse().unwrap()
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name_and_recorded_again_is_left_out_no_more() {
    let store = store();
    assert_eq!(store.recording().await.unwrap(), RecordingChoice::default());
    let first = RecordingChange {
        routers: vec![(id("a"), false), (id("b"), true)],
        kinds: Some(vec!["pppoe-in".into(), "vlan".into()]),
        lines: vec![(id("b"), "ether1".into(), false), (id("b"), "ether2".into(), false)],
        ..RecordingChange::default()
    };
    store.change_recording(first).await.unwrap();
    let second = RecordingChange {
        enabled: Some(false),
        lines: vec![(id("b"), "ether1".into(), true)],
        zone: Some(Some("Asia/Makassar".into())),
        ..RecordingChange::default()
    };
    let now = store.change_recording(second).await.unwrap();
    let expected = RecordingChoice {
        enabled: false,
        routers: [id("a")].into(),
        kinds: ["pppoe-in".to_owned(), "vlan".to_owned()].into(),
        lines: [(id("b"), "ether2".to_owned())].into(),
        zone: Some("Asia/Makassar".into()),
    };
    assert_eq!((&now, &store.recording().await.unwrap()), (&expected, &expected));
    let kinds = Some(Vec::new());
    let third = RecordingChange { enabled: Some(true), kinds, zone: Some(None), ..RecordingChange::default() };
    let now = store.change_recording(third).await.unwrap();
    assert_eq!(now.zone, None, "the configuration's again");
    assert!(now.enabled && now.kinds.is_empty() && now.routers.len() == 1);
}

#[tokio::test]
async fn a_change_that_is_refused_changes_nothing() {
    let store = store();
    for name in ["", "a\nb", &"x".repeat(256)] {
        let lines = vec![(id("a"), name.to_owned(), false)];
        let refused = store.change_recording(RecordingChange { lines, ..RecordingChange::default() }).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "lines", .. })), "{refused:?}");
    }
    let lines = (0..20_001).map(|at| (id("a"), format!("l{at}"), false)).collect();
    let refused =
        store.change_recording(RecordingChange { enabled: Some(false), lines, ..RecordingChange::default() }).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    assert_eq!(store.recording().await.unwrap(), RecordingChoice::default());
}

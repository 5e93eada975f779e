//! Rules, channels and maintenance; secrets are sealed.

use std::collections::BTreeMap;

use lalin_store::{EncryptionKey, Error, Store, StoredMaintenance, Timestamp};
use zeroize::Zeroizing;

fn secrets(all: &[(&str, &str)]) -> BTreeMap<String, Zeroizing<String>> {
    all.iter().map(|(name, secret)| ((*name).to_owned(), Zeroizing::new((*secret).to_owned()))).collect()
}

#[tokio::test]
async fn the_first_rules_are_put_in_once_and_stay_away_when_they_are_removed() {
    let store = crate::store();
    let seed = || store.seed_alert_rules(vec!["{}".into()]);
    seed().await.unwrap();
    seed().await.unwrap();
    let rules = store.alert_rules().await.unwrap();
    assert_eq!(rules.len(), 1);
    store.change_alert_rule(rules[0].id, "{\"a\":1}".into()).await.unwrap();
    assert_eq!(store.alert_rules().await.unwrap()[0].body, "{\"a\":1}");
    store.remove_alert_rule(rules[0].id).await.unwrap();
    seed().await.unwrap();
    assert!(store.alert_rules().await.unwrap().is_empty());
    assert!(matches!(store.remove_alert_rule(99).await, Err(Error::Unknown { .. })));
}

#[tokio::test]
async fn a_channels_secrets_are_sealed_and_those_that_are_not_named_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let store = Store::open(&path, EncryptionKey::random().unwrap()).unwrap();
    let id = store.add_alert_channel("{}".into(), secrets(&[("token", "rahasia-123"), ("url", "x")])).await.unwrap();
    store.change_alert_channel(id, "{}".into(), secrets(&[("url", "")])).await.unwrap();
    let channels = store.alert_channels().await.unwrap();
    assert_eq!(channels[0].secrets, secrets(&[("token", "rahasia-123")]));
    assert!(!format!("{channels:?}").contains("rahasia"));
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(11).any(|part| part == b"rahasia-123"));
    }
    store.remove_alert_channel(id).await.unwrap();
    assert!(store.alert_channels().await.unwrap().is_empty());
}

#[tokio::test]
async fn maintenance_has_an_end_after_its_beginning() {
    let store = crate::store();
    let one = |from_ms, to_ms| StoredMaintenance { id: 0, from_ms, to_ms, router: None, reason: "fibre".into() };
    assert!(matches!(store.add_maintenance(one(5, 5)).await, Err(Error::Invalid { .. })));
    for (from_ms, to_ms) in [(i64::MIN, 5), (-1, 5), (5, i64::MAX)] {
        assert!(matches!(store.add_maintenance(one(from_ms, to_ms)).await, Err(Error::Invalid { .. })));
    }
    let kept = store.add_maintenance(one(5, 6)).await.unwrap();
    assert_eq!(store.maintenance().await.unwrap(), std::slice::from_ref(&kept));
    store.remove_maintenance(kept.id).await.unwrap();
    // What is planned for in three years forgets nothing of today.
    let now_ms = Timestamp::now().0;
    let today = store.add_maintenance(one(now_ms, now_ms + 1)).await.unwrap();
    let later = now_ms + 3 * 366 * 86_400_000;
    let later = store.add_maintenance(one(later, later + 1)).await.unwrap();
    assert_eq!(store.maintenance().await.unwrap().len(), 2);
    store.remove_maintenance(today.id).await.unwrap();
    store.remove_maintenance(later.id).await.unwrap();
    assert!(store.maintenance().await.unwrap().is_empty());
}

//! What is said of lines: for everyone and for one person, through renames, and no more than there is room for.

use lalin_stats::{PointOfView, RouterId};
use lalin_store::{Access, Error, LineChange, LineScope, LineSettings, Store, UserId};

use crate::routers::router;
use crate::{NOW, secret, store};

fn pop() -> RouterId {
    "pop-1".parse().unwrap()
}

fn alias(text: &str) -> LineChange {
    LineChange { alias: Some(Some(text.into())), ..LineChange::default() }
}

async fn person(store: &Store) -> UserId {
    store.add_user("budi", secret("kata sandi"), Access::viewer(), NOW).await.unwrap().id
}

/// Scope, interface and alias of each line.
async fn aliases(store: &Store) -> Vec<(LineScope, String, Option<String>)> {
    let lines = store.lines().await.unwrap();
    let mut all: Vec<_> = lines.into_iter().map(|line| (line.scope, line.interface, line.settings.alias)).collect();
    all.sort_by_key(|(scope, interface, _)| (*scope != LineScope::Everyone, interface.clone()));
    all
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name_and_null_unsets() {
    let store = store();
    let change = |change: LineChange| store.change_line(LineScope::Everyone, pop(), "ether1".into(), change);
    let side = Some(Some(PointOfView::Customer));
    change(LineChange { point_of_view: side, favourite: Some(Some(true)), ..alias(" Pak Budi ") }).await.unwrap();
    let limits = LineChange { limit_down_bps: Some(Some(20_000_000)), favourite: Some(None), ..LineChange::default() };
    let after = change(limits).await.unwrap();
    let expected = LineSettings {
        point_of_view: Some(PointOfView::Customer),
        alias: Some("Pak Budi".into()),
        limit_down_bps: Some(20_000_000),
        ..LineSettings::default()
    };
    assert_eq!(after, expected);
    assert_eq!(store.lines().await.unwrap()[0].settings, expected);
    let none = LineChange {
        point_of_view: Some(None),
        alias: Some(None),
        limit_down_bps: Some(None),
        ..LineChange::default()
    };
    assert!(change(none).await.unwrap().is_empty());
    assert!(store.lines().await.unwrap().is_empty(), "no row says nothing");
}

#[tokio::test]
async fn a_persons_word_stands_beside_everyones_and_goes_with_the_account() {
    let store = store();
    store.add_user("sari", secret("kata sandi"), Access::administrator(), NOW).await.unwrap();
    let budi = person(&store).await;
    store.change_line(LineScope::Everyone, pop(), "ether1".into(), alias("Uplink")).await.unwrap();
    store.change_line(LineScope::Person(budi), pop(), "ether1".into(), alias("Internet")).await.unwrap();
    assert_eq!(store.lines().await.unwrap().len(), 2);
    store.remove_user(budi).await.unwrap();
    assert_eq!(aliases(&store).await, [(LineScope::Everyone, "ether1".into(), Some("Uplink".into()))]);
}

#[tokio::test]
async fn settings_follow_a_rename_also_where_two_swap_their_names() {
    let store = store();
    let budi = LineScope::Person(person(&store).await);
    for (scope, name, text) in
        [(LineScope::Everyone, "a", "one"), (LineScope::Everyone, "b", "two"), (budi, "a", "mine")]
    {
        store.change_line(scope, pop(), name.into(), alias(text)).await.unwrap();
    }
    let names = vec![("a".to_owned(), "b".to_owned()), ("b".to_owned(), "a".to_owned())];
    store.rename_lines(pop(), names).await.unwrap();
    let named = |scope, name: &str, text: &str| (scope, name.to_owned(), Some(text.to_owned()));
    let expected =
        [named(LineScope::Everyone, "a", "two"), named(LineScope::Everyone, "b", "one"), named(budi, "b", "mine")];
    assert_eq!(aliases(&store).await, expected);
    store.rename_lines("other".parse().unwrap(), vec![("b".into(), "c".into())]).await.unwrap();
    assert_eq!(aliases(&store).await, expected, "another router's");
}

#[tokio::test]
async fn a_removed_router_takes_its_lines_with_it() {
    let store = store();
    store.add_router(router(""), NOW).await.unwrap();
    store.change_line(LineScope::Everyone, pop(), "ether1".into(), alias("Uplink")).await.unwrap();
    store.remove_router(pop()).await.unwrap();
    assert!(store.lines().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let store = store();
    let refused = async |name: &str, change: LineChange| {
        let outcome = store.change_line(LineScope::Everyone, pop(), name.into(), change).await;
        matches!(outcome, Err(Error::Invalid { .. }))
    };
    assert!(
        refused("", alias("x")).await
            && refused("a\nb", alias("x")).await
            && refused(&"x".repeat(256), alias("x")).await
    );
    assert!(
        refused("e", alias(" ")).await
            && refused("e", alias(&"x".repeat(65))).await
            && refused("e", alias("a\tb")).await
    );
    for bps in [0, u64::MAX] {
        assert!(refused("e", LineChange { limit_up_bps: Some(Some(bps)), ..LineChange::default() }).await, "{bps}");
    }
    assert!(store.lines().await.unwrap().is_empty());
    let budi = LineScope::Person(person(&store).await);
    for at in 0..2_000 {
        store.change_line(budi, pop(), format!("e{at}"), alias("x")).await.unwrap();
    }
    let full = store.change_line(budi, pop(), "e2000".into(), alias("x")).await;
    assert!(matches!(full, Err(Error::Invalid { field: "interface", .. })), "{full:?}");
    store.change_line(budi, pop(), "e7".into(), alias("y")).await.unwrap();
}

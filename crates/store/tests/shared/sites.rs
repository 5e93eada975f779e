//! Sites: what their collectors get to know, and what they do not.

use lalin_config::RouterSettings;
use lalin_store::{Error, LineChange, LineScope, SharedChanges, SharedPart, SharedRow, Store};

use crate::routers::{router, routers};
use crate::rows::{Common, Way, hear};
use crate::{NOW, store};

fn tagged(id: &str, tags: &[&str]) -> RouterSettings {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    RouterSettings { id: id.parse().unwrap(), tags, ..router("rahasia") }
}

#[tokio::test]
async fn a_sites_collector_knows_its_routers_with_its_own_key_and_no_others() {
    let store = store();
    let key = store.add_site("sukamaju").await.unwrap();
    store.add_site("mekarsari").await.unwrap();
    assert!(matches!(store.add_site("sukamaju").await, Err(Error::Taken { .. })));
    assert!(matches!(store.add_site("Suka Maju").await, Err(Error::Invalid { .. })));
    assert_eq!(store.sites().await.unwrap(), ["mekarsari", "sukamaju"]);
    store.add_router(tagged("a", &["pop", "sukamaju", "mekarsari"]), NOW).await.unwrap();
    store.add_router(tagged("b", &["mekarsari", "sukamaju"]), NOW).await.unwrap();
    store.add_router(tagged("c", &[]), NOW).await.unwrap();
    for id in ["a", "b"] {
        let alias = LineChange { alias: Some(Some("Uplink".into())), ..LineChange::default() };
        store.change_line(LineScope::Everyone, id.parse().unwrap(), "ether1".into(), alias).await.unwrap();
    }
    let rows = store.site_rows("sukamaju", &key).await.unwrap();
    let keys: Vec<_> = rows.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["routers.a", "lines.a.ether1.="]);
    assert_eq!(store.site_rows("sukamaju", &key).await.unwrap(), rows, "every node writes the same");

    let collector = Store::in_memory(store.site_key("sukamaju").await.unwrap()).unwrap();
    let (_, way): (Store, std::sync::Arc<Way>) = Common::new().node_with_way();
    collector.share(way);
    let row = |(at, (key, value)): (u64, (String, Vec<u8>))| SharedRow { key, sequence: at + 1, value: Some(value) };
    let rows: Vec<_> = (0..).zip(rows).map(row).collect();
    let up_to = rows.len().try_into().unwrap();
    collector.apply_shared(SharedPart::State, SharedChanges { rows, up_to, all: true }).await.unwrap();
    let known = routers(&collector).await;
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].settings.password.as_ref().unwrap().expose(), "rahasia");
    assert_eq!(collector.lines().await.unwrap().len(), 1);
    store.remove_site("sukamaju").await.unwrap();
    assert!(matches!(store.site_key("sukamaju").await, Err(Error::Unknown { .. })));
}

#[tokio::test]
async fn every_node_knows_the_sites_and_their_keys() {
    let common = Common::new();
    let (one, (other, way)) = (common.node(), common.node_with_way());
    let key = one.add_site("sukamaju").await.unwrap();
    hear(&other, &way).await;
    assert_eq!(*other.site_key("sukamaju").await.unwrap().to_text(), *key.to_text());
}

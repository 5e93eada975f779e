//! Sites of a cluster, by the program itself: made, listed, forgotten.

use std::path::Path;

use lalin_test_nats::{NatsServers, Version};

use crate::cluster_state::{done, lalin};

#[tokio::test(flavor = "multi_thread")]
async fn a_site_gets_a_user_for_the_servers_and_two_files_once() {
    let servers = NatsServers::start(1, Version::V2_12).await;
    let tested = tokio::task::spawn_blocking({
        let url = servers.url(0);
        move || sites(&url)
    });
    tested.await.unwrap();
    drop(servers);
}

fn sites(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let config = format!("[cluster]\nnats = ['{url}']\nname = 'c'\nkey-file = 'cluster.key'\n");
    std::fs::write(here.join("cluster.toml"), config).unwrap();
    let with = |words: &[&'static str]| [words, &["--config", "cluster.toml"][..]].concat();
    let said = |words: &[&'static str]| {
        let output = lalin(here, &with(words));
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    done(here, &with(&["cluster", "init"]));
    assert_eq!(done(here, &with(&["cluster", "site", "list"])), "");

    let made = lalin(here, &with(&["cluster", "site", "add", "pop-utara"]));
    assert!(made.status.success(), "{made:?}");
    let block = String::from_utf8(made.stdout).unwrap();
    // Nothing but the block, which goes into the servers' file as it is.
    assert!(block.starts_with("# pop-utara") && block.trim_end().ends_with('}'), "{block}");
    assert!(block.contains("\"lalin.c.pop-utara.>\""), "{block}");
    let words = String::from_utf8(made.stderr).unwrap();
    assert!(words.contains("pop-utara.nkey") && words.contains("pop-utara.key"), "{words}");
    let (seed, key) = (secret(here, "pop-utara.nkey"), secret(here, "pop-utara.key"));
    assert!(seed.starts_with("SU") && key.trim().len() == 64 && !block.contains(seed.trim()));
    assert_ne!(key, secret(here, "cluster.key"), "a site's key is not the cluster's");

    let (done_again, why) = said(&["cluster", "site", "add", "pop-utara"]);
    assert!(!done_again && why.contains("exists already"), "{why}");
    assert_eq!(secret(here, "pop-utara.nkey"), seed, "what is there is not written over");
    let (odd, why) = said(&["--lang", "id", "cluster", "site", "add", "POP Utara"]);
    assert!(!odd && why.contains("huruf kecil"), "{why}");
    assert_eq!(done(here, &with(&["cluster", "site", "list"])), "pop-utara\n");

    // A file in the way: nothing is made.
    std::fs::write(here.join("pop-timur.key"), "mine").unwrap();
    let (blocked, why) = said(&["cluster", "site", "add", "pop-timur"]);
    assert!(!blocked && why.contains("pop-timur.key"), "{why}");
    assert!(!here.join("pop-timur.nkey").exists());
    assert_eq!(std::fs::read_to_string(here.join("pop-timur.key")).unwrap(), "mine");
    assert_eq!(done(here, &with(&["cluster", "site", "list"])), "pop-utara\n");

    assert!(done(here, &with(&["cluster", "site", "remove", "pop-utara"])).contains("pop-utara"));
    let (gone, why) = said(&["cluster", "site", "remove", "pop-utara"]);
    assert!(!gone && why.contains("no such site"), "{why}");
    assert!(said(&["cluster", "site", "list"]).1.contains("site add"));
}

/// What stands in a file that is for its owner only.
fn secret(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{name}");
    }
    std::fs::read_to_string(path).unwrap()
}

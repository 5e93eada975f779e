//! Sites of a cluster, by the program itself: made, listed, forgotten; and a collector that logs in by what was made.

use std::path::Path;
use std::time::Duration;

use lalin_test_nats::{NatsServers, Setup, Version};
use serde_json::json;

use crate::cluster_state::{done, lalin};
use crate::history::{PASSWORD, Router, received};
use crate::program::Lalin;

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

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_block_lets_a_sites_collector_in_and_no_further() {
    let users = |more: &str| format!("authorization {{ users: [\n{{ user: centre, password: rahasia }}\n{more}\n] }}");
    let setup = Setup::new(1, Version::V2_12).with(&users("")).administrator("centre", "rahasia");
    let mut servers = NatsServers::start_with(setup).await;
    let (url, folder) = (servers.url(0), tempfile::tempdir().unwrap());
    let here = folder.path().to_owned();
    let made = tokio::task::spawn_blocking({
        let (url, here) = (url.clone(), here.clone());
        move || {
            std::fs::write(here.join("cluster.toml"), centre(&url, &here)).unwrap();
            done(&here, &["cluster", "init", "--config", "cluster.toml"]);
            done(&here, &["cluster", "site", "add", "pop-utara", "--config", "cluster.toml"])
        }
    });
    // Put among the users of the server as it was printed, and read by it while it runs.
    servers.reload_with(&users(&made.await.unwrap()));
    tokio::task::spawn_blocking(move || at_a_site(&url, &here)).await.unwrap();
    drop(servers);
}

fn centre(url: &str, folder: &Path) -> String {
    let key = folder.join("cluster.key");
    let login = "user = 'centre'\npassword = 'rahasia'\n";
    format!("[cluster]\nnats = ['{url}']\nname = 'c'\nkey-file = '{}'\n{login}", key.display())
}

fn at_a_site(url: &str, here: &Path) {
    let file = |name: &str| here.join(name).display().to_string();
    let login = format!("[cluster]\nnats = ['{url}']\nname = 'c'\ncredentials = '{}'\n", file("pop-utara.nkey"));
    let keys = format!("key-file = '{}'\n", file("pop-utara.key"));
    let recorded = "[history]\ninterval = '2s'\n";
    let node = |text: &str| {
        let command = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--config", "lalin.toml"]);
        command.env("LALIN_HISTORY", "true").file("lalin.toml", &format!("{text}{recorded}"))
    };
    let web = node(&format!("{}node = 'web-1'\nroles = ['web']\n", centre(url, here))).serve();
    let site = format!("{login}{keys}site = 'pop-utara'\nnode = 'utara-1'\nroles = ['collect']\n");
    let collector = node(&site).serve();

    // A router with its tag is asked there, shown at the centre, and what was recorded of it is handed over.
    let router = Router::new();
    let form = json!({ "id": "pop", "address": router.address().ip().to_string(), "port": router.address().port(),
        "user": "admin", "password": PASSWORD, "tls": "off", "tags": ["pop-utara"] });
    let added = web.send("POST", "/api/v1/routers", &form.to_string());
    assert_eq!(added.status, 201, "{}", added.text);
    let whole_lease = Duration::from_secs(90);
    web.within(whole_lease, "/api/v1/interfaces", |answer| answer.json["state"]["code"] == "live");
    let usage = "/api/v1/usage?interface=ether1&by=month";
    web.within(whole_lease, usage, |answer| received(answer) > 0);
    let refusals = collector.logged();
    assert!(!refusals.contains("ermissions"), "it is allowed whatever it has to do: {refusals}");

    // Whoever carries the machine away learns of no account, whichever key they have: the servers do not let them.
    done(here, &["user", "add", "sari", "--config", "cluster.toml"]);
    let list = |config: &'static str| lalin(here, &["user", "list", "--config", config]);
    assert!(String::from_utf8_lossy(&list("cluster.toml").stdout).contains("sari"));
    std::fs::write(here.join("intruder.toml"), format!("{login}key-file = '{}'\n", file("cluster.key"))).unwrap();
    let refused = list("intruder.toml");
    assert!(!refused.status.success() && refused.stdout.is_empty(), "{refused:?}");
    assert!(!String::from_utf8_lossy(&refused.stderr).contains("sari"), "{refused:?}");
    drop(collector);
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

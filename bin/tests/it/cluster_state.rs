//! What a cluster remembers, by the program itself: made, a machine's data moved in, served by two nodes, moved out.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use lalin_test_nats::{NatsServers, Version};
use serde_json::json;

use crate::program::{Lalin, Server};

/// Runs a command to its end in this folder, with a password to read.
pub(crate) fn lalin(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lalin"));
    command.args(arguments).current_dir(folder).env_clear().env("LALIN_LANG", "en");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that ends without reading it has closed its end.
    let _ = child.stdin.take().unwrap().write_all(b"kata sandi panjang\n");
    child.wait_with_output().unwrap()
}

pub(crate) fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = lalin(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn is_let_in(server: &Server, name: &str) -> bool {
    let form = json!({ "name": name, "password": "kata sandi panjang" });
    server.send("POST", "/api/v1/login", &form.to_string()).status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machines_data_is_moved_into_a_cluster_served_by_two_nodes_and_moved_out() {
    let servers = NatsServers::start(1, Version::V2_12).await;
    let tested = tokio::task::spawn_blocking({
        let url = servers.url(0);
        move || moved(&url)
    });
    tested.await.unwrap();
    drop(servers);
}

fn moved(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let file = |key: &str| format!("[cluster]\nnats = ['{url}']\nkey-file = '{key}'\n");
    std::fs::write(here.join("cluster.toml"), file("cluster.key")).unwrap();
    done(here, &["user", "add", "sari", "--data-dir", "alone"]);
    let refused = lalin(here, &["cluster", "init", "--data-dir", "alone"]);
    assert!(!refused.status.success(), "without a cluster in the configuration");

    let config = ["--config", "cluster.toml"];
    let made = done(here, &[&["cluster", "init"][..], &config].concat());
    assert!(made.contains("cluster.key") && here.join("cluster.key").exists(), "{made}");
    let import = [&["cluster", "import", "--data-dir", "alone"][..], &config].concat();
    assert!(done(here, &import).contains("1 accounts"));
    let again = lalin(here, &import);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("--replace"), "{again:?}");
    done(here, &[&import[..], &["--replace"]].concat());

    let key = std::fs::canonicalize(here.join("cluster.key")).unwrap();
    let node = |name: &str| {
        let file = format!("{}node = '{name}'\n", file(&key.to_string_lossy()));
        Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).file("lalin.toml", &file).serve()
    };
    let (one, other) = (node("web-1"), node("web-2"));
    assert!(is_let_in(&one, "sari") && is_let_in(&other, "sari"));
    let ready = other.get("/readyz?verbose").json;
    assert_eq!(ready["sharedState"]["isOld"], json!(false), "{ready}");
    // A command is a node too: who is let in by it is let in everywhere, and the other way round.
    done(here, &[&["user", "add", "budi"][..], &config].concat());
    assert!(is_let_in(&one, "budi") && is_let_in(&other, "budi"));
    done(here, &[&["user", "remove", "budi"][..], &config].concat());
    assert!(!is_let_in(&one, "budi") && !is_let_in(&other, "budi"));

    done(here, &[&["cluster", "export", "out"][..], &config].concat());
    assert!(done(here, &["user", "list", "--data-dir", "out"]).contains("sari"));
    let there = lalin(here, &[&["cluster", "export", "out"][..], &config].concat());
    assert!(!there.status.success(), "what is there is not written over");
}

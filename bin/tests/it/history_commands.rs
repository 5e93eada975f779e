//! The history's commands and the backup, beside a server that records a simulated router.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::history::{Router, received, recorded};
use crate::program::{Lalin, Server};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command over a data directory.
fn run(data: &Path, arguments: &[&str]) -> Output {
    let data = data.to_str().unwrap();
    let zone = "[history]\ntime-zone = \"Asia/Jakarta\"\n";
    Lalin::new(&[arguments, &["--data-dir", data]].concat()).file("lalin.toml", zone).output()
}

/// The same, which has to work.
fn said(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {} {}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn json(data: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&said(data, arguments)).unwrap()
}

struct Recording {
    router: Router,
    server: Server,
    data: PathBuf,
}

impl Recording {
    fn begin() -> Self {
        let router = Router::new();
        let command = router.command();
        let data = command.path().join("lalin-data");
        let server = command.serve();
        recorded(&server);
        Self { router, server, data }
    }
}

/// When the last sample of an export was, and what all of them received.
fn samples(csv: &str) -> (i64, u64) {
    let mut lines = csv.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| head.iter().position(|column| *column == name).unwrap();
    let (at, rx) = (place("at"), place("rx_bytes"));
    lines.fold((0, 0), |(last, sum), line| {
        let values: Vec<&str> = line.split(',').collect();
        (last.max(values[at].parse().unwrap()), sum + values[rx].parse::<u64>().unwrap())
    })
}

#[test]
fn what_only_looks_works_beside_the_server_and_what_writes_is_refused() {
    let Recording { server, data, .. } = Recording::begin();
    let verified = json(&data, &["history", "verify", "--json"]);
    assert_eq!((&verified["ok"], &verified["journals"]), (&true.into(), &1.into()), "{verified}");
    let stats = json(&data, &["history", "stats", "--json"]);
    assert_eq!((&stats["lines"], &stats["routers"]), (&1.into(), &1.into()), "{stats}");
    let people = said(&data, &["history", "stats", "--lang", "id"]);
    assert!(people.contains("1 interface dari 1 router"), "{people}");
    let (last, sum) = samples(&said(&data, &["history", "export"]));
    assert!(last > 0 && sum > 0);
    let hours = said(&data, &["history", "export", "--tier", "hour", "--interface", "ether1"]);
    assert!(hours.starts_with("router,kind,line,shown,from,to,rx_bytes,"), "{hours}");
    for arguments in [&["history", "compact"][..], &["history", "import", "/dev/null"], &["restore", "/dev/null"]] {
        let refused = run(&data, arguments);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?} {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains("stop it"), "{arguments:?} {}", text(&refused.stderr));
    }
    drop(server);
}

#[test]
fn a_backup_of_a_recording_server_is_restored_with_all_of_its_totals() {
    let Recording { router, server, data } = Recording::begin();
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = (folder.path().join("lalin.tar"), folder.path().join("the.key"));
    let backup = ["backup", file.to_str().unwrap(), "--key", key.to_str().unwrap()];
    let told = said(&data, &backup);
    assert!(told.contains("keep it apart from the backup"), "{told}");
    let bytes = std::fs::read(&file).unwrap();
    let secret = std::fs::read(data.join("lalin.key")).unwrap();
    assert_eq!(std::fs::read(&key).unwrap(), secret);
    assert!(!bytes.windows(secret.len()).any(|part| part == secret), "the key is in the backup");
    let again = run(&data, &backup);
    assert_eq!(again.status.code(), Some(1), "what is there is not written over");

    let fresh = router.command();
    let restored = fresh.path().join("lalin-data");
    let torn = folder.path().join("torn.tar");
    std::fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    let refused = run(&restored, &["restore", torn.to_str().unwrap()]);
    assert!(text(&refused.stderr).contains("not all of one"), "{}", text(&refused.stderr));
    let told = said(&restored, &["restore", file.to_str().unwrap()]);
    assert!(told.contains("before the start put the key back"), "{told}");
    let there = run(&restored, &["restore", file.to_str().unwrap()]);
    assert_eq!(there.status.code(), Some(64), "{}", text(&there.stderr));
    said(&restored, &["restore", file.to_str().unwrap(), "--replace", "--key", key.to_str().unwrap()]);
    let kept = std::fs::read_dir(&restored).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    assert_eq!(kept.filter(|name| name.starts_with("before-")).count(), 1);
    assert_eq!(json(&restored, &["history", "verify", "--json"])["ok"], true);

    // As far as the backup goes, both tell the same, and the restored one goes on from there. The sample behind the last
    // one of the backup begins where that ends, so nothing of it is in the range.
    let (last, _) = samples(&said(&restored, &["history", "export"]));
    let server_restored = fresh.serve();
    let path = format!("/api/v1/usage?interface=ether1&by=hour&from={}&to={}", last - 3_600_000, last);
    let whole = server.get(&path);
    assert!(received(&whole) > 0, "{}", whole.text);
    server_restored.eventually(&path, |answer| answer.json["periods"] == whole.json["periods"]);
}

#[test]
fn an_export_is_imported_elsewhere_with_the_same_totals() {
    let Recording { server, data, .. } = Recording::begin();
    let folder: TempDir = server.kill();
    let files = tempfile::tempdir().unwrap();
    let csv = files.path().join("samples.csv");
    let told = said(&data, &["history", "export", "--csv", csv.to_str().unwrap()]);
    assert!(told.contains("rows in"), "{told}");
    let other = files.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let imported = json(&other, &["history", "import", csv.to_str().unwrap(), "--json"]);
    assert_eq!(imported["lines"], 1, "{imported}");
    let months = |data: &Path| said(data, &["history", "export", "--tier", "month"]);
    assert_eq!(months(&other), months(&data));
    let twice = run(&other, &["history", "import", csv.to_str().unwrap()]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(text(&twice.stderr).contains("would count twice"), "{}", text(&twice.stderr));
    assert_eq!(months(&other), months(&data));
    let new = files.path().join("new");
    std::fs::create_dir(&new).unwrap();
    said(&new, &["history", "import", data.to_str().unwrap()]);
    assert_eq!(months(&new), months(&data));
    assert!(said(&new, &["history", "compact"]).contains("days were put together"));

    let parquet = files.path().join("samples.parquet");
    said(&data, &["history", "export", "--parquet", parquet.to_str().unwrap()]);
    assert_eq!(&std::fs::read(&parquet).unwrap()[..4], b"PAR1");
    let sqlite = files.path().join("samples.db");
    said(&data, &["history", "export", "--sqlite", sqlite.to_str().unwrap(), "--step", "1m"]);
    assert_eq!(&std::fs::read(&sqlite).unwrap()[..6], b"SQLite");
    for (arguments, code) in [
        (&["history", "export", "--from", "yesterday"][..], 64),
        (&["history", "export", "--step", "often"], 64),
        (&["history", "export", "--interface", "none"], 64),
        (&["history", "export", "--tier", "year"], 2),
    ] {
        assert_eq!(run(&data, arguments).status.code(), Some(code), "{arguments:?}");
    }
    let none = run(files.path(), &["history", "stats"]);
    assert!(text(&none.stderr).contains("--data-dir"), "{}", text(&none.stderr));
    drop(folder);
}

#[test]
fn a_damaged_journal_is_found_and_named() {
    let Recording { server, data, .. } = Recording::begin();
    let folder: TempDir = server.kill();
    let journal = std::fs::read_dir(data.join("history/journal")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&journal, bytes).unwrap();
    let verified = run(&data, &["history", "verify"]);
    assert_eq!(verified.status.code(), Some(1));
    let name = journal.file_name().unwrap().to_str().unwrap();
    assert!(text(&verified.stdout).contains(&format!("{name}: damaged records")), "{}", text(&verified.stdout));
    assert!(text(&verified.stderr).contains("1 faults in the history"), "{}", text(&verified.stderr));
    drop(folder);
}

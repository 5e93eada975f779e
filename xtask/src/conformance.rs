//! `cargo xtask conformance`: clients that others wrote, on our simulated router. What is told of the protocol in this
//! repository is thereby told to somebody who learnt it elsewhere.
//!
//! They are installed under `target/conformance`. A check that a client fails by a fault of its own is expected to fail: if it passes one day, the table is wrong.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::process::{Owned, cargo, done, said};
use crate::{clients, comparison, described};

/// A client that takes longer over a check is ended, and so are its checks.
const LIMIT: Duration = Duration::from_secs(120);

/// Faults of theirs: client, check, and what it is.
const FAULTS: &[(&str, &str, &str)] = &[
    ("librouteros", "wrong password, plain login on 6.42", "takes the challenge for a success"),
    ("node-routeros", "nothing found (!empty)", "the process dies of `!empty`"),
    ("mikrotik-rs", "login challenge", "knows the plain login only"),
    ("mikrotik-rs", "wrong password, plain login on 6.42", "takes the challenge for a success"),
];

/// Outcomes of a client's checks, by check.
type Outcomes = BTreeMap<String, String>;

pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let write = words.contains(&"--write");
    let wanted = |name: &str| words.iter().all(|word| word.starts_with("--")) || words.contains(&name);
    if words == [described::NAME] {
        return described::run(root);
    }
    let home = root.join("target/conformance");
    fs::create_dir_all(&home)?;
    let routers = Routers::start(root, &home)?;
    let mut all: Vec<(&str, Outcomes)> = Vec::new();
    let here = root.join("xtask/conformance");
    if wanted("librouteros") || wanted("RouterOS-api") {
        let python = clients::python(&home.join("python"))?;
        for (name, file) in [("librouteros", "librouteros_peer.py"), ("RouterOS-api", "routeros_api_peer.py")] {
            if wanted(name) {
                all.push((name, routers.ask(Command::new(&python).arg(here.join(file)))?));
            }
        }
    }
    if wanted("node-routeros") {
        all.push(("node-routeros", node(&home, &here, &routers)?));
    }
    if wanted("mikrotik-rs") {
        let program = build(&here.join("mikrotik-rs"), &home, &["build"])?.join("debug/peer-mikrotik-rs");
        all.push(("mikrotik-rs", routers.ask(&mut Command::new(program))?));
    }
    if wanted("mikrotik_api") {
        all.push(("mikrotik_api", functional(&home, &routers)?));
    }
    let table = table(&all);
    println!("{table}");
    if words.iter().all(|word| word.starts_with("--")) {
        let (compared, right) = compare(&home, &here)?;
        println!("{compared}");
        if write {
            fs::write(root.join("docs/reference/conformance.md"), page(&table, &compared))?;
        }
        ensure!(right, "our own client was wrong");
        described::run(root)?;
    }
    let wrong =
        all.iter().flat_map(|(name, outcomes)| outcomes.iter().map(move |(check, outcome)| (name, check, outcome)));
    let wrong =
        wrong.filter(|(name, check, outcome)| (outcome.as_str() == "ok") == fault(name, check).is_some()).count();
    ensure!(wrong == 0, "{wrong} checks ended otherwise than expected");
    Ok(())
}

fn fault(name: &str, check: &str) -> Option<&'static str> {
    FAULTS.iter().find(|(of, what, _)| *of == name && *what == check).map(|(_, _, why)| *why)
}

fn table(all: &[(&str, Outcomes)]) -> String {
    let mut lines = vec!["| client | check | outcome |".to_owned(), "| --- | --- | --- |".to_owned()];
    for (name, outcomes) in all {
        for (check, outcome) in outcomes {
            let said = match (outcome.as_str(), fault(name, check)) {
                ("ok", None) => "ok".to_owned(),
                ("ok", Some(why)) => format!("UNEXPECTED: passes, though it {why}"),
                (outcome, Some(why)) => format!("fault of the client ({why}): {outcome}"),
                (outcome, None) => format!("FAILED: {outcome}"),
            };
            lines.push(format!("| {name} | {check} | {} |", said.replace('|', "\\|")));
        }
    }
    lines.join("\n") + "\n"
}

/// Every client on the scripted router, ours first.
fn compare(home: &Path, here: &Path) -> Result<(String, bool)> {
    let python = clients::python(&home.join("python"))?;
    let folder = home.join("node");
    let script = folder.join("say.cjs");
    fs::copy(here.join("say_node_routeros.cjs"), &script)?;
    let built = |project: &str, program: &str| -> Result<PathBuf> {
        Ok(build(&here.join(project), home, &["build"])?.join("debug").join(program))
    };
    let clients = [
        ("routeros (this one)", vec![built("ours", "say-routeros")?]),
        ("librouteros", vec![python.clone(), here.join("say_librouteros.py")]),
        ("RouterOS-api", vec![python.clone(), here.join("say_routeros_api.py")]),
        ("node-routeros", vec![PathBuf::from("node"), script]),
        ("mikrotik-rs", vec![built("mikrotik-rs", "say-mikrotik-rs")?]),
        ("mikrotik_api", vec![built("mikrotik_api", "say-mikrotik-api")?]),
    ];
    comparison::run(Command::new(python).arg(here.join("fake.py")), &clients)
}

fn page(table: &str, compared: &str) -> String {
    format!(
        "# Conformance\n\n\
         ## What each client makes of it\n\n\
         A scripted router, whose encoder is librouteros' own, sends what routers send, and what a hostile one could. `right`: the client\n\
         says what was sent. Otherwise what it said, in its own words; memory is the most that its process held. A command that is\n\
         never answered is right if it ends within the time that was set and the next one on the same connection is answered; mikrotik-rs and\n\
         mikrotik_api have no limit to set. That a client lets anybody in on an old router (the last two rows) it does not know.\n\n{compared}\n\
         ## Others on our simulated router\n\n\
         Clients that others wrote, on our simulated router: `cargo xtask conformance --write` installs them from their registries,\n\
         runs them and writes this page. Each row of `mikrotik_api` is a test of its own functional suite, written for real routers.\n\
         A fault of a client is one that the check was written to show; it is none of the simulator's.\n\n\
         librouteros 4.2.2, RouterOS-api 0.21.0, node-routeros 1.6.9, mikrotik-rs 0.10.0, mikrotik_api 0.4.2.\n\n{table}"
    )
}

/// The simulated routers, ended with this.
struct Routers {
    _process: Owned,
    /// Open to the end: a router that prints must not meet a closed pipe.
    _output: BufReader<ChildStdout>,
    words: Vec<String>,
    certificate: PathBuf,
}

impl Routers {
    fn start(root: &Path, home: &Path) -> Result<Self> {
        let mut command = cargo();
        command
            .args(["run", "--quiet", "--locked", "--package", "routeros-simulator"])
            .args(["--features", "tls", "--example", "conformance"])
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = Owned::start(&mut command)?;
        let mut output = BufReader::new(process.stdout.take().context("no output")?);
        let (mut words, mut pem) = (Vec::new(), String::new());
        for line in output.by_ref().lines() {
            let line = line?;
            match line.split_once(' ') {
                Some((name, address)) if pem.is_empty() && !line.starts_with('-') => {
                    words.push(format!("{name}={address}"))
                }
                _ => pem += &(line.clone() + "\n"),
            }
            if line.starts_with("-----END") {
                break;
            }
        }
        ensure!(!words.is_empty(), "the simulated routers did not start");
        let certificate = home.join("router.pem");
        fs::write(&certificate, pem)?;
        Ok(Self { _process: process, _output: output, words, certificate })
    }

    fn address(&self, name: &str) -> &str {
        let find = |word: &String| word.strip_prefix(name)?.strip_prefix('=').map(str::len);
        self.words.iter().find_map(|word| find(word).map(|length| &word[word.len() - length..])).unwrap_or_default()
    }

    /// Runs a client, and reads its lines `CHECK<TAB>OUTCOME`.
    fn ask(&self, client: &mut Command) -> Result<Outcomes> {
        let text = checks(client.args(&self.words))?;
        let outcomes: Outcomes =
            text.lines().filter_map(|line| line.split_once('\t')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        ensure!(!outcomes.is_empty(), "{client:?} said nothing: {text}");
        Ok(outcomes)
    }
}

fn node(home: &Path, here: &Path, routers: &Routers) -> Result<Outcomes> {
    let folder = home.join("node");
    clients::node(&folder)?;
    // Beside its modules, which are looked for from where a script lies.
    let script = folder.join("peer.cjs");
    fs::copy(here.join("node_routeros_peer.cjs"), &script)?;
    let mut outcomes = routers.ask(Command::new("node").arg(&script))?;
    outcomes.extend(routers.ask(Command::new("node").arg(&script).args(["--only", "nothing found (!empty)"]))?);
    Ok(outcomes)
}

/// What a client says of its checks, whether it came to the end of them or not.
fn checks(client: &mut Command) -> Result<String> {
    Ok(said(client.stderr(Stdio::null()), LIMIT)?.0)
}

fn build(folder: &Path, home: &Path, words: &[&str]) -> Result<PathBuf> {
    let target = home.join("rust");
    done(cargo().args(words).arg("--quiet").current_dir(folder).env("CARGO_TARGET_DIR", &target))?;
    Ok(target)
}

/// The suite that mikrotik_api's authors run on real routers.
fn functional(home: &Path, routers: &Routers) -> Result<Outcomes> {
    let folder = source(home)?;
    let target = build(&folder, home, &["test", "--test", "functional", "--no-run"])?;
    let built = fs::read_dir(target.join("debug/deps"))?.filter_map(|file| Some(file.ok()?.path()));
    let program = built
        .filter(|path| {
            path.extension().is_none()
                && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("functional-"))
        })
        .max_by_key(|path| fs::metadata(path).and_then(|meta| meta.modified()).ok());
    let text = checks(
        Command::new(program.context("the suite was not built")?)
            .args(["--include-ignored", "--test-threads=4"])
            .current_dir(&folder)
            .env("MIKROTIK_ADDR", routers.address("v7.18"))
            .env("MIKROTIK_SSL_ADDR", routers.address("tls"))
            .env("MIKROTIK_TLS_ADDR", routers.address("tls"))
            .env("MIKROTIK_TLS_CA", &routers.certificate)
            .env("MIKROTIK_TLS_DOMAIN", "localhost")
            .env("MIKROTIK_USER", "admin")
            .env("MIKROTIK_PASS", "rahasia"),
    )?;
    let outcome = |line: &str| {
        let (name, outcome) = line.strip_prefix("test ")?.split_once(" ... ")?;
        Some((name.to_owned(), outcome.to_owned()))
    };
    let outcomes: Outcomes = text.lines().filter_map(outcome).collect();
    ensure!(outcomes.len() >= 30, "{} of its tests ran", outcomes.len());
    Ok(outcomes)
}

/// Its published source, by way of a project that depends on it.
fn source(home: &Path) -> Result<PathBuf> {
    let folder = home.join("mikrotik_api");
    let copy = home.join("vendored/mikrotik_api");
    if copy.exists() {
        return Ok(copy);
    }
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let manifest = "[package]\nname = \"wants-mikrotik-api\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nmikrotik_api = \"=0.4.2\"\n\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest)?;
    done(cargo().args(["vendor", "--quiet"]).arg(home.join("vendored")).current_dir(&folder).stdout(Stdio::null()))?;
    // It is to be built by itself, with the versions that there are now.
    let manifest = copy.join("Cargo.toml");
    fs::write(&manifest, fs::read_to_string(&manifest)? + "\n[workspace]\n")?;
    let lock = copy.join("Cargo.lock");
    if lock.exists() {
        fs::remove_file(lock)?;
    }
    Ok(copy)
}

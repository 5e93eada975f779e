//! `cargo xtask conformance schemathesis`: whether the API answers as its description says, asked by a program that others
//! wrote: with what fits the description and with what does not, of a demonstration and of a server with an account.
//!
//! Never a failure of the server's own, no status, type or body that is not described. What is not asked for here: event
//! streams, which have no end, and whatever would take away the key that is asked with.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::clients::{self, Schemathesis};
use crate::process::{Owned, built, cargo, done, target};

/// The name by which it is asked for.
pub(crate) const NAME: &str = "schemathesis";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
    response_schema_conformance,allow_header_conformance";
/// Of whoever may do everything too: a stranger is turned away before that is looked at.
const WITH_ACCOUNT: &str = ",unsupported_method";
const LEFT_OUT: &str = r"(/stream|/password|/logout|/tokens/\{id\})$";
const PASSWORD: &str = "kata sandi panjang";

pub(crate) fn run(root: &Path) -> Result<()> {
    done(cargo().args(["build", "--quiet", "--locked", "--package", "lalin"]).current_dir(root))?;
    let lalin = built(root, "debug", "lalin");
    let tools = clients::schemathesis(&target(root).join("tools/schemathesis"))?;
    let home = target(root).join("conformance/described");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    let here = root.join("xtask/conformance");

    println!("a demonstration");
    let demo = Server::start(Command::new(&lalin).args(["demo", "--listen", "127.0.0.1:0"]), &home.join("demo"))?;
    let first = ask(&tools, &here, &demo, None);
    drop(demo);

    println!("a server with an account, and one router");
    let data = home.join("account");
    fs::create_dir_all(&data)?;
    let mut add = Command::new(&lalin);
    add.args(["user", "add", "sari", "--data-dir"]).arg(&data).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut adding = Owned::start(&mut add)?;
    adding.stdin.take().context("no input")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
    ensure!(adding.wait()?.success(), "the account was not added");
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string();
    let mut simulate = Command::new(&lalin);
    simulate.args(["simulate", "--port", &port, "--interfaces", "6", "--password", PASSWORD]).stdout(Stdio::null());
    let router = Owned::start(&mut simulate)?;
    let mut serve = Command::new(&lalin);
    serve
        .args(["serve", "--router", &format!("admin@127.0.0.1:{port}"), "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(&data);
    let server = Server::start(serve.env("LALIN_ROUTER_PASSWORD", PASSWORD), &data)?;
    let token = token(&tools, &here, &server.address)?;
    let second = ask(&tools, &here, &server, Some(&token));
    drop((server, router));
    first.and(second)
}

/// The secret of an API token that the account makes.
fn token(tools: &Schemathesis, here: &Path, address: &str) -> Result<String> {
    let said =
        Command::new(&tools.python).arg(here.join("make_token.py")).args([address, "sari", PASSWORD]).output()?;
    ensure!(said.status.success(), "no token: {}", String::from_utf8_lossy(&said.stderr));
    Ok(String::from_utf8(said.stdout)?.trim().to_owned())
}

/// Asks everything, in an order that is the same each time.
fn ask(tools: &Schemathesis, here: &Path, server: &Server, token: Option<&str>) -> Result<()> {
    let mut command = Command::new(&tools.program);
    command.arg("--config-file").arg(here.join("schemathesis.toml"));
    command.args(["run", &format!("{}/api/v1/openapi.json", server.address)]);
    let checks = format!("{CHECKS}{}", if token.is_some() { WITH_ACCOUNT } else { "" });
    command.args(["--phases", "examples,coverage,fuzzing", "--checks", &checks]).args(["--max-examples", "25"]);
    command.args(["--seed", "1", "--generation-database", "none", "--continue-on-failure", "--warnings", "off"]);
    command.args(["--exclude-path-regex", LEFT_OUT, "--request-timeout", "20", "--no-color"]);
    command.args(["--header", &format!("Origin: {}", server.address)]);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let asked = done(command.current_dir(&server.folder));
    let log = fs::read_to_string(server.folder.join("log"))?;
    if let Some(at) = log.find("panicked at") {
        let end = log[at..].match_indices('\n').nth(2).map_or(log.len(), |(end, _)| at + end);
        bail!("the server failed: {}", &log[at..end]);
    }
    asked
}

/// A running `lalin`, ended with this.
struct Server {
    _process: Owned,
    /// Open to the end, so that it can print.
    _output: BufReader<ChildStdout>,
    address: String,
    folder: PathBuf,
}

impl Server {
    fn start(command: &mut Command, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let log = fs::File::create(folder.join("log"))?;
        let mut process = Owned::start(command.stdout(Stdio::piped()).stderr(log))?;
        let mut output = BufReader::new(process.stdout.take().context("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let address = line.trim().strip_prefix("Lalin: ").with_context(|| format!("not an address: {line:?}"))?;
        let address = address.trim_end_matches('/').to_owned();
        Ok(Self { _process: process, _output: output, address, folder: folder.to_owned() })
    }
}

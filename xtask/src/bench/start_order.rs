//! `cargo xtask bench start-order --write`: records which functions a start and an idle server execute, for `bin/build.rs`
//! to put them together.
//!
//! A server with one router runs under callgrind for a while and is asked for its samples once. What is recorded are names
//! without their hashes, so that the list holds for other versions of the dependencies too; of a generic function every
//! instance has the same name.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::{Owned, built, cargo, done, target};
use crate::tools::{VALGRIND, provide};

use super::start::{SimulatedRouter, address};

const RECORDED: &str = "bin/start_order.txt";
/// Under callgrind everything takes fifty times as long.
const IDLE: Duration = Duration::from_secs(30);
/// A name whose other instances are larger than this, for each that is executed, is left where it is: that much is mapped
/// around any function.
const WINDOW: u64 = 64 << 10;
const HEAD: &str = "\
# The functions that a start and an idle server execute, those of which all instances are executed first. For build.rs.
# Recorded by `cargo xtask bench start-order --write`. Not to be edited.
";

/// What there is of a name in the program.
#[derive(Debug, Default, PartialEq)]
struct Found {
    bytes: u64,
    executed_bytes: u64,
    executed: u64,
}

pub(crate) fn start_order(root: &Path) -> Result<()> {
    let [valgrind] = provide([&VALGRIND]).map_err(anyhow::Error::msg)?;
    let mut build = cargo();
    build.args(["build", "--release", "--locked", "--package", "lalin", "--bin", "lalin"]);
    done(build.args(["--config", "profile.release.strip=\"none\""]).current_dir(root))?;
    let program = built(root, "release", "lalin");
    let executed = executed(&valgrind, &program, &target(root).join("bench"))?;
    let symbols = Command::new("nm").arg("--print-size").arg(&program).output().context("nm")?;
    let found = found(&String::from_utf8(symbols.stdout)?, &executed);
    let names = order(&found);
    if names.is_empty() {
        bail!("nothing was recorded");
    }
    println!("{} names", names.len());
    fs::write(root.join(RECORDED), format!("{HEAD}{}\n", names.join("\n")))?;
    Ok(())
}

/// The symbols of the functions that the server executes.
fn executed(valgrind: &Path, program: &Path, folder: &Path) -> Result<HashSet<String>> {
    let router = SimulatedRouter::start(program)?;
    let folder = folder.join("start-order");
    // What an earlier one kept would make it another start.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let file = folder.join("callgrind");
    fs::write(folder.join("lalin.toml"), router.configuration())?;
    let mut command = Command::new(valgrind);
    command.args(["--tool=callgrind", "--demangle=no"]).arg(format!("--callgrind-out-file={}", file.display()));
    command.arg(program).args(["serve", "--listen", "127.0.0.1:0"]).current_dir(&folder).env_clear();
    let mut server = Owned::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let address = address(server.stdout.take().context("no output")?).context("no line with the address")?;
    // The first samples.
    thread::park_timeout(IDLE / 2);
    let mut asked = TcpStream::connect(&address)?;
    // As a browser asks: what is closed after an answer looks like a proxy's, whose visitors have to log in.
    write!(asked, "GET /api/interface-stats HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
    let mut status = [0; 12];
    asked.read_exact(&mut status)?;
    if &status != b"HTTP/1.1 200" {
        bail!("the server answers {}", String::from_utf8_lossy(&status));
    }
    drop(asked);
    thread::park_timeout(IDLE);
    // What ends the server is not of interest, so it is not what has it written down.
    done(Command::new("callgrind_control").arg("--dump").arg(server.id().to_string()).stdout(Stdio::null()))?;
    drop(server);
    Ok(functions(&fs::read_to_string(file.with_extension("1"))?))
}

/// The functions in a file of callgrind's: `fn=(number) name`, where it stands for the first time.
fn functions(text: &str) -> HashSet<String> {
    let names = text.lines().filter_map(|line| {
        let (_, name) = line.strip_prefix("cfn=(").or_else(|| line.strip_prefix("fn=("))?.split_once(") ")?;
        // A function that calls itself is told from itself by the depth.
        Some(name.split('\'').next().unwrap_or(name).to_owned())
    });
    names.collect()
}

/// What the program has of each name, by the lines of `nm`: address, size, kind, symbol.
fn found(symbols: &str, executed: &HashSet<String>) -> BTreeMap<String, Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for line in symbols.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, size, "t" | "T", symbol] = words[..] else { continue };
        let Ok(size) = u64::from_str_radix(size, 16) else { continue };
        let one = found.entry(hashless(symbol).to_owned()).or_default();
        one.bytes += size;
        if executed.contains(symbol) {
            one.executed_bytes += size;
            one.executed += 1;
        }
    }
    found
}

/// A symbol without what is another one in the next build: the hash of legacy mangling, as in
/// `_ZN4core3fmt5write17h0123456789abcdefE`, and the number of what several parts of the program have each for itself.
fn hashless(symbol: &str) -> &str {
    const HASH: usize = "17h0123456789abcdefE".len();
    if !symbol.starts_with("_ZN") {
        let number = symbol.rsplit_once('.').filter(|(_, number)| number.bytes().all(|digit| digit.is_ascii_digit()));
        return number.map_or(symbol, |(name, _)| name);
    }
    let end = symbol.find(".llvm.").unwrap_or(symbol.len());
    let hash = end.checked_sub(HASH).filter(|at| symbol[*at..].starts_with("17h"));
    hash.map_or(symbol, |at| &symbol[..at])
}

/// The names worth it: those first of which the most is executed.
fn order(found: &BTreeMap<String, Found>) -> Vec<&str> {
    let worth = |found: &Found| found.executed > 0 && found.bytes - found.executed_bytes <= WINDOW * found.executed;
    let mut names: Vec<_> = found.iter().filter(|(_, found)| worth(found)).collect();
    // By tenths: within them the names keep together what belongs together.
    names.sort_by_key(|(_, found)| std::cmp::Reverse(10 * found.executed_bytes / found.bytes.max(1)));
    names.into_iter().map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_executed_comes_first_and_generics_of_which_little_is_stay_where_they_are() {
        let text = "fn=(1) _ZN1a1f17h0000000000000001E\n1 2\ncfn=(2) _ZN1a1g17h0000000000000003E'2\ncalls=1 2\nfn=(1)\n\
                    fn=(3) _ZN1a1h17h0000000000000005E\nfn=(4) _RNvB1_1f.17\n";
        let executed = functions(text);
        assert_eq!(executed.len(), 4);
        let symbols = "0000000000001000 0000000000000010 t _ZN1a1f17h0000000000000001E\n\
                       0000000000001010 0000000000000010 t _ZN1a1g17h0000000000000002E\n\
                       0000000000001020 0000000000000010 t _ZN1a1g17h0000000000000003E.llvm.17\n\
                       0000000000001020 0000000000000010 t _ZN1a1g17h0000000000000003E\n\
                       0000000000001030 0000000000020000 t _ZN1a1h17h0000000000000004E\n\
                       0000000000021030 0000000000000010 t _ZN1a1h17h0000000000000005E\n\
                       0000000000021040 0000000000000010 T _RNvB1_1f.17\n\
                       0000000000021050 0000000000000010 T _ZN1a1i17h0000000000000006E\n\
                       0000000000021060 0000000000000010 d _ZN1a1d17h0000000000000006E\n\
                       \u{20}                U malloc\n";
        let found = found(symbols, &executed);
        assert_eq!(found["_ZN1a1g"], Found { bytes: 0x30, executed_bytes: 0x10, executed: 1 });
        assert_eq!(order(&found), ["_RNvB1_1f", "_ZN1a1f", "_ZN1a1g"]);
    }
}

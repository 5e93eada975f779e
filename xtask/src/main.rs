//! What a contributor would otherwise script: `cargo xtask help` lists it.
//!
//! Not here: anything a user of Lalin needs; deploying is `deploy/install.sh`.

mod bench;
mod clients;
mod comparison;
mod conformance;
#[cfg(test)]
mod deployments;
mod described;
mod documents;
mod fuzz;
mod layers;
mod nats;
mod pictures;
mod process;
mod public_api;
mod summary;
mod test;
mod tidy;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  test [STEP..]  everything that is checked before a change is accepted, or only the named steps:
                 fmt, layers, tidy, scripts, deny, clippy, features, docs, api, package, shell, deploy,
                 build, tests, instructions, doctests, node, browser
  layers         which crate may import which (ARCHITECTURE.md), and no circles among files
  api [--write]  the public surface of the crates that others embed, held against public-api.txt in each
  tidy           what a reader would complain of: lengths, headings, leftovers, links that lead nowhere
  bench [--quick] [--write]
                 everything that has a bar, side by side with its peers, as a table in target/bench/table.md;
                 --quick only sees that it runs, --write puts the table into docs/reference/benchmarks.md
  bench serving | viewers | lines | commands | routers | one-router | accuracy | scrape [--quick]
                 one part of it: answers a second, event streams, lists that change, commands on the router,
                 10 to 5,000 routers, one of 10,000 interfaces, errors of rates, a scrape beside mktxp's
  bench instructions [--write]
                 instructions of decoding, of a tick and of an answer, held against the recorded ones
  bench start [--quick]
                 release build: time from start to the first answer, and the binary's size, with everything and
                 with as little as can be
  bench start-order --write
                 records what a start and an idle server execute, which the release build then puts together
  bench attack [debug]
                 what strangers without an account can do to a server with 512 MB: bodies, heads, silence
  bench codec [ROUNDS]
                 the RouterOS client's speed beside other clients' (docs/reference/benchmarks.md)
  bench fleet [ROUTERS]
                 a server with a thousand simulated routers, of which some hang and some refuse
  bench history [sizes] [recording] [reading]
                 bytes a sample, beside SQLite and (where installed) VictoriaMetrics; CPU and memory of
                 recording; how long answers take
  bench jitter [SEED]
                 rates under varying answer times, in simulated time: a table, and every bar
  bench page     what the page costs its viewer, in a real Chromium
  fuzz           the fuzz targets, sharing --seconds N (60); --jobs N targets at a time (1), --keep what
                 was found, TARGET.. only these: codec values typed login client mndp (fuzz/README.md)
  conformance [--write] [CLIENT..]
                 clients that others wrote, on our simulated router; --write makes docs/reference/conformance.md;
                 with schemathesis: whether the API answers as its description says
  nats           the NATS servers of the cluster's tests, of pinned versions, into target/tools/nats; the
                 tests step does it too
  pictures       takes the documents' pictures (docs/*.png) of the demonstration anew, in a real Chromium
  help           this text

Chromium, its driver, node and shellcheck are installed with apt where they are missing and that is possible, other
tools from their registries; elsewhere their steps are left out with a note, or fail where CI=true.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let root = root();
    let done = match words.as_slice() {
        ["test", steps @ ..] => test::run(&root, steps),
        ["layers"] => layers::run(&root),
        ["tidy"] => tidy::run(&root),
        ["api"] => public_api::run(&root, false),
        ["api", "--write"] => public_api::run(&root, true),
        ["bench"] => bench::all(&root, &[]),
        ["bench", words @ ..] if words.iter().all(|word| word.starts_with("--")) => bench::all(&root, words),
        ["bench", "start", words @ ..] => bench::start(&root, words),
        ["bench", "start-order", "--write"] => bench::start_order(&root),
        ["bench", "instructions"] => bench::instructions(&root),
        ["bench", "instructions", "--write"] => bench::write_instructions(&root),
        ["bench", "attack", words @ ..] => bench::attack(&root, words),
        ["bench", "codec", words @ ..] => bench::codec(&root, words),
        ["bench", "fleet", words @ ..] => bench::fleet(&root, words),
        ["bench", "history", words @ ..] => bench::history(&root, words),
        ["bench", "jitter", words @ ..] => bench::jitter(&root, words),
        ["bench", "page"] => bench::page(&root),
        ["bench", part, words @ ..] => bench::one(&root, part, words),
        ["nats"] => nats::run(&root),
        ["pictures"] => pictures::run(&root),
        ["conformance", words @ ..] => conformance::run(&root, words),
        ["fuzz", words @ ..] => fuzz::run(&root, words),
        ["help" | "--help" | "-h"] | [] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(anyhow::anyhow!("no such command\n\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's root, from wherever inside it the command was given.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

//! `cargo xtask test`: every check there is, in the order that fails soonest, going on after a failure.

mod browser;
mod crates;
mod scripts;
mod targets;

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process::cargo_in as cargo;
use crate::summary::{Outcome, Summary, run as shown};
use crate::{bench, layers, nats, public_api, tidy, tools};

use targets::Targets;

const SHELL_SCRIPTS: &[&str] =
    &[".ci/run", "bin/tests/network/two-hosts.sh", "deploy/install.sh", "deploy/test/run.sh"];

pub(crate) fn run(root: &Path, only: &[&str]) -> Result<()> {
    let strict = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    let targets = Targets::of(root)?;
    let mut summary = Summary::new(only, strict);

    summary.step("fmt", |n| shown(&mut cargo(root, &["fmt", "--all", "--check"]), n));
    summary.step("layers", |_| layers::run(root).into());
    summary.step("tidy", |_| tidy::run(root).into());
    summary.step("scripts", |n| scripts::check(root, n));
    summary.step("deny", |n| crates::deny(root, n));
    summary.step("clippy", |n| {
        let words = ["clippy", "--workspace", "--all-targets", "--all-features", "--locked", "--", "-D", "warnings"];
        shown(&mut cargo(root, &words), n)
    });
    summary.step("features", |n| crates::features(root, n));
    summary.step("docs", |n| {
        let words = ["doc", "--workspace", "--no-deps", "--all-features", "--locked"];
        shown(cargo(root, &words).env("RUSTDOCFLAGS", "-D warnings"), n)
    });
    summary.step("api", |_| public_api::run(root, false).into());
    summary.step("package", |n| crates::package(root, n));
    summary.step("shell", |n| match tools::provide([&tools::SHELLCHECK]) {
        Ok([shellcheck]) => shown(Command::new(shellcheck).arg("-x").args(SHELL_SCRIPTS).current_dir(root), n),
        Err(why) => Outcome::Missing(why),
    });
    // One build for all the tests: leaving packages out would build half of the dependencies a second time with
    // other features. The binary itself is built too, since the browser tests start it.
    let built = summary.step("build", |n| {
        shown(&mut cargo(root, &["build", "--workspace", "--bins", "--examples", "--tests", "--locked"]), n)
    });
    let unbuilt = || Outcome::Failed("not run, as the build failed".into());
    // With the program that was just built.
    summary.step("deploy", |n| shown(Command::new("bash").arg("deploy/test/run.sh").current_dir(root), n));
    summary.step("tests", |n| {
        if !built {
            return unbuilt();
        }
        if cfg!(target_os = "linux")
            && let Err(why) = tools::provide_all(tools::FOR_TESTS)
        {
            return Outcome::Missing(why);
        }
        if cfg!(target_os = "linux")
            && let Err(why) = nats::run(root)
        {
            return Outcome::Missing(format!("{why:#}"));
        }
        shown(cargo(root, &["test", "--locked", "--no-fail-fast"]).args(&targets.plain), n)
    });
    summary.step("doctests", |n| {
        if !built {
            return unbuilt();
        }
        shown(&mut cargo(root, &["test", "--workspace", "--locked", "--no-fail-fast", "--doc"]), n)
    });
    summary.step("instructions", |_| bench::count_instructions(root));
    summary.step("node", |n| scripts::test(root, n));
    summary.step("browser", |n| {
        if targets.browser.is_empty() {
            return Outcome::Skipped("there are no browser tests".into());
        }
        if !built {
            return unbuilt();
        }
        match tools::provide([&tools::CHROMIUM, &tools::CHROMEDRIVER, &tools::FAKETIME]) {
            Ok([chromium, driver, _]) => browser::run(n, || {
                let mut command = cargo(root, &["test", "--locked", "--no-fail-fast"]);
                command.args(&targets.browser).env("E2E_CHROMIUM", &chromium).env("E2E_CHROMEDRIVER", &driver);
                command
            }),
            Err(why) => Outcome::Missing(why),
        }
    });
    summary.end()
}

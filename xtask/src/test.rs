//! `cargo xtask test`: every check there is, in the order that fails soonest, going on after a failure.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, TargetKind};

use crate::summary::{Count, Outcome, Summary, run as shown};
use crate::{layers, tidy, tools};

/// The package whose tests need a browser.
const BROWSER: &str = "lalin-e2e";

pub(crate) fn run(root: &Path, only: &[&str]) -> Result<()> {
    let strict = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    let targets = Targets::of(root)?;
    let mut summary = Summary::new(only, strict);

    summary.step("fmt", |n| shown(&mut cargo(root, &["fmt", "--all", "--check"]), n));
    summary.step("layers", |_| layers::run(root).into());
    summary.step("tidy", |_| tidy::run(root).into());
    summary.step("clippy", |n| {
        let words = ["clippy", "--workspace", "--all-targets", "--all-features", "--locked", "--", "-D", "warnings"];
        shown(&mut cargo(root, &words), n)
    });
    summary.step("docs", |n| {
        let words = ["doc", "--workspace", "--no-deps", "--all-features", "--locked"];
        shown(cargo(root, &words).env("RUSTDOCFLAGS", "-D warnings"), n)
    });
    summary.step("shell", |n| match tools::provide([&tools::SHELLCHECK]) {
        Ok([shellcheck]) => shown(Command::new(shellcheck).arg("-x").args(SCRIPTS).current_dir(root), n),
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
            && let Err(why) =
                tools::provide([&tools::IPROUTE, &tools::NGINX, &tools::CADDY, &tools::APACHE, &tools::HAPROXY])
        {
            return Outcome::Missing(why);
        }
        shown(cargo(root, &["test", "--locked", "--no-fail-fast"]).args(&targets.plain), n)
    });
    summary.step("doctests", |n| {
        if !built {
            return unbuilt();
        }
        shown(&mut cargo(root, &["test", "--workspace", "--locked", "--no-fail-fast", "--doc"]), n)
    });
    summary.step("node", |n| node(root, n));
    summary.step("browser", |n| {
        if targets.browser.is_empty() {
            return Outcome::Skipped("there are no browser tests".into());
        }
        if !built {
            return unbuilt();
        }
        match tools::provide([&tools::CHROMIUM, &tools::CHROMEDRIVER, &tools::FAKETIME]) {
            Ok([chromium, driver, _]) => browser(n, || {
                let mut command = cargo(root, &["test", "--locked", "--no-fail-fast"]);
                command.args(&targets.browser).env("LALIN_CHROMIUM", &chromium).env("LALIN_CHROMEDRIVER", &driver);
                command
            }),
            Err(why) => Outcome::Missing(why),
        }
    });
    summary.end()
}

/// So many tests may have met a machine that was too busy for their real time; more of them are a fault.
const BUSY: usize = 3;

/// The browser's tests, several at once, since most of such a test is waiting for real time to pass. A few that fail so are
/// run once more, alone: what fails then too is a fault, and what does not is said.
fn browser(count: &mut Count, command: impl Fn() -> Command) -> Outcome {
    let before = count.failed_now();
    let first = shown(command().env("RUST_TEST_THREADS", "6"), count);
    if before > 0 || !(1..=BUSY).contains(&count.failed_now()) {
        return first;
    }
    let names = count.take_failed();
    println!("\nonce more, alone: {}", names.join(", "));
    let again = shown(command().env("RUST_TEST_THREADS", "1").args(["--", "--exact"]).args(&names), count);
    if again == Outcome::Passed {
        println!("failed beside others and passed alone: {}", names.join(", "));
    }
    again
}

const SCRIPTS: &[&str] = &[".ci/run", "bin/tests/network/two-hosts.sh", "deploy/install.sh", "deploy/test/run.sh"];

fn cargo(root: &Path, words: &[&str]) -> Command {
    let mut command = crate::process::cargo();
    command.args(words).current_dir(root);
    command
}

/// The page's own scripts, where there is a node to run them.
fn node(root: &Path, count: &mut Count) -> Outcome {
    let Some(node) = tools::find(&["node"]) else {
        return Outcome::Skipped("there is no node".into());
    };
    // Files by name: what a folder means to `node --test` differs between its versions.
    let files = match scripts(&root.join("web-assets/test")) {
        Ok(files) if files.is_empty() => return Outcome::Skipped("web-assets/test has no tests".into()),
        Ok(files) => files,
        Err(_) => return Outcome::Skipped("there is no web-assets/test".into()),
    };
    shown(Command::new(node).arg("--test").args(files).current_dir(root), count)
}

fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".test.js") || name.ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// How to ask cargo for the tests with and without a browser while the whole workspace stays selected.
struct Targets {
    plain: Vec<String>,
    browser: Vec<String>,
}

impl Targets {
    fn of(root: &Path) -> Result<Self> {
        let mut metadata = MetadataCommand::new();
        metadata.current_dir(root).no_deps().other_options(["--locked".to_owned()]);
        let packages = metadata.exec().context("cargo metadata")?.packages;
        let mut tests: Vec<(String, String)> = Vec::new();
        for package in packages {
            let targets = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Test));
            tests.extend(targets.map(|target| (package.name.to_string(), target.name.clone())));
        }
        Ok(Self::split(&tests))
    }

    /// From `(package, test target)` pairs. A target's name is all cargo can be asked by, so where the browser
    /// tests share theirs with others the package is selected instead, at the price of a second build.
    fn split(tests: &[(String, String)]) -> Self {
        let (browser, plain): (Vec<_>, Vec<_>) = tests.iter().partition(|(package, _)| package == BROWSER);
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        if browser.iter().any(|(_, name)| plain.iter().any(|(_, other)| other == name)) {
            return Self {
                plain: owned(&["--workspace", "--exclude", BROWSER, "--lib", "--bins", "--tests"]),
                browser: owned(&["--package", BROWSER, "--tests"]),
            };
        }
        let named = |tests: Vec<&(String, String)>| {
            let names: BTreeSet<&str> = tests.into_iter().map(|(_, name)| name.as_str()).collect();
            names.into_iter().flat_map(|name| ["--test".to_owned(), name.to_owned()]).collect::<Vec<_>>()
        };
        let (plain, browser) = (named(plain), named(browser));
        Self {
            plain: [owned(&["--workspace", "--lib", "--bins"]), plain].concat(),
            browser: if browser.is_empty() { browser } else { [owned(&["--workspace"]), browser].concat() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(tests: &[(&str, &str)]) -> (String, String) {
        let tests: Vec<_> = tests.iter().map(|(package, name)| (package.to_string(), name.to_string())).collect();
        let targets = Targets::split(&tests);
        (targets.plain.join(" "), targets.browser.join(" "))
    }

    #[test]
    fn browser_tests_are_asked_for_by_their_own_name() {
        let (plain, browser) = split(&[("lalin-http", "it"), ("routeros", "it"), (BROWSER, "browser")]);
        assert_eq!(plain, "--workspace --lib --bins --test it");
        assert_eq!(browser, "--workspace --test browser");
    }

    #[test]
    fn browser_tests_that_share_a_name_are_selected_by_package() {
        let (plain, browser) = split(&[("lalin-http", "it"), (BROWSER, "it")]);
        assert!(plain.starts_with("--workspace --exclude lalin-e2e "), "{plain}");
        assert_eq!(browser, "--package lalin-e2e --tests");
    }

    #[test]
    fn without_browser_tests_nothing_is_asked_for() {
        assert_eq!(split(&[("lalin-http", "it")]).1, "");
    }
}

//! How cargo is asked for the tests with and without a browser.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, TargetKind};

/// The package whose tests need a browser.
const BROWSER: &str = "lalin-browser-tests";

/// How to ask cargo for the tests with and without a browser while the whole workspace stays selected.
pub(super) struct Targets {
    pub(super) plain: Vec<String>,
    pub(super) browser: Vec<String>,
}

impl Targets {
    /// Of the workspace.
    pub(super) fn of(root: &Path) -> Result<Self> {
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
        assert!(plain.starts_with("--workspace --exclude lalin-browser-tests "), "{plain}");
        assert_eq!(browser, "--package lalin-browser-tests --tests");
    }

    #[test]
    fn without_browser_tests_nothing_is_asked_for() {
        assert_eq!(split(&[("lalin-http", "it")]).1, "");
    }
}

//! The crates as others get them: every feature alone, their licences and sources, and what would be published.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::process::{cargo_in as cargo, done, target};
use crate::summary::{Count, Outcome, run as shown};
use crate::tools;

/// What others embed.
pub(crate) const EMBEDDED: &[&str] =
    &["routeros", "lalin-stats", "lalin-cache", "lalin-mikrotik", "routeros-simulator"];

/// The version that is installed where there is none.
const DENY: &str = "cargo-deny@0.20.2";

/// The program with as little as can be.
const MINIMAL: (&str, &str) = ("lalin", "minimal");

/// Each crate for embedding without features, and with each of its features alone; and the smallest program.
pub(super) fn features(root: &Path, count: &mut Count) -> Outcome {
    let sets = match feature_sets(root) {
        Ok(sets) => sets,
        Err(error) => return Outcome::Failed(format!("{error:#}")),
    };
    for (package, feature) in sets {
        println!("{package}: {}", feature.as_deref().unwrap_or("no feature"));
        let mut command =
            cargo(root, &["check", "--quiet", "--locked", "--no-default-features", "--package", &package]);
        command.args(feature.iter().flat_map(|feature| ["--features", feature.as_str()]));
        command.env("RUSTFLAGS", "-D warnings").env("CARGO_TARGET_DIR", target(root).join("features"));
        let outcome = shown(&mut command, count);
        if outcome != Outcome::Passed {
            return Outcome::Failed(format!(
                "{package} does not build with {}",
                feature.as_deref().unwrap_or("nothing")
            ));
        }
    }
    Outcome::Passed
}

fn feature_sets(root: &Path) -> Result<Vec<(String, Option<String>)>> {
    let mut metadata = MetadataCommand::new();
    metadata.current_dir(root).no_deps().other_options(["--locked".to_owned()]);
    let packages = metadata.exec().context("cargo metadata")?.packages;
    let mut sets = Vec::new();
    for package in packages.into_iter().filter(|package| EMBEDDED.contains(&package.name.as_str())) {
        sets.push((package.name.to_string(), None));
        let features = package.features.keys().filter(|feature| *feature != "default");
        sets.extend(features.map(|feature| (package.name.to_string(), Some(feature.clone()))));
    }
    sets.push((MINIMAL.0.to_owned(), Some(MINIMAL.1.to_owned())));
    Ok(sets)
}

/// Licences, sources and doubled crates by `deny.toml`; known faults too, where their database can be had.
pub(super) fn deny(root: &Path, count: &mut Count) -> Outcome {
    let own = target(root).join("tools");
    let program =
        match tools::find(&["cargo-deny"]).or_else(|| Some(own.join("bin/cargo-deny")).filter(|p| p.is_file())) {
            Some(program) => program,
            None => {
                // Not optimised: it runs for a second, and is built for a minute instead of five.
                let mut install = cargo(root, &["install", "--locked", "--debug", "--quiet", "--root"]);
                if let Err(error) = done(install.arg(&own).arg(DENY)) {
                    return Outcome::Missing(format!("cargo install {DENY}: {error:#}"));
                }
                own.join("bin/cargo-deny")
            }
        };
    let deny = |checks: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(root).args(["--locked", "check", "--hide-inclusion-graph"]).args(checks);
        command
    };
    let outcome = shown(&mut deny(&["licenses", "sources", "bans"]), count);
    if outcome != Outcome::Passed {
        return outcome;
    }
    let fetched = Command::new(&program).current_dir(root).args(["--locked", "fetch", "db"]).output();
    if fetched.is_ok_and(|output| output.status.success()) {
        return shown(&mut deny(&["advisories"]), count);
    }
    println!("advisories: their database cannot be had here, so they were not checked");
    Outcome::Passed
}

/// What would be published of the crates for embedding.
pub(super) fn package(root: &Path, count: &mut Count) -> Outcome {
    let mut command = cargo(root, &["package", "--locked", "--no-verify", "--allow-dirty", "--quiet"]);
    command.args(EMBEDDED.iter().flat_map(|package| ["--package", package]));
    shown(&mut command, count)
}

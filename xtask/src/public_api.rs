//! The public surface of the crates that others embed, held against a file beside each: a change of it is seen in the
//! change that makes it. `cargo xtask api --write` takes the surface as it is.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, done, target};

/// The crates, by package and folder.
const CRATES: &[(&str, &str)] = &[("routeros", "crates/routeros"), ("lalin-cache", "crates/cache")];
const FILE: &str = "public-api.txt";

/// Compares each crate's surface with its file, or writes it there.
pub(crate) fn run(root: &Path, write: bool) -> Result<()> {
    let mut changed = Vec::new();
    for (package, folder) in CRATES {
        let now = surface(root, package)?;
        let file = root.join(folder).join(FILE);
        if write {
            fs::write(&file, &now)?;
            continue;
        }
        let before = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        for (sign, from, other) in [("-", &before, &now), ("+", &now, &before)] {
            let missing = from.lines().filter(|line| !other.lines().any(|theirs| theirs == *line));
            changed.extend(missing.map(|line| format!("{package}: {sign} {line}")));
        }
    }
    for line in &changed {
        eprintln!("api: {line}");
    }
    if !changed.is_empty() {
        bail!(
            "the public surface changed: if it should, `cargo xtask api --write`, and say so in the crate's CHANGELOG"
        );
    }
    Ok(())
}

/// A line for each public item, with all features.
fn surface(root: &Path, package: &str) -> Result<String> {
    let mut rustdoc = cargo();
    rustdoc.current_dir(root).args(["rustdoc", "--quiet", "--locked", "--lib", "--all-features", "--package", package]);
    rustdoc.args(["--", "-Zunstable-options", "--output-format", "json", "--cap-lints", "allow"]);
    // The JSON of rustdoc is unstable; toolchain and reader are pinned to each other in rust-toolchain.toml and Cargo.toml.
    let folder = target(root).join("api");
    done(rustdoc.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", &folder))?;
    let json = folder.join("doc").join(format!("{}.json", package.replace('-', "_")));
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    Ok(api.to_string())
}

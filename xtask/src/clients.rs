//! Clients that others wrote: installed from their registries, as `cargo xtask bench codec` and `cargo xtask conformance`
//! want them. They are run as processes of their own; the workspace neither links nor holds any of their code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process::done;

/// Python's, by the names and versions of their registry.
const PYTHON: [&str; 2] = ["librouteros==4.2.2", "RouterOS-api==0.21.0"];
const NODE: &str = "node-routeros@1.6.9";

/// What asks an API whether it is as it is described.
const SCHEMATHESIS: [&str; 1] = ["schemathesis==4.32.5"];
/// The exporter that most people scrape such routers with.
const MKTXP: [&str; 1] = ["mktxp==2.1.0"];
/// What the first system's design is made of.
const FIRST_SYSTEM: [&str; 2] = ["express@5.1.0", NODE];

/// A Python that has its clients, in a folder of its own.
pub(crate) fn python(folder: &Path) -> Result<PathBuf> {
    python_with(folder, &PYTHON)
}

/// A Python that has mktxp.
pub(crate) fn mktxp(folder: &Path) -> Result<PathBuf> {
    python_with(folder, &MKTXP)
}

/// Schemathesis.
pub(crate) struct Schemathesis {
    pub(crate) python: PathBuf,
    pub(crate) program: PathBuf,
}

/// Schemathesis, and the Python that has it.
pub(crate) fn schemathesis(folder: &Path) -> Result<Schemathesis> {
    let python = python_with(folder, &SCHEMATHESIS)?;
    Ok(Schemathesis { program: python.with_file_name("schemathesis"), python })
}

fn python_with(folder: &Path, packages: &[&str]) -> Result<PathBuf> {
    let python = folder.join("bin").join("python");
    if !python.is_file() {
        done(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    done(Command::new(&python).args(install).args(packages))?;
    Ok(python)
}

/// A folder whose `node_modules` has node's client.
pub(crate) fn node(folder: &Path) -> Result<()> {
    node_with(folder, &[NODE])
}

/// One that has what the first system's design is made of.
pub(crate) fn first_system(folder: &Path) -> Result<()> {
    node_with(folder, &FIRST_SYSTEM)
}

fn node_with(folder: &Path, packages: &[&str]) -> Result<()> {
    fs::create_dir_all(folder)?;
    let install = ["install", "--silent", "--no-audit", "--no-fund", "--prefix"];
    done(Command::new("npm").args(install).arg(folder).args(packages))
}

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

/// A Python that has its clients, in a folder of its own.
pub(crate) fn python(folder: &Path) -> Result<PathBuf> {
    let python = folder.join("bin").join("python");
    if !python.is_file() {
        done(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    done(Command::new(&python).args(install).args(PYTHON))?;
    Ok(python)
}

/// A folder whose `node_modules` has node's client.
pub(crate) fn node(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let install = ["install", "--silent", "--no-audit", "--no-fund", "--prefix"];
    done(Command::new("npm").args(install).arg(folder).arg(NODE))
}

//! `cargo xtask layers`: which crate may import which, and that no files import each other in a circle.

mod circles;
mod imports;
mod rust_files;
mod script_files;

use std::path::Path;

use anyhow::{Result, bail};

/// Checks the workspace.
pub(crate) fn run(root: &Path) -> Result<()> {
    let imports = imports::check(root)?;
    let mut needs = rust_files::needs(root)?;
    needs.extend(script_files::needs(root)?);
    let circles = circles::check(&needs);
    let faults = [imports, circles].concat();
    for fault in &faults {
        eprintln!("layers: {fault}");
    }
    if !faults.is_empty() {
        bail!("{} imports against the architecture", faults.len());
    }
    println!("layers: every crate imports only what it may, and no files import each other in a circle");
    Ok(())
}

//! `cargo xtask pictures`: the documents' pictures, taken of the demonstration by a test of the browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::done;
use crate::tools;

/// The test that takes them, and what it calls them.
const TEST: &str = "every_picture_of_the_documents_is_taken";
const TAKEN: &str = "docs-";

pub(crate) fn run(root: &Path) -> Result<()> {
    let [chromium, driver] = tools::provide([&tools::CHROMIUM, &tools::CHROMEDRIVER]).map_err(anyhow::Error::msg)?;
    done(Command::new("cargo").args(["build", "--locked", "--package", "lalin"]).current_dir(root))?;
    let test = ["test", "--locked", "--package", "lalin-browser-tests", "--test", "browser", TEST];
    let mut test_command = Command::new("cargo");
    test_command.args(test).current_dir(root).env("E2E_CHROMIUM", chromium).env("E2E_CHROMEDRIVER", driver);
    done(&mut test_command)?;
    let mut count = 0;
    let folder = root.join("target/screenshots");
    for file in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(name) = name.strip_prefix(TAKEN).filter(|name| name.ends_with(".png")) {
            fs::copy(&path, root.join("docs").join(name)).with_context(|| name.to_owned())?;
            println!("docs/{name}");
            count += 1;
        }
    }
    if count == 0 {
        bail!("no picture in {}", folder.display());
    }
    Ok(())
}

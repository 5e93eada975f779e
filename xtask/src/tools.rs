//! Programs that Rust does not bring: found on the path, or installed with apt where that is allowed.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A program somebody else made.
pub(crate) struct Tool {
    /// What it may be called.
    pub(crate) names: &'static [&'static str],
    /// Debian's package.
    pub(crate) package: &'static str,
}

pub(crate) const CHROMIUM: Tool =
    Tool { names: &["chromium", "chromium-browser", "google-chrome"], package: "chromium" };
pub(crate) const CHROMEDRIVER: Tool = Tool { names: &["chromedriver"], package: "chromium-driver" };
/// Its library sets a program's wall clock while it runs, for the tests of that.
pub(crate) const FAKETIME: Tool = Tool { names: &["faketime"], package: "faketime" };
/// For the tests between two hosts.
pub(crate) const IPROUTE: Tool = Tool { names: &["ip"], package: "iproute2" };
/// The proxies whose recipes stand in docs/how-to/reverse-proxies.md.
pub(crate) const NGINX: Tool = Tool { names: &["nginx"], package: "nginx-light" };
pub(crate) const CADDY: Tool = Tool { names: &["caddy"], package: "caddy" };
pub(crate) const APACHE: Tool = Tool { names: &["apache2"], package: "apache2" };
pub(crate) const HAPROXY: Tool = Tool { names: &["haproxy"], package: "haproxy" };
/// The stores that scrape Lalin, and that it writes to; promtool comes with the first one.
pub(crate) const PROMETHEUS: Tool = Tool { names: &["prometheus"], package: "prometheus" };
pub(crate) const VICTORIA: Tool = Tool { names: &["victoria-metrics"], package: "victoria-metrics" };
pub(crate) const NODE: Tool = Tool { names: &["node", "nodejs"], package: "nodejs" };
pub(crate) const WRK: Tool = Tool { names: &["wrk"], package: "wrk" };
pub(crate) const VALGRIND: Tool = Tool { names: &["valgrind"], package: "valgrind" };
pub(crate) const PYTHON: Tool = Tool { names: &["python3"], package: "python3" };
pub(crate) const PIP: Tool = Tool { names: &["pip3", "pip"], package: "python3-pip" };
pub(crate) const NPM: Tool = Tool { names: &["npm"], package: "npm" };
pub(crate) const SHELLCHECK: Tool = Tool { names: &["shellcheck"], package: "shellcheck" };

pub(crate) const ALERTMANAGER: Tool = Tool { names: &["prometheus-alertmanager"], package: "prometheus-alertmanager" };

/// What the tests of the workspace start, beside a browser: one line more here, and `cargo xtask test` installs it.
pub(crate) const FOR_TESTS: &[&Tool] =
    &[&IPROUTE, &NGINX, &CADDY, &APACHE, &HAPROXY, &ALERTMANAGER, &PROMETHEUS, &VICTORIA];

/// Where each tool is, installed first if need be; or what to install.
pub(crate) fn provide<const N: usize>(tools: [&Tool; N]) -> Result<[PathBuf; N], String> {
    provide_all(&tools)?;
    Ok(tools.map(|tool| find(tool.names).unwrap_or_default()))
}

/// Installs what is not there of a list; or says what to install.
pub(crate) fn provide_all(tools: &[&Tool]) -> Result<(), String> {
    let missing: Vec<_> = tools.iter().filter(|tool| find(tool.names).is_none()).map(|tool| tool.package).collect();
    if !missing.is_empty() {
        println!("not found: {}; trying apt", missing.join(", "));
        apt(&missing);
    }
    if tools.iter().any(|tool| find(tool.names).is_none()) {
        let packages = missing.join(" ");
        return Err(format!("install it and run this again: apt-get install --no-install-recommends {packages}"));
    }
    Ok(())
}

/// The first of the names that is on the path.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    // Servers lie where only an administrator's path leads.
    let folders = || env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    names.iter().find_map(|name| folders().map(|folder| folder.join(name)).find(|candidate| candidate.is_file()))
}

/// Installs packages as root or by a sudo that asks nothing. Failing is answered by not finding them.
fn apt(packages: &[&str]) {
    if find(&["apt-get"]).is_none() {
        return;
    }
    let before: &[&str] = if succeeds("sh", &["-c", "test \"$(id -u)\" = 0"]) {
        &[]
    } else if succeeds("sudo", &["-n", "true"]) {
        &["sudo", "-n"]
    } else {
        return;
    };
    let get = |words: &[&str]| {
        let all: Vec<&str> =
            before.iter().chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]).copied().collect();
        let (program, first) = all.split_first()?;
        Command::new(program).args(first).args(words).stdin(Stdio::null()).status().ok().filter(|s| s.success())
    };
    if get(&["update"]).is_some() {
        get(&[&["install", "-y", "--no-install-recommends"], packages].concat());
    }
}

fn succeeds(program: &str, words: &[&str]) -> bool {
    let quiet =
        Command::new(program).args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

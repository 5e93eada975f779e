//! Who may import whom: the table of the architecture, held against `cargo metadata`.
//!
//! Only normal and build dependencies count; a test may use any room.

use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// One dependency of a workspace member.
#[derive(Clone, Debug)]
struct Import {
    from: String,
    to: String,
    optional: bool,
}

/// A package and the rooms it may import. The binary composes them all.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("routeros", &[]),
    ("routeros-simulator", &[]),
    ("lalin-stats", &[]),
    ("lalin-cache", &["lalin-stats"]),
    ("lalin-mikrotik", &["routeros", "lalin-stats"]),
    ("lalin-monitor", &["lalin-stats", "lalin-cache"]),
    ("lalin-store", &["lalin-config", "lalin-stats"]),
    ("lalin-history", &["lalin-stats"]),
    ("lalin-alerts", &["lalin-history", "lalin-stats"]),
    ("lalin-remote-write", &["lalin-stats"]),
    ("lalin-history-remote", &["lalin-history", "lalin-remote-write", "lalin-stats"]),
    ("lalin-cluster", &["lalin-alerts", "lalin-history", "lalin-monitor", "lalin-stats", "lalin-store"]),
    ("lalin-http", &["lalin-alerts", "lalin-fleet", "lalin-history", "lalin-monitor", "lalin-store", "lalin-stats"]),
    (
        "lalin-fleet",
        &[
            "lalin-alerts",
            "lalin-cache",
            "lalin-config",
            "lalin-history",
            "lalin-mikrotik",
            "lalin-monitor",
            "lalin-remote-write",
            "lalin-stats",
            "lalin-store",
        ],
    ),
    ("lalin-dashboard", &["lalin-page-assets"]),
    ("lalin-page-assets", &[]),
    ("lalin-config", &["lalin-stats"]),
    (
        "lalin",
        &[
            "routeros",
            "routeros-simulator",
            "lalin-stats",
            "lalin-cache",
            "lalin-mikrotik",
            "lalin-monitor",
            "lalin-store",
            "lalin-history",
            "lalin-http",
            "lalin-fleet",
            "lalin-dashboard",
            "lalin-config",
            "lalin-alerts",
            "lalin-cluster",
            "lalin-history-remote",
            "lalin-remote-write",
        ],
    ),
    ("embedding-example", &["routeros", "routeros-simulator", "lalin-cache"]),
    ("lalin-test-client", &[]),
    ("lalin-test-nats", &[]),
    ("lalin-browser-tests", &[]),
    ("lalin-fuzz-harness", &["routeros", "lalin-mikrotik"]),
    ("xtask", &[]),
];

/// Serialisation stays at the leaves; a library that others embed has it behind a feature only.
const SERDE: &[&str] = &["serde", "serde_json", "serde_derive", "serde_with"];
const SERDE_AT: &[&str] = &[
    "lalin-http",
    "lalin-alerts",
    "lalin-cluster",
    "lalin-history-remote",
    "lalin-test-client",
    "lalin-config",
    "lalin-dashboard",
    "lalin-page-assets",
    "lalin",
    "lalin-browser-tests",
    "lalin-fuzz-harness",
    "embedding-example",
    "xtask",
];

/// What must stay absent from the rooms below the server.
const OUTSIDE: &[&str] = &["tera", "rusqlite", "clap", "tracing-subscriber"];
const OUTSIDE_OF: &[&str] =
    &["routeros", "routeros-simulator", "lalin-stats", "lalin-cache", "lalin-mikrotik", "lalin-monitor"];

/// The web server stays above the fleet: whatever begins so may be imported by these only.
const WEB_SERVER: &str = "actix";
const WEB_SERVER_AT: &[&str] = &["lalin-http", "lalin-dashboard", "lalin"];

/// What is wrong with the workspace's imports.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .no_deps()
        .other_options(["--locked".to_owned()])
        .exec()
        .context("cargo metadata")?;
    let packages: Vec<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let imports = metadata.packages.iter().flat_map(|package| {
        package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development).map(|dependency| Import {
            from: package.name.to_string(),
            to: dependency.name.clone(),
            optional: dependency.optional,
        })
    });
    Ok(faults(&packages, imports.collect()))
}

fn faults(packages: &[String], imports: Vec<Import>) -> Vec<String> {
    let mut faults: Vec<String> = packages
        .iter()
        .filter(|package| row(package).is_none())
        .map(|package| format!("{package} has no row in the table of xtask/src/layers.rs"))
        .collect();
    for Import { from, to, optional } in imports {
        if row(&to).is_some() && row(&from).is_some_and(|rooms| !rooms.contains(&to.as_str())) {
            faults.push(format!("{from} must not import {to}"));
        }
        if SERDE.contains(&to.as_str()) && !optional && !SERDE_AT.contains(&from.as_str()) {
            faults.push(format!("{from} must not depend on {to}: serialisation stays at the leaves"));
        }
        if to.starts_with(WEB_SERVER) && !WEB_SERVER_AT.contains(&from.as_str()) {
            faults.push(format!("{from} must not depend on {to}: the web server stands above it"));
        }
        if OUTSIDE.contains(&to.as_str()) && OUTSIDE_OF.contains(&from.as_str()) {
            faults.push(format!("{from} must not depend on {to}"));
        }
    }
    faults
}

fn row(package: &str) -> Option<&'static [&'static str]> {
    MAY_IMPORT.iter().find(|(name, _)| *name == package).map(|(_, rooms)| *rooms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(from: &str, to: &str) -> Vec<String> {
        faults(&[], vec![Import { from: from.into(), to: to.into(), optional: false }])
    }

    #[test]
    fn an_arrow_upward_is_a_fault() {
        assert_eq!(import("lalin-monitor", "lalin-http"), ["lalin-monitor must not import lalin-http"]);
        assert_eq!(import("lalin-http", "routeros"), ["lalin-http must not import routeros"]);
        assert_eq!(import("routeros", "lalin-stats").len(), 1);
        assert!(import("lalin-http", "lalin-monitor").is_empty() && import("lalin-http", "lalin-fleet").is_empty());
        assert_eq!(import("lalin-fleet", "lalin-http"), ["lalin-fleet must not import lalin-http"]);
        assert!(import("lalin", "lalin-http").is_empty());
    }

    #[test]
    fn the_simulator_is_in_no_library() {
        let programs = ["lalin", "embedding-example"];
        for (package, _) in MAY_IMPORT.iter().filter(|(name, _)| !programs.contains(name)) {
            assert_eq!(import(package, "routeros-simulator").len(), 1, "{package}");
        }
        assert!(import("lalin", "routeros-simulator").is_empty());
    }

    #[test]
    fn serde_stays_at_the_leaves_or_behind_a_feature() {
        assert_eq!(import("lalin-monitor", "serde").len(), 1);
        assert_eq!(import("routeros", "serde_json").len(), 1);
        assert!(import("lalin-http", "serde").is_empty());
        let optional = Import { from: "routeros".into(), to: "serde".into(), optional: true };
        assert!(faults(&[], vec![optional]).is_empty());
    }

    #[test]
    fn nothing_below_the_web_server_knows_one() {
        let above = |package: &str| format!("{package} must not depend on actix-web: the web server stands above it");
        for package in ["lalin-monitor", "lalin-fleet", "lalin-store", "lalin-config"] {
            assert_eq!(import(package, "actix-web"), [above(package)]);
        }
        assert!(import("lalin-http", "actix-web").is_empty());
    }

    #[test]
    fn a_package_without_a_row_is_a_fault() {
        assert_eq!(faults(&["lalin-new".into()], vec![]).len(), 1);
        assert!(faults(&["lalin-stats".into()], vec![]).is_empty());
    }

    #[test]
    fn every_room_of_a_row_has_a_row_and_stands_above_nobody_it_is_imported_by() {
        for (package, rooms) in MAY_IMPORT {
            for room in *rooms {
                let below = row(room).unwrap();
                assert!(!below.contains(package), "{package} and {room} import each other");
            }
        }
    }

    #[test]
    fn the_table_of_the_architecture_says_the_same() {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md")).unwrap();
        let rows = text.lines().filter(|line| line.starts_with("| `"));
        let mut said = 0;
        for cells in rows.map(|line| line.split(" | ").collect::<Vec<_>>()) {
            let [_, package, _, rooms] = cells[..] else { panic!("{cells:?}") };
            let package = package.trim_matches('`');
            let Some(row) = row(package) else { continue };
            said += 1;
            let rooms = rooms.trim_end_matches(['|', ' ']);
            let rooms: std::collections::BTreeSet<String> = match rooms {
                "-" => [].into(),
                "all" => row.iter().map(|&room| room.to_owned()).collect(),
                rooms => rooms
                    .split(", ")
                    .map(|room| if room.starts_with("routeros") { room.into() } else { format!("lalin-{room}") })
                    .collect(),
            };
            assert_eq!(rooms, row.iter().map(|&room| room.to_owned()).collect(), "{package}");
        }
        assert_eq!(said, MAY_IMPORT.len(), "a room is missing in the table");
    }
}

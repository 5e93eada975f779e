//! The rows of every menu but `/interface`: those that are built in, and those of the configuration. Interfaces are
//! many, so `print` writes their rows one by one.

use crate::Group;
use crate::lock::lock;
use crate::router::Router;
use crate::router::clock;
use crate::{Menu, Row};

/// What a print prints.
pub(crate) enum Printed {
    Interfaces,
    BuiltIn(BuiltIn),
    Custom(Menu),
}

/// A menu that every simulated router has.
#[derive(Clone, Copy)]
pub(crate) enum BuiltIn {
    Resource,
    Identity,
    Clock,
    Users,
    Groups,
    ActiveUsers,
    PppActive,
    Routes,
}

/// Every policy that a group may have, in all versions.
const POLICIES: [&str; 16] = [
    "local",
    "telnet",
    "ssh",
    "ftp",
    "reboot",
    "read",
    "write",
    "policy",
    "test",
    "winbox",
    "password",
    "web",
    "sniff",
    "sensitive",
    "api",
    "romon",
];

/// The menu of the configuration that this command prints.
pub(crate) fn custom(path: &[u8], router: &Router) -> Option<Menu> {
    let path = path.strip_suffix(b"/print").or_else(|| path.strip_suffix(b"/getall"))?;
    lock(&router.menus).iter().rfind(|menu| menu.path.as_bytes() == path).cloned()
}

/// The rows of a menu; the interfaces are not among them.
pub(crate) fn rows(printed: &Printed, router: &Router) -> Vec<Row> {
    let menu = match printed {
        Printed::Interfaces => return Vec::new(),
        Printed::Custom(menu) => return menu.rows(),
        Printed::BuiltIn(menu) => menu,
    };
    match menu {
        BuiltIn::Resource => vec![resource(router)],
        BuiltIn::Identity => vec![Row::new().with("name", lock(&router.config).identity.clone())],
        BuiltIn::Clock => vec![time(router)],
        BuiltIn::Users => users(router),
        BuiltIn::Groups => groups(router),
        BuiltIn::ActiveUsers => active_users(router),
        BuiltIn::PppActive => ppp_active(router),
        BuiltIn::Routes => routes(router),
    }
}

fn resource(router: &Router) -> Row {
    Row::new()
        .with("uptime", lock(&router.clock).uptime())
        .with("version", router.version.text())
        .with("build-time", router.version.build_time())
        .with("free-memory", "855638016")
        .with("total-memory", "1073741824")
        .with("cpu", "QEMU")
        .with("cpu-count", "2")
        .with("cpu-frequency", "2400")
        .with("cpu-load", "3")
        .with("free-hdd-space", "86114304")
        .with("total-hdd-space", "134217728")
        .with("architecture-name", "x86_64")
        .with("board-name", "CHR")
        .with("platform", "MikroTik")
}

fn time(router: &Router) -> Row {
    let now = router.now();
    Row::new()
        .with("time", clock::time_of_day(now))
        .with("date", clock::date(now, router.version.names_months()))
        .with("time-zone-autodetect", "false")
        .with("time-zone-name", "UTC")
        .with("gmt-offset", "+00:00")
        .with("dst-active", "false")
}

fn users(router: &Router) -> Vec<Row> {
    let config = lock(&router.config);
    let row = |(at, user): (usize, &crate::User)| {
        Row::new()
            .with(".id", format!("*{:X}", at + 1))
            .with("name", user.name.clone())
            .with("group", user.group.clone())
            .with("address", "")
            .with("disabled", "false")
    };
    config.users.iter().enumerate().map(row).collect()
}

fn groups(router: &Router) -> Vec<Row> {
    let config = lock(&router.config);
    let row = |(at, group): (usize, &Group)| {
        Row::new()
            .with(".id", format!("*{:X}", at + 1))
            .with("name", group.name.clone())
            .with("policy", all_policies(group))
    };
    config.groups.iter().enumerate().map(row).collect()
}

/// A router lists every policy, and marks those that the group does not have.
fn all_policies(group: &Group) -> String {
    let missing = POLICIES.iter().filter(|policy| !group.grants(policy)).map(|policy| format!("!{policy}"));
    let all: Vec<String> = group.policy.split(',').map(str::to_owned).chain(missing).collect();
    all.join(",")
}

fn active_users(router: &Router) -> Vec<Row> {
    let row = |session: crate::router::ActiveSession| {
        Row::new()
            .with(".id", format!("*{:X}", session.id))
            .with("when", clock::date_time(session.since, router.version.names_months()))
            .with("name", session.user.as_bytes())
            .with("address", session.address.to_string())
            .with("via", "api")
            .with("radius", "false")
    };
    router.session_slots.sessions().into_iter().map(row).collect()
}

/// The customers who have dialled in; each has an interface too.
fn ppp_active(router: &Router) -> Vec<Row> {
    let interfaces = router.interfaces();
    let customers =
        interfaces.list.iter().filter_map(|interface| Some((interface, interface.spec.name.strip_prefix(b"<pppoe-")?)));
    let row = |(interface, user): (&crate::router::Interface, &[u8])| {
        Row::new()
            .with(".id", format!("*{:X}", 0x8000_0000 + interface.serial))
            .with("name", user.strip_suffix(b">").unwrap_or(user))
            .with("service", "pppoe")
            .with("radius", "false")
    };
    customers.map(row).collect()
}

/// A default route through the port that is called an uplink, or through the first one. Version 6 tells in a sentence
/// where the gateway is reached, version 7 as an address.
fn routes(router: &Router) -> Vec<Row> {
    let interfaces = router.interfaces();
    let says = |interface: &&crate::router::Interface| {
        let comment = String::from_utf8_lossy(interface.spec.comment.as_deref().unwrap_or_default()).to_lowercase();
        ["wan", "uplink", "internet"].iter().any(|word| comment.contains(word))
    };
    let ports =
        || interfaces.list.iter().filter(|interface| interface.spec.kind == "ether" && !interface.spec.disabled);
    let Some(port) = ports().find(says).or_else(|| ports().next()) else { return Vec::new() };
    let route = Row::new()
        .with(".id", "*80000001")
        .with("dst-address", "0.0.0.0/0")
        .with("gateway", "203.0.113.1")
        .with("distance", "1");
    let route = match router.version {
        crate::Version::V6_42 | crate::Version::V6_49 => {
            route.with("gateway-status", [b"203.0.113.1 reachable via  ", &*port.spec.name].concat())
        }
        _ => route.with("immediate-gw", [b"203.0.113.1%", &*port.spec.name].concat()),
    };
    vec![route.with("active", "true").with("static", "true")]
}

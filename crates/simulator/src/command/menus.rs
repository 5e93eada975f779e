//! The small menus: their rows as a router would print them. Interfaces, which are many, are `print`'s.

use crate::clock;
use crate::router::{Router, lock};

/// What can be printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Menu {
    Interface,
    Resource,
    Identity,
    Clock,
    ActiveUsers,
    DialledIn,
}

/// A row of a small menu, in the router's order.
pub(crate) type Row = Vec<(&'static str, Vec<u8>)>;

/// The rows of a small menu; of the interfaces none.
pub(crate) fn rows(menu: Menu, router: &Router) -> Vec<Row> {
    match menu {
        Menu::Interface => Vec::new(),
        Menu::Resource => vec![resource(router)],
        Menu::Identity => vec![vec![("name", lock(&router.config).identity.clone().into_bytes())]],
        Menu::Clock => vec![time(router)],
        Menu::ActiveUsers => active_users(router),
        Menu::DialledIn => dialled_in(router),
    }
}

fn resource(router: &Router) -> Row {
    let uptime = lock(&router.clock).uptime();
    let texts = [
        ("uptime", uptime.as_str()),
        ("version", router.version.text()),
        ("build-time", router.version.build_time()),
        ("free-memory", "855638016"),
        ("total-memory", "1073741824"),
        ("cpu", "QEMU"),
        ("cpu-count", "2"),
        ("cpu-frequency", "2400"),
        ("cpu-load", "3"),
        ("free-hdd-space", "86114304"),
        ("total-hdd-space", "134217728"),
        ("architecture-name", "x86_64"),
        ("board-name", "CHR"),
        ("platform", "MikroTik"),
    ];
    texts.map(|(key, text)| (key, text.as_bytes().to_vec())).to_vec()
}

fn time(router: &Router) -> Row {
    let now = router.now();
    let date = clock::date(now, router.version.names_months());
    vec![
        ("time", clock::time_of_day(now).into_bytes()),
        ("date", date.into_bytes()),
        ("time-zone-autodetect", b"false".to_vec()),
        ("time-zone-name", b"UTC".to_vec()),
        ("gmt-offset", b"+00:00".to_vec()),
        ("dst-active", b"false".to_vec()),
    ]
}

fn active_users(router: &Router) -> Vec<Row> {
    let user = lock(&router.config).user.clone().into_bytes();
    let sitting = router.seats.sitting();
    let row = |sitting: crate::seats::Sitting| {
        vec![
            (".id", format!("*{:X}", sitting.id).into_bytes()),
            ("when", clock::date_time(sitting.since, router.version.names_months()).into_bytes()),
            ("name", user.clone()),
            ("address", sitting.address.to_string().into_bytes()),
            ("via", b"api".to_vec()),
            ("radius", b"false".to_vec()),
        ]
    };
    sitting.into_iter().map(row).collect()
}

/// Who has a line of his own, which is an interface too.
fn dialled_in(router: &Router) -> Vec<Row> {
    let ports = router.ports();
    let lines = ports.list.iter().filter_map(|port| Some((port, port.spec.name.strip_prefix(b"<pppoe-")?)));
    let row = |(port, user): (&crate::port::Port, &[u8])| {
        vec![
            (".id", format!("*{:X}", 0x8000_0000 + port.serial).into_bytes()),
            ("name", user.strip_suffix(b">").unwrap_or(user).to_vec()),
            ("service", b"pppoe".to_vec()),
            ("radius", b"false".to_vec()),
        ]
    };
    lines.map(row).collect()
}

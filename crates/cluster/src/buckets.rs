//! Which buckets a cluster has, by name.

use std::time::Duration;

use crate::connection::{Connection, part};

pub use crate::connection::Plan;

/// How long a node's lease lasts after its last renewal.
pub const LEASE_AGE: Duration = Duration::from_secs(10);

/// The nodes that live: `<site>.<node>`, renewed each second by their nodes.
pub fn nodes(connection: &Connection) -> Plan {
    Plan {
        name: format!("lalin_{}_nodes", connection.cluster()),
        told: connection.subject(&["kv", "nodes"]),
        age: Some(LEASE_AGE),
        memory: true,
    }
}

/// Who holds which router of a site: a key a router.
pub fn holds(connection: &Connection, site: Option<&str>) -> Plan {
    Plan {
        name: match site {
            Some(site) => format!("lalin_{}_hold_{site}", connection.cluster()),
            None => format!("lalin_{}_hold", connection.cluster()),
        },
        told: connection.subject(&[site_part(site), "kv", "hold"]),
        age: None,
        memory: false,
    }
}

/// What stands of the alerts of a site's routers, and what is to be sent of it: a key a router, written by its holder.
pub fn alerts(connection: &Connection, site: Option<&str>) -> Plan {
    Plan {
        name: match site {
            Some(site) => format!("lalin_{}_alerts_{site}", connection.cluster()),
            None => format!("lalin_{}_alerts", connection.cluster()),
        },
        told: connection.subject(&[site_part(site), "kv", "alerts"]),
        age: None,
        memory: false,
    }
}

/// What all nodes remember together.
pub fn state(connection: &Connection) -> Plan {
    Plan {
        name: format!("lalin_{}_state", connection.cluster()),
        told: connection.subject(&["kv", "state"]),
        age: None,
        memory: false,
    }
}

/// Who is signed in; a session that nobody used for so long is over.
pub fn sessions(connection: &Connection, idle: Duration) -> Plan {
    Plan {
        name: format!("lalin_{}_sess", connection.cluster()),
        told: connection.subject(&["kv", "sess"]),
        age: Some(idle),
        memory: false,
    }
}

/// What the collectors of a site need to know.
pub fn site(connection: &Connection, site: &str) -> Plan {
    Plan {
        name: format!("lalin_{}_site_{site}", connection.cluster()),
        told: connection.subject(&[site, "kv", "site"]),
        age: None,
        memory: false,
    }
}

/// A site as one part of a subject or key; the centre's is `=`, which no site can be called.
pub fn site_part(site: Option<&str>) -> &str {
    site.unwrap_or("=")
}

/// The key of a node's lease.
pub fn node_key(site: Option<&str>, node: &str) -> String {
    format!("{}.{}", site_part(site), part(node))
}

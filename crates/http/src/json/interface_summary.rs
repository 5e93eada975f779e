//! An interface in an answer or in the stream's list: what it is, not what it counts.

use lalin_stats::{Identity, Interface, PointOfView};
use serde::Serialize;

/// What an interface is, without its counters. The stream's list shows the same as the routes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InterfaceSummary<'a> {
    id: &'a str,
    name: &'a str,
    /// Unique on this router: the name, with a suffix where several interfaces share it.
    key: &'a str,
    /// Stays the same when the interface is renamed.
    line: u64,
    #[serde(rename = "type")]
    kind: &'a str,
    comment: Option<&'a str>,
    running: bool,
    disabled: bool,
    dynamic: bool,
    slave: bool,
    point_of_view: &'static str,
    /// The speed of the link, bit/s, of a port that is up.
    #[serde(skip_serializing_if = "Option::is_none")]
    link_bps: Option<u64>,
}

impl<'a> InterfaceSummary<'a> {
    pub(crate) fn of(interface: &'a Interface, identity: &'a Identity) -> Self {
        Self {
            id: interface.id.as_str(),
            name: &interface.name,
            key: &identity.key,
            line: identity.line,
            kind: &interface.kind,
            comment: interface.comment.as_deref(),
            running: interface.running,
            disabled: interface.disabled,
            dynamic: interface.dynamic,
            slave: interface.slave,
            point_of_view: point_of_view(PointOfView::of(interface)),
            link_bps: interface.link_bps,
        }
    }
}

/// Which side of the interface the customer is on.
pub(crate) fn point_of_view(side: PointOfView) -> &'static str {
    match side {
        PointOfView::Network => "network",
        PointOfView::Customer => "customer",
    }
}

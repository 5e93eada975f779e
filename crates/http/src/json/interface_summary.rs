//! An interface in an answer or in the stream's list: what it is, not what it counts.

use lalin_stats::{Identity, Interface, PointOfView};
use serde::Serialize;
use utoipa::ToSchema;

use crate::lines::LineView;

/// What an interface is, without its counters. The stream's list shows the same as the routes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InterfaceFacts)]
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
    /// It leads to the internet.
    #[serde(skip_serializing_if = "is_not")]
    wan: bool,
    /// What people say of it; see `lalin_store::LineSettings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(skip_serializing_if = "is_not")]
    favourite: bool,
    #[serde(skip_serializing_if = "is_not")]
    hidden: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_down_bps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_up_bps: Option<u64>,
}

impl<'a> InterfaceSummary<'a> {
    pub(crate) fn of(interface: &'a Interface, identity: &'a Identity, lines: &LineView) -> Self {
        let said = lines.settings(interface, identity);
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
            point_of_view: point_of_view(said.point_of_view.unwrap_or_else(|| PointOfView::of(interface))),
            link_bps: interface.link_bps,
            wan: lines.is_wan(interface, identity),
            alias: said.alias,
            favourite: said.favourite.unwrap_or_default(),
            hidden: said.hidden.unwrap_or_default(),
            limit_down_bps: said.limit_down_bps,
            limit_up_bps: said.limit_up_bps,
        }
    }
}

/// Which side of the interface the customer is on.
pub(crate) fn point_of_view(side: PointOfView) -> &'static str {
    side.code()
}

fn is_not(flag: &bool) -> bool {
    !flag
}

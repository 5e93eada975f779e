//! The centre's history follows the collectors' own: some seconds behind while the link holds, and from where it was when
//! it is there again.
//!
//! A collector records into a history of its own, whatever becomes of the network. Whoever has the pages asks each
//! collector for what is behind its cursors and takes it in ([`lalin_history::History::append`]): each tick once, in order,
//! the cursor in the same record as the tick. So nothing here has to be safe: a question or an answer that is lost is
//! asked once more. Each web node follows for itself and keeps cursors of its own.
//!
//! Nothing is pushed: a centre that is away costs a collector nothing, and one that comes back asks at its own pace.

mod following;
mod lag;
mod over_nats;
mod serving;
mod wire;

pub use following::{Asks, Following, Pace};
pub use lag::{Collector, Lag, Lags};
pub use over_nats::OverNats;
pub use serving::Serving;
pub use wire::{Answer, Ask};

use crate::buckets::site_part;
use crate::connection::Connection;

/// Where a node is asked for what it recorded.
pub(crate) fn subject(connection: &Connection, site: Option<&str>, node: &str) -> String {
    connection.subject(&[site_part(site), "node", node, "handover"])
}

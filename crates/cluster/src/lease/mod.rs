//! A node's lease: one key that it renews each second, and the fence that closes when it could not.

mod clock;
mod deadline;
mod fence;
mod hold_over;
mod keeper;
mod record;

pub(crate) use clock::BootTime;
pub use fence::Fence;
pub(crate) use hold_over::{HoldOver, Promises};
pub(crate) use keeper::{Keeper, Standing, Told};
pub(crate) use record::NodeRecord;
pub use record::{Behind, NodeSettings, Roles};

//! From one history to another: what a site recorded while it was cut off, and what it records all the time.
//!
//! Whoever follows asks; whoever recorded answers with what is behind a cursor. A cursor is the number of a router's last
//! tick, and belongs to the history that gave the number: each has an [identity](crate::History::source). The one that
//! follows writes it into the same record as the tick itself, so a crash between the two is none. What comes twice is
//! seen by its number and left out, so an answer that was lost is simply asked for again.
//!
//! Numbers have to last for this, so a history that others follow does not thin its days ([`crate::Settings::thins`]); and
//! what it hands over is synced first, so that a number is never given twice.
//!
//! What passed between the last tick of one history and the first of another is nobody's
//! ([`crate::Recorder::begins_anew`]): counted by both it would be there twice.

mod batch;
mod reading;
#[cfg(test)]
mod simulation;

pub use batch::HandedTicks;
pub(crate) use batch::{HandedEvent, HandedSample, HandedTick};
pub use reading::HandOver;

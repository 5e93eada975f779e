//! The routers that are watched: those of the configuration and those that were added while the server ran.
//!
//! A [`Fleet`] builds each router's stack (session, time limit, cache), hands it to the monitor, keeps what was added in the
//! store, and asks each router now and then what it is. It is the API's `Keeper`.

mod about;
mod checks;
mod fleet;
mod form;
mod hearing;
mod keep;
mod said;
mod stack;

pub use fleet::Fleet;
pub use said::{NotThis, Said};

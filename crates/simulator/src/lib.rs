//! A simulated MikroTik router: the server side of the RouterOS API, on a TCP port or in memory, with interfaces whose
//! exact rate is known at every moment and with faults that are switched while it runs.
//!
//! It is for the tests of programs that talk to such routers, and for demonstrations without one.
//!
//! ```no_run
//! use routeros_simulator::{Config, Fault, InterfaceSpec, Simulator, Traffic};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), routeros_simulator::Error> {
//! let steady = Traffic::Constant { bps: 100e6 };
//! let ether1 = InterfaceSpec::ether("ether1").traffic(steady, Traffic::Idle);
//! let config = Config::default().interfaces([ether1]);
//! let router = Simulator::start(config, ([127, 0, 0, 1], 0).into()).await?;
//! println!("connect to {:?} as admin, without a password", router.addr());
//! router.handle().set_fault(Fault::Silent);
//! # Ok(())
//! # }
//! ```
//!
//! # Why it is made like this
//!
//! **A server with its own encoder and decoder, not a mock of a client.** A mock replaces the client's transport and so
//! tests everything but the protocol; sharing the client's codec would let one mistake cancel itself out. The price is
//! a second implementation of the wire format, about 120 lines.
//!
//! **Traffic is a formula, not a loop that adds bytes.** The counters at any moment are the exact integral of a rate, so
//! a test can demand the right number instead of a plausible one, and time may be tokio's paused time.
//!
//! **It does not write.** Nothing a client sends changes the router; tests change it through [`Handle`]. A simulated
//! configuration would have to be RouterOS itself to be worth believing. Menus and replies of your own
//! ([`Menu`], [`Script`]) cover what is not built in.
//!
//! # Where things are
//!
//! | folder or file | what it holds |
//! | --- | --- |
//! | `settings` | what is simulated: [`Config`], interfaces, traffic, users, menus, replies, faults |
//! | `router` | the running router: interfaces and their rows, clock, listener, session slots, usage |
//! | `session` | one connection: bytes, login, commands, writing, TLS |
//! | `command` | the commands, and the language of their queries |
//! | `simulator`, `handle` | starting it, and changing it while it runs |
//! | `recorder` | records sessions with a real router, to be replayed |
//! | `mndp` | neighbour discovery, as a router answers it |

mod command;
mod error;
mod handle;
mod lock;
mod mndp;
mod recorder;
mod router;
mod session;
mod settings;
mod simulator;

pub use error::Error;
pub use handle::Handle;
pub use mndp::{Announcement, Announcer};
pub use recorder::Recorder;
pub use router::Usage;
#[cfg(feature = "tls")]
pub use session::TlsIdentity;
pub use settings::{
    AnswerSequence, AnswerTime, AnswerTimes, Config, Excess, Fault, Group, InterfaceSpec, Login, LossCounters,
    LossRates, Menu, Recording, Row, Script, Traffic, User, Version,
};
pub use simulator::Simulator;

/// The programs in the README compile as they stand.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

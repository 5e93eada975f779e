//! A simulated MikroTik router: the server's side of the RouterOS API, over a TCP port or in memory, with
//! interfaces whose exact rate is known at every instant and faults that are switched while it runs.
//!
//! It is for the tests of whatever talks to such routers, and for a demonstration without one. Its encoder and
//! decoder are its own, so that a client's mistake about the protocol cannot cancel itself out. Deliberately not
//! here: anything that writes to a router's settings, and the many menus that have nothing to do with traffic.
//!
//! ```no_run
//! use routeros_simulator::{Config, Fault, InterfaceSpec, Simulator, Traffic};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), routeros_simulator::Error> {
//! let steady = Traffic::Constant { bps: 100e6 };
//! let ether1 = InterfaceSpec::ether("ether1").traffic(steady, Traffic::Idle);
//! let config = Config { interfaces: vec![ether1], ..Config::default() };
//! let router = Simulator::start(config, ([127, 0, 0, 1], 0).into()).await?;
//! println!("connect to {:?} as admin, without a password", router.addr());
//! router.handle().set_fault(Fault::Silent);
//! # Ok(())
//! # }
//! ```
//!
//! | file | it holds |
//! | --- | --- |
//! | `config`, `spec`, `version`, `demo` | what is simulated |
//! | `traffic` | rates and their exact sums |
//! | `answer_times` | how long prints take to be answered, and when in that the counters are read |
//! | `router`, `port`, `seats`, `clock` | the router's state: interfaces, who is logged in, its time |
//! | `handle`, `fault`, `load` | what changes it while it runs, and what it was put through |
//! | `simulator`, `door`, `tls` | starting, listening, refusing, the certificate |
//! | `mndp` | neighbour discovery, as a router answers it |
//! | `session`, `login`, `line`, `outlet`, `wire` | one connection, from bytes to commands and back |
//! | `command` | the commands, and the language of their queries |

mod answer_times;
mod clock;
mod command;
mod config;
mod demo;
mod door;
mod error;
mod fault;
mod handle;
mod line;
mod load;
mod login;
mod mndp;
mod outlet;
mod port;
mod router;
mod seats;
mod session;
mod simulator;
mod spec;
#[cfg(feature = "tls")]
mod tls;
mod traffic;
mod version;
mod wire;

pub use answer_times::{AnswerSequence, AnswerTime, AnswerTimes, Excess};
pub use config::{Config, Login};
pub use error::Error;
pub use fault::Fault;
pub use handle::Handle;
pub use load::Load;
pub use mndp::{Announced, Announcer};
pub use simulator::Simulator;
pub use spec::InterfaceSpec;
#[cfg(feature = "tls")]
pub use tls::TlsIdentity;
pub use traffic::Traffic;
pub use version::Version;

//! What ends the program, one variant for each thing that an operator can do about it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] lalin_config::Error),
    /// The log's level or filter cannot be used.
    #[error("log level: {0}")]
    Log(String),
    /// A router has no password and nobody can be asked.
    #[error("router {router} has no password: set LALIN_ROUTER_PASSWORD, or `password` in the configuration file")]
    NoPassword { router: String },
    /// The prompt for a password failed.
    #[error("cannot ask for the password of router {router}: {source}")]
    Prompt { router: String, source: io::Error },
    /// The address is taken or is none of ours.
    #[error("cannot listen on {address}: {source}{}", taken(source, *address))]
    Listen { address: SocketAddr, source: io::Error },
    /// The server ended by itself.
    #[error("the web server failed: {0}")]
    Server(io::Error),
    /// What is remembered cannot be read or written.
    #[error(transparent)]
    Store(#[from] lalin_store::Error),
    /// The pages' certificate cannot be used.
    #[error("the pages' certificate {}: {detail}", path.display())]
    Certificate { path: PathBuf, detail: String },
    /// A router of the configuration cannot be used.
    #[error(transparent)]
    Router(#[from] lalin_fleet::UnusableRouter),
    /// The first account is a viewer's.
    #[error("the first account has to be an administrator's: leave out --viewer")]
    FirstIsAdministrator,
    /// No such account.
    #[error("there is no user {name}: see `lalin user list`")]
    NoUser { name: String },
    /// A question at the terminal failed.
    #[error("cannot ask for {what}: {source}")]
    Asked { what: String, source: io::Error },
    /// The password was not typed twice alike.
    #[error("these were two different passwords")]
    NotTheSame,
    /// There is nothing to check.
    #[error("no router to check: --router USER@HOST, or name one in lalin.toml")]
    NothingToCheck,
    /// A check found something.
    #[error("not everything works: see above")]
    CheckFailed,
    /// The pages cannot be made.
    #[error(transparent)]
    Dashboard(#[from] lalin_dashboard::Error),
    /// The simulated router cannot start.
    #[error("simulated router: {0}")]
    Simulator(#[from] routeros_simulator::Error),
    /// A file that describes the simulated router cannot be used.
    #[error("{}: {reason}", path.display())]
    SimulatorFile { path: PathBuf, reason: String },
    /// There are not so many ports.
    #[error("{count} routers from port {port} on need ports beyond 65535")]
    NoPorts { count: u16, port: u16 },
    /// The simulated router listens nowhere.
    #[error("the simulated router has no address")]
    NoSimulator,
    /// Neighbour discovery cannot have its port.
    #[error("neighbour discovery (UDP 5678): {0}")]
    Discovery(io::Error),
    /// The answer cannot be written as JSON.
    #[error("the answer cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The system has no threads or timers for us.
    #[error("the runtime cannot start: {0}")]
    Runtime(io::Error),
    /// Nobody answers where the server should be.
    #[error("no Lalin answers at http://{address}/: {reason}")]
    NotRunning { address: SocketAddr, reason: String },
}

impl Error {
    /// 64: the call or the configuration is wrong (as in sysexits). 3: not running (as in `systemctl status`).
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Config(_)
            | Self::Log(_)
            | Self::NoPassword { .. }
            | Self::NothingToCheck
            | Self::FirstIsAdministrator
            | Self::NoPorts { .. }
            | Self::NoUser { .. }
            | Self::SimulatorFile { .. } => 64,
            Self::NotRunning { .. } => 3,
            _ => 1,
        })
    }
}

fn taken(error: &io::Error, address: SocketAddr) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "\nis Lalin running already? Ask `lalin status`, or choose another port: --listen {}:{}",
            address.ip(),
            address.port().saturating_add(1)
        ),
        io::ErrorKind::PermissionDenied => {
            "\nports below 1024 need rights that Lalin should not have: choose a higher one".into()
        }
        _ => String::new(),
    }
}

//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lalin_config::Flags;

/// Realtime interface traffic of MikroTik routers.
#[derive(Parser)]
#[command(name = "lalin", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Watch routers and serve the dashboard
    Serve(ServeFlags),
    /// The dashboard over a simulated router; nothing to configure
    Demo(DemoFlags),
    /// Only the simulated router, to test other tools against
    Simulate(SimulateFlags),
    /// Does everything on the way to the routers work, and what mends it
    Check(RouterFlags),
    /// The commands that make a user on the router who may only read
    SetupScript(ScriptFlags),
    /// The accounts of the pages
    User(UserFlags),
    /// Is the server running, and how do its routers stand
    Status(StatusFlags),
    /// Which MikroTik routers are on the networks of this machine
    Discover(DiscoverFlags),
}

#[derive(Args)]
pub(crate) struct CommonFlags {
    /// Where the web server listens [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// The language of the pages: id or en [default: id]
    #[arg(long, value_name = "id|en")]
    lang: Option<String>,
    /// A level (error, warn, info, debug, trace) or a filter [default: info]
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
    /// How the log looks: human or json [default: human]
    #[arg(long, value_name = "human|json")]
    log_format: Option<String>,
    /// Everybody who reaches the server may look; only changes need an account
    #[arg(long)]
    open: bool,
    /// The path under which a proxy shows the server, such as /lalin
    #[arg(long, value_name = "PATH")]
    base_path: Option<String>,
}

impl CommonFlags {
    fn flags(self) -> Flags {
        Flags {
            listen: self.listen,
            lang: self.lang,
            log: self.log,
            log_format: self.log_format,
            open: self.open,
            base_path: self.base_path,
            ..Flags::default()
        }
    }
}

#[derive(Args)]
pub(crate) struct ServeFlags {
    #[command(flatten)]
    router: RouterFlags,
    /// Where Lalin keeps what it remembers [default: lalin-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    common: CommonFlags,
}

impl From<ServeFlags> for Flags {
    fn from(flags: ServeFlags) -> Self {
        let ServeFlags { router: RouterFlags { router, tls, config }, data_dir, common } = flags;
        Self { router, tls, config, data_dir, ..common.flags() }
    }
}

#[derive(Args)]
pub(crate) struct RouterFlags {
    /// The router; its password comes from LALIN_ROUTER_PASSWORD, the configuration file, or a prompt
    #[arg(long, value_name = "USER@HOST[:PORT]")]
    router: Option<String>,
    /// Trust in its certificate: off, system, first-use, pin:FINGERPRINT or insecure [default: off]
    #[arg(long, value_name = "POLICY")]
    tls: Option<String>,
    /// The configuration file [default: lalin.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl From<RouterFlags> for Flags {
    fn from(RouterFlags { router, tls, config }: RouterFlags) -> Self {
        Self { router, tls, config, ..Self::default() }
    }
}

#[derive(Args)]
pub(crate) struct ScriptFlags {
    /// The user's name on the router
    #[arg(long, default_value = "lalin")]
    pub(crate) user: String,
    /// The address of this server, as the router sees it: the user may come from nowhere else
    #[arg(long, value_name = "ADDR")]
    pub(crate) from: Option<IpAddr>,
    /// With a certificate for the API with TLS
    #[arg(long)]
    pub(crate) tls: bool,
}

#[derive(Args)]
pub(crate) struct DataFlags {
    /// Where Lalin keeps what it remembers [default: lalin-data]
    #[arg(long, value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// The configuration file [default: lalin.toml, if it is there]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

impl From<DataFlags> for Flags {
    fn from(DataFlags { data_dir, config }: DataFlags) -> Self {
        Self { data_dir, config, ..Self::default() }
    }
}

#[derive(Args)]
pub(crate) struct UserFlags {
    #[command(subcommand)]
    pub(crate) command: UserCommand,
    #[command(flatten)]
    pub(crate) data: DataFlags,
}

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Add an account; its password is asked for, or the first line of the standard input
    Add {
        /// The name to log in with
        name: String,
        /// May look and change nothing; otherwise an administrator
        #[arg(long)]
        viewer: bool,
    },
    /// Give an account a new password; its sessions end
    Password {
        /// The name
        name: String,
    },
    /// Remove an account
    Remove {
        /// The name
        name: String,
    },
    /// All accounts
    List,
}

#[derive(Args)]
pub(crate) struct DemoFlags {
    /// How many interfaces the simulated router has
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub(crate) interfaces: u16,
    #[command(flatten)]
    common: CommonFlags,
}

impl DemoFlags {
    /// The router is the simulated one, whatever a configuration file or the environment says.
    pub(crate) fn flags(self) -> Flags {
        self.common.flags()
    }
}

#[derive(Args)]
pub(crate) struct SimulateFlags {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8728)]
    pub(crate) port: u16,
    /// The address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub(crate) address: IpAddr,
    /// How many routers to simulate, on consecutive ports
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) count: u16,
    /// The name of the router; several are numbered [default: as the world says, or MikroTik]
    #[arg(long, value_name = "NAME")]
    pub(crate) identity: Option<String>,
    /// How many interfaces each router has
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    #[arg(conflicts_with = "world")]
    pub(crate) interfaces: u16,
    /// A JSON file that describes the router: examples/world.json of the simulator shows the format
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// A recorded session, whose commands are answered as they were
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
    /// The user who may log in [default: as the world says, or admin]
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// The password of this user; the simulated router holds nothing secret [default: as the world says, or none]
    #[arg(long)]
    pub(crate) password: Option<String>,
    /// Answer neighbour discovery (MNDP) on the network, too
    #[arg(long)]
    pub(crate) mndp: bool,
}

#[derive(Args)]
pub(crate) struct StatusFlags {
    /// Where the server listens [default: as configured]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// The configuration file of the server [default: lalin.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// For programs
    #[arg(long)]
    pub(crate) json: bool,
}

impl StatusFlags {
    pub(crate) fn flags(&self) -> Flags {
        // Asking needs no agreement to be open.
        Flags { listen: self.listen.clone(), config: self.config.clone(), open: true, ..Flags::default() }
    }
}

#[derive(Args)]
pub(crate) struct DiscoverFlags {
    /// How long to listen, s
    #[arg(long, value_name = "S", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub(crate) seconds: u64,
    /// Also ask this address, on a network that is not this machine's own
    #[arg(long, value_name = "ADDR")]
    pub(crate) ask: Vec<IpAddr>,
    /// For programs
    #[arg(long)]
    pub(crate) json: bool,
}

//! The command line: which commands and flags there are. Their words are in `bin/texts`, put in by `help`.
//!
//! Long because it is one list: every command and flag, to be read from the top to the bottom.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lalin_config::Flags;

/// The whole call. The language is read by `words` before anything is said.
#[derive(Parser)]
#[command(name = "lalin", version, arg_required_else_help = true)]
#[command(disable_help_subcommand = true, disable_version_flag = true)]
pub(crate) struct Cli {
    #[arg(long, value_name = "id|en", global = true, value_parser = ["id", "en"])]
    pub(crate) lang: Option<String>,
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Serve(ServeFlags),
    Demo(DemoFlags),
    Simulate(SimulateFlags),
    Check(RouterFlags),
    SetupScript(ScriptFlags),
    User(UserFlags),
    Status(StatusFlags),
    Discover(DiscoverFlags),
    Top(TopFlags),
    Log(LogFlags),
    Logs(LogsFlags),
    History(HistoryFlags),
    Backup(BackupFlags),
    Restore(RestoreFlags),
    #[cfg(feature = "cluster")]
    Cluster(ClusterFlags),
    Help {
        #[arg(value_name = "COMMAND", num_args = 0..=3)]
        command: Vec<String>,
    },
}

#[derive(Args)]
pub(crate) struct CommonFlags {
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
    #[arg(long, value_name = "human|json")]
    log_format: Option<String>,
    #[arg(long)]
    open: bool,
    #[arg(long, value_name = "PATH")]
    base_path: Option<String>,
}

impl CommonFlags {
    fn flags(self) -> Flags {
        Flags {
            listen: self.listen,
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
    #[arg(long, value_name = "USER@HOST[:PORT]")]
    router: Option<String>,
    #[arg(long, value_name = "POLICY")]
    tls: Option<String>,
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
    #[arg(long, default_value = "lalin")]
    pub(crate) user: String,
    #[arg(long, value_name = "ADDR")]
    pub(crate) from: Option<IpAddr>,
    #[arg(long)]
    pub(crate) tls: bool,
}

#[derive(Args, Clone)]
pub(crate) struct DataFlags {
    #[arg(long, value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

impl DataFlags {
    /// Whether the call itself says which folder.
    pub(crate) fn names_folder(&self) -> bool {
        self.data_dir.is_some()
    }
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
    Add {
        name: String,
        #[arg(long)]
        viewer: bool,
    },
    Password {
        name: String,
    },
    Remove {
        name: String,
    },
    List,
}

impl UserCommand {
    /// The call that asks for this, without the program's name.
    pub(crate) fn call(&self) -> String {
        match self {
            Self::Add { name, viewer } => format!("user add {name}{}", if *viewer { " --viewer" } else { "" }),
            Self::Password { name } => format!("user password {name}"),
            Self::Remove { name } => format!("user remove {name}"),
            Self::List => "user list".to_owned(),
        }
    }
}

#[derive(Args)]
pub(crate) struct DemoFlags {
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub(crate) interfaces: u16,
    #[command(flatten)]
    common: CommonFlags,
}

impl DemoFlags {
    pub(crate) fn flags(self) -> Flags {
        self.common.flags()
    }
}

#[derive(Args)]
pub(crate) struct SimulateFlags {
    #[arg(long, default_value_t = 8728)]
    pub(crate) port: u16,
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub(crate) address: IpAddr,
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) count: u16,
    #[arg(long, value_name = "NAME")]
    pub(crate) identity: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    #[arg(conflicts_with = "world")]
    pub(crate) interfaces: u16,
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
    #[arg(long)]
    pub(crate) user: Option<String>,
    #[arg(long)]
    pub(crate) password: Option<String>,
    #[arg(long)]
    pub(crate) mndp: bool,
}

#[derive(Args)]
pub(crate) struct StatusFlags {
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
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
    #[arg(long, value_name = "S", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub(crate) seconds: u64,
    #[arg(long, value_name = "ADDR")]
    pub(crate) ask: Vec<IpAddr>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct HistoryFlags {
    #[command(subcommand)]
    pub(crate) command: HistoryCommand,
    #[command(flatten)]
    pub(crate) data: DataFlags,
}

#[derive(Subcommand)]
pub(crate) enum HistoryCommand {
    Verify {
        #[arg(long)]
        json: bool,
    },
    Stats {
        #[arg(long)]
        json: bool,
    },
    Export(ExportFlags),
    Import(ImportFlags),
    Compact {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct ExportFlags {
    #[arg(long, value_name = "ID")]
    pub(crate) router: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) interface: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    #[arg(long, value_name = "TIER", default_value = "raw")]
    #[arg(value_parser = ["raw", "minute", "five-minutes", "hour", "day", "month"])]
    pub(crate) tier: String,
    #[arg(long, value_name = "STEP")]
    pub(crate) step: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sqlite", "parquet"])]
    pub(crate) csv: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "parquet")]
    pub(crate) sqlite: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) parquet: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct ImportFlags {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct BackupFlags {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataFlags,
}

#[derive(Args)]
pub(crate) struct RestoreFlags {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[arg(long)]
    pub(crate) replace: bool,
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataFlags,
}

#[cfg(feature = "cluster")]
#[derive(Args)]
pub(crate) struct ClusterFlags {
    #[command(subcommand)]
    pub(crate) command: ClusterCommand,
    #[command(flatten)]
    pub(crate) data: DataFlags,
}

#[cfg(feature = "cluster")]
#[derive(Subcommand)]
pub(crate) enum ClusterCommand {
    Init,
    Status {
        #[arg(long)]
        json: bool,
    },
    Import {
        #[arg(long)]
        replace: bool,
    },
    Export {
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    Site {
        #[command(subcommand)]
        command: SiteCommand,
    },
}

#[cfg(feature = "cluster")]
#[derive(Subcommand)]
pub(crate) enum SiteCommand {
    Add {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    List,
    Remove {
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// A server that is asked.
#[derive(Args, Clone)]
pub(crate) struct ServerFlags {
    #[arg(long, value_name = "URL", global = true, conflicts_with = "listen")]
    pub(crate) url: Option<String>,
    #[arg(long, value_name = "TOKEN", global = true)]
    pub(crate) token: Option<String>,
    #[arg(long, value_name = "ADDR:PORT", global = true)]
    pub(crate) listen: Option<String>,
    #[command(flatten)]
    pub(crate) data: DataFlags,
}

impl From<ServerFlags> for Flags {
    fn from(ServerFlags { listen, data, .. }: ServerFlags) -> Self {
        // Asking needs no agreement to be open.
        Self { listen, open: true, ..data.into() }
    }
}

#[derive(Args)]
pub(crate) struct LogFlags {
    #[command(subcommand)]
    pub(crate) command: LogCommand,
    #[command(flatten)]
    pub(crate) server: ServerFlags,
}

#[derive(Subcommand)]
pub(crate) enum LogCommand {
    Level {
        #[arg(value_name = "FILTER")]
        filter: Option<String>,
    },
}

#[derive(Args)]
pub(crate) struct LogsFlags {
    #[arg(short, long)]
    pub(crate) follow: bool,
    #[arg(short = 'n', long, value_name = "N", default_value_t = 200)]
    pub(crate) lines: u32,
    #[arg(long, value_name = "ID")]
    pub(crate) router: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    #[arg(long, value_name = "NAME", default_value = "lalin")]
    pub(crate) unit: String,
}

#[derive(Args)]
pub(crate) struct TopFlags {
    /// Straight from the router, without a server.
    #[arg(long, value_name = "USER@HOST[:PORT]", conflicts_with_all = ["url", "listen", "token"])]
    pub(crate) router: Option<String>,
    #[arg(long, value_name = "POLICY")]
    pub(crate) tls: Option<String>,
    #[arg(long, value_name = "ID")]
    pub(crate) of: Option<String>,
    #[arg(long, value_name = "S", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub(crate) interval: u64,
    #[arg(long, value_name = "ORDER", default_value = "rate", value_parser = ["rate", "down", "up", "name"])]
    pub(crate) sort: String,
    #[arg(long)]
    pub(crate) once: bool,
    #[arg(long, requires = "once")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerFlags,
}

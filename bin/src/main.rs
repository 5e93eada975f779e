//! Lalin: the realtime monitor of interface traffic for MikroTik routers.
//!
//! The binary only composes: command line, log, configuration, then one of the commands. It is the only place that
//! reads the environment and the only one that knows all rooms.

mod addresses;
mod alerts;
mod backup;
#[cfg(feature = "tls")]
mod certificate;
mod check;
mod cli;
mod client;
#[cfg(feature = "cluster")]
mod cluster;
mod columns;
mod demo;
mod demo_past;
mod demo_truth;
mod discover;
mod environment;
mod error;
mod figures;
mod help;
mod history;
mod logs;
mod metrics;
mod new_file;
mod passwords;
mod past;
mod progress;
#[cfg(feature = "remote-write")]
mod remote_write;
mod serve;
mod service_log;
mod signals;
mod simulated;
mod status;
mod store;
mod supervisor;
mod top;
mod users;
mod visible_text;
mod words;

use std::pin::Pin;
use std::process::ExitCode;

use clap::error::ErrorKind;
use lalin_config::{Config, Flags, Log};

use crate::cli::{Cli, Command, HistoryFlags, LogCommand, LogFlags, UserFlags};
use crate::environment::{gather, variables};
use crate::error::Error;

/// The exit code of a call that cannot be understood, as clap has it.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let variable = |name: &str| std::env::var(name).ok();
    words::speak(words::language(std::env::args_os().filter_map(|word| word.into_string().ok()), variable));
    let cli = match help::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return not_a_call(&error),
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lalin: {error}");
            error.exit_code()
        }
    }
}

/// Help, the version, or what is wrong with the call.
fn not_a_call(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print!("{error}");
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{error}");
            ExitCode::from(USAGE)
        }
        _ => {
            eprintln!("{}", help::problem(error));
            ExitCode::from(USAGE)
        }
    }
}

fn run(Cli { lang, command, .. }: Cli) -> Result<(), Error> {
    match command {
        Command::Serve(flags) => {
            let (mut config, warnings) = gather(Flags { lang, ..flags.into() })?;
            let log = logs::start(&config.log)?;
            for warning in warnings {
                tracing::warn!("{warning}");
            }
            passwords::ask(&mut config)?;
            #[cfg(feature = "cluster")]
            if let Some(cluster) = &config.cluster {
                return on_runtime(cluster::serve(&config, cluster, log));
            }
            // Held until everything has ended.
            let (store, _lock) = store::open_to_serve(&config)?;
            on_runtime(serve::run(&config, Some(store), log, serve::Beside::none()))
        }
        Command::Demo(demo) => {
            // Only how to serve comes from outside: the router is the simulated one, whatever is configured.
            let serving = ["LALIN_LISTEN", "LALIN_LANG", "LALIN_LOG", "LALIN_LOG_FORMAT"];
            let variables = variables().filter(|(key, _)| serving.contains(&key.as_str()));
            on_runtime(demo::run(demo, lang, variables))
        }
        Command::Simulate(simulate) => {
            logs::start(&Log::default())?;
            on_runtime(simulated::simulate(&simulate))
        }
        Command::Check(flags) => {
            let (mut config, _) = gather(flags.into())?;
            passwords::ask(&mut config)?;
            on_runtime(check::run(&config))
        }
        Command::SetupScript(flags) => {
            check::script(&flags.user, flags.from, flags.tls);
            Ok(())
        }
        Command::User(UserFlags { command, data }) => {
            let by_call = data.names_folder();
            let (config, _) = gather(data.into())?;
            let named = by_call || config.data_dir != Config::default().data_dir;
            on_runtime(users::run(&config, named, command))
        }
        Command::Status(flags) => {
            let (config, _) = gather(flags.flags())?;
            status::print(&config.server, flags.json)
        }
        Command::Discover(flags) => {
            logs::start(&Log { level: "warn".to_owned(), ..Log::default() })?;
            on_runtime(discover::run(&flags))
        }
        Command::History(HistoryFlags { command, data }) => past::run(&gather(data.into())?.0, command),
        Command::Backup(flags) => backup::backup(&gather(flags.data.clone().into())?.0, &flags),
        Command::Restore(flags) => {
            let (config, _) = gather(flags.data.clone().into())?;
            on_runtime(async { backup::restore(&config, &flags) })
        }
        #[cfg(feature = "cluster")]
        Command::Cluster(flags) => on_runtime(cluster::run(flags)),
        Command::Top(flags) => top::run(flags),
        Command::Log(LogFlags { command: LogCommand::Level { filter }, server }) => {
            let (config, _) = gather(server.clone().into())?;
            on_runtime(service_log::level(&config, &server, filter))
        }
        Command::Logs(flags) => service_log::logs(&flags),
        Command::Help { command } => {
            print!("{}", help::help_of(&command).map_err(|name| Error::NoCommand { name })?);
            Ok(())
        }
    }
}

fn on_runtime<'a>(work: impl Future<Output = Result<(), Error>> + 'a) -> Result<(), Error> {
    // The runtime polls in three places, and would have a command's code in each of them.
    let work: Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>> = Box::pin(work);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Runtime)?;
    let done = runtime.block_on(work);
    // Does not wait for what still runs after the orderly end.
    runtime.shutdown_background();
    done
}

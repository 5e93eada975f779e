//! What ends the program, one variant for each thing that an operator can do about it.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lalin_config::Origin;

use crate::words::say;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The configuration cannot be used.
    #[error("{}", said_of_config(.0))]
    Config(#[from] lalin_config::Error),
    /// The log's level or filter cannot be used.
    #[error("{}", say("error.log", &[("reason", .0)]))]
    Log(String),
    /// A router has no password and nobody can be asked.
    #[error("{}", say("error.no-password", &[("router", router)]))]
    NoPassword { router: String },
    /// The prompt for a password failed.
    #[error("{}", say("error.prompt", &[("router", router), ("reason", reason)]))]
    Prompt { router: String, reason: io::Error },
    /// The address is taken or is none of ours.
    #[error("{}", say("error.listen", &[("address", address), ("reason", reason), ("advice", &taken(reason, *address))]))]
    Listen { address: SocketAddr, reason: io::Error },
    /// The server ended by itself.
    #[error("{}", say("error.server", &[("reason", .0)]))]
    Server(io::Error),
    /// What is remembered cannot be read or written.
    #[error("{}", said_of_store(.0))]
    Store(#[from] lalin_store::Error),
    /// The cluster cannot be used, and why.
    #[cfg(feature = "cluster")]
    #[error("{}", say("cluster.failed", &[("reason", .0)]))]
    Cluster(String),
    /// There is no cluster in the configuration.
    #[cfg(feature = "cluster")]
    #[error("{}", say("cluster.none", &[]))]
    NoCluster,
    /// There is no key of the cluster.
    #[cfg(feature = "cluster")]
    #[error("{}", say("cluster.no-key", &[]))]
    NoClusterKey,
    /// There is data where the cluster's is to be put.
    #[cfg(feature = "cluster")]
    #[error("{}", say("cluster.data-there", &[("folder", &folder.display())]))]
    ClusterExport { folder: PathBuf },
    /// There is no data where accounts were to be changed.
    #[error("{}", no_data(folder, command, service.as_deref()))]
    NoData { folder: PathBuf, command: String, service: Option<PathBuf> },
    /// The pages' certificate cannot be used.
    #[error("{}", say("error.certificate", &[("path", &path.display()), ("reason", detail)]))]
    Certificate { path: PathBuf, detail: String },
    /// A router of the configuration cannot be used.
    #[error(transparent)]
    Router(#[from] lalin_fleet::UnusableRouter),
    /// The first account is a viewer's.
    #[error("{}", say("error.first-administrator", &[]))]
    FirstIsAdministrator,
    /// No such account.
    #[error("{}", say("error.no-user", &[("name", name)]))]
    NoUser { name: String },
    /// The question for an account's password failed.
    #[error("{}", say("error.asked-password", &[("name", name), ("reason", reason)]))]
    Asked { name: String, reason: io::Error },
    /// The password was not typed twice alike.
    #[error("{}", say("error.not-the-same", &[]))]
    NotTheSame,
    /// There is nothing to check.
    #[error("{}", say("error.nothing-to-check", &[]))]
    NothingToCheck,
    /// A check found something.
    #[error("{}", say("error.check-failed", &[]))]
    CheckFailed,
    /// There is no help of such a command.
    #[error("{}", say("usage.unknown-command", &[("command", name)]))]
    NoCommand { name: String },
    /// The simulated router cannot start.
    #[error("{}", say("error.simulator", &[("reason", .0)]))]
    Simulator(#[from] routeros_simulator::Error),
    /// A file that describes the simulated router cannot be used.
    #[error("{}", say("error.simulator-file", &[("path", &path.display()), ("reason", reason)]))]
    SimulatorFile { path: PathBuf, reason: String },
    /// There are not so many ports.
    #[error("{}", say("error.no-ports", &[("count", count), ("port", port)]))]
    NoPorts { count: u16, port: u16 },
    /// The simulated router listens nowhere.
    #[error("{}", say("error.no-simulator", &[]))]
    NoSimulator,
    /// Neighbour discovery cannot have its port.
    #[error("{}", say("error.discovery", &[("reason", .0)]))]
    Discovery(io::Error),
    /// The answer cannot be written as JSON.
    #[error("{}", say("error.json", &[("reason", .0)]))]
    Json(#[from] serde_json::Error),
    /// The system has no threads or timers for us.
    #[error("{}", say("error.runtime", &[("reason", .0)]))]
    Runtime(io::Error),
    /// The history cannot be used.
    #[error("{}", said_of_history(.0))]
    History(#[from] lalin_history::Error),
    /// The store of the history cannot be used.
    #[cfg(feature = "remote-write")]
    #[error(transparent)]
    HistoryStore(#[from] lalin_history_remote::Error),
    /// This program was built without stores of a history.
    #[cfg(not(feature = "remote-write"))]
    #[error("{}", say("history.no-stores", &[]))]
    NoStores,
    /// The samples are in a store, which has its own tools.
    #[error("{}", say("history.in-store", &[("address", address)]))]
    HistoryInStore { address: String },
    /// Something that is kept is not as it was written.
    #[error("{}", say("history.faults", &[("n", faults)]))]
    HistoryFaults { faults: usize },
    /// What is to be imported is there.
    #[error("{}", say("history.double", &[("router", router), ("line", name), ("from", from), ("to", to)]))]
    Double { router: String, name: String, from: String, to: String },
    /// A whole history comes as a whole.
    #[error("{}", say("history.whole-folder", &[]))]
    WholeFolder,
    /// A time cannot be read.
    #[error("{}", say("history.moment", &[("flag", flag), ("text", text)]))]
    Moment { flag: &'static str, text: String },
    /// A step cannot be read.
    #[error("{}", say("history.step", &[("text", text)]))]
    Step { text: String },
    /// This program was built without Parquet.
    #[cfg(not(feature = "parquet"))]
    #[error("{}", say("history.no-parquet", &[]))]
    NoParquet,
    /// A file that is to be made is there, or cannot be made.
    #[error("{}", say("backup.new-file", &[("path", &path.display()), ("reason", reason)]))]
    NewFile { path: PathBuf, reason: io::Error },
    /// A file of a backup cannot be read or written.
    #[error("{}", say("backup.file", &[("path", &path.display()), ("reason", reason)]))]
    BackupFile { path: PathBuf, reason: io::Error },
    /// There is no data to be backed up.
    #[error("{}", say("backup.nothing", &[("folder", &folder.display())]))]
    NothingToBackUp { folder: PathBuf },
    /// A file is no backup, or not all of it.
    #[error("{}", say("backup.broken", &[("path", &path.display())]))]
    BackupBroken { path: PathBuf },
    /// A backup of a newer version.
    #[error("{}", say("backup.newer", &[("path", &path.display()), ("version", version)]))]
    BackupNewer { path: PathBuf, version: String },
    /// What is there would be replaced.
    #[error("{}", say("backup.there", &[("folder", &folder.display())]))]
    DataThere { folder: PathBuf },
    /// Nobody answers where a server should be.
    #[error("{}", say("client.not-running", &[("url", url), ("reason", reason)]))]
    NoServer { url: String, reason: String },
    /// Only somebody who is logged in is answered.
    #[error("{}", say("client.token-needed", &[("url", url)]))]
    TokenNeeded { url: String },
    /// The server says why not.
    #[error("{}", say("client.refused", &[("url", url), ("reason", reason)]))]
    Refused { url: String, reason: String },
    /// There is no journal of systemd here.
    #[error("{}", say("log.no-journal", &[]))]
    NoJournal,
    /// The journal cannot be read.
    #[error("{}", say("log.journal", &[("reason", reason)]))]
    Journal { reason: String },
    /// The terminal cannot be used.
    #[error("{}", say("top.terminal", &[("reason", .0)]))]
    Terminal(io::Error),
    /// Nobody answers where the server should be.
    #[error("{}", say("error.not-running", &[("address", address), ("reason", reason)]))]
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
            | Self::NoData { .. }
            | Self::NoCommand { .. }
            | Self::WholeFolder
            | Self::HistoryInStore { .. }
            | Self::Moment { .. }
            | Self::Step { .. }
            | Self::NothingToBackUp { .. }
            | Self::DataThere { .. }
            | Self::History(lalin_history::Error::NoHistory(_) | lalin_history::Error::NoLine)
            | Self::SimulatorFile { .. } => 64,
            Self::NotRunning { .. } | Self::NoServer { .. } => 3,
            _ => 1,
        })
    }
}

fn taken(error: &io::Error, address: SocketAddr) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let free = SocketAddr::new(address.ip(), address.port().saturating_add(1));
            say("error.listen-taken", &[("address", &free)])
        }
        io::ErrorKind::PermissionDenied => say("error.listen-rights", &[]),
        _ => String::new(),
    }
}

fn no_data(folder: &Path, command: &str, service: Option<&Path>) -> String {
    let mut said = say("error.no-data", &[("folder", &folder.display())]);
    if let Some(service) = service {
        said += &say("error.no-data-service", &[("folder", &service.display()), ("command", &command)]);
    }
    said + &say("error.no-data-new", &[("folder", &folder.display()), ("command", &command)])
}

/// What is wrong with a value is in the configuration's own English; where, in the language in use.
fn said_of_config(error: &lalin_config::Error) -> String {
    use lalin_config::Error as Config;
    match error {
        Config::Unreadable { path, reason } => {
            say("error.unreadable", &[("path", &path.display()), ("reason", reason)])
        }
        Config::File { origin, problem } => {
            say("error.config-place", &[("place", &place(origin)), ("reason", problem)])
        }
        Config::UnknownVariable { name, nearest: None } => say("error.unknown-variable", &[("name", name)]),
        Config::UnknownVariable { name, nearest: Some(near) } => {
            say("error.unknown-variable-near", &[("name", name), ("near", near)])
        }
        Config::Invalid { field, origin, problem } => {
            say("error.config-value", &[("place", &place(origin)), ("field", field), ("reason", problem)])
        }
        other => other.to_string(),
    }
}

fn place(origin: &Origin) -> String {
    match origin {
        Origin::File { path, line, column } => {
            say("error.config-line", &[("path", &path.display()), ("line", line), ("column", column)])
        }
        other => other.to_string(),
    }
}

fn said_of_store(error: &lalin_store::Error) -> String {
    use lalin_store::Error as Store;
    let number =
        |process: &Option<u32>| process.map(|number| say("store.process", &[("number", &number)])).unwrap_or_default();
    match error {
        Store::Open { path, detail } => say("store.open", &[("path", &path.display()), ("reason", detail)]),
        Store::Newer { found, known, copy: None } => say("store.newer", &[("found", found), ("known", known)]),
        Store::Newer { found, known, copy: Some(copy) } => {
            say("store.newer-copy", &[("found", found), ("known", known), ("copy", &copy.display())])
        }
        Store::NoCopy { path, detail } => say("store.no-copy", &[("path", &path.display()), ("reason", detail)]),
        Store::OlderRuns { process } => say("store.older-runs", &[("process", &number(process))]),
        Store::Running { folder, process } => {
            say("store.running", &[("folder", &folder.display()), ("process", &number(process))])
        }
        Store::Emptied { path } => say("store.emptied", &[("path", &path.display())]),
        Store::WrongKey => say("store.wrong-key", &[]),
        Store::KeyFile { path, source } => say("store.key-file", &[("path", &path.display()), ("reason", source)]),
        Store::NoKey { path } => say("store.no-key", &[("path", &path.display())]),
        Store::KeyLost { path } => say("store.key-lost", &[("path", &path.display())]),
        Store::KeyText => say("store.key-text", &[]),
        Store::Taken { what: "a user" } => say("store.user-taken", &[]),
        Store::Unknown { what: "user" } => say("store.user-unknown", &[]),
        Store::Invalid { field: "name", .. } => say("store.name-wrong", &[]),
        Store::Taken { what: "a site" } => say("store.site-taken", &[]),
        Store::Unknown { what: "site" } => say("store.site-unknown", &[]),
        Store::Invalid { field: "site", reason } if reason.contains("most") => say("store.sites-many", &[]),
        Store::Invalid { field: "site", .. } => say("store.site-wrong", &[]),
        Store::Invalid { field: "password", reason } if reason.contains("least") => say("store.password-short", &[]),
        Store::Invalid { field: "password", .. } => say("store.password-long", &[]),
        Store::LastAdministrator => say("store.last-administrator", &[]),
        Store::Full => say("store.full", &[]),
        Store::ReadOnly => say("store.read-only", &[]),
        Store::Busy => say("store.busy", &[]),
        Store::Conflict => say("store.conflict", &[]),
        Store::StateOld => say("store.state-old", &[]),
        Store::Unanswered => say("store.unanswered", &[]),
        Store::NotEmpty => say("store.not-empty", &[]),
        Store::Database(reason) => say("store.database", &[("reason", reason)]),
        Store::System(reason) => say("store.system", &[("reason", reason)]),
        other => other.to_string(),
    }
}

fn said_of_history(error: &lalin_history::Error) -> String {
    use lalin_history::Error as History;
    match error {
        History::NoHistory(folder) => say("history.none", &[("folder", &folder.display())]),
        History::NoLine => say("history.no-line", &[]),
        History::Locked(folder) => say("history.locked", &[("folder", &folder.display())]),
        History::Newer { found, known } => say("history.newer", &[("found", found), ("known", known)]),
        History::Older { found, known } => say("history.older", &[("found", found), ("known", known)]),
        History::NoZone(name) => say("history.no-zone", &[("name", name)]),
        History::Import { line: 0, what } => say("history.import-wrong", &[("reason", what)]),
        History::Import { line, what } => say("history.import-line", &[("line", line), ("reason", what)]),
        History::Output(reason) => say("history.output", &[("reason", reason)]),
        History::File { path, source } => say("backup.file", &[("path", &path.display()), ("reason", source)]),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The libraries say the same in English: whoever embeds them has no texts of ours.
    #[test]
    fn in_english_a_failure_of_the_data_is_what_the_store_itself_says() {
        use lalin_store::Error as Store;
        let path = || PathBuf::from("lalin-data/lalin.db");
        let all = [
            Store::Open { path: path(), detail: "denied".to_owned() },
            Store::Newer { found: 9, known: 7, copy: None },
            Store::Newer { found: 9, known: 7, copy: Some(path()) },
            Store::NoCopy { path: path(), detail: "full".to_owned() },
            Store::OlderRuns { process: Some(7) },
            Store::Running { folder: path(), process: None },
            Store::Emptied { path: path() },
            Store::WrongKey,
            Store::KeyFile { path: path(), source: io::Error::other("denied") },
            Store::NoKey { path: path() },
            Store::KeyLost { path: path() },
            Store::KeyText,
            Store::Taken { what: "a user" },
            Store::Unknown { what: "user" },
            Store::Taken { what: "a site" },
            Store::Unknown { what: "site" },
            Store::Invalid { field: "site", reason: "at most 1000 sites" },
            Store::Invalid { field: "site", reason: "1 to 32 small letters, digits, dashes or underscores" },
            Store::Invalid { field: "name", reason: "1 to 64 characters, none of them a control character" },
            Store::Invalid { field: "password", reason: "at least 8 characters" },
            Store::Invalid { field: "password", reason: "at most 1,024 bytes" },
            Store::LastAdministrator,
            Store::Full,
            Store::ReadOnly,
            Store::Busy,
            Store::System("no threads".to_owned()),
        ];
        for error in all {
            assert_eq!(said_of_store(&error), error.to_string());
        }
        let config = lalin_config::Config::load(
            Some((Path::new("lalin.toml"), "[server]\nlisten = \"x\"\n")),
            std::iter::empty(),
            lalin_config::Flags::default(),
        );
        let error = config.err().unwrap();
        assert_eq!(said_of_config(&error), error.to_string());
    }

    #[test]
    fn missing_data_is_told_with_the_folder_of_the_service_and_the_call_that_works() {
        let service = PathBuf::from("/var/lib/lalin");
        let error = |service| Error::NoData {
            folder: "/home/sari/lalin-data".into(),
            command: "user add sari".into(),
            service,
        };
        let said = error(Some(service)).to_string();
        assert!(said.contains("sudo -u lalin lalin user add sari --data-dir /var/lib/lalin"), "{said}");
        assert!(said.contains("lalin user add sari --data-dir /home/sari/lalin-data"), "{said}");
        assert!(!error(None).to_string().contains("sudo"));
    }
}

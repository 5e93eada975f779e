//! One configuration from its layers: a flag wins over the environment, the environment over the file, the file over
//! the defaults.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;

use crate::config::{Business, Config, Embed, INTERVALS, Log, Metrics, Sampling, Server};
use crate::setting::{FileText, Setting, list, not_empty};
use crate::variables::Variables;
use crate::{
    Error, Flags, Limits, Origin, Secret, load_alerts, load_cluster, load_history, load_remote_write, load_routers,
    schema, values,
};

impl Config {
    /// One configuration from the file (its path for messages, and its text), the environment and the flags.
    ///
    /// `flags.config` and `LALIN_CONFIG` are not followed here: the caller has read the file, see
    /// [`Config::gather`].
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its name and place: see [`Error`].
    pub fn load(
        file: Option<(&Path, &str)>,
        env: impl Iterator<Item = (String, String)>,
        flags: Flags,
    ) -> Result<Self, Error> {
        Self::assemble(file, Variables::read(env)?, flags)
    }

    pub(crate) fn assemble(file: Option<(&Path, &str)>, env: Variables, flags: Flags) -> Result<Self, Error> {
        let text = FileText(file);
        let file = match file {
            Some((path, text)) => schema::File::parse(path, text)?,
            None => schema::File::default(),
        };
        let routers = load_routers::from_file(&text, file.router)?;
        let router = flag(flags.router, "--router").or(env.router);
        let tls_setting = flag(flags.tls, "--tls").or(env.router_tls);
        let tls = web_tls(
            not_empty(text.setting(file.server.tls_certificate)),
            not_empty(text.setting(file.server.tls_key)),
        )?;
        let proxies = list(&text, file.server.trusted_proxies, "server.trusted-proxies", values::address)?;
        let hosts = list(&text, file.server.hosts, "server.hosts", values::host)?;
        let base_path = flag(flags.base_path, "--base-path").or(env.base_path).or(text.setting(file.server.base_path));
        let alerts = load_alerts::read(&text, file.alerts, env.alerts)?;
        let history = load_history::read(&text, file.history, env.history)?;
        Ok(Self {
            data_dir: data_dir(flags.data_dir, env.data_dir.or(text.setting(file.data_dir)))?,
            encryption_key: env.encryption_key.map(|setting| Secret::new(setting.value)),
            limits: limits(&text, file.limits)?,
            log: log(
                flag(flags.log_format, "--log-format").or(env.log_format).or(text.setting(file.log.format)),
                flag(flags.log, "--log").or(env.log).or(text.setting(file.log.level)),
            )?,
            sampling: Sampling { recording_interval: history.interval, ..sampling(&text, file.sampling)? },
            metrics: metrics(&text, file.metrics)?,
            history,
            remote_write: load_remote_write::read(&text, file.remote_write)?,
            cluster: load_cluster::read(&text, file.cluster)?,
            alerts,
            business: business(&text, file.business)?,
            server: server(
                flag(flags.listen, "--listen").or(env.listen).or(text.setting(file.server.listen)),
                flag(flags.lang, "--lang").or(env.lang).or(text.setting(file.server.lang)),
                open(flags.open, env.open, file.server.open)?,
                Server { tls, trusted_proxies: proxies, hosts, base_path: base(base_path)?, ..Server::default() },
            )?,
            embed: Embed { origins: list(&text, file.embed.origins, "embed.origins", values::origin)? },
            routers: load_routers::chosen(routers, router, tls_setting, env.router_password)?,
        })
    }
}

fn flag(value: Option<String>, name: &'static str) -> Option<Setting<String>> {
    value.map(|value| Setting::new(value, Origin::Flag(name)))
}

fn data_dir(flag: Option<PathBuf>, setting: Option<Setting<String>>) -> Result<PathBuf, Error> {
    match (flag, setting) {
        (Some(path), _) => Ok(path),
        (None, Some(setting)) => Ok(setting.parse("data-dir", values::path)?.value),
        (None, None) => Ok(Config::default().data_dir),
    }
}

fn log(format: Option<Setting<String>>, level: Option<Setting<String>>) -> Result<Log, Error> {
    let default = Log::default();
    Ok(Log {
        format: match format {
            Some(setting) => setting.parse("log.format", values::log_format)?.value,
            None => default.format,
        },
        level: match level {
            Some(setting) => setting.parse("log.level", values::log_level)?.value,
            None => default.level,
        },
    })
}

fn open(flag: bool, env: Option<Setting<String>>, file: Option<Spanned<bool>>) -> Result<bool, Error> {
    if flag {
        return Ok(true);
    }
    match env {
        Some(setting) => Ok(setting.parse("server.open", values::switch)?.value),
        None => Ok(file.is_some_and(Spanned::into_inner)),
    }
}

fn server(
    listen: Option<Setting<String>>,
    lang: Option<Setting<String>>,
    open: bool,
    rest: Server,
) -> Result<Server, Error> {
    let mut server = Server { open, ..rest };
    if let Some(setting) = lang {
        server.lang = setting.parse("server.lang", values::lang)?.value;
    }
    if let Some(setting) = listen {
        server.listen = setting.parse("server.listen", values::listen)?.value;
    }
    Ok(server)
}

fn base(setting: Option<Setting<String>>) -> Result<String, Error> {
    let read = |setting: Setting<String>| Ok(setting.parse("server.base-path", values::base_path)?.value);
    not_empty(setting).map_or(Ok(String::new()), read)
}

/// Certificate and key belong together.
fn web_tls(
    certificate: Option<Setting<String>>,
    key: Option<Setting<String>>,
) -> Result<Option<(PathBuf, PathBuf)>, Error> {
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some((
            certificate.parse("server.tls-certificate", values::path)?.value,
            key.parse("server.tls-key", values::path)?.value,
        ))),
        (Some(alone), None) => {
            let problem = "its key is missing: give tls-key too".into();
            Err(Error::Invalid { field: "server.tls-certificate", origin: alone.origin, problem })
        }
        (None, Some(alone)) => {
            let problem = "its certificate is missing: give tls-certificate too".into();
            Err(Error::Invalid { field: "server.tls-key", origin: alone.origin, problem })
        }
    }
}

fn limits(text: &FileText<'_>, file: schema::Limits) -> Result<Limits, Error> {
    let default = Limits::default();
    let count = |field, value, most, default| match text.setting(value) {
        Some(setting) => setting.parse(field, values::count(most)).map(|setting| setting.value),
        None => Ok(default),
    };
    let time = |field, value, default| match text.setting(value) {
        Some(setting) => {
            let limits = (Duration::from_secs(1), Duration::from_secs(600));
            setting.parse(field, values::duration(limits.0, limits.1)).map(|setting| setting.value)
        }
        None => Ok(default),
    };
    let viewers = count("limits.viewers", file.viewers, 100_000, default.viewers)?;
    let of_one = (file.viewers_per_address, default.viewers_per_address);
    let drain_time = match text.setting(file.drain_time) {
        Some(setting) => {
            let limits = (Duration::ZERO, Duration::from_secs(60));
            setting.parse("limits.drain-time", values::duration(limits.0, limits.1))?.value
        }
        None => default.drain_time,
    };
    let connections = count("limits.connections", file.connections, 100_000, default.connections)?;
    let one = (file.connections_per_address, default.connections_per_address);
    let kept = (file.kept_for_this_machine, default.kept_for_this_machine);
    Ok(Limits {
        viewers,
        viewers_per_address: count("limits.viewers-per-address", of_one.0, viewers, of_one.1.min(viewers))?,
        connections,
        connections_per_address: count("limits.connections-per-address", one.0, connections, one.1.min(connections))?,
        kept_for_this_machine: count("limits.kept-for-this-machine", kept.0, connections, kept.1.min(connections))?,
        tls_handshakes: count("limits.tls-handshakes", file.tls_handshakes, 100_000, default.tls_handshakes)?,
        request_time: time("limits.request-time", file.request_time, default.request_time)?,
        stalled_time: time("limits.stalled-time", file.stalled_time, default.stalled_time)?,
        drain_time,
    })
}

fn metrics(text: &FileText<'_>, file: schema::Metrics) -> Result<Metrics, Error> {
    let default = Metrics::default();
    let on = |value: Option<Spanned<bool>>, default| value.map_or(default, Spanned::into_inner);
    let most_lines = match text.setting(file.most_lines) {
        Some(setting) => setting.parse("metrics.most-lines", values::count(1_000_000))?.value,
        None => default.most_lines,
    };
    Ok(Metrics {
        record: on(file.record, default.record),
        dynamic: on(file.dynamic, default.dynamic),
        timestamps: on(file.timestamps, default.timestamps),
        most_lines,
    })
}

fn business(text: &FileText<'_>, file: schema::Business) -> Result<Business, Error> {
    let words = |field, value| match text.setting(value) {
        Some(setting) => setting.parse(field, values::short_text).map(|setting| setting.value),
        None => Ok(String::new()),
    };
    let logo = not_empty(text.setting(file.logo));
    Ok(Business {
        name: words("business.name", file.name)?,
        address: words("business.address", file.address)?,
        logo: logo.map(|logo| logo.parse("business.logo", values::path)).transpose()?.map(|logo| logo.value),
    })
}

fn sampling(text: &FileText<'_>, file: schema::Sampling) -> Result<Sampling, Error> {
    let default = Sampling::default();
    let limit = (Duration::from_millis(100), Duration::from_secs(60));
    let read = |field, value, (least, most), default| match text.setting(value) {
        Some(setting) => setting.parse(field, values::duration(least, most)).map(|setting| setting.value),
        None => Ok(default),
    };
    let interval = read("sampling.interval", file.interval, (*INTERVALS.start(), *INTERVALS.end()), default.interval)?;
    // A lease shorter than the interval would end between two samples of somebody who polls.
    let lease = (interval, Duration::from_secs(600));
    Ok(Sampling {
        interval,
        cache_life: read("sampling.cache-life", file.cache_life, limit, default.cache_life)?,
        recording_interval: default.recording_interval,
        read_limit: read("sampling.read-limit", file.read_limit, limit, default.read_limit)?,
        connect_limit: read("sampling.connect-limit", file.connect_limit, limit, default.connect_limit)?,
        login_limit: read("sampling.login-limit", file.login_limit, limit, default.login_limit)?,
        poll_lease: read("sampling.poll-lease", file.poll_lease, lease, default.poll_lease.max(interval * 2))?,
        window: read("sampling.window", file.window, WINDOW, default.window)?,
    })
}

const WINDOW: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3_600));

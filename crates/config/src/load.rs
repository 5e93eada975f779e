//! The layers laid over each other: flags over environment over file over defaults.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lalin_stats::RouterId;
use toml::Spanned;

use crate::address::{self, Endpoint};
use crate::config::{Config, Embed, INTERVALS, Log, Router, Sampling, Server};
use crate::origin::Said;
use crate::variables::Variables;
use crate::{Error, Flags, Limits, Origin, Secret, TlsPolicy, schema, values};

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
        let text = Text(file);
        let file = match file {
            Some((path, text)) => schema::File::parse(path, text)?,
            None => schema::File::default(),
        };
        let routers = routers(&text, file.router)?;
        let router = flag(flags.router, "--router").or(env.router);
        let tls_said = flag(flags.tls, "--tls").or(env.router_tls);
        let tls = web_tls(given(text.said(file.server.tls_certificate)), given(text.said(file.server.tls_key)))?;
        let proxies = list(&text, file.server.trusted_proxies, "server.trusted-proxies", values::address)?;
        let hosts = list(&text, file.server.hosts, "server.hosts", values::host)?;
        let base_path = flag(flags.base_path, "--base-path").or(env.base_path).or(text.said(file.server.base_path));
        Ok(Self {
            data_dir: data_dir(flags.data_dir, env.data_dir.or(text.said(file.data_dir)))?,
            key: env.key.map(|said| Secret::new(said.value)),
            limits: limits(&text, file.limits)?,
            log: log(
                flag(flags.log_format, "--log-format").or(env.log_format).or(text.said(file.log.format)),
                flag(flags.log, "--log").or(env.log).or(text.said(file.log.level)),
            )?,
            sampling: sampling(&text, file.sampling)?,
            server: server(
                flag(flags.listen, "--listen").or(env.listen).or(text.said(file.server.listen)),
                flag(flags.lang, "--lang").or(env.lang).or(text.said(file.server.lang)),
                open(flags.open, env.open, file.server.open)?,
                Server { tls, trusted_proxies: proxies, hosts, base_path: base(base_path)?, ..Server::default() },
            )?,
            embed: Embed { origins: list(&text, file.embed.origins, "embed.origins", values::origin)? },
            routers: chosen(routers, router, tls_said, env.router_password)?,
        })
    }
}

fn flag(value: Option<String>, name: &'static str) -> Option<Said<String>> {
    value.map(|value| Said::new(value, Origin::Flag(name)))
}

/// The file's text, to name the place of a value.
struct Text<'a>(Option<(&'a Path, &'a str)>);

impl Text<'_> {
    fn at(&self, span: Range<usize>) -> Origin {
        let (path, text) = self.0.unwrap_or((Path::new(""), ""));
        Origin::file(path, text, span)
    }

    fn said<T>(&self, value: Option<Spanned<T>>) -> Option<Said<T>> {
        value.map(|value| {
            let origin = self.at(value.span());
            Said::new(value.into_inner(), origin)
        })
    }
}

fn data_dir(flag: Option<PathBuf>, said: Option<Said<String>>) -> Result<PathBuf, Error> {
    match (flag, said) {
        (Some(path), _) => Ok(path),
        (None, Some(said)) => Ok(said.parse("data-dir", values::path)?.value),
        (None, None) => Ok(Config::default().data_dir),
    }
}

fn log(format: Option<Said<String>>, level: Option<Said<String>>) -> Result<Log, Error> {
    let default = Log::default();
    Ok(Log {
        format: match format {
            Some(said) => said.parse("log.format", values::log_format)?.value,
            None => default.format,
        },
        level: match level {
            Some(said) => said.parse("log.level", values::log_level)?.value,
            None => default.level,
        },
    })
}

fn open(flag: bool, env: Option<Said<String>>, file: Option<Spanned<bool>>) -> Result<bool, Error> {
    if flag {
        return Ok(true);
    }
    match env {
        Some(said) => Ok(said.parse("server.open", values::switch)?.value),
        None => Ok(file.is_some_and(Spanned::into_inner)),
    }
}

fn server(listen: Option<Said<String>>, lang: Option<Said<String>>, open: bool, rest: Server) -> Result<Server, Error> {
    let mut server = Server { open, ..rest };
    if let Some(said) = lang {
        server.lang = said.parse("server.lang", values::lang)?.value;
    }
    if let Some(said) = listen {
        server.listen = said.parse("server.listen", values::listen)?.value;
    }
    Ok(server)
}

/// An empty text says nothing.
fn given(said: Option<Said<String>>) -> Option<Said<String>> {
    said.filter(|said| !said.value.is_empty())
}

fn base(said: Option<Said<String>>) -> Result<String, Error> {
    let read = |said: Said<String>| Ok(said.parse("server.base-path", values::base_path)?.value);
    given(said).map_or(Ok(String::new()), read)
}

/// Certificate and key belong together.
fn web_tls(certificate: Option<Said<String>>, key: Option<Said<String>>) -> Result<Option<(PathBuf, PathBuf)>, Error> {
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

/// Every value of a list; a bad one is refused at its own place.
fn list<T>(
    text: &Text<'_>,
    values: Vec<Spanned<String>>,
    field: &'static str,
    one: fn(String) -> Result<T, String>,
) -> Result<Vec<T>, Error> {
    let read = |value: Spanned<String>| {
        let origin = text.at(value.span());
        Ok(Said::new(value.into_inner(), origin).parse(field, one)?.value)
    };
    values.into_iter().map(read).collect()
}

fn limits(text: &Text<'_>, file: schema::Limits) -> Result<Limits, Error> {
    let default = Limits::default();
    let count = |field, value, most, default| match text.said(value) {
        Some(said) => said.parse(field, values::count(most)).map(|said| said.value),
        None => Ok(default),
    };
    let time = |field, value, default| match text.said(value) {
        Some(said) => {
            let limits = (Duration::from_secs(1), Duration::from_secs(600));
            said.parse(field, values::duration(limits.0, limits.1)).map(|said| said.value)
        }
        None => Ok(default),
    };
    let connections = count("limits.connections", file.connections, 100_000, default.connections)?;
    let one = (file.connections_per_address, default.connections_per_address);
    let kept = (file.kept_for_this_machine, default.kept_for_this_machine);
    Ok(Limits {
        connections,
        connections_per_address: count("limits.connections-per-address", one.0, connections, one.1.min(connections))?,
        kept_for_this_machine: count("limits.kept-for-this-machine", kept.0, connections, kept.1.min(connections))?,
        tls_handshakes: count("limits.tls-handshakes", file.tls_handshakes, 100_000, default.tls_handshakes)?,
        request_time: time("limits.request-time", file.request_time, default.request_time)?,
        stalled_time: time("limits.stalled-time", file.stalled_time, default.stalled_time)?,
    })
}

fn sampling(text: &Text<'_>, file: schema::Sampling) -> Result<Sampling, Error> {
    let default = Sampling::default();
    let limit = (Duration::from_millis(100), Duration::from_secs(60));
    let read = |field, value, (least, most), default| match text.said(value) {
        Some(said) => said.parse(field, values::duration(least, most)).map(|said| said.value),
        None => Ok(default),
    };
    let interval = read("sampling.interval", file.interval, (*INTERVALS.start(), *INTERVALS.end()), default.interval)?;
    // A lease shorter than the interval would end between two samples of somebody who polls.
    let lease = (interval, Duration::from_secs(600));
    Ok(Sampling {
        interval,
        cache_life: read("sampling.cache-life", file.cache_life, limit, default.cache_life)?,
        read_limit: read("sampling.read-limit", file.read_limit, limit, default.read_limit)?,
        connect_limit: read("sampling.connect-limit", file.connect_limit, limit, default.connect_limit)?,
        login_limit: read("sampling.login-limit", file.login_limit, limit, default.login_limit)?,
        poll_lease: read("sampling.poll-lease", file.poll_lease, lease, default.poll_lease.max(interval * 2))?,
        window: read("sampling.window", file.window, WINDOW, default.window)?,
    })
}

const WINDOW: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3_600));

/// A router, and its address as it was written: where that has no port, the port follows TLS.
struct Known {
    router: Router,
    endpoint: Endpoint,
}

impl Known {
    /// As flag or environment say, whatever the file says of TLS.
    fn trust(&mut self, policy: TlsPolicy) {
        self.router.tls = policy;
        self.router.port = self.endpoint.port_for(policy);
        if policy != TlsPolicy::System {
            self.router.tls_ca = None;
        }
    }
}

fn routers(text: &Text<'_>, file: Vec<Spanned<schema::Router>>) -> Result<Vec<Known>, Error> {
    let mut lines: HashMap<RouterId, Origin> = HashMap::new();
    let mut routers = Vec::new();
    for entry in file {
        let origin = text.at(entry.span());
        let entry = entry.into_inner();
        let required = |field, said: Option<Said<String>>| {
            said.ok_or_else(|| Error::Invalid { field, origin: origin.clone(), problem: "is missing".into() })
        };
        let address = required("router.address", text.said(entry.address))?
            .parse("router.address", |text| Endpoint::parse(&text))?;
        let user = required("router.user", text.said(entry.user))?.parse("router.user", address::user_name)?.value;
        let id = match text.said(entry.id) {
            Some(said) => said.parse("router.id", |text| {
                text.parse().map_err(|error: lalin_stats::RouterIdError| error.to_string())
            })?,
            None => address.clone().parse("router.address", |address| address.id())?,
        };
        if let Some(first) = lines.get(&id.value) {
            let problem = format!("a router of this id stands already at {first}; give each an id of its own");
            return Err(Error::Invalid { field: "router.id", origin: id.origin, problem });
        }
        lines.insert(id.value.clone(), id.origin);
        let tls = match text.said(entry.tls) {
            Some(said) => said.parse("router.tls", |text| tls(&text))?.value,
            None => TlsPolicy::Off,
        };
        let tls_ca = match given(text.said(entry.tls_ca)) {
            Some(said) if tls == TlsPolicy::System => Some(said.parse("router.tls-ca", values::path)?.value),
            Some(Said { origin, .. }) => {
                let problem = "only counts with tls = \"system\"".into();
                return Err(Error::Invalid { field: "router.tls-ca", origin, problem });
            }
            None => None,
        };
        let interval = match text.said(entry.interval) {
            Some(said) => {
                Some(said.parse("router.interval", values::duration(*INTERVALS.start(), *INTERVALS.end()))?.value)
            }
            None => None,
        };
        let endpoint = address.value;
        let router = Router {
            name: entry.name.map(Spanned::into_inner).filter(|name| !name.trim().is_empty()),
            password: entry.password.map(Spanned::into_inner),
            tls,
            tls_ca,
            interval,
            tags: entry.tags.map(Spanned::into_inner).unwrap_or_default(),
            notes: entry.notes.map(Spanned::into_inner).unwrap_or_default(),
            enabled: entry.enabled.is_none_or(Spanned::into_inner),
            ..Router::new(id.value, &endpoint.host, endpoint.port_for(tls), &user)
        };
        routers.push(Known { router, endpoint });
    }
    Ok(routers)
}

fn tls(text: &str) -> Result<TlsPolicy, String> {
    text.parse().map_err(|error: crate::TlsPolicyError| error.to_string())
}

/// The routers to watch: the one of the flag or the environment if there is one, else those of the file.
///
/// A router that stands in the file too keeps from there whatever is not said anew.
fn chosen(
    mut routers: Vec<Known>,
    said: Option<Said<String>>,
    tls_said: Option<Said<String>>,
    password: Option<Said<String>>,
) -> Result<Vec<Router>, Error> {
    let policy = match tls_said.clone() {
        Some(said) => Some(said.parse("router.tls", |text| tls(&text))?.value),
        None => None,
    };
    if let Some(said) = said {
        let (user, endpoint) = said.clone().parse("router", |text| address::login(&text))?.value;
        let same = |known: &Known| {
            let tls = policy.unwrap_or(known.router.tls);
            let port = known.endpoint.port_for(tls) == endpoint.port_for(tls);
            port && known.endpoint.host == endpoint.host && known.router.user == user
        };
        routers.retain(same);
        // With and without TLS it may stand there twice.
        routers.sort_by_key(|known| policy.is_some_and(|tls| known.router.port != endpoint.port_for(tls)));
        routers.truncate(1);
        if routers.is_empty() {
            let id = said.parse("router", |_| endpoint.id())?.value;
            let port = endpoint.port_for(policy.unwrap_or_default());
            routers.push(Known { router: Router::new(id, &endpoint.host, port, &user), endpoint });
        }
    }
    if let (Some(policy), Some(said)) = (policy, tls_said) {
        let [known] = routers.as_mut_slice() else {
            let problem = "a way to trust a certificate without one router to use it on: name it with --router, or \
                           give each router of the file its own";
            return Err(Error::Invalid { field: "router.tls", origin: said.origin, problem: problem.into() });
        };
        known.trust(policy);
    }
    let mut routers: Vec<Router> = routers.into_iter().map(|known| known.router).collect();
    if let Some(said) = password {
        let [router] = routers.as_mut_slice() else {
            let problem = "a password without one router to use it on: name it with LALIN_ROUTER, or give each \
                           router of the file its own password";
            return Err(Error::Invalid { field: "router.password", origin: said.origin, problem: problem.into() });
        };
        router.password = Some(Secret::new(said.value));
    }
    Ok(routers)
}

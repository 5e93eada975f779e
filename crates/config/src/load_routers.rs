//! The routers of the configuration: those of the file, or the one that a flag or the environment names.

use std::collections::HashMap;

use lalin_stats::RouterId;
use toml::Spanned;

use crate::address::{self, Endpoint};
use crate::config::INTERVALS;
use crate::setting::{FileText, Setting, not_empty};
use crate::{Error, Origin, RouterSettings, Secret, TlsPolicy, TlsPolicyError, schema, values};

/// A router, and its address as it was written: where that has no port, the port follows TLS.
pub(crate) struct FileRouter {
    router: RouterSettings,
    endpoint: Endpoint,
}

impl FileRouter {
    /// Trust as the flag or the variable sets it, whatever the file has.
    fn trust(&mut self, policy: TlsPolicy) {
        self.router.tls = policy;
        self.router.port = self.endpoint.port_for(policy);
        if policy != TlsPolicy::System {
            self.router.tls_ca = None;
        }
    }
}

/// The routers of the file, each checked, in its order.
pub(crate) fn from_file(text: &FileText<'_>, file: Vec<Spanned<schema::Router>>) -> Result<Vec<FileRouter>, Error> {
    let mut lines: HashMap<RouterId, Origin> = HashMap::new();
    let mut routers = Vec::new();
    for entry in file {
        let origin = text.at(entry.span());
        let entry = entry.into_inner();
        let required = |field, setting: Option<Setting<String>>| {
            setting.ok_or_else(|| Error::Invalid { field, origin: origin.clone(), problem: "is missing".into() })
        };
        let address = required("router.address", text.setting(entry.address))?
            .parse("router.address", |text| Endpoint::parse(&text))?;
        let user = required("router.user", text.setting(entry.user))?.parse("router.user", address::user_name)?.value;
        let id = match text.setting(entry.id) {
            Some(setting) => setting.parse("router.id", |text| {
                text.parse().map_err(|error: lalin_stats::RouterIdError| error.to_string())
            })?,
            None => address.clone().parse("router.address", |address| address.id())?,
        };
        if let Some(first) = lines.get(&id.value) {
            let problem = format!("a router of this id stands already at {first}; give each an id of its own");
            return Err(Error::Invalid { field: "router.id", origin: id.origin, problem });
        }
        lines.insert(id.value.clone(), id.origin);
        let tls = match text.setting(entry.tls) {
            Some(setting) => setting.parse("router.tls", |text| tls(&text))?.value,
            None => TlsPolicy::Off,
        };
        let tls_ca = match not_empty(text.setting(entry.tls_ca)) {
            Some(setting) if tls == TlsPolicy::System => Some(setting.parse("router.tls-ca", values::path)?.value),
            Some(Setting { origin, .. }) => {
                let problem = "only counts with tls = \"system\"".into();
                return Err(Error::Invalid { field: "router.tls-ca", origin, problem });
            }
            None => None,
        };
        let interval = match text.setting(entry.interval) {
            Some(setting) => {
                Some(setting.parse("router.interval", values::duration(*INTERVALS.start(), *INTERVALS.end()))?.value)
            }
            None => None,
        };
        let endpoint = address.value;
        let router = RouterSettings {
            name: entry.name.map(Spanned::into_inner).filter(|name| !name.trim().is_empty()),
            password: entry.password.map(Spanned::into_inner),
            tls,
            tls_ca,
            interval,
            wan: entry.wan.map(Spanned::into_inner).unwrap_or_default(),
            tags: entry.tags.map(Spanned::into_inner).unwrap_or_default(),
            notes: entry.notes.map(Spanned::into_inner).unwrap_or_default(),
            enabled: entry.enabled.is_none_or(Spanned::into_inner),
            ..RouterSettings::new(id.value, &endpoint.host, endpoint.port_for(tls), &user)
        };
        routers.push(FileRouter { router, endpoint });
    }
    Ok(routers)
}

fn tls(text: &str) -> Result<TlsPolicy, String> {
    text.parse().map_err(|error: TlsPolicyError| error.to_string())
}

/// The routers to watch: the one of the flag or the environment if there is one, else those of the file.
///
/// A router that is in the file, too, keeps whatever flag or environment do not set.
pub(crate) fn chosen(
    mut routers: Vec<FileRouter>,
    setting: Option<Setting<String>>,
    tls_setting: Option<Setting<String>>,
    password: Option<Setting<String>>,
) -> Result<Vec<RouterSettings>, Error> {
    let policy = match tls_setting.clone() {
        Some(setting) => Some(setting.parse("router.tls", |text| tls(&text))?.value),
        None => None,
    };
    if let Some(setting) = setting {
        let (user, endpoint) = setting.clone().parse("router", |text| address::login(&text))?.value;
        let same = |known: &FileRouter| {
            let tls = policy.unwrap_or(known.router.tls);
            let port = known.endpoint.port_for(tls) == endpoint.port_for(tls);
            port && known.endpoint.host == endpoint.host && known.router.user == user
        };
        routers.retain(same);
        // The file may have it twice, with and without TLS.
        routers.sort_by_key(|known| policy.is_some_and(|tls| known.router.port != endpoint.port_for(tls)));
        routers.truncate(1);
        if routers.is_empty() {
            let id = setting.parse("router", |_| endpoint.id())?.value;
            let port = endpoint.port_for(policy.unwrap_or_default());
            routers.push(FileRouter { router: RouterSettings::new(id, &endpoint.host, port, &user), endpoint });
        }
    }
    if let (Some(policy), Some(setting)) = (policy, tls_setting) {
        let [known] = routers.as_mut_slice() else {
            let problem = "a way to trust a certificate without one router to use it on: name it with --router, or \
                           give each router of the file its own";
            return Err(Error::Invalid { field: "router.tls", origin: setting.origin, problem: problem.into() });
        };
        known.trust(policy);
    }
    let mut routers: Vec<RouterSettings> = routers.into_iter().map(|known| known.router).collect();
    if let Some(setting) = password {
        let [router] = routers.as_mut_slice() else {
            let problem = "a password without one router to use it on: name it with LALIN_ROUTER, or give each \
                           router of the file its own password";
            return Err(Error::Invalid { field: "router.password", origin: setting.origin, problem: problem.into() });
        };
        router.password = Some(Secret::new(setting.value));
    }
    Ok(routers)
}

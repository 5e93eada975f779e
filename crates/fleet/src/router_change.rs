//! A change that somebody wants of a router's settings, and the settings that it makes: every field is checked, and a
//! refusal names the field.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lalin_config::{Endpoint, INTERVALS, RouterOrigin, RouterSettings, Secret, TlsPolicy};
use lalin_stats::RouterId;

use crate::Error;
use crate::address_policy::may_be_router;

/// A change of a router's settings, or a new router. What is `None` stays as it was, or is as it usually is. `Debug`
/// shows no password.
#[derive(Clone, Default)]
pub struct RouterChange {
    /// The id of a new router; made of the name where there is none. The id of a known router stays.
    pub id: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// `HOST`, `HOST:PORT` or `[IPV6]:PORT`.
    pub address: Option<String>,
    /// The port; it wins over the one in the address.
    pub port: Option<u16>,
    /// The user to log in as.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// How its certificate is trusted: the words of [`TlsPolicy`].
    pub tls: Option<String>,
    /// How often it is sampled.
    pub interval: Option<Duration>,
    /// The interfaces that lead to the internet; an empty list: they are found.
    pub wan: Option<Vec<String>>,
    /// Site, POP and the like.
    pub tags: Option<Vec<String>>,
    /// Free text.
    pub notes: Option<String>,
    /// Whether it is watched at all.
    pub enabled: Option<bool>,
    /// What somebody saw who wants the change, as `revision` tells it: it is not made where the settings are others by
    /// now.
    pub revision: Option<String>,
}

impl fmt::Debug for RouterChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, name, address, user, .. } = self;
        f.debug_struct("RouterChange")
            .field("id", id)
            .field("name", name)
            .field("address", address)
            .field("user", user)
            .finish_non_exhaustive()
    }
}

/// The settings of a new router; `taken` tells which ids are.
pub(crate) fn new(change: RouterChange, taken: impl Fn(&RouterId) -> bool) -> Result<RouterSettings, Error> {
    if change.address.is_none() {
        return Err(Error::field("address", "is needed"));
    }
    if change.user.as_deref().is_none_or(str::is_empty) {
        return Err(Error::field("user", "is needed"));
    }
    let id = match &change.id {
        Some(id) => {
            let id: RouterId =
                id.parse().map_err(|error: lalin_stats::RouterIdError| Error::field("id", error.to_string()))?;
            if taken(&id) {
                return Err(Error::Taken(id));
            }
            id
        }
        // Never of the address: the id is shown to whoever may see one line of the router.
        None => free(change.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or("router"), taken)?,
    };
    let nothing = RouterSettings { origin: RouterOrigin::Stored, ..RouterSettings::new(id, "", 0, "") };
    changed(nothing, change)
}

/// The settings with a change made to them.
pub(crate) fn changed(mut settings: RouterSettings, change: RouterChange) -> Result<RouterSettings, Error> {
    let RouterChange { id: _, name, address, port, user, password, tls, interval, wan, tags, notes, enabled, .. } =
        change;
    let mut before = (settings.host.clone(), settings.port, settings.user.clone());
    if let Some(tls) = tls {
        let usual = usual_port(&settings.host, settings.tls);
        settings.tls = tls.parse().map_err(|error| Error::field("tls", format!("{error}")))?;
        // The usual port of the one service is closed to the other. It is the same router all the same.
        if settings.port == usual && address.is_none() && port.is_none() {
            settings.port = usual_port(&settings.host, settings.tls);
            before.1 = settings.port;
        }
    }
    if let Some(address) = address {
        let endpoint = Endpoint::parse(address.trim()).map_err(|detail| Error::field("address", detail))?;
        let (bare, zone) = endpoint.host.split_once('%').unwrap_or((&endpoint.host, ""));
        if let Ok(address) = bare.parse::<IpAddr>() {
            if !may_be_router(address) {
                return Err(Error::field("address", "no router is at an address of this kind"));
            }
            if matches!(address, IpAddr::V6(address) if address.is_unicast_link_local()) && zone.is_empty() {
                let detail = "a link-local address needs the interface of this server: [fe80::1%eth0]";
                return Err(Error::field("address", detail));
            }
        }
        settings.port = endpoint.port_for(settings.tls);
        settings.host = endpoint.host;
    }
    match port {
        Some(0) => return Err(Error::field("port", "is between 1 and 65535")),
        Some(port) => settings.port = port,
        None => {}
    }
    if let Some(user) = user {
        if user.is_empty() || user.len() > 255 {
            return Err(Error::field("user", "1 to 255 bytes"));
        }
        settings.user = user;
    }
    // A password is one server's: whoever may change the address must not be able to have it sent elsewhere.
    let moved = !before.0.is_empty() && before != (settings.host.clone(), settings.port, settings.user.clone());
    match password {
        Some(password) => settings.password = Some(password),
        None if moved => return Err(Error::field("password", "is needed again for another address, port or user")),
        None => {}
    }
    if let Some(name) = name {
        settings.name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    }
    if let Some(interval) = interval {
        if !INTERVALS.contains(&interval) {
            let (least, most) = (INTERVALS.start().as_millis(), INTERVALS.end().as_millis());
            return Err(Error::field("intervalMs", format!("{least} to {most} ms")));
        }
        settings.interval = Some(interval);
    }
    if let Some(wan) = wan {
        settings.wan = wan.into_iter().filter(|name| !name.is_empty()).collect();
    }
    if let Some(tags) = tags {
        settings.tags = tags.into_iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    }
    settings.notes = notes.unwrap_or(settings.notes);
    settings.enabled = enabled.unwrap_or(settings.enabled);
    Ok(settings)
}

/// A mark of what can be changed of the settings, the same wherever they are the same. The password is not in it.
pub(crate) fn revision(settings: &RouterSettings) -> String {
    let RouterSettings { name, host, port, user, tls, interval, wan, tags, notes, enabled, .. } = settings;
    let fields = format!("{:?}", (name, host, port, user, tls.to_string(), interval, wan, tags, notes, enabled));
    // FNV-1a: nobody gains from two settings that look alike.
    let mixed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    format!("{:016x}", fields.bytes().fold(0xcbf2_9ce4_8422_2325, mixed))
}

fn usual_port(host: &str, tls: TlsPolicy) -> u16 {
    Endpoint { host: host.to_owned(), port: None }.port_for(tls)
}

/// An id made of `text` that nobody has.
fn free(text: &str, taken: impl Fn(&RouterId) -> bool) -> Result<RouterId, Error> {
    let mut slug = String::new();
    for letter in text.trim().chars().take(40) {
        match letter {
            'a'..='z' | '0'..='9' | '.' => slug.push(letter),
            'A'..='Z' => slug.push(letter.to_ascii_lowercase()),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_matches(['-', '.']);
    let slug = if slug.is_empty() { "router" } else { slug };
    let numbered = |n: usize| if n == 1 { slug.to_owned() } else { format!("{slug}-{n}") };
    let mut ids = (1..10_000).filter_map(|n| numbered(n).parse::<RouterId>().ok());
    ids.find(|id| !taken(id)).ok_or_else(|| Error::field("id", "no id is free: give one"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn change(address: &str) -> RouterChange {
        RouterChange { address: Some(address.into()), user: Some("lalin".into()), ..RouterChange::default() }
    }

    fn field(outcome: Result<RouterSettings, Error>) -> &'static str {
        let Err(Error::Field { field, .. }) = outcome else { panic!("{outcome:?}") };
        field
    }

    #[test]
    fn an_id_is_made_of_the_name_and_nobody_elses() {
        let named = |name: &str| RouterChange { name: Some(name.into()), ..change("192.0.2.1") };
        assert_eq!(new(named("Kantor Pusat (1)"), |_| false).unwrap().id.as_str(), "kantor-pusat-1");
        let taken = |id: &RouterId| id.as_str() == "pop";
        assert_eq!(new(named("POP"), taken).unwrap().id.as_str(), "pop-2");
        assert_eq!(new(named("路由"), |_| false).unwrap().id.as_str(), "router");
        assert_eq!(new(change("192.0.2.1"), |_| false).unwrap().id.as_str(), "router");
        let given = RouterChange { id: Some("pop".into()), ..change("192.0.2.1") };
        assert_eq!(new(given, taken).unwrap_err(), Error::Taken("pop".parse().unwrap()));
    }

    #[test]
    fn the_port_follows_tls_unless_it_is_given() {
        let port = |change: RouterChange| new(change, |_| false).unwrap().port;
        let tls = |address: &str| RouterChange { tls: Some("first-use".into()), ..change(address) };
        assert_eq!(port(change("192.0.2.1")), 8728);
        assert_eq!(port(tls("192.0.2.1")), 8729);
        assert_eq!(port(tls("192.0.2.1:9000")), 9000);
        assert_eq!(port(RouterChange { port: Some(9001), ..tls("[fd00::1]") }), 9001);
    }

    #[test]
    fn another_tls_alone_moves_the_usual_port_and_no_other_and_needs_no_password() {
        let tls = |policy: &str| RouterChange { tls: Some(policy.into()), ..RouterChange::default() };
        let settings = new(change("192.0.2.1"), |_| false).unwrap();
        let sealed = changed(settings, tls("first-use")).unwrap();
        assert_eq!(sealed.port, 8729);
        assert_eq!(changed(sealed.clone(), tls("insecure")).unwrap().port, 8729);
        assert_eq!(changed(sealed.clone(), tls("off")).unwrap().port, 8728);
        let settings = RouterChange { port: Some(8729), password: Some(String::new().into()), ..tls("off") };
        assert_eq!(changed(sealed, settings).unwrap().port, 8729, "as somebody settings");
        let own = new(change("192.0.2.1:9000"), |_| false).unwrap();
        assert_eq!(changed(own, tls("first-use")).unwrap().port, 9000);
    }

    #[test]
    fn an_interval_has_the_same_bounds_as_in_the_file() {
        let every =
            |ms| new(RouterChange { interval: Some(Duration::from_millis(ms)), ..change("192.0.2.1") }, |_| false);
        assert_eq!(field(every(999)), "intervalMs");
        assert_eq!(field(every(60_001)), "intervalMs");
        assert_eq!(every(1_000).unwrap().interval, Some(Duration::from_secs(1)));
    }

    #[test]
    fn an_error_names_its_field() {
        assert_eq!(field(new(RouterChange::default(), |_| false)), "address");
        assert_eq!(field(new(change("169.254.169.254"), |_| false)), "address");
        assert_eq!(field(new(change("a b"), |_| false)), "address");
        assert_eq!(field(new(RouterChange { user: None, ..change("192.0.2.1") }, |_| false)), "user");
        assert_eq!(field(new(RouterChange { tls: Some("yes".into()), ..change("192.0.2.1") }, |_| false)), "tls");
        assert_eq!(
            field(new(RouterChange { interval: Some(Duration::from_millis(1)), ..change("192.0.2.1") }, |_| false)),
            "intervalMs"
        );
        assert_eq!(field(new(RouterChange { port: Some(0), ..change("192.0.2.1") }, |_| false)), "port");
    }

    #[test]
    fn a_revision_is_another_after_every_change_that_can_be_seen() {
        let settings = new(change("192.0.2.1"), |_| false).unwrap();
        let first = revision(&settings);
        assert_eq!(first, revision(&settings.clone()));
        let others = [
            RouterChange { name: Some("POP".into()), ..RouterChange::default() },
            RouterChange { notes: Some("x".into()), ..RouterChange::default() },
            RouterChange { enabled: Some(false), ..RouterChange::default() },
            RouterChange { tags: Some(vec!["a".into()]), ..RouterChange::default() },
            RouterChange { tls: Some("insecure".into()), ..RouterChange::default() },
        ];
        for other in others {
            assert_ne!(revision(&changed(settings.clone(), other.clone()).unwrap()), first, "{other:?}");
        }
    }

    #[test]
    fn a_password_does_not_follow_to_another_address() {
        let mut made =
            new(RouterChange { password: Some("rahasia".to_owned().into()), ..change("192.0.2.1") }, |_| false)
                .unwrap();
        assert_eq!(field(changed(made.clone(), change("192.0.2.66"))), "password");
        made = changed(made, RouterChange { notes: Some("x".into()), ..RouterChange::default() }).unwrap();
        assert_eq!((made.password.as_ref().unwrap().expose(), made.notes.as_str()), ("rahasia", "x"));
    }

    #[test]
    fn a_link_local_address_is_taken_with_its_zone_and_not_without() {
        let host = |address: &str| new(change(address), |_| false).map(|settings| settings.host);
        assert_eq!(host("[fe80::1%eth0]:8728").unwrap(), "fe80::1%eth0");
        for wrong in ["[fe80::1]", "[fe80::1%]", "[fe80::a9fe:a9fe%eth0]", "[::%eth0]"] {
            assert!(matches!(host(wrong), Err(Error::Field { field: "address", .. })), "{wrong}");
        }
    }
}

//! The environment's variables: those that exist, and a suggestion for one that does not.

use crate::setting::Setting;
use crate::{Error, Origin};

/// What the environment sets; an empty variable sets nothing.
#[derive(Default)]
pub(crate) struct Variables {
    pub(crate) alerts: Option<Setting<String>>,
    pub(crate) base_path: Option<Setting<String>>,
    pub(crate) config: Option<Setting<String>>,
    pub(crate) data_dir: Option<Setting<String>>,
    pub(crate) encryption_key: Option<Setting<String>>,
    pub(crate) history: Option<Setting<String>>,
    pub(crate) lang: Option<Setting<String>>,
    pub(crate) listen: Option<Setting<String>>,
    pub(crate) log: Option<Setting<String>>,
    pub(crate) log_format: Option<Setting<String>>,
    pub(crate) open: Option<Setting<String>>,
    pub(crate) router: Option<Setting<String>>,
    pub(crate) router_password: Option<Setting<String>>,
    pub(crate) router_tls: Option<Setting<String>>,
    /// The names of variables that the container's environment announces services by.
    pub(crate) service_links: Vec<String>,
}

impl Variables {
    /// Picks Lalin's variables out of the environment and refuses an unknown one.
    pub(crate) fn read(env: impl Iterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut variables = Self::default();
        for (name, value) in env.filter(|(name, _)| name.starts_with(PREFIX)) {
            if NOT_OURS.contains(&&*name) {
                continue;
            }
            let known = KNOWN.iter().find(|(known, _)| *known == name);
            let Some(&(known, field)) = known else {
                if is_service_link(&name, &value) {
                    variables.service_links.push(name);
                    continue;
                }
                let nearest = nearest(&name);
                return Err(Error::UnknownVariable { name, nearest });
            };
            if !value.is_empty() {
                *field(&mut variables) = Some(Setting::new(value, Origin::Variable(known)));
            }
        }
        Ok(variables)
    }
}

const PREFIX: &str = "LALIN_";

/// What commands read that ask a running server: no setting.
const NOT_OURS: &[&str] = &["LALIN_TOKEN"];

type Field = fn(&mut Variables) -> &mut Option<Setting<String>>;

/// The variables, each with where its value goes.
const KNOWN: &[(&str, Field)] = &[
    ("LALIN_ALERTS", |v| &mut v.alerts),
    ("LALIN_BASE_PATH", |v| &mut v.base_path),
    ("LALIN_CONFIG", |v| &mut v.config),
    ("LALIN_DATA_DIR", |v| &mut v.data_dir),
    ("LALIN_HISTORY", |v| &mut v.history),
    ("LALIN_KEY", |v| &mut v.encryption_key),
    ("LALIN_LANG", |v| &mut v.lang),
    ("LALIN_LISTEN", |v| &mut v.listen),
    ("LALIN_LOG", |v| &mut v.log),
    ("LALIN_LOG_FORMAT", |v| &mut v.log_format),
    ("LALIN_OPEN", |v| &mut v.open),
    ("LALIN_ROUTER", |v| &mut v.router),
    ("LALIN_ROUTER_PASSWORD", |v| &mut v.router_password),
    ("LALIN_ROUTER_TLS", |v| &mut v.router_tls),
];

/// Whether Kubernetes or Docker set the variable to announce a service called `lalin` or `lalin-...`: it is no setting.
fn is_service_link(name: &str, value: &str) -> bool {
    const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_address =
        PROTOCOLS.iter().any(|protocol| value.starts_with(&format!("{}://", protocol.to_ascii_lowercase())));
    // `LALIN_PORT_3000_TCP`, and of that its `ADDR`, `PORT` and `PROTO`.
    let words: Vec<&str> = name.split('_').collect();
    let is_port = |three: &[&str]| three[0] == "PORT" && is_number(three[1]) && PROTOCOLS.contains(&three[2]);
    let of_a_port = words.windows(3).any(is_port);
    let of_a_service =
        name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") || name.contains("_SERVICE_PORT_");
    (name.ends_with("_PORT") && is_address) || of_a_port || of_a_service
}

/// The known name with the fewest edits to the unknown one, if that is less than half of it.
fn nearest(name: &str) -> Option<&'static str> {
    let word = &name[PREFIX.len()..];
    KNOWN
        .iter()
        .map(|(known, _)| (strsim::levenshtein(word, &known[PREFIX.len()..]), *known))
        .min()
        .filter(|(edits, known)| edits * 2 <= known.len() - PREFIX.len())
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn what_a_containers_surroundings_say_is_passed_over_and_a_wrong_word_is_not() {
        let injected = [
            ("LALIN_PORT", "tcp://10.0.0.1:80"),
            ("LALIN_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("LALIN_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("LALIN_WEB_PORT_80_UDP_PROTO", "udp"),
            ("LALIN_SERVICE_HOST", "10.0.0.1"),
            ("LALIN_SERVICE_PORT", "80"),
            ("LALIN_WEB_SERVICE_PORT_HTTP", "80"),
        ];
        let read = |variables: &[(&str, &str)]| {
            Variables::read(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        let variables = read(&injected).unwrap();
        assert_eq!(variables.service_links, injected.map(|(name, _)| name));
        assert!(variables.listen.is_none());
        for wrong in [("LALIN_PORT", "80"), ("LALIN_LISEN", "tcp://10.0.0.1:80"), ("LALIN_PORTS", "tcp://10.0.0.1:80")]
        {
            let error = read(&[wrong]).err().unwrap();
            assert!(matches!(error, Error::UnknownVariable { .. }), "{wrong:?}");
        }
    }

    #[test]
    fn the_manual_names_every_variable() {
        let manual = include_str!("../../../docs/reference/configuration.md");
        for (name, _) in KNOWN {
            assert!(manual.contains(name), "{name}");
        }
    }
}

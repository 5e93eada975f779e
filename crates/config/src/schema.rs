//! The configuration file's keys, read strictly: an unknown one is an error.
//!
//! The values stay text; `load` gives them their types, together with those of the environment and the flags.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::{Error, Origin, Secret};

/// A value with its place in the text.
pub(crate) type Maybe<T> = Option<Spanned<T>>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct File {
    pub(crate) data_dir: Maybe<String>,
    pub(crate) server: Server,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
    pub(crate) sampling: Sampling,
    pub(crate) metrics: Metrics,
    pub(crate) history: History,
    pub(crate) remote_write: RemoteWrite,
    pub(crate) cluster: Cluster,
    pub(crate) alerts: Alerts,
    pub(crate) business: Business,
    pub(crate) embed: Embed,
    pub(crate) router: Vec<Spanned<Router>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Server {
    pub(crate) listen: Maybe<String>,
    pub(crate) lang: Maybe<String>,
    pub(crate) open: Maybe<bool>,
    pub(crate) tls_certificate: Maybe<String>,
    pub(crate) tls_key: Maybe<String>,
    pub(crate) trusted_proxies: Vec<Spanned<String>>,
    pub(crate) hosts: Vec<Spanned<String>>,
    pub(crate) base_path: Maybe<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Limits {
    pub(crate) viewers: Maybe<u32>,
    pub(crate) viewers_per_address: Maybe<u32>,
    pub(crate) connections: Maybe<u32>,
    pub(crate) connections_per_address: Maybe<u32>,
    pub(crate) kept_for_this_machine: Maybe<u32>,
    pub(crate) tls_handshakes: Maybe<u32>,
    pub(crate) request_time: Maybe<String>,
    pub(crate) stalled_time: Maybe<String>,
    pub(crate) drain_time: Maybe<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Embed {
    pub(crate) origins: Vec<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Log {
    pub(crate) format: Maybe<String>,
    pub(crate) level: Maybe<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Sampling {
    pub(crate) interval: Maybe<String>,
    pub(crate) cache_life: Maybe<String>,
    pub(crate) read_limit: Maybe<String>,
    pub(crate) connect_limit: Maybe<String>,
    pub(crate) login_limit: Maybe<String>,
    pub(crate) poll_lease: Maybe<String>,
    pub(crate) window: Maybe<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Metrics {
    pub(crate) record: Maybe<bool>,
    pub(crate) dynamic: Maybe<bool>,
    pub(crate) timestamps: Maybe<bool>,
    pub(crate) most_lines: Maybe<u32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct History {
    pub(crate) enabled: Maybe<bool>,
    pub(crate) interval: Maybe<String>,
    pub(crate) time_zone: Maybe<String>,
    pub(crate) raw: Maybe<String>,
    pub(crate) minutes: Maybe<String>,
    pub(crate) five_minutes: Maybe<String>,
    pub(crate) hours: Maybe<String>,
    pub(crate) except: Vec<Spanned<String>>,
    pub(crate) except_kinds: Vec<Spanned<String>>,
    pub(crate) store: Maybe<String>,
    pub(crate) write: Maybe<String>,
    pub(crate) query: Maybe<String>,
    pub(crate) token: Maybe<Secret>,
    pub(crate) user: Maybe<String>,
    pub(crate) password: Maybe<Secret>,
    pub(crate) tenant: Maybe<String>,
    pub(crate) labels: Maybe<BTreeMap<String, String>>,
    pub(crate) queue_size: Maybe<String>,
    pub(crate) max_age: Maybe<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct RemoteWrite {
    pub(crate) url: Maybe<String>,
    pub(crate) protocol: Maybe<String>,
    pub(crate) token: Maybe<Secret>,
    pub(crate) user: Maybe<String>,
    pub(crate) password: Maybe<Secret>,
    pub(crate) labels: Maybe<BTreeMap<String, String>>,
    pub(crate) dynamic: Maybe<bool>,
    pub(crate) queue_size: Maybe<String>,
    pub(crate) max_age: Maybe<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Cluster {
    pub(crate) nats: Vec<Spanned<String>>,
    pub(crate) name: Maybe<String>,
    pub(crate) site: Maybe<String>,
    pub(crate) node: Maybe<String>,
    pub(crate) roles: Maybe<Vec<String>>,
    pub(crate) user: Maybe<String>,
    pub(crate) password: Maybe<Secret>,
    pub(crate) credentials: Maybe<String>,
    pub(crate) ca: Maybe<String>,
    pub(crate) key_file: Maybe<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Alerts {
    pub(crate) enabled: Maybe<bool>,
    pub(crate) ca: Maybe<String>,
    pub(crate) proxy: Maybe<Secret>,
    pub(crate) rule: Vec<Spanned<toml::Table>>,
    pub(crate) channel: Vec<Spanned<toml::Table>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Business {
    pub(crate) name: Maybe<String>,
    pub(crate) address: Maybe<String>,
    pub(crate) logo: Maybe<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Router {
    pub(crate) id: Maybe<String>,
    pub(crate) name: Maybe<String>,
    pub(crate) address: Maybe<String>,
    pub(crate) user: Maybe<String>,
    pub(crate) password: Maybe<Secret>,
    pub(crate) tls: Maybe<String>,
    pub(crate) tls_ca: Maybe<String>,
    pub(crate) interval: Maybe<String>,
    pub(crate) wan: Maybe<Vec<String>>,
    pub(crate) tags: Maybe<Vec<String>>,
    pub(crate) notes: Maybe<String>,
    pub(crate) enabled: Maybe<bool>,
}

impl File {
    /// Reads the file's text.
    ///
    /// The parser's own error is not passed on: it holds the whole text, and with it the passwords.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error::File {
            origin: Origin::file(path, text, error.span().unwrap_or(0..0)),
            problem: error.message().replace("unknown field", "unknown key").replace('\n', " "),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::Error as Refusal;
    use serde::de::{Deserializer, Error as _, Visitor};
    use serde::forward_to_deserialize_any;

    use super::*;

    /// Answers "which keys have you?" by refusing with their names.
    struct Keys;

    impl<'de> Deserializer<'de> for Keys {
        type Error = Refusal;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refusal> {
            Err(Refusal::custom(""))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Refusal> {
            Err(Refusal::custom(fields.join(" ")))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    fn keys<T: Deserialize<'static>>() -> Vec<String> {
        let names = T::deserialize(Keys).err().unwrap().to_string();
        names.split(' ').map(str::to_owned).collect()
    }

    fn all_keys() -> Vec<String> {
        let mut all = keys::<File>();
        all.extend(keys::<Limits>());
        all.extend([keys::<Server>(), keys::<Log>(), keys::<Sampling>(), keys::<Embed>(), keys::<Metrics>()].concat());
        all.extend([keys::<History>(), keys::<Business>(), keys::<Cluster>()].concat());
        all.extend(keys::<Router>());
        all
    }

    /// The example with its values switched on: `#key = ...` is one, `# text` is not.
    fn switched_on() -> String {
        let on = |line: &str| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => rest.to_owned(),
            _ => line.to_owned(),
        };
        crate::Config::example().lines().map(on).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_example_has_every_key_of_the_schema() {
        let example = switched_on();
        let keys = all_keys();
        assert!(keys.len() > 15, "{keys:?}");
        for key in keys {
            let found = example.lines().any(|line| {
                line.starts_with(&format!("{key} =")) || line == format!("[{key}]") || line == format!("[[{key}]]")
            });
            assert!(found, "{key}");
        }
    }

    #[test]
    fn the_manual_names_every_key_of_the_schema() {
        let manual = include_str!("../../../docs/reference/configuration.md");
        for key in all_keys() {
            assert!(manual.contains(&key), "{key}");
        }
    }

    #[test]
    fn the_example_says_the_defaults() {
        let config = |text: &str| {
            crate::Config::load(Some((Path::new("x"), text)), std::iter::empty(), crate::Flags::default()).unwrap()
        };
        assert_eq!(config(crate::Config::example()), crate::Config::default());
        let mut on = config(&switched_on());
        assert_eq!(on.routers.len(), 1);
        on.routers.clear();
        assert_eq!(on, crate::Config::default());
    }
}

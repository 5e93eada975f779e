//! The file's `[cluster]`.

use toml::Spanned;

use crate::cluster::{Cluster, ClusterLogin, Roles};
use crate::setting::{FileText, Setting, list, not_empty};
use crate::{Error, schema, values};

/// The longest name of a cluster, site or node. It is a part of subjects and of buckets' names.
const LONGEST: usize = 32;

/// The cluster, where servers are named; the other keys are checked all the same.
pub(crate) fn read(text: &FileText<'_>, file: schema::Cluster) -> Result<Option<Cluster>, Error> {
    let default = Cluster::default();
    let optional = |value, field, parse: fn(String) -> Result<String, String>| parsed(text, value, field, parse);
    let path = |value, field| parsed(text, value, field, values::path);
    let name = optional(file.name, "cluster.name", self::name)?.unwrap_or(default.name);
    let site = optional(file.site, "cluster.site", self::name)?;
    let node = optional(file.node, "cluster.node", self::name)?;
    let roles = match text.setting(file.roles) {
        Some(setting) => setting.parse("cluster.roles", roles)?.value,
        None => default.roles,
    };
    let user = not_empty(text.setting(file.user));
    let credentials = not_empty(text.setting(file.credentials));
    if let (Some(_), Some(second)) = (&user, &credentials) {
        let problem = "a user stands there too: one way to log in is enough".into();
        return Err(Error::Invalid { field: "cluster.credentials", origin: second.origin.clone(), problem });
    }
    let login = match (user, credentials) {
        (Some(user), _) => {
            let user = user.parse("cluster.user", values::short_text)?.value;
            let password = file.password.map(Spanned::into_inner);
            ClusterLogin::Password(user, password.unwrap_or_else(|| crate::Secret::new(String::new())))
        }
        (None, Some(file)) => ClusterLogin::File(file.parse("cluster.credentials", values::path)?.value),
        (None, None) => ClusterLogin::None,
    };
    let (ca, key_file) = (path(file.ca, "cluster.ca")?, path(file.key_file, "cluster.key-file")?);
    let nats = list(text, file.nats, "cluster.nats", server)?;
    Ok((!nats.is_empty()).then_some(Cluster { nats, name, site, node, roles, login, ca, key_file }))
}

fn parsed<T>(
    text: &FileText<'_>,
    value: schema::Maybe<String>,
    field: &'static str,
    parse: fn(String) -> Result<T, String>,
) -> Result<Option<T>, Error> {
    let setting: Option<Setting<String>> = not_empty(text.setting(value));
    Ok(setting.map(|setting| setting.parse(field, parse)).transpose()?.map(|setting| setting.value))
}

fn server(text: String) -> Result<String, String> {
    const SHAPE: &str = "must be such as \"tls://nats-1.example.id:4222\": tls:// or nats://, a host and a port";
    let rest = text.strip_prefix("tls://").or_else(|| text.strip_prefix("nats://")).ok_or(SHAPE)?;
    if rest.contains('@') {
        // Here it would stand in messages.
        return Err("a login does not stand in the address: give user and password, or credentials".into());
    }
    let (host, port) = rest.rsplit_once(':').ok_or(SHAPE)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
    let is_host = !host.is_empty() && host.len() <= 253 && host.chars().all(fits);
    if is_host && port.parse::<u16>().is_ok_and(|port| port > 0) { Ok(text) } else { Err(SHAPE.into()) }
}

fn name(text: String) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if text.len() <= LONGEST && text.chars().all(fits) {
        Ok(text)
    } else {
        Err(format!("must be up to {LONGEST} small letters, digits, - and _"))
    }
}

fn roles(words: Vec<String>) -> Result<Roles, String> {
    let mut roles = Roles { web: false, collect: false };
    for word in &words {
        match word.as_str() {
            "web" => roles.web = true,
            "collect" => roles.collect = true,
            _ => return Err("must be of \"web\" and \"collect\"".into()),
        }
    }
    if words.is_empty() {
        return Err("must be at least one of \"web\" and \"collect\"".into());
    }
    Ok(roles)
}

/// The name of a node made of a host's: what does not fit becomes a dash.
pub fn node_name(host: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    let name: String = host.chars().take(LONGEST).map(fits).collect();
    if name.is_empty() { "node".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_a_scheme_a_host_and_a_port_and_no_login() {
        for good in ["nats://127.0.0.1:4222", "tls://nats-1.example.id:4222", "nats://[::1]:4333"] {
            assert_eq!(server(good.into()).as_deref(), Ok(good));
        }
        for bad in ["", "127.0.0.1:4222", "nats://", "nats://h", "nats://h:0", "http://h:1", "nats://u:p@h:4222"] {
            assert!(server(bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_fit_into_subjects_and_a_hosts_name_is_made_to() {
        assert!(name("pop-1_b".into()).is_ok());
        for bad in ["Pop", "a.b", "a b", "a*", &"x".repeat(33)] {
            assert!(name(bad.into()).is_err(), "{bad}");
        }
        assert_eq!((node_name("Web-1.example.id"), node_name("")), ("web-1-example-id".into(), "node".into()));
        assert!(name(node_name(&"é".repeat(80))).is_ok());
    }

    #[test]
    fn a_machine_has_one_role_or_both() {
        let roles = |words: &[&str]| roles(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(roles(&["web"]), Ok(Roles { web: true, collect: false }));
        assert_eq!(roles(&["web", "collect"]), Ok(Roles::default()));
        assert!(roles(&[]).is_err() && roles(&["watch"]).is_err());
    }
}

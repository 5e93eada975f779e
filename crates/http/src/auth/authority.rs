//! Host and port as in the headers `Host` and `Origin`, read with a parser instead of by cutting text. No I/O.

use std::net::IpAddr;

use actix_web::http::uri;

/// A host with an optional port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authority {
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    /// In lower case, without the dot at the end of a fully qualified name.
    Name(String),
    Address(IpAddr),
}

impl Authority {
    /// Accepts `host`, `host:port`, `[IPv6]` or `[IPv6]:port`, and nothing around them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parsed: uri::Authority = text.parse().ok()?;
        let host = parsed.host();
        // The parser ignores what stands between a bracket and the port, and `user@`. Neither belongs to a host.
        let port = match parsed.as_str().strip_prefix(host)? {
            "" => None,
            rest => Some(rest.strip_prefix(':').filter(|port| port.bytes().all(|one| one.is_ascii_digit()))?),
        };
        let host = match host.strip_prefix('[') {
            Some(rest) => Host::Address(IpAddr::V6(rest.strip_suffix(']')?.parse().ok()?).to_canonical()),
            None => {
                let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
                match name.parse::<std::net::Ipv4Addr>() {
                    Ok(address) => Host::Address(address.into()),
                    Err(_) if is_name(&name) => Host::Name(name),
                    Err(_) => return None,
                }
            }
        };
        Some(Self { host, port: port.map(str::parse).transpose().ok()? })
    }

    /// The scheme and authority of an origin: `http` or `https` with nothing after the authority. The port is always set.
    pub(super) fn of_origin(origin: &str) -> Option<(&'static str, Self)> {
        let (scheme, usual, rest) = match origin.split_once("://")? {
            ("http", rest) => ("http", 80, rest),
            ("https", rest) => ("https", 443, rest),
            _ => return None,
        };
        Some((scheme, Self::parse(rest)?.or_port(usual)))
    }

    /// The same, with this port where it has none.
    pub(super) fn or_port(self, usual: u16) -> Self {
        Self { port: self.port.or(Some(usual)), ..self }
    }

    /// Whether it is this host, whatever the port.
    pub(super) fn is_host(&self, host: &str) -> bool {
        match &self.host {
            Host::Name(name) => name.eq_ignore_ascii_case(host),
            Host::Address(address) => host.parse() == Ok(*address),
        }
    }

    /// Whether it is an IP address, to which the name of another site cannot lead.
    pub(super) fn is_address(&self) -> bool {
        matches!(self.host, Host::Address(_))
    }

    /// Whether both are the same host and `self` has no port.
    pub(super) fn is_without_port_of(&self, other: &Self) -> bool {
        self.port.is_none() && self.host == other.host
    }

    /// Whether every resolver takes it for this machine.
    pub(super) fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Address(address) => address.is_loopback(),
        }
    }
}

fn is_name(name: &str) -> bool {
    let letter = |one: u8| one.is_ascii_alphanumeric() || matches!(one, b'-' | b'_');
    name.len() <= 253 && name.split('.').all(|label| !label.is_empty() && label.bytes().all(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_quite_a_host_is_none() {
        for bad in [
            "",
            ":80",
            "[::1]evil",
            "[::1]evil.example:80",
            "[::1].evil.example",
            "evil[::1]",
            "[::1",
            "::1",
            "[127.0.0.1]",
            "[]",
            "user@localhost",
            "user:word@[::1]:80",
            "localhost:",
            "localhost:80:80",
            "localhost:8o",
            "localhost:+80",
            "localhost:65536",
            "localhost/evil",
            "localhost?evil",
            "localhost#evil",
            "localhost evil",
            "localhost,evil.example",
            "localhost..",
            ".localhost",
            "loc%61lhost",
            "loc\u{e4}lhost",
        ] {
            assert_eq!(Authority::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn ways_to_write_the_same_are_the_same() {
        let same = |one: &str, other: &str| {
            assert_eq!(Authority::parse(one).unwrap().or_port(80), Authority::parse(other).unwrap().or_port(80));
        };
        same("Lalin.Example.:80", "lalin.example");
        same("[0:0::1]", "[::1]:80");
        same("[::ffff:192.0.2.1]", "192.0.2.1");
        assert_eq!(Authority::of_origin("https://a.example"), Authority::of_origin("https://A.example:443"));
        assert_ne!(Authority::of_origin("https://a.example"), Authority::of_origin("http://a.example"));
        for bad in ["null", "a.example", "file://a", "https://a.example/", "https://u@a.example", "HTTPS://a"] {
            assert_eq!(Authority::of_origin(bad), None, "{bad}");
        }
    }
}

//! A router's address: `host[:port]` in the file, `user@host[:port]` in a flag.
//!
//! People write a password where it does not belong, so no problem here repeats what was written.

use std::net::Ipv6Addr;

use lalin_stats::RouterId;

use crate::TlsPolicy;

/// The plain API service's port on a MikroTik.
pub(crate) const API_PORT: u16 = 8728;
/// The port of the API service with TLS.
pub(crate) const API_TLS_PORT: u16 = 8729;

/// A host, and the port of its API service where one was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// A host name or an IP address, an IPv6 address without its brackets.
    pub host: String,
    /// The port; `None` for the usual one.
    pub port: Option<u16>,
}

impl Endpoint {
    /// `host`, `host:port`, `[IPv6]` or `[IPv6]:port`.
    ///
    /// # Errors
    /// A sentence that does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains('@') {
            return Err("must be HOST or HOST:PORT; the user and the password have keys of their own".into());
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or("the bracket of the IPv6 address is not closed")?;
                let address = host.split('%').next().unwrap_or(host);
                address.parse::<Ipv6Addr>().map_err(|_| "there is no IPv6 address in the brackets")?;
                match after.strip_prefix(':') {
                    Some(port) => (host, Some(port)),
                    None if after.is_empty() => (host, None),
                    None => return Err("after the IPv6 address in brackets only :PORT may follow".into()),
                }
            }
            None if text.matches(':').count() > 1 => {
                return Err("an IPv6 address stands in brackets, such as [fd00::1]".into());
            }
            None => match text.split_once(':') {
                Some((host, port)) => (named(host)?, Some(port)),
                None => (named(text)?, None),
            },
        };
        let number = |port: &str| port.parse::<u16>().ok().filter(|p| *p > 0).ok_or("the port must be from 1 to 65535");
        Ok(Self { host: host.to_owned(), port: port.map(number).transpose()? })
    }

    /// The port that was given, or the usual one.
    pub fn port_for(&self, tls: TlsPolicy) -> u16 {
        self.port.unwrap_or(if tls == TlsPolicy::Off { API_PORT } else { API_TLS_PORT })
    }

    /// An id made from the host, for a router that was given none.
    pub(crate) fn id(&self) -> Result<RouterId, String> {
        let fits = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
        self.host
            .chars()
            .take(64)
            .map(fits)
            .collect::<String>()
            .parse()
            .map_err(|error: lalin_stats::RouterIdError| error.to_string())
    }
}

/// A host name or an IPv4 address.
fn named(host: &str) -> Result<&str, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if host.is_empty() || host.len() > 253 || !host.chars().all(fits) {
        return Err("must be a host name or an IP address, with :PORT where it is not 8728".into());
    }
    Ok(host)
}

/// `user@host[:port]`, and a refusal of `user:password@host`.
pub(crate) fn login(text: &str) -> Result<(String, Endpoint), String> {
    const SHAPE: &str = "must be USER@HOST or USER@HOST:PORT, such as admin@192.168.88.1";
    let (user, address) = text.rsplit_once('@').ok_or(SHAPE)?;
    if user.contains(':') {
        return Err("a password must not stand here, where other users of this machine can read it; put it into \
                    LALIN_ROUTER_PASSWORD or the configuration file, or leave it out and be asked"
            .into());
    }
    Ok((user_name(user.to_owned())?, Endpoint::parse(address)?))
}

/// A RouterOS user's name.
pub(crate) fn user_name(text: String) -> Result<String, String> {
    if text.is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
        return Err("must be the name of a user on the router".into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(host: &str, port: impl Into<Option<u16>>) -> Result<Endpoint, String> {
        Ok(Endpoint { host: host.into(), port: port.into() })
    }

    #[test]
    fn hosts_ports_and_brackets_are_told_apart() {
        assert_eq!(Endpoint::parse("192.168.88.1"), endpoint("192.168.88.1", None));
        assert_eq!(Endpoint::parse("router.lan:18728"), endpoint("router.lan", 18728));
        assert_eq!(Endpoint::parse("[fd00::1]"), endpoint("fd00::1", None));
        assert_eq!(Endpoint::parse("[fe80::1%eth0]:99"), endpoint("fe80::1%eth0", 99));
        for bad in
            ["", ":8728", "fd00::1", "[fd00::1", "[x]", "[::1]8", "h:0", "h:65536", "h:", "h h", "a@b", "http://h"]
        {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_usual_port_follows_tls() {
        let port = |text: &str, tls| Endpoint::parse(text).unwrap().port_for(tls);
        assert_eq!(port("h", TlsPolicy::Off), 8728);
        assert_eq!(port("h", TlsPolicy::FirstUse), 8729);
        assert_eq!(port("h:99", TlsPolicy::System), 99);
    }

    #[test]
    fn an_id_comes_from_the_host() {
        assert_eq!(Endpoint::parse("[fe80::1%eth0]").unwrap().id().unwrap().as_str(), "fe80--1-eth0");
        assert_eq!(Endpoint::parse("router.lan").unwrap().id().unwrap().as_str(), "router.lan");
        assert_eq!(Endpoint::parse(&"x".repeat(200)).unwrap().id().unwrap().as_str().len(), 64);
    }

    #[test]
    fn a_password_in_the_flag_is_refused_and_not_repeated() {
        for text in ["admin:rahasia@192.168.88.1", "admin:rah@sia@192.168.88.1", "admin@host:rahasia", ":rahasia@h"] {
            let problem = login(text).unwrap_err();
            assert!(!problem.contains("sia"), "{problem}");
        }
        assert!(login("admin:rahasia@h").unwrap_err().contains("LALIN_ROUTER_PASSWORD"));
        assert_eq!(login("admin@[::1]:1").unwrap().0, "admin");
        assert!(login("@h").is_err());
        assert!(login("h").is_err());
    }
}

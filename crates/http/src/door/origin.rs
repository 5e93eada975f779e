//! Where a request comes from, and to whom it was meant: proxies, host names, other sites. Pure.

use std::net::{IpAddr, SocketAddr};

use super::authority::Authority;

/// The address of who asks. What a header says of it is believed only from the proxies that were named, from the last one
/// backwards: what stands before the first address that is no proxy of ours can be invented.
pub(crate) fn client(peer: IpAddr, forwarded: Option<&str>, proxies: &[IpAddr]) -> IpAddr {
    let trusted = |address: &IpAddr| proxies.contains(&address.to_canonical());
    let mut address = peer.to_canonical();
    for hop in forwarded.unwrap_or_default().rsplit(',') {
        if !trusted(&address) {
            break;
        }
        let Some(before) = hop_address(hop) else { break };
        address = before;
    }
    address
}

/// Some proxies write a port behind it.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let address = hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

/// Whether a `Host` header may be meant for a server that listens on loopback: a page of somebody else's whose name
/// suddenly points to 127.0.0.1 (DNS rebinding) still says its own name here.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    Authority::parse(host).is_some_and(|host| host.is_loopback())
}

/// Whether a browser made the request for a page of this very server, as far as its headers tell. A program that sends
/// neither header is no browser, and cannot be made to carry somebody's cookie.
pub(crate) fn is_same_site(host: Option<&str>, origin: Option<&str>, fetch_site: Option<&str>) -> bool {
    if let Some(site) = fetch_site {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = origin else { return true };
    let Some((scheme, origin)) = Authority::of_origin(origin) else { return false };
    let usual = if scheme == "https" { 443 } else { 80 };
    host.and_then(Authority::parse).is_some_and(|host| host.or_port(usual) == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_header_is_believed_from_named_proxies_only() {
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        let cases = [
            ("198.51.100.7", Some("203.0.113.9"), "198.51.100.7"),
            ("10.0.0.1", Some("203.0.113.9"), "203.0.113.9"),
            ("::ffff:10.0.0.1", Some("203.0.113.9:4711"), "203.0.113.9"),
            ("10.0.0.1", Some("203.0.113.9, 10.0.0.2"), "203.0.113.9"),
            ("10.0.0.1", Some("127.0.0.1, 203.0.113.9"), "203.0.113.9"),
            ("10.0.0.1", Some("nonsense"), "10.0.0.1"),
            ("10.0.0.1", Some(""), "10.0.0.1"),
            ("10.0.0.1", None, "10.0.0.1"),
            ("10.0.0.1", Some("[2001:db8::1]:443"), "2001:db8::1"),
        ];
        for (peer, header, expected) in cases {
            assert_eq!(client(ip(peer), header, &proxies), ip(expected), "{peer} {header:?}");
        }
        assert_eq!(client(ip("10.0.0.1"), Some("203.0.113.9"), &[]), ip("10.0.0.1"));
    }

    #[test]
    fn another_sites_name_is_none_of_ours() {
        for host in [
            "localhost",
            "LOCALHOST:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "lalin.localhost",
            "localhost.:80",
            "127.8.9.1",
        ] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in [
            "",
            "evil.example:3000",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "192.168.88.2",
            "[::2]",
            "[::1]evil",
            "[::1]evil.example:3000",
            "user@localhost",
            "localhost:evil",
            "localhost/.evil.example",
            "xlocalhost",
        ] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }

    #[test]
    fn what_another_site_makes_a_browser_send_is_told_apart() {
        let host = Some("lalin.example");
        assert!(is_same_site(host, None, None), "no browser");
        assert!(is_same_site(host, Some("https://lalin.example"), Some("same-origin")));
        assert!(is_same_site(host, Some("https://lalin.example"), None));
        assert!(is_same_site(host, Some("https://lalin.example:443"), None));
        assert!(is_same_site(host, None, Some("none")), "typed by a person");
        for (origin, site) in [
            (Some("https://evil.example"), None),
            (Some("https://evil.example"), Some("cross-site")),
            (Some("https://lalin.example"), Some("same-site")),
            (Some("null"), None),
            (Some("https://lalin.example.evil.example"), None),
            (Some("lalin.example"), None),
            (Some("https://user@lalin.example"), None),
            (Some("https://lalin.example/"), None),
            (Some("https://lalin.example:8443"), None),
        ] {
            assert!(!is_same_site(host, origin, site), "{origin:?} {site:?}");
        }
    }
}

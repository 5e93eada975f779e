//! For which host a request was meant, and which site's page made it. No I/O.

use super::authority::Authority;
use super::client_address::ClientAddress;
use super::settings::AuthSettings;

/// Whether a `Host` header fits a server that listens on loopback. A page of another site whose name suddenly resolves to
/// 127.0.0.1 (DNS rebinding) still sends its own name here.
pub(super) fn is_loopback_host(host: &str) -> bool {
    Authority::parse(host).is_some_and(|host| host.is_loopback())
}

/// Whether an origin or the address of a page is one of this machine.
pub(super) fn is_loopback_url(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    rest.and_then(|rest| rest.split(['/', '?', '#']).next()).is_some_and(is_loopback_host)
}

/// Whether the `Host` of a request is a name of this server. Where names are configured, only these count, besides those of
/// the machine itself and plain IP addresses. Where none are, a server on loopback answers to the names of its own machine
/// and to what a trusted proxy passes on, and any other server to every name.
pub(super) fn is_our_name(host: Option<&str>, by_trusted_proxy: bool, settings: &AuthSettings) -> bool {
    let Some(host) = host.and_then(Authority::parse) else { return !settings.loopback && settings.hosts.is_empty() };
    if host.is_loopback() || settings.hosts.iter().any(|ours| host.is_host(ours)) {
        return true;
    }
    match settings.loopback {
        true => settings.hosts.is_empty() && by_trusted_proxy,
        false => settings.hosts.is_empty() || host.is_address(),
    }
}

/// Whether the request comes from a page of this server, as far as the headers of a browser tell. A program that sends
/// neither header is not a browser, and no other site can make it send somebody's cookie. `client` knows under which names
/// the browser may have asked; a trusted proxy may have left out the port.
pub(super) fn is_same_site(client: &ClientAddress, origin: Option<&str>, fetch_site: Option<&str>) -> bool {
    if let Some(site) = fetch_site {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = origin else { return true };
    let Some((scheme, asked)) = Authority::of_origin(origin) else { return false };
    let usual = if scheme == "https" { 443 } else { 80 };
    client.hosts.iter().filter_map(|host| Authority::parse(host)).any(|host| {
        let portless = client.by_trusted_proxy && host.is_without_port_of(&asked);
        portless || host.or_port(usual) == asked
    })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
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
            "xlocalhost",
            "[::1]evil",
            "[::1]evil.example:3000",
            "user@localhost",
            "localhost:evil",
            "localhost/.evil.example",
            "[::1]:80evil",
            "[127.0.0.1]",
            "127.0.0.1:80:90",
            "localhost:x",
            "::1",
        ] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }

    fn client(hosts: &[&str], by_trusted_proxy: bool) -> ClientAddress {
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        ClientAddress { address: ip("192.0.2.1"), secure: false, hosts, by_trusted_proxy }
    }

    #[test]
    fn what_another_site_makes_a_browser_send_is_told_apart() {
        let host = &client(&["lalin.example"], false);
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
            (Some("https://lalin.example:8443"), None),
            (Some("https://lalin.example/"), None),
            (Some("lalin.example"), None),
            (Some("https://user@lalin.example"), None),
        ] {
            assert!(!is_same_site(host, origin, site), "{origin:?} {site:?}");
        }
    }

    #[test]
    fn behind_a_trusted_proxy_the_origin_is_that_of_the_browser() {
        let proxied = &client(&["127.0.0.1:3000", "lalin.example"], true);
        for origin in ["https://lalin.example", "http://127.0.0.1:3000", "http://lalin.example:8080"] {
            assert!(is_same_site(proxied, Some(origin), None), "{origin}");
        }
        assert!(!is_same_site(proxied, Some("https://evil.example"), None));
        assert!(!is_same_site(&client(&["lalin.example"], false), Some("http://lalin.example:8080"), None));
    }

    #[test]
    fn a_server_answers_to_its_names() {
        let settings = |loopback: bool, hosts: &[&str]| {
            let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
            AuthSettings { loopback, hosts, ..AuthSettings::default() }
        };
        for (host, by_proxy, loopback, hosts, expected) in [
            (Some("127.0.0.1:3000"), false, true, &[][..], true),
            (Some("evil.example"), false, true, &[], false),
            (Some("192.168.88.2"), false, true, &[], false),
            (None, false, true, &[], false),
            (Some("lalin.example"), true, true, &[], true),
            (Some("Lalin.Example:443"), false, true, &["lalin.example"], true),
            (Some("evil.example"), true, true, &["lalin.example"], false),
            (Some("localhost"), false, true, &["lalin.example"], true),
            (Some("[::1]:3000"), false, true, &[], true),
            (Some("anything.example"), false, false, &[], true),
            (None, false, false, &[], true),
            (Some("anything.example"), true, false, &["lalin.example"], false),
            (Some("192.168.88.2:3000"), false, false, &["lalin.example"], true),
            (Some("[fd00::2]:3000"), false, false, &["lalin.example"], true),
        ] {
            assert_eq!(is_our_name(host, by_proxy, &settings(loopback, hosts)), expected, "{host:?} {hosts:?}");
        }
    }
}

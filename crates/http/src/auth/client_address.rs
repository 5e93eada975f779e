//! Where a request comes from: the address, scheme and host of the browser, however many proxies are in between. The login
//! limits, the limits of streams, the audit log, the cookies and the check of the origin all use this.
//!
//! Headers are believed only from proxies that the configuration names. Where `X-Forwarded-For` and `Forwarded` are both
//! present and disagree, the browser sent one of them, and nobody can tell which. Then neither counts, and the request comes
//! from the proxy. Preferring one of them would let a client choose its address behind a proxy that writes the other.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HOST, HeaderMap};
use actix_web::{HttpMessage, HttpRequest};

use super::forwarded_headers::{self, forwarded, last, lines, x_forwarded_for};
use super::settings::AuthSettings;

/// Where a request comes from, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress {
    /// The browser's address, or the proxy's where the proxy does not tell.
    pub(crate) address: IpAddr,
    /// The browser uses TLS.
    pub(crate) secure: bool,
    /// The names under which the browser may have asked: the `Host`, and what a trusted proxy says it was.
    pub(crate) hosts: Vec<String>,
    /// A trusted proxy passed the request on, and says so.
    pub(crate) by_trusted_proxy: bool,
}

impl ClientAddress {
    /// Reads it from a request.
    pub(crate) fn of(request: &ServiceRequest, settings: &AuthSettings) -> Self {
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
        Self::behind(peer, request.headers(), settings)
    }

    /// What the guard found for this request.
    pub(crate) fn found(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    fn behind(peer: IpAddr, headers: &HeaderMap, settings: &AuthSettings) -> Self {
        let peer = peer.to_canonical();
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
        let direct =
            Self { address: peer, secure: settings.tls, hosts: host.into_iter().collect(), by_trusted_proxy: false };
        let trusted = |address: &IpAddr| settings.proxies.contains(address);
        if !trusted(&peer) {
            return direct;
        }
        let named = |name: &str| headers.contains_key(name);
        let listed =
            named("x-forwarded-for").then(|| walk(peer, x_forwarded_for(lines(headers, "x-forwarded-for")), trusted));
        let elements = || forwarded(lines(headers, "forwarded"));
        let described = named("forwarded").then(|| walk(peer, elements().map(|element| element.address), trusted));
        let address = match (listed, described) {
            (Some(listed), Some(described)) => listed.filter(|address| described == Some(*address)),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return direct,
        };
        let nearest = elements().next().unwrap_or_default();
        let mut hosts = direct.hosts;
        hosts.extend(last(headers, "x-forwarded-host").map(str::to_owned).into_iter().chain(nearest.host));
        // A browser that forges this only loses its own cookie.
        let is_https = |proto: &str| proto.eq_ignore_ascii_case("https");
        let secure = settings.tls
            || last(headers, "x-forwarded-proto").is_some_and(is_https)
            || nearest.proto.as_deref().is_some_and(is_https);
        Self { address: address.unwrap_or(peer), secure, hosts, by_trusted_proxy: true }
    }
}

/// Walks from the peer backwards to the first address that is not a trusted proxy. `None` where an entry on the way names no
/// address, or where there are more entries than any chain of proxies has.
fn walk(peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, trusted: impl Fn(&IpAddr) -> bool) -> Option<IpAddr> {
    let mut address = peer;
    for (place, hop) in hops.enumerate() {
        address = hop?;
        if !trusted(&address) {
            return Some(address);
        }
        if place + 1 == forwarded_headers::MOST_HOPS {
            return None;
        }
    }
    Some(address)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn settings() -> AuthSettings {
        let proxies = ["10.0.0.1", "10.0.0.2", "fd00::1"].map(|address| address.parse().unwrap());
        AuthSettings { proxies: proxies.into(), ..AuthSettings::default() }
    }

    fn client(peer: &str, headers: &[(&str, &str)]) -> ClientAddress {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        ClientAddress::behind(peer.parse().unwrap(), &map, &settings())
    }

    const FOR: &str = "x-forwarded-for";

    /// The peer, its headers, and whose request it is.
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

    #[test]
    fn the_address_is_found_from_the_end_over_all_lines_of_both_headers() {
        let cases: &[Case] = &[
            ("198.51.100.7", &[(FOR, "203.0.113.9")], "198.51.100.7"),
            ("198.51.100.7", &[("forwarded", "for=203.0.113.9")], "198.51.100.7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[(FOR, "")], "10.0.0.1"),
            ("10.0.0.1", &[(FOR, "203.0.113.9")], "203.0.113.9"),
            ("::ffff:10.0.0.1", &[(FOR, "203.0.113.9:4711")], "203.0.113.9"),
            ("10.0.0.1", &[(FOR, "203.0.113.9, 10.0.0.2")], "203.0.113.9"),
            ("10.0.0.1", &[(FOR, "127.0.0.1, 203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", &[(FOR, "[2001:db8::1]:443")], "2001:db8::1"),
            ("fd00::1", &[(FOR, "2001:db8::1, fd00::1")], "2001:db8::1"),
            // The client's own line comes first, the proxy's after it.
            ("10.0.0.1", &[(FOR, "127.0.0.1"), (FOR, "203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", &[(FOR, "1.1.1.1, 2.2.2.2"), (FOR, "203.0.113.9"), (FOR, "10.0.0.2")], "203.0.113.9"),
            ("10.0.0.1", &[("forwarded", "for=127.0.0.1"), ("forwarded", "for=203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", &[("forwarded", "for=127.0.0.1, for=203.0.113.9, for=10.0.0.2")], "203.0.113.9"),
            ("10.0.0.1", &[("forwarded", "for=\"[2001:db8::1]:9\";proto=https")], "2001:db8::1"),
            // Nobody is named: it is the proxy that asks.
            ("10.0.0.1", &[(FOR, "nonsense")], "10.0.0.1"),
            ("10.0.0.1", &[(FOR, "203.0.113.9, unknown")], "10.0.0.1"),
            ("10.0.0.1", &[(FOR, "203.0.113.9, unknown, 10.0.0.2")], "10.0.0.1"),
            ("10.0.0.1", &[(FOR, "203.0.113.9"), (FOR, "n\u{e4}mlich")], "10.0.0.1"),
            ("10.0.0.1", &[("forwarded", "for=_hidden")], "10.0.0.1"),
            ("10.0.0.1", &[("forwarded", "for=203.0.113.9, for=unknown")], "10.0.0.1"),
            ("10.0.0.1", &[("forwarded", "for=\", for=203.0.113.9")], "10.0.0.1"),
            // Both are there.
            ("10.0.0.1", &[(FOR, "203.0.113.9"), ("forwarded", "for=203.0.113.9")], "203.0.113.9"),
            ("10.0.0.1", &[(FOR, "203.0.113.9"), ("forwarded", "for=1.1.1.1")], "10.0.0.1"),
            ("10.0.0.1", &[(FOR, "1.1.1.1"), ("forwarded", "for=203.0.113.9")], "10.0.0.1"),
            ("10.0.0.1", &[(FOR, "203.0.113.9"), ("forwarded", "for=unknown")], "10.0.0.1"),
        ];
        for (peer, headers, expected) in cases {
            assert_eq!(client(peer, headers).address, expected.parse::<IpAddr>().unwrap(), "{peer} {headers:?}");
        }
    }

    #[test]
    fn a_chain_without_an_end_is_not_followed() {
        let endless = "10.0.0.2,".repeat(400);
        assert_eq!(client("10.0.0.1", &[(FOR, &endless)]).address, "10.0.0.1".parse::<IpAddr>().unwrap());
        let long = format!("203.0.113.9{}", ", 10.0.0.2".repeat(forwarded_headers::MOST_HOPS));
        assert_eq!(client("10.0.0.1", &[(FOR, &long)]).address, "10.0.0.1".parse::<IpAddr>().unwrap());
        let lines = vec![(FOR, "10.0.0.2"); 1_000];
        assert_eq!(client("10.0.0.1", &lines).address, "10.0.0.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn scheme_and_host_come_from_the_nearest_trusted_proxy_or_not_at_all() {
        let for_ = (FOR, "203.0.113.9");
        let said = |peer: &str, headers: &[(&str, &str)]| {
            let client = client(peer, &[headers, &[for_, ("host", "127.0.0.1:3000")]].concat());
            (client.secure, client.hosts[1..].join(" "))
        };
        let all = [("x-forwarded-proto", "https"), ("x-forwarded-host", "lalin.example")];
        assert_eq!(said("10.0.0.1", &all), (true, "lalin.example".to_owned()));
        assert_eq!(said("198.51.100.7", &all), (false, String::new()));
        assert_eq!(said("10.0.0.1", &[("x-forwarded-proto", "https, http")]), (false, String::new()));
        assert_eq!(
            said("10.0.0.1", &[("x-forwarded-host", "evil.example"), ("x-forwarded-host", "lalin.example")]),
            (false, "lalin.example".to_owned())
        );
        let forwarded = ("forwarded", "for=203.0.113.9;host=a.example;proto=http, for=203.0.113.9;proto=https;host=b");
        assert_eq!(said("10.0.0.1", &[forwarded]), (true, "b".to_owned()));
        let mut tls = settings();
        tls.tls = true;
        assert!(ClientAddress::behind("198.51.100.7".parse().unwrap(), &HeaderMap::new(), &tls).secure);
    }
}

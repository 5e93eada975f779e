//! Whether a request comes from the user of this machine, who needs no account while there are none.
//!
//! That it comes from 127.0.0.1 is not enough: a proxy on this machine connects from there too, with everyone's requests,
//! and the usual nginx shows itself only by an older HTTP version. So everything has to fit: the address, the host name,
//! the absence of anything that only proxies send, and what a browser says about its page.
//!
//! One case cannot be told apart: a proxy that passes on every byte (`ssh -L`, HAProxy in TCP mode or without options), with
//! a request that somebody wrote by hand. That is why nobody counts as a local user any more once the configuration names a
//! proxy or one has been seen, and `docs/how-to/reverse-proxies.md` says to make the first account before any proxy.

use actix_web::dev::ServiceRequest;
use actix_web::http::Version;
use actix_web::http::header::{CONNECTION, HOST, HeaderName, ORIGIN, REFERER, USER_AGENT};

use super::origin;

/// Our own pages send the origin under which they were opened. Another site's page cannot send this header.
const PAGE: &str = "x-lalin-page";

/// Headers whose names begin like this are written only by proxies, load balancers and content networks.
const WRITTEN_BY_PROXIES: &[&str] = &[
    "forwarded",
    "via",
    "x-forwarded",
    "x-real-",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-",
    "x-proxy",
    "x-envoy-",
    "x-amzn-",
    "x-azure-",
    "x-arr-",
    "x-varnish",
    "x-haproxy",
    "x-appengine-",
    "x-cloud-trace-context",
    "true-client-ip",
    "cf-",
    "cdn-",
    "fastly-",
    "fly-",
    "tailscale-",
    "ali-",
    "akamai-",
    "client-ip",
    "proxy-",
];

/// Why a request does not count as one of the local user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotLocal {
    /// Only a proxy sends this, so there is one.
    Proxy(&'static str),
    /// Browsers do not send such a request, though old or simple programs may.
    Unusual(&'static str),
}

/// What speaks against a request coming from this machine's user; `None` where nothing does.
pub(super) fn why_not_local(request: &ServiceRequest) -> Option<NotLocal> {
    let headers = request.headers();
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    for name in headers.keys() {
        if let Some(written) = WRITTEN_BY_PROXIES.iter().find(|start| name.as_str().starts_with(**start)) {
            return Some(NotLocal::Proxy(written));
        }
    }
    let elsewhere = |url: &str| !origin::is_loopback_url(url);
    if text(&HeaderName::from_static(PAGE)).is_some_and(elsewhere) {
        return Some(NotLocal::Proxy("the page was opened under another address"));
    }
    if !request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
        return Some(NotLocal::Unusual("the address is another machine's"));
    }
    if !text(&HOST).is_some_and(origin::is_loopback_host) {
        return Some(NotLocal::Unusual("the Host is not this machine"));
    }
    if request.head().version < Version::HTTP_11 {
        return Some(NotLocal::Unusual("it is HTTP/1.0, as nginx passes requests on"));
    }
    let closes = |value: &str| value.split(',').any(|word| word.trim().eq_ignore_ascii_case("close"));
    if text(&CONNECTION).is_some_and(closes) {
        return Some(NotLocal::Unusual("it says Connection: close, as proxies do"));
    }
    if text(&ORIGIN).is_some_and(elsewhere) || text(&REFERER).is_some_and(elsewhere) {
        return Some(NotLocal::Unusual("it comes from a page of another address"));
    }
    // Browsers send it to this machine and over TLS, but not for a page that came unencrypted from elsewhere.
    let is_browser = text(&USER_AGENT).is_some_and(|agent| agent.starts_with("Mozilla/"));
    if is_browser && !headers.contains_key("sec-fetch-site") {
        return Some(NotLocal::Unusual("a browser that asks this machine says Sec-Fetch-Site"));
    }
    None
}

/// Whether a change comes from a page of this server, or from a program that says so. Without an account nothing else
/// shows that the user of this machine wants it.
pub(super) fn is_sent_by_own_page(request: &ServiceRequest) -> bool {
    let header = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let same_site = header(&HeaderName::from_static("sec-fetch-site"));
    let same_origin = header(&ORIGIN).is_some_and(origin::is_loopback_url);
    same_origin || (header(&ORIGIN).is_none() && same_site.is_some_and(|site| matches!(site, "same-origin" | "none")))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Option<NotLocal> {
        let mut request = TestRequest::get().peer_addr("127.0.0.1:50000".parse().unwrap());
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.insert_header(("host", "127.0.0.1:3000"));
        }
        for header in headers {
            request = request.append_header(*header);
        }
        why_not_local(&request.to_srv_request())
    }

    const CHROMIUM: (&str, &str) = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)");

    #[test]
    fn a_browser_and_a_program_on_this_machine_are_told_apart_from_a_proxy() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("host", "localhost:3000"), ("user-agent", "curl/8.5.0")]), None);
        assert_eq!(of(&[CHROMIUM, ("sec-fetch-site", "none"), ("connection", "keep-alive")]), None);
        assert_eq!(of(&[CHROMIUM, ("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:3000")]), None);
        assert_eq!(of(&[("sec-fetch-site", "same-origin"), (PAGE, "http://localhost:3000")]), None);
        // Each alone is enough.
        for (name, value) in [
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "localhost"),
            ("forwarded", "for=127.0.0.1"),
            ("via", "1.1 caddy"),
            ("x-real-ip", "127.0.0.1"),
            ("cf-connecting-ip", "203.0.113.9"),
            ("cf-ray", "x"),
            ("cdn-loop", "cloudflare"),
            ("true-client-ip", "203.0.113.9"),
            (PAGE, "https://isp.example"),
            (PAGE, "null"),
        ] {
            assert!(matches!(of(&[(name, value)]), Some(NotLocal::Proxy(_))), "{name}");
        }
        for (name, value) in [
            ("connection", "close"),
            ("connection", "Upgrade, Close"),
            ("origin", "https://isp.example"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1.evil.example"),
            ("referer", "http://isp.example/prepaid/dashboard"),
            ("host", "isp.example"),
            ("host", ""),
            CHROMIUM,
        ] {
            assert!(matches!(of(&[(name, value)]), Some(NotLocal::Unusual(_))), "{name}: {value}");
        }
    }

    #[test]
    fn the_request_of_a_plain_nginx_is_not_this_machine_s() {
        let request = TestRequest::get().peer_addr("127.0.0.1:50000".parse().unwrap()).version(Version::HTTP_10);
        let request = request.insert_header(("host", "127.0.0.1:3000"));
        assert!(matches!(why_not_local(&request.to_srv_request()), Some(NotLocal::Unusual(_))));
        let elsewhere =
            TestRequest::get().peer_addr("192.0.2.1:1".parse().unwrap()).insert_header(("host", "localhost"));
        assert!(matches!(why_not_local(&elsewhere.to_srv_request()), Some(NotLocal::Unusual(_))));
    }

    #[test]
    fn a_change_is_meant_where_a_page_of_this_server_says_so() {
        let meant = |headers: &[(&'static str, &'static str)]| {
            let request = headers.iter().fold(TestRequest::post(), |request, header| request.append_header(*header));
            is_sent_by_own_page(&request.to_srv_request())
        };
        assert!(meant(&[("origin", "http://127.0.0.1:3000")]));
        assert!(meant(&[("origin", "http://localhost:3000"), ("sec-fetch-site", "same-origin")]));
        assert!(meant(&[("sec-fetch-site", "same-origin")]));
        assert!(!meant(&[]));
        assert!(!meant(&[("origin", "https://isp.example"), ("sec-fetch-site", "same-origin")]));
        assert!(!meant(&[("origin", "null")]));
        assert!(!meant(&[("sec-fetch-site", "cross-site")]));
    }
}

//! Parses the settings' values. An error says what the value should be, never what it was: it could be a password.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::address::Endpoint;
use crate::config::{Lang, LogFormat};

/// `500ms`, `2s`, `10m` or `1h`, from `least` to `most`.
pub(crate) fn duration(least: Duration, most: Duration) -> impl FnOnce(String) -> Result<Duration, String> {
    move |text| {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let millis = match unit {
            "ms" => Some(1),
            "s" => Some(1_000),
            "m" => Some(60_000),
            "h" => Some(3_600_000),
            _ => None,
        };
        let value = millis
            .zip(number.parse::<u64>().ok())
            .and_then(|(unit, number)| number.checked_mul(unit))
            .map(Duration::from_millis)
            .ok_or("must be a duration such as \"500ms\", \"2s\" or \"10m\"")?;
        if value < least || value > most {
            return Err(format!("must be from {} to {}", written(least), written(most)));
        }
        Ok(value)
    }
}

/// A whole number from 1 to `most`.
pub(crate) fn count(most: usize) -> impl FnOnce(u32) -> Result<usize, String> {
    move |count| {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if (1..=most).contains(&count) { Ok(count) } else { Err(format!("must be from 1 to {most}")) }
    }
}

/// A duration as it is written in the file.
pub(crate) fn written(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis % 60_000 == 0 => format!("{}m", millis / 60_000),
        millis if millis % 1_000 == 0 => format!("{}s", millis / 1_000),
        millis => format!("{millis}ms"),
    }
}

/// Where the server listens when only half of an address is given: this machine, and the usual port.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

/// An address and a port, or what people write for them: `3000` and `:3000` are ports of this machine alone, so that
/// nobody opens the server to others by leaving something out; `localhost` is its address; `0.0.0.0` has the usual port.
pub(crate) fn listen(text: String) -> Result<SocketAddr, String> {
    let text = text.trim();
    let host = |host: &str| match host {
        "" | "localhost" => Some(LISTEN.ip()),
        "*" => Some(Ipv4Addr::UNSPECIFIED.into()),
        _ => host.trim_start_matches('[').trim_end_matches(']').parse().ok(),
    };
    let port = |port: &str| port.parse::<u16>().ok();
    let short = || match text.rsplit_once(':') {
        Some((before, after)) if !before.contains(':') => Some(SocketAddr::new(host(before)?, port(after)?)),
        _ if text.is_empty() => None,
        _ => match port(text) {
            Some(port) => Some(SocketAddr::new(LISTEN.ip(), port)),
            None => Some(SocketAddr::new(host(text)?, LISTEN.port())),
        },
    };
    let found = text.parse().ok().or_else(short);
    found
        .ok_or_else(|| "must be ADDRESS:PORT, such as 127.0.0.1:3000, 0.0.0.0:3000 or [::1]:3000, or a port".to_owned())
}

pub(crate) fn lang(text: String) -> Result<Lang, String> {
    match text.as_str() {
        "id" => Ok(Lang::Id),
        "en" => Ok(Lang::En),
        _ => Err("must be \"id\" or \"en\"".into()),
    }
}

pub(crate) fn log_format(text: String) -> Result<LogFormat, String> {
    match text.as_str() {
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be \"human\" or \"json\"".into()),
    }
}

/// A level, or `target=level` separated by commas.
pub(crate) fn log_level(text: String) -> Result<String, String> {
    let known = |level: &str| matches!(level, "off" | "error" | "warn" | "info" | "debug" | "trace");
    let directive = |part: &str| match part.trim().split_once('=') {
        Some((target, level)) => {
            !target.is_empty()
                && target.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-'))
                && known(level)
        }
        None => known(part.trim()),
    };
    if text.split(',').all(directive) {
        Ok(text)
    } else {
        Err("must be error, warn, info, debug, trace or off, or such as \"info,lalin_http=debug\"".into())
    }
}

pub(crate) fn switch(text: String) -> Result<bool, String> {
    match text.as_str() {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

/// An origin as a browser sends it: scheme, host, and a port where it is not the usual one; nothing else.
///
/// A browser compares it byte by byte, so the default port is removed.
///
/// # Errors
/// What it should be.
pub fn origin(text: String) -> Result<String, String> {
    const SHAPE: &str = "must be such as \"https://billing.example.id\": https or http, a host in small letters, \
                         a port if need be, and no path";
    if text.contains('*') {
        return Err("\"*\" would let every page of the world show the traffic; name the pages one by one, such as \
                    \"https://billing.example.id\""
            .into());
    }
    let (scheme, rest) = text.split_once("://").ok_or(SHAPE)?;
    let usual = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return Err(SHAPE.into()),
    };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if !rest.chars().all(fits) {
        return Err(SHAPE.into());
    }
    let Endpoint { host, port } = Endpoint::parse(rest).map_err(|_| SHAPE)?;
    let host = host.parse::<Ipv6Addr>().map_or(host, |address| format!("[{address}]"));
    Ok(match port.filter(|port| *port != usual) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

pub(crate) fn address(text: String) -> Result<IpAddr, String> {
    text.parse().map_err(|_| "must be an IP address, such as 127.0.0.1 or ::1".to_owned())
}

/// A name that a browser may ask for: without a scheme and a port, in small letters.
pub(crate) fn host(text: String) -> Result<String, String> {
    const SHAPE: &str = "must be a host name such as \"lalin.example.id\", or an IP address: no scheme, no port, no *";
    if text.parse::<IpAddr>().is_ok() {
        return Ok(text);
    }
    let text = text.to_ascii_lowercase();
    match Endpoint::parse(&text) {
        Ok(Endpoint { host, port: None }) if host == text && !host.ends_with('.') => Ok(host),
        _ => Err(SHAPE.into()),
    }
}

/// The server's own first path segments; a base path beginning with one would be ambiguous.
const OWN: &[&str] =
    &["api", "assets", "embed", "embed.js", "favicon.ico", "healthz", "login", "metrics", "prepaid", "settings"];

/// The path under which a proxy serves Lalin. It goes into pages, cookies and redirects, so it is parsed strictly.
pub(crate) fn base_path(text: String) -> Result<String, String> {
    const SHAPE: &str = "must be such as \"/lalin\" or \"/tools/lalin\": a slash before each part and none at the end, of \
                         letters, digits, - and _ (a . within), 100 characters at most";
    let part = |part: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && part.chars().all(fits)
    };
    let parts: Vec<&str> = text.strip_prefix('/').ok_or(SHAPE)?.split('/').collect();
    if text.len() > 100 || !parts.iter().all(|text| part(text)) {
        return Err(SHAPE.into());
    }
    if OWN.contains(&parts[0]) {
        return Err(
            "must not begin like one of Lalin's own paths (/api, /assets, /embed, /login, /prepaid, /settings)".into(),
        );
    }
    Ok(text)
}

/// Text for the head of a report.
pub(crate) fn short_text(text: String) -> Result<String, String> {
    const MOST: usize = 200;
    if text.chars().count() > MOST || text.chars().any(char::is_control) {
        return Err(format!("must be one line of at most {MOST} characters"));
    }
    Ok(text)
}

pub(crate) fn path(text: String) -> Result<PathBuf, String> {
    if text.is_empty() { Err("must not be empty".into()) } else { Ok(text.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(text: &str) -> Result<Duration, String> {
        duration(Duration::ZERO, Duration::MAX)(text.into())
    }

    #[test]
    fn a_duration_has_a_whole_number_and_a_unit() {
        assert_eq!(any("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(any("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(any("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(any("1h"), Ok(Duration::from_secs(3_600)));
        for bad in ["", "2", "s", "2 s", "-2s", "1.5s", "2S", "99999999999999999999s", "18446744073709551615h"] {
            assert!(any(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_duration_out_of_range_is_told_the_range() {
        let parse = duration(Duration::from_secs(1), Duration::from_secs(60));
        assert_eq!(parse("61s".into()), Err("must be from 1s to 1m".into()));
    }

    #[test]
    fn half_an_address_is_understood_and_opens_nothing_to_others_by_itself() {
        let cases = [
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            ("[::1]:8080", "[::1]:8080"),
            ("3000", "127.0.0.1:3000"),
            (":8080", "127.0.0.1:8080"),
            ("localhost:3001", "127.0.0.1:3001"),
            ("localhost", "127.0.0.1:3000"),
            ("0.0.0.0", "0.0.0.0:3000"),
            ("*:80", "0.0.0.0:80"),
            ("::", "[::]:3000"),
            ("[::]", "[::]:3000"),
            ("192.168.88.10", "192.168.88.10:3000"),
        ];
        for (text, expected) in cases {
            assert_eq!(listen(text.into()), Ok(expected.parse().unwrap()), "{text}");
        }
        for bad in ["", " ", "nowhere", "70000", "-1", "localhost:", "example.id:3000", "1.2.3.4.5:1", "::1:x"] {
            assert!(listen(bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_filter_is_levels_and_targets() {
        for good in ["info", "off", "info,lalin_http=debug", "warn, lalin_monitor::engine=trace"] {
            assert_eq!(log_level(good.into()), Ok(good.into()));
        }
        for bad in ["", "loud", "info,", "=debug", "lalin=loud", "[span]=info"] {
            assert!(log_level(bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_base_path_is_read_strictly() {
        for good in ["/lalin", "/tools/lalin", "/a", "/v1.2/x_y-Z"] {
            assert_eq!(base_path(good.into()).as_deref(), Ok(good));
        }
        let bad = [
            "/", "//", "lalin", "/lalin/", "/a//b", "/../x", "/a/.", "/a b", "/a?b", "/a#b", "/%61", "/a;b", "/\u{e4}",
        ];
        for bad in bad.iter().map(|&text| text.to_owned()).chain([format!("/{}", "x".repeat(100)), "/a\n".into()]) {
            assert!(base_path(bad.clone()).is_err_and(|problem| problem.starts_with("must be such as")), "{bad}");
        }
        for own in ["/api", "/assets/x", "/embed.js", "/prepaid/dashboard"] {
            assert!(base_path(own.into()).is_err_and(|problem| problem.contains("own paths")), "{own}");
        }
    }

    #[test]
    fn a_host_is_a_name_alone() {
        for (written, read) in [
            ("lalin.example.id", "lalin.example.id"),
            ("Lalin.LAN", "lalin.lan"),
            ("10.0.0.5", "10.0.0.5"),
            ("fd00::1", "fd00::1"),
        ] {
            assert_eq!(host(written.into()).as_deref(), Ok(read));
        }
        for bad in ["", "*", "*.example", "https://a.id", "a.id:443", "a.id/", "u@a.id", "[fd00::1]", "a.id.", "a b"] {
            assert!(host(bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_written_as_a_browser_sends_it() {
        for (written, sent) in [
            ("https://billing.example.id", "https://billing.example.id"),
            ("http://10.0.0.5:8080", "http://10.0.0.5:8080"),
            ("https://a.id:443", "https://a.id"),
            ("http://a.id:80", "http://a.id"),
            ("https://a.id:80", "https://a.id:80"),
            ("https://[fd00:0::1]:8443", "https://[fd00::1]:8443"),
        ] {
            assert_eq!(origin(written.into()).as_deref(), Ok(sent));
        }
        for bad in [
            "",
            "a.id",
            "https://",
            "https://A.id",
            "HTTPS://a.id",
            "https://a.id/",
            "https://u@a.id",
            "ftp://a.id",
            "https://a:b",
            "https://a:b:c",
            "https://a:0",
            "https://a:65536",
            "https://[",
            "https://fd00::1",
            "https://a;b",
        ] {
            assert!(origin(bad.into()).is_err_and(|problem| problem.starts_with("must be such as")), "{bad}");
        }
        for bad in ["*", "https://*", "https://*.example.id"] {
            assert!(origin(bad.into()).is_err_and(|problem| problem.contains("every page of the world")), "{bad}");
        }
    }
}

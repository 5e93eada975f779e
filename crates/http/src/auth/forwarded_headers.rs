//! The headers in which proxies tell whose requests they pass on: `X-Forwarded-For` and `Forwarded` (RFC 7239). No I/O.
//!
//! Each proxy appends the address it was reached from, so the entries are read from the last one backwards. Everything
//! before the first entry that none of our proxies wrote may be invented. A header may come in several lines, which together
//! are one list. An entry that names no address is `None`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::HeaderMap;

/// How many entries are looked at. No chain of proxies is longer.
pub(super) const MOST_HOPS: usize = 16;
/// A longer line is not read, and names no address.
const LONGEST_LINE: usize = 4 << 10;

/// One entry of `Forwarded`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// PrincipalKind came to the proxy.
    pub(super) address: Option<IpAddr>,
    /// `https` or `http`.
    pub(super) proto: Option<String>,
    /// The `Host` of the request.
    pub(super) host: Option<String>,
}

/// The lines of a header, the last one first. A line that is not text, or too long, reads as `?`.
pub(super) fn lines<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let lines: Vec<_> = headers.get_all(name).collect();
    let text = |line: &'a actix_web::http::header::HeaderValue| line.to_str().ok();
    lines.into_iter().rev().map(move |line| text(line).filter(|text| text.len() <= LONGEST_LINE).unwrap_or("?"))
}

/// The last value of a header that is a plain list, such as `X-Forwarded-Proto`: the one that the nearest proxy wrote.
pub(super) fn last<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    lines(headers, name).flat_map(|line| line.rsplit(',')).map(str::trim).find(|value| !value.is_empty())
}

/// The entries of `X-Forwarded-For`, the last one first.
pub(super) fn x_forwarded_for<'a>(lines: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Option<IpAddr>> {
    lines
        .flat_map(|line| line.rsplit(','))
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .take(MOST_HOPS)
        .map(node_address)
}

/// The entries of `Forwarded`, the last one first. A line that cannot be parsed counts as one entry without an address,
/// because nobody can say where its entries end.
pub(super) fn forwarded<'a>(lines: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Element> {
    lines.flat_map(|line| elements(line).unwrap_or_else(|| vec![Element::default()]).into_iter().rev()).take(MOST_HOPS)
}

/// The entries of one line of `Forwarded`; `None` for a line that does not follow the grammar.
fn elements(line: &str) -> Option<Vec<Element>> {
    let mut all = Vec::new();
    let mut rest = line.trim();
    loop {
        let (element, after) = element(rest)?;
        all.extend(element);
        match after.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return after.is_empty().then_some(all),
        }
    }
}

/// One entry and what follows it. Nothing between two commas is not an entry.
fn element(text: &str) -> Option<(Option<Element>, &str)> {
    let mut element = Element::default();
    let mut seen: Vec<String> = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with(',') {
            return Some(((!seen.is_empty()).then_some(element), rest));
        }
        if let Some(more) = rest.strip_prefix(';') {
            rest = more;
            continue;
        }
        let (name, after) = token(rest)?;
        let (value, after) = value(after.strip_prefix('=')?)?;
        let name = name.to_ascii_lowercase();
        if seen.contains(&name) {
            return None;
        }
        match name.as_str() {
            "for" => element.address = node_address(&value),
            "proto" => element.proto = Some(value),
            "host" => element.host = Some(value),
            _ => {}
        }
        seen.push(name);
        rest = after.trim_start();
        if !(rest.is_empty() || rest.starts_with([',', ';'])) {
            return None;
        }
    }
}

fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A token or a quoted string. Many proxies write `for=192.0.2.1:4711` without the quotes that the colon needs.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ';', '"', ' ', '\t']).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[place + 1..])),
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`; not `unknown`, not `_hidden`.
fn node_address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip().to_canonical());
    }
    // A port may be hidden, too; and an address of one link has its name behind it.
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    let is_port = port.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    let address = match host.split_once('%') {
        Some((address, _)) => IpAddr::V6(address.parse::<Ipv6Addr>().ok()?),
        None => host.parse().ok()?,
    };
    is_port.then(|| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn all_lines_are_one_list_that_is_read_from_its_end() {
        let read = |lines: &[&str]| x_forwarded_for(lines.iter().rev().copied()).collect::<Vec<_>>();
        assert_eq!(read(&["203.0.113.9"]), [ip("203.0.113.9")]);
        assert_eq!(read(&["192.0.2.1, 192.0.2.2", "192.0.2.3"]), [ip("192.0.2.3"), ip("192.0.2.2"), ip("192.0.2.1")]);
        assert_eq!(read(&["192.0.2.1,, ,"]), [ip("192.0.2.1")], "empty places are none");
        assert_eq!(read(&["192.0.2.1, unknown"]), [None, ip("192.0.2.1")]);
        assert_eq!(read(&[""]), []);
        assert_eq!(read(&[&"192.0.2.1,".repeat(300)]).len(), MOST_HOPS);
    }

    #[test]
    fn an_address_has_a_port_or_none() {
        for (text, expected) in [
            ("192.0.2.1", ip("192.0.2.1")),
            ("192.0.2.1:4711", ip("192.0.2.1")),
            ("192.0.2.1:_gone", ip("192.0.2.1")),
            ("2001:db8::1", ip("2001:db8::1")),
            ("[2001:db8::1]", ip("2001:db8::1")),
            ("[2001:db8::1]:4711", ip("2001:db8::1")),
            ("[2001:db8::1]:_gone", ip("2001:db8::1")),
            ("::ffff:192.0.2.1", ip("192.0.2.1")),
            ("[::ffff:192.0.2.1]:1", ip("192.0.2.1")),
            ("[fe80::1%eth0]:80", ip("fe80::1")),
            ("unknown", None),
            ("_hidden", None),
            ("", None),
            ("192.0.2", None),
            ("192.0.2.1 203.0.113.9", None),
            ("[192.0.2.1", None),
            ("[2001:db8::1]evil/", None),
            ("evil.example", None),
        ] {
            assert_eq!(node_address(text), expected, "{text}");
        }
    }

    #[test]
    fn forwarded_is_read_as_it_is_written_down() {
        let read = |line: &str| {
            let all = elements(line)?.into_iter().map(|element| (element.address, element.proto, element.host));
            Some(all.collect::<Vec<_>>())
        };
        let only = |address: &str| Some(vec![(ip(address), None, None)]);
        for (line, expected) in [
            ("for=192.0.2.1", only("192.0.2.1")),
            ("For=\"[2001:db8:cafe::17]:4711\"", only("2001:db8:cafe::17")),
            ("for=192.0.2.1:80", only("192.0.2.1")),
            ("by=203.0.113.43;FOR=\"192.0.2.1\" ; secret=x", only("192.0.2.1")),
            ("for=\"192.0\\.2.1\"", only("192.0.2.1")),
            ("for=unknown", Some(vec![(None, None, None)])),
            ("for=\"_hidden:_port\"", Some(vec![(None, None, None)])),
            ("by=203.0.113.43", Some(vec![(None, None, None)])),
            (
                "for=192.0.2.1;proto=https;host=\"lalin.example:8443\"",
                Some(vec![(ip("192.0.2.1"), Some("https".into()), Some("lalin.example:8443".into()))]),
            ),
            (
                "for=192.0.2.1,, for=\"a, for=192.0.2.9\" ,for=192.0.2.3",
                Some(vec![(ip("192.0.2.1"), None, None), (None, None, None), (ip("192.0.2.3"), None, None)]),
            ),
            ("", Some(vec![])),
            // Somebody left a quotation mark open, so that what the proxy wrote behind it would be swallowed.
            ("for=\", for=192.0.2.3", None),
            ("for=\", for=\"[2001:db8::1]\"", None),
            ("for=192.0.2.1;for=192.0.2.2", None),
            ("for", None),
            ("for=", None),
            ("=192.0.2.1", None),
            ("for=\"192.0.2.1\\", None),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_names_nobody_and_hides_no_other() {
        let read =
            |lines: &[&str]| forwarded(lines.iter().rev().copied()).map(|element| element.address).collect::<Vec<_>>();
        assert_eq!(read(&["for=\"", "for=192.0.2.3"]), [ip("192.0.2.3"), None]);
        assert_eq!(read(&["for=192.0.2.1", "for=\""]), [None, ip("192.0.2.1")]);
        assert_eq!(read(&["for=192.0.2.1, for=192.0.2.2"]), [ip("192.0.2.2"), ip("192.0.2.1")]);
    }
}

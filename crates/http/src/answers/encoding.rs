//! Which encoding a client is sent, by its `Accept-Encoding` (RFC 9110, 12.5.3). No I/O.

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};

/// How a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

/// How much a client wants each of them, in thousandths; 0: not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    identity: u16,
    gzip: u16,
    zstd: u16,
}

impl Encoding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

impl Accepted {
    /// What a request accepts. Without the header anything could be sent; who sends none is a tool that would unpack
    /// nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let (mut identity, mut gzip, mut zstd, mut rest) = (None, None, None, None);
        for line in headers.get_all(ACCEPT_ENCODING) {
            for item in line.to_str().unwrap_or_default().split(',') {
                let mut parts = item.split(';').map(str::trim);
                let name = parts.next().unwrap_or_default();
                let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
                let place = if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
                    &mut gzip
                } else if name.eq_ignore_ascii_case("zstd") {
                    &mut zstd
                } else if name.eq_ignore_ascii_case("identity") {
                    &mut identity
                } else if name == "*" {
                    &mut rest
                } else {
                    continue;
                };
                *place = Some(weight.map_or(1_000, thousandths));
            }
        }
        // What is not named: everything else by `*`, and the plain body always, as the last choice, unless `*` refuses it.
        let others = rest.unwrap_or_default();
        let last = if rest == Some(0) { 0 } else { 1 };
        Self { identity: identity.unwrap_or(last), gzip: gzip.unwrap_or(others), zstd: zstd.unwrap_or(others) }
    }

    /// The one to send; `None` where nothing that exists is accepted. What is small is sent as it is where that is
    /// accepted at all.
    pub(crate) fn choose(self, small: bool) -> Option<Encoding> {
        if small && self.identity > 0 {
            return Some(Encoding::Identity);
        }
        let best = self.identity.max(self.gzip).max(self.zstd);
        match best {
            0 => None,
            best if self.zstd == best => Some(Encoding::Zstd),
            best if self.gzip == best => Some(Encoding::Gzip),
            _ => Some(Encoding::Identity),
        }
    }
}

/// A weight, `0` to `1` with at most three digits; what is none counts as refused.
fn thousandths(weight: &str) -> u16 {
    let weight: f32 = weight.trim().parse().unwrap_or(0.0);
    if (0.0..=1.0).contains(&weight) { (weight * 1_000.0).round() as u16 } else { 0 }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn chosen(accepted: &str, small: bool) -> Option<Encoding> {
        let request = TestRequest::get().insert_header((ACCEPT_ENCODING, accepted)).to_http_request();
        Accepted::of(request.headers()).choose(small)
    }

    #[test]
    fn the_most_wanted_is_sent_and_nothing_that_is_refused() {
        use Encoding::{Gzip, Identity, Zstd};
        for (accepted, expected) in [
            ("gzip", Some(Gzip)),
            ("X-GZIP", Some(Gzip)),
            ("gzip, deflate, br, zstd", Some(Zstd)),
            ("gzip;q=1.0, zstd;q=0.5", Some(Gzip)),
            ("zstd;q=0, gzip;q=0.1", Some(Gzip)),
            ("gzip; q=0", Some(Identity)),
            ("identity, gzip;q=0.5", Some(Identity)),
            ("identity;q=0.5, gzip", Some(Gzip)),
            ("identity;q=0, gzip;q=0.001", Some(Gzip)),
            ("identity;q=0", None),
            ("*;q=0", None),
            ("*;q=0, identity", Some(Identity)),
            ("*", Some(Zstd)),
            ("*;q=0.5, gzip", Some(Gzip)),
            ("br, deflate", Some(Identity)),
            ("gzip;q=x", Some(Identity)),
            ("gzip;q=2", Some(Identity)),
            ("", Some(Identity)),
        ] {
            assert_eq!(chosen(accepted, false), expected, "{accepted}");
        }
        assert_eq!(Accepted::of(TestRequest::get().to_http_request().headers()).choose(false), Some(Identity));
    }

    #[test]
    fn what_is_small_is_sent_as_it_is_where_that_is_accepted() {
        assert_eq!(chosen("gzip", true), Some(Encoding::Identity));
        assert_eq!(chosen("gzip, identity;q=0", true), Some(Encoding::Gzip));
    }
}

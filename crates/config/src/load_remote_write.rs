//! The file's `[remote-write]`.

use std::collections::BTreeMap;
use std::time::Duration;

use toml::Spanned;

use crate::setting::{FileText, not_empty};
use crate::{Error, RemoteProtocol, RemoteWrite, schema, values};

/// The shortest and the longest that samples may wait.
pub(crate) const AGES: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(7 * 86_400));

pub(crate) fn read(text: &FileText<'_>, file: schema::RemoteWrite) -> Result<RemoteWrite, Error> {
    let default = RemoteWrite::default();
    let parsed = |setting: Option<crate::setting::Setting<String>>,
                  field,
                  parse: fn(String) -> Result<String, String>| {
        setting.map(|setting| setting.parse(field, parse)).transpose().map(|parsed| parsed.map(|setting| setting.value))
    };
    let url = parsed(not_empty(text.setting(file.url)), "remote-write.url", url)?;
    let user = parsed(not_empty(text.setting(file.user)), "remote-write.user", values::short_text)?;
    let protocol = match text.setting(file.protocol) {
        Some(setting) => setting.parse("remote-write.protocol", protocol)?.value,
        None => default.protocol,
    };
    let queue_bytes = match text.setting(file.queue_size) {
        Some(setting) => setting.parse("remote-write.queue-size", size)?.value,
        None => default.queue_bytes,
    };
    let max_age = match text.setting(file.max_age) {
        Some(setting) => setting.parse("remote-write.max-age", values::duration(AGES.0, AGES.1))?.value,
        None => default.max_age,
    };
    let labels = match text.setting(file.labels) {
        Some(setting) => setting.parse("remote-write.labels", labels)?.value,
        None => default.labels,
    };
    let password = file.password.map(Spanned::into_inner);
    Ok(RemoteWrite {
        url,
        protocol,
        token: file.token.map(Spanned::into_inner).filter(|token| !token.expose().is_empty()),
        login: user.map(|user| (user, password.unwrap_or_else(|| crate::Secret::new(String::new())))),
        labels,
        dynamic: file.dynamic.map_or(default.dynamic, Spanned::into_inner),
        queue_bytes,
        max_age,
    })
}

pub(crate) fn url(text: String) -> Result<String, String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let fits = |rest: &&str| !rest.starts_with('/') && rest.chars().all(|c| c.is_ascii_graphic());
    match rest.filter(|rest| !rest.is_empty()).filter(fits) {
        Some(_) if text.len() <= 2_048 => Ok(text),
        _ => Err("must be an address such as \"http://127.0.0.1:9090/api/v1/write\"".into()),
    }
}

fn protocol(text: String) -> Result<RemoteProtocol, String> {
    match text.as_str() {
        "auto" => Ok(RemoteProtocol::Auto),
        "1.0" => Ok(RemoteProtocol::V1),
        "2.0" => Ok(RemoteProtocol::V2),
        _ => Err("must be \"auto\", \"1.0\" or \"2.0\"".into()),
    }
}

/// `512MB` or `2GB`.
pub(crate) fn size(text: String) -> Result<u64, String> {
    let units = [("MB", 1_000_000_u64), ("GB", 1_000_000_000)];
    let parsed = units
        .iter()
        .find_map(|(unit, each)| text.strip_suffix(unit)?.trim_end().parse::<u64>().ok()?.checked_mul(*each));
    parsed
        .filter(|bytes| (10_000_000..=1_000_000_000_000).contains(bytes))
        .ok_or_else(|| "must be a size from \"10MB\" to \"1000GB\"".into())
}

/// Names as Prometheus has them, and none that series have of themselves.
pub(crate) fn labels(labels: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
    for (name, value) in &labels {
        let fits = |(at, c): (usize, char)| c == '_' || c.is_ascii_alphabetic() || (at > 0 && c.is_ascii_digit());
        let own = name.starts_with("__") || ["interface", "router"].contains(&name.as_str());
        if name.is_empty() || own || !name.chars().enumerate().all(fits) || name.len() > 64 || value.len() > 256 {
            return Err(format!("{name:?} cannot be a label: letters, digits and _; not \"router\" or \"interface\""));
        }
    }
    if labels.len() > 16 {
        return Err("must be at most 16 labels".into());
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        for good in ["http://127.0.0.1:9090/api/v1/write", "https://metrics.example.id/api/v1/push"] {
            assert_eq!(url(good.into()).as_deref(), Ok(good));
        }
        for bad in ["", "127.0.0.1:9090", "http://", "http:///write", "ftp://a", "http://a b"] {
            assert!(url(bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_and_labels_are_checked() {
        assert_eq!((size("512MB".into()), size("2 GB".into())), (Ok(512_000_000), Ok(2_000_000_000)));
        for bad in ["", "512", "1MB", "5000GB", "-1GB", "1.5GB"] {
            assert!(size(bad.into()).is_err(), "{bad}");
        }
        let one = |name: &str| labels([(name.to_owned(), "x".to_owned())].into());
        assert!(one("site").is_ok() && one("job").is_ok());
        for bad in ["", "1st", "__name__", "router", "interface", "a-b"] {
            assert!(one(bad).is_err(), "{bad}");
        }
    }
}

//! The file's `[history]`: how long things are kept is an age, a size, or both.

use std::collections::BTreeMap;
use std::time::Duration;

use toml::Spanned;

use crate::setting::{FileText, Setting, list, not_empty};
use crate::{Error, Except, History, HistoryStore, Keep, Secret, load_remote_write, schema};

/// What waits for a store of the history may take so much, and be so old: it is billed, so more than what is only shown.
const QUEUE_BYTES: u64 = 2_000_000_000;
const MAX_AGE: Duration = Duration::from_secs(7 * 86_400);

/// The shortest and the longest interval of recording.
const INTERVALS: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

pub(crate) fn read(
    text: &FileText<'_>,
    file: schema::History,
    enabled: Option<Setting<String>>,
) -> Result<History, Error> {
    let default = History::default();
    let keep = |field, value, default| match text.setting(value) {
        Some(setting) => setting.parse(field, keep).map(|setting| setting.value),
        None => Ok(default),
    };
    let interval = match text.setting(file.interval) {
        Some(setting) => setting.parse("history.interval", crate::values::duration(INTERVALS.0, INTERVALS.1))?.value,
        None => default.interval,
    };
    let enabled = match enabled {
        Some(setting) => setting.parse("history.enabled", crate::values::switch)?.value,
        None => file.enabled.map_or(default.enabled, Spanned::into_inner),
    };
    let zone = not_empty(text.setting(file.time_zone));
    let store = store(
        text,
        StoreKeys {
            store: file.store,
            write: file.write,
            query: file.query,
            token: file.token,
            user: file.user,
            password: file.password,
            tenant: file.tenant,
            labels: file.labels,
            queue_size: file.queue_size,
            max_age: file.max_age,
        },
    )?;
    Ok(History {
        store,
        enabled,
        interval,
        time_zone: zone.map(|zone| zone.parse("history.time-zone", time_zone)).transpose()?.map(|zone| zone.value),
        raw: keep("history.raw", file.raw, default.raw)?,
        minutes: keep("history.minutes", file.minutes, default.minutes)?,
        five_minutes: keep("history.five-minutes", file.five_minutes, default.five_minutes)?,
        hours: keep("history.hours", file.hours, default.hours)?,
        except: list(text, file.except, "history.except", except)?,
        except_kinds: list(text, file.except_kinds, "history.except-kinds", kind)?,
    })
}

/// What of `[history]` is of a store elsewhere.
struct StoreKeys {
    store: Option<Spanned<String>>,
    write: Option<Spanned<String>>,
    query: Option<Spanned<String>>,
    token: Option<Spanned<Secret>>,
    user: Option<Spanned<String>>,
    password: Option<Spanned<Secret>>,
    tenant: Option<Spanned<String>>,
    labels: Option<Spanned<BTreeMap<String, String>>>,
    queue_size: Option<Spanned<String>>,
    max_age: Option<Spanned<String>>,
}

/// The store, where one is named: then it needs both addresses.
fn store(text: &FileText<'_>, keys: StoreKeys) -> Result<Option<HistoryStore>, Error> {
    let Some(setting) = not_empty(text.setting(keys.store)) else { return Ok(None) };
    let setting = setting.parse("history.store", |kind| match kind.as_str() {
        "files" | "prometheus" => Ok(kind),
        _ => Err("must be \"files\" or \"prometheus\"".into()),
    })?;
    if setting.value == "files" {
        return Ok(None);
    }
    let missing = |key: &str| {
        let problem = format!("is \"prometheus\", which needs {key} = \"http://...\" as well");
        Error::Invalid { field: "history.store", origin: setting.origin.clone(), problem }
    };
    let address = |key: &'static str, field, value| match not_empty(text.setting(value)) {
        Some(setting) => setting.parse(field, load_remote_write::url).map(|setting| setting.value),
        None => Err(missing(key)),
    };
    let write = address("write", "history.write", keys.write)?;
    let query = address("query", "history.query", keys.query)?;
    let short = |field, value| {
        let setting = not_empty(text.setting(value));
        setting.map(|setting| setting.parse(field, crate::values::short_text)).transpose()
    };
    let user = short("history.user", keys.user)?.map(|setting| setting.value);
    let tenant = short("history.tenant", keys.tenant)?.map(|setting| setting.value);
    let labels = match text.setting(keys.labels) {
        Some(setting) => setting.parse("history.labels", labels)?.value,
        None => BTreeMap::from([("job".to_owned(), "lalin".to_owned())]),
    };
    let queue_bytes = match text.setting(keys.queue_size) {
        Some(setting) => setting.parse("history.queue-size", load_remote_write::size)?.value,
        None => QUEUE_BYTES,
    };
    let ages = load_remote_write::AGES;
    let max_age = match text.setting(keys.max_age) {
        Some(setting) => setting.parse("history.max-age", crate::values::duration(ages.0, ages.1))?.value,
        None => MAX_AGE,
    };
    let password = keys.password.map(Spanned::into_inner).unwrap_or_else(|| Secret::new(String::new()));
    let token = keys.token.map(Spanned::into_inner).filter(|token| !token.expose().is_empty());
    let login = user.map(|user| (user, password));
    Ok(Some(HistoryStore { write, query, token, login, tenant, labels, queue_bytes, max_age }))
}

/// None that the series of a history have of themselves.
fn labels(labels: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
    let own = ["kind", "name", "of"];
    match labels.keys().find(|name| own.contains(&name.as_str())) {
        Some(name) => Err(format!("{name:?} is a label that the series have of themselves")),
        None => load_remote_write::labels(labels),
    }
}

/// `7d`, `2y`, `500MB`, `90d, 2GB` or `forever`.
fn keep(text: String) -> Result<Keep, String> {
    const SHAPE: &str = "must be an age such as \"7d\" or \"2y\", a size such as \"2GB\", both (\"90d, 2GB\": whichever \
                         comes first), or \"forever\"";
    let mut keep = Keep { days: None, bytes: None };
    if text.trim() == "forever" {
        return Ok(keep);
    }
    for part in text.split(',').map(str::trim) {
        let digits = part.find(|c: char| !c.is_ascii_digit()).ok_or(SHAPE)?;
        let (number, unit) = part.split_at(digits);
        let number: u32 = number.parse().map_err(|_| SHAPE)?;
        let days = |each: u32| number.checked_mul(each).filter(|days| (1..=36_500).contains(days));
        let bytes = |each: u64| (number > 0).then(|| u64::from(number) * each);
        match unit.trim_start() {
            "d" if keep.days.is_none() => keep.days = Some(days(1).ok_or(SHAPE)?),
            "y" if keep.days.is_none() => keep.days = Some(days(365).ok_or(SHAPE)?),
            "MB" if keep.bytes.is_none() => keep.bytes = Some(bytes(1_000_000).ok_or(SHAPE)?),
            "GB" if keep.bytes.is_none() => keep.bytes = Some(bytes(1_000_000_000).ok_or(SHAPE)?),
            _ => return Err(SHAPE.into()),
        }
    }
    Ok(keep)
}

/// Whether there is such a zone is known to the history alone; here only what could be one.
fn time_zone(text: String) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    if text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(fits) {
        Ok(text)
    } else {
        Err("must be the name of a time zone, such as \"Asia/Jakarta\"".into())
    }
}

/// `office` or `office/ether5`. A router's id has no slash, an interface's name may have one.
fn except(text: String) -> Result<Except, String> {
    let (router, interface) = match text.split_once('/') {
        Some((router, interface)) => (router, Some(interface)),
        None => (text.as_str(), None),
    };
    if router.is_empty() || interface.is_some_and(str::is_empty) || text.len() > 512 {
        return Err("must be a router's id, such as \"office\", or one of its lines, such as \"office/ether5\"".into());
    }
    Ok(Except { router: router.into(), interface: interface.map(Into::into) })
}

fn kind(text: String) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if (1..=64).contains(&text.len()) && text.chars().all(fits) {
        Ok(text)
    } else {
        Err("must be the router's word for a kind of interface, such as \"pppoe-in\"".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_something_is_kept_is_an_age_a_size_or_both() {
        for (text, days, bytes) in [
            ("7d", Some(7), None),
            ("2y", Some(730), None),
            ("500MB", None, Some(500_000_000)),
            ("90d, 2GB", Some(90), Some(2_000_000_000)),
            ("2 GB,90 d", Some(90), Some(2_000_000_000)),
            ("forever", None, None),
        ] {
            assert_eq!(keep(text.into()), Ok(Keep { days, bytes }), "{text}");
        }
        for bad in
            ["", "7", "d", "7d, 8d", "0d", "0GB", "7h", "-1d", "1.5GB", "7d,", "200y", "99999999999d", "7d or 2GB"]
        {
            assert!(keep(bad.into()).is_err_and(|problem| problem.starts_with("must be an age")), "{bad}");
        }
    }

    #[test]
    fn a_store_needs_both_addresses() {
        let load = |text: &str| {
            let file = (std::path::Path::new("x.toml"), text);
            crate::Config::load(Some(file), std::iter::empty(), crate::Flags::default())
                .map(|config| config.history.store)
        };
        assert_eq!(load("[history]\nstore = \"files\"\n").unwrap(), None);
        let both = "[history]\nstore = \"prometheus\"\nwrite = \"http://a/write\"\nquery = \"http://a\"\n";
        let store = load(both).unwrap().unwrap();
        assert_eq!((&*store.write, &*store.query, store.max_age), ("http://a/write", "http://a", MAX_AGE));
        for (bad, said) in [
            ("store = \"influx\"", "prometheus"),
            ("store = \"prometheus\"", "write"),
            ("store = \"prometheus\"\nwrite = \"http://a\"", "query"),
            ("store = \"prometheus\"\nwrite = \"http://a\"\nquery = \"a\"", "history.query"),
            ("store = \"prometheus\"\nwrite = \"http://a\"\nquery = \"http://a\"\nlabels = { of = \"x\" }", "of"),
        ] {
            let error = load(&format!("[history]\n{bad}\n")).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("x.toml"), "{bad}: {error}");
        }
    }

    #[test]
    fn what_is_not_recorded_is_a_router_or_one_of_its_lines() {
        let one = |router: &str, interface: Option<&str>| {
            Ok(Except { router: router.into(), interface: interface.map(Into::into) })
        };
        assert_eq!(except("office".into()), one("office", None));
        assert_eq!(except("office/<pppoe-a/b>".into()), one("office", Some("<pppoe-a/b>")));
        for bad in ["", "/ether1", "office/"] {
            assert!(except(bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_zone_is_a_name() {
        for good in ["Asia/Jakarta", "UTC", "Etc/GMT+7", "America/Argentina/Buenos_Aires"] {
            assert_eq!(time_zone(good.into()).as_deref(), Ok(good));
        }
        for bad in ["", "+07:00", "../etc/passwd", "Asia/Jakarta ", "asia jakarta"] {
            assert!(time_zone(bad.into()).is_err(), "{bad}");
        }
    }
}

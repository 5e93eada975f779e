//! From a form to a router: every field checked, and said what is wrong with it.

use std::net::IpAddr;
use std::time::Duration;

use lalin_config::{Endpoint, INTERVALS, RouterSettings, Secret, TlsPolicy};
use lalin_http::{Form, KeeperError, Source, may_be_router};
use lalin_stats::RouterId;

use crate::Said;

fn wrong(field: &'static str, detail: impl Into<String>) -> KeeperError {
    KeeperError::Field { field, detail: detail.into() }
}

/// A new router; `taken` says which ids there are.
pub(crate) fn new(form: Form, taken: impl Fn(&RouterId) -> bool) -> Result<Said, KeeperError> {
    if form.address.is_none() {
        return Err(wrong("address", "is needed"));
    }
    if form.user.as_deref().is_none_or(str::is_empty) {
        return Err(wrong("user", "is needed"));
    }
    let id = match &form.id {
        Some(id) => {
            let id: RouterId =
                id.parse().map_err(|error: lalin_stats::RouterIdError| wrong("id", error.to_string()))?;
            if taken(&id) {
                return Err(KeeperError::Taken(id));
            }
            id
        }
        // Never of the address: the id is shown to whoever may see one line of the router.
        None => free(form.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or("router"), taken)?,
    };
    let nothing = Said::configured(&RouterSettings::new(id, "", 0, ""));
    changed(Said { source: Source::Stored, ..nothing }, form)
}

/// What the form says, over what was said before.
pub(crate) fn changed(mut said: Said, form: Form) -> Result<Said, KeeperError> {
    let Form { id: _, name, address, port, user, password, tls, interval_ms, tags, notes, enabled } = form;
    let mut before = (said.host.clone(), said.port, said.user.clone());
    if let Some(tls) = tls {
        let usual = usual_port(&said.host, said.tls);
        said.tls = tls.parse().map_err(|error| wrong("tls", format!("{error}")))?;
        // The usual port of the one service is closed to the other. It is the same router all the same.
        if said.port == usual && address.is_none() && port.is_none() {
            said.port = usual_port(&said.host, said.tls);
            before.1 = said.port;
        }
    }
    if let Some(address) = address {
        let endpoint = Endpoint::parse(address.trim()).map_err(|detail| wrong("address", detail))?;
        let (bare, zone) = endpoint.host.split_once('%').unwrap_or((&endpoint.host, ""));
        if let Ok(address) = bare.parse::<IpAddr>() {
            if !may_be_router(address) {
                return Err(wrong("address", "no router is at an address of this kind"));
            }
            if matches!(address, IpAddr::V6(address) if address.is_unicast_link_local()) && zone.is_empty() {
                let detail = "a link-local address needs the interface of this server: [fe80::1%eth0]";
                return Err(wrong("address", detail));
            }
        }
        said.port = endpoint.port_for(said.tls);
        said.host = endpoint.host;
    }
    match port {
        Some(0) => return Err(wrong("port", "is between 1 and 65535")),
        Some(port) => said.port = port,
        None => {}
    }
    if let Some(user) = user {
        if user.is_empty() || user.len() > 255 {
            return Err(wrong("user", "1 to 255 bytes"));
        }
        said.user = user;
    }
    // A password is one server's: whoever may change the address must not be able to have it sent elsewhere.
    let moved = !before.0.is_empty() && before != (said.host.clone(), said.port, said.user.clone());
    match password {
        Some(password) => said.password = Secret::new(password.to_string()),
        None if moved => return Err(wrong("password", "is needed again for another address, port or user")),
        None => {}
    }
    if let Some(name) = name {
        said.name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    }
    if let Some(ms) = interval_ms {
        let interval = Duration::from_millis(ms);
        if !INTERVALS.contains(&interval) {
            let (least, most) = (INTERVALS.start().as_millis(), INTERVALS.end().as_millis());
            return Err(wrong("intervalMs", format!("{least} to {most} ms")));
        }
        said.interval = Some(interval);
    }
    if let Some(tags) = tags {
        said.tags = tags.into_iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    }
    said.notes = notes.unwrap_or(said.notes);
    said.enabled = enabled.unwrap_or(said.enabled);
    Ok(said)
}

fn usual_port(host: &str, tls: TlsPolicy) -> u16 {
    Endpoint { host: host.to_owned(), port: None }.port_for(tls)
}

/// An id made of `text` that nobody has.
fn free(text: &str, taken: impl Fn(&RouterId) -> bool) -> Result<RouterId, KeeperError> {
    let mut slug = String::new();
    for letter in text.trim().chars().take(40) {
        match letter {
            'a'..='z' | '0'..='9' | '.' => slug.push(letter),
            'A'..='Z' => slug.push(letter.to_ascii_lowercase()),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_matches(['-', '.']);
    let slug = if slug.is_empty() { "router" } else { slug };
    let numbered = |n: usize| if n == 1 { slug.to_owned() } else { format!("{slug}-{n}") };
    let mut ids = (1..10_000).filter_map(|n| numbered(n).parse::<RouterId>().ok());
    ids.find(|id| !taken(id)).ok_or_else(|| wrong("id", "no id is free: give one"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn form(address: &str) -> Form {
        Form { address: Some(address.into()), user: Some("lalin".into()), ..Form::default() }
    }

    fn field(outcome: Result<Said, KeeperError>) -> &'static str {
        let Err(KeeperError::Field { field, .. }) = outcome else { panic!("{outcome:?}") };
        field
    }

    #[test]
    fn an_id_is_made_of_the_name_and_nobody_elses() {
        let named = |name: &str| Form { name: Some(name.into()), ..form("192.0.2.1") };
        assert_eq!(new(named("Kantor Pusat (1)"), |_| false).unwrap().id.as_str(), "kantor-pusat-1");
        let taken = |id: &RouterId| id.as_str() == "pop";
        assert_eq!(new(named("POP"), taken).unwrap().id.as_str(), "pop-2");
        assert_eq!(new(named("路由"), |_| false).unwrap().id.as_str(), "router");
        assert_eq!(new(form("192.0.2.1"), |_| false).unwrap().id.as_str(), "router");
        let given = Form { id: Some("pop".into()), ..form("192.0.2.1") };
        assert_eq!(new(given, taken).unwrap_err(), KeeperError::Taken("pop".parse().unwrap()));
    }

    #[test]
    fn the_port_follows_tls_unless_it_is_said() {
        let port = |form: Form| new(form, |_| false).unwrap().port;
        let tls = |address: &str| Form { tls: Some("first-use".into()), ..form(address) };
        assert_eq!(port(form("192.0.2.1")), 8728);
        assert_eq!(port(tls("192.0.2.1")), 8729);
        assert_eq!(port(tls("192.0.2.1:9000")), 9000);
        assert_eq!(port(Form { port: Some(9001), ..tls("[fd00::1]") }), 9001);
    }

    #[test]
    fn another_tls_alone_moves_the_usual_port_and_no_other_and_needs_no_password() {
        let tls = |policy: &str| Form { tls: Some(policy.into()), ..Form::default() };
        let said = new(form("192.0.2.1"), |_| false).unwrap();
        let sealed = changed(said, tls("first-use")).unwrap();
        assert_eq!(sealed.port, 8729);
        assert_eq!(changed(sealed.clone(), tls("insecure")).unwrap().port, 8729);
        assert_eq!(changed(sealed.clone(), tls("off")).unwrap().port, 8728);
        let said = Form { port: Some(8729), password: Some(String::new().into()), ..tls("off") };
        assert_eq!(changed(sealed, said).unwrap().port, 8729, "as somebody said");
        let own = new(form("192.0.2.1:9000"), |_| false).unwrap();
        assert_eq!(changed(own, tls("first-use")).unwrap().port, 9000);
    }

    #[test]
    fn an_interval_has_the_same_bounds_as_in_the_file() {
        let every = |ms| new(Form { interval_ms: Some(ms), ..form("192.0.2.1") }, |_| false);
        assert_eq!(field(every(999)), "intervalMs");
        assert_eq!(field(every(60_001)), "intervalMs");
        assert_eq!(every(1_000).unwrap().interval, Some(Duration::from_secs(1)));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        assert_eq!(field(new(Form::default(), |_| false)), "address");
        assert_eq!(field(new(form("169.254.169.254"), |_| false)), "address");
        assert_eq!(field(new(form("a b"), |_| false)), "address");
        assert_eq!(field(new(Form { user: None, ..form("192.0.2.1") }, |_| false)), "user");
        assert_eq!(field(new(Form { tls: Some("yes".into()), ..form("192.0.2.1") }, |_| false)), "tls");
        assert_eq!(field(new(Form { interval_ms: Some(1), ..form("192.0.2.1") }, |_| false)), "intervalMs");
        assert_eq!(field(new(Form { port: Some(0), ..form("192.0.2.1") }, |_| false)), "port");
    }

    #[test]
    fn a_password_does_not_follow_to_another_address() {
        let mut made =
            new(Form { password: Some("rahasia".to_owned().into()), ..form("192.0.2.1") }, |_| false).unwrap();
        assert_eq!(field(changed(made.clone(), form("192.0.2.66"))), "password");
        made = changed(made, Form { notes: Some("x".into()), ..Form::default() }).unwrap();
        assert_eq!((made.password.expose(), made.notes.as_str()), ("rahasia", "x"));
    }

    #[test]
    fn a_link_local_address_is_taken_with_its_zone_and_not_without() {
        let form = |address: &str| {
            let form = Form { address: Some(address.into()), user: Some("lalin".into()), ..Form::default() };
            new(form, |_| false).map(|said| said.host)
        };
        assert_eq!(form("[fe80::1%eth0]:8728").unwrap(), "fe80::1%eth0");
        for wrong in ["[fe80::1]", "[fe80::1%]", "[fe80::a9fe:a9fe%eth0]", "[::%eth0]"] {
            assert!(matches!(form(wrong), Err(KeeperError::Field { field: "address", .. })), "{wrong}");
        }
    }
}

//! What is refused, and with which words.

use lalin_config::{Flags, TlsPolicy};

use crate::{load, refusal};

#[test]
fn an_unknown_key_is_refused_by_name_and_place() {
    let message = refusal("[server]\nlang = 'id'\n  lissten = '127.0.0.1:1'\n");
    assert!(message.starts_with("lalin.toml: line 3, column 3: unknown key `lissten`, expected"), "{message}");
    let message = refusal("[[router]]\naddress = 'h'\nuser = 'u'\npasswrd = 'x'");
    assert!(message.starts_with("lalin.toml: line 4, column 1: unknown key `passwrd`"), "{message}");
    let message = refusal("\n[sever]\nlang = 'id'");
    assert!(message.starts_with("lalin.toml: line 2, column 2: unknown key `sever`"), "{message}");
}

#[test]
fn a_bad_value_is_refused_with_field_line_and_column() {
    for (file, start) in [
        ("[server]\nlisten = 'nowhere'", "lalin.toml: line 2, column 10: server.listen: must be ADDRESS:PORT"),
        ("[server]\nlang = 'fr'", "lalin.toml: line 2, column 8: server.lang: must be"),
        ("data-dir = ''", "lalin.toml: line 1, column 12: data-dir: must not be empty"),
        ("[limits]\nconnections = 0", "lalin.toml: line 2, column 15: limits.connections: must be from 1 to 100000"),
        (
            "[limits]\nconnections = 50\nconnections-per-address = 60",
            "lalin.toml: line 3, column 27: limits.connections-per-address: must be from 1 to 50",
        ),
        ("[limits]\nrequest-time = '999ms'", "lalin.toml: line 2, column 16: limits.request-time: must be from 1s"),
        ("[log]\nlevel='loud'", "lalin.toml: line 2, column 7: log.level: must be"),
        ("[log]\nformat='xml'", "lalin.toml: line 2, column 8: log.format: must be"),
        ("[sampling]\ninterval = '999ms'", "lalin.toml: line 2, column 12: sampling.interval: must be from 1s to 1m"),
        ("[sampling]\nwindow = '59s'", "lalin.toml: line 2, column 10: sampling.window: must be from 1m to 60m"),
        ("[sampling]\nread-limit = '0s'", "lalin.toml: line 2, column 14: sampling.read-limit: must be from 100ms"),
        ("[sampling]\ncache-life = '5'", "lalin.toml: line 2, column 14: sampling.cache-life: must be a duration"),
        (
            "[sampling]\ninterval='9s'\npoll-lease='8s'",
            "lalin.toml: line 3, column 12: sampling.poll-lease: must be from 9s to 10m",
        ),
        ("[[router]]\nuser='u'", "lalin.toml: line 1, column 1: router.address: is missing"),
        ("[[router]]\naddress='h'", "lalin.toml: line 1, column 1: router.user: is missing"),
        ("[[router]]\nuser='u'\naddress='é'", "lalin.toml: line 3, column 9: router.address: must be a host name"),
        ("[[router]]\nuser='u'\naddress='h'\nid='a b'", "lalin.toml: line 4, column 4: router.id: a router id is"),
        ("[server]\nopen = 'yes'", "lalin.toml: line 2, column 8: invalid type"),
        ("[server\n", "lalin.toml: line 1, column "),
    ] {
        let message = refusal(file);
        assert!(message.starts_with(start), "{message}\nfor {file}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn the_column_counts_characters_not_bytes() {
    let message = refusal("server = { lang = 'é' }");
    assert!(message.starts_with("lalin.toml: line 1, column 19: "), "{message}");
    let message = refusal("router = [{ name = 'ééé', address = '' }]");
    assert!(message.starts_with("lalin.toml: line 1, column 37: "), "{message}");
    let message = refusal("log = { level = 'info', format = 'é' }\n");
    assert!(message.starts_with("lalin.toml: line 1, column 34: "), "{message}");
}

#[test]
fn an_id_used_twice_is_refused_naming_the_first() {
    let message = refusal("[[router]]\nid='a'\naddress='h'\nuser='u'\n[[router]]\nid='a'\naddress='i'\nuser='u'");
    assert!(message.starts_with("lalin.toml: line 6, column 4: router.id: "), "{message}");
    assert!(message.contains("line 2, column 4"), "{message}");
    let message = refusal("[[router]]\naddress='h:1'\nuser='u'\n[[router]]\naddress='h:2'\nuser='u'");
    assert!(message.starts_with("lalin.toml: line 5, column 9: router.id: "), "{message}");
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_known() {
    let error = load("", &[("LALIN_LISEN", "x")], Flags::default()).unwrap_err();
    assert_eq!(error.to_string(), "unknown environment variable LALIN_LISEN, did you mean LALIN_LISTEN?");
    let error = load("", &[("LALIN_ROUTER_PASWORD", "s3cret")], Flags::default()).unwrap_err();
    assert!(error.to_string().ends_with("did you mean LALIN_ROUTER_PASSWORD?"), "{error}");
    let error = load("", &[("LALIN_XYZZY_PLUGH", "x")], Flags::default()).unwrap_err();
    assert_eq!(error.to_string(), "unknown environment variable LALIN_XYZZY_PLUGH");
}

#[test]
fn a_bad_flag_or_variable_is_refused_by_its_name() {
    let error = load("", &[("LALIN_LANG", "fr")], Flags::default()).unwrap_err().to_string();
    assert!(error.starts_with("LALIN_LANG: server.lang: must be"), "{error}");
    let flags = Flags { log: Some("loud".into()), ..Flags::default() };
    let error = load("", &[], flags).unwrap_err().to_string();
    assert!(error.starts_with("--log: log.level: must be"), "{error}");
}

#[test]
fn what_belongs_together_stands_together() {
    let problem = |text: &str| load(text, &[], Flags::default()).unwrap_err().to_string();
    let router = "[[router]]\naddress = 'h'\nuser = 'u'\n";
    for (file, start) in [
        ("[server]\ntls-key = 'k'", "lalin.toml: line 2, column 11: server.tls-key: its certificate is missing"),
        ("[server]\ntls-certificate='c'", "lalin.toml: line 2, column 17: server.tls-certificate: its key is missing"),
        ("[server]\ntls-key = 'k'\ntls-certificate = ''", "lalin.toml: line 2, column 11: server.tls-key: "),
        ("[embed]\norigins = [\n'https://a',\n'*']", "lalin.toml: line 4, column 1: embed.origins: \"*\" would let"),
        ("[embed]\norigins = ['https://a/b']", "lalin.toml: line 2, column 12: embed.origins: must be such as"),
        ("[server]\nhosts = ['a.id', 'https://b.id']", "lalin.toml: line 2, column 18: server.hosts: must be"),
        ("[server]\nbase-path = '/lalin/'", "lalin.toml: line 2, column 13: server.base-path: must be such as"),
        ("[cluster]\nnats = ['nats://u:p@h:4222']", "lalin.toml: line 2, column 9: cluster.nats: a login does not"),
        ("[cluster]\nroles = ['web', 'see']", "lalin.toml: line 2, column 9: cluster.roles: must be of"),
        ("[cluster]\nsite = 'Pop 1'", "lalin.toml: line 2, column 8: cluster.site: must be up to 32"),
        ("[cluster]\nuser = 'u'\ncredentials = 'f'", "lalin.toml: line 3, column 15: cluster.credentials: a user"),
        ("[server]\ntrusted-proxies = ['::1', 'p']", "lalin.toml: line 2, column 27: server.trusted-proxies: must be"),
    ] {
        assert!(problem(file).starts_with(start), "{}", problem(file));
    }
    assert!(problem(&format!("{router}tls-ca = 'ca.pem'")).contains("only counts with tls"));
    assert!(problem(&format!("{router}tls = 'yes'")).contains("must be off, system"));
    assert!(problem(&format!("{router}interval = '1ms'")).contains("must be from 1s to 1m"));
    let flags = Flags { tls: Some("first-use".into()), ..Flags::default() };
    assert!(load("", &[], flags).unwrap_err().to_string().contains("--router"));
}

#[test]
fn the_port_of_a_router_follows_tls() {
    let file =
        "[[router]]\naddress = 'h'\nuser = 'u'\ntls = 'first-use'\ninterval = '5s'\ntags = ['pop']\nenabled = false\n";
    let router = load(file, &[], Flags::default()).unwrap().routers.remove(0);
    assert_eq!((router.port, router.tls, router.enabled), (8729, TlsPolicy::FirstUse, false));
    assert_eq!((router.interval, router.tags), (Some(std::time::Duration::from_secs(5)), vec!["pop".to_owned()]));
    let flags = Flags { router: Some("u@h".into()), tls: Some("insecure".into()), ..Flags::default() };
    let router = load("", &[], flags).unwrap().routers.remove(0);
    assert_eq!((router.port, router.tls), (8729, TlsPolicy::Insecure));
}

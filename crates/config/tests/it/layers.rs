//! What wins over what.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lalin_config::{Config, Flags, Lang, LogFormat, Secret, TlsPolicy};

use crate::load;

#[test]
fn nothing_said_is_the_defaults_without_a_router() {
    let config = Config::load(None, std::iter::empty(), Flags::default()).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.server.lang, Lang::Id);
    assert_eq!(config.sampling.interval, Duration::from_secs(2));
    assert!(config.routers.is_empty());
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = "data-dir = 'f'\n[server]\nlisten = '127.0.0.1:1'\nlang = 'en'\n[log]\nformat = 'json'\nlevel = 'warn'";
    let env = [("LALIN_LISTEN", "127.0.0.1:2"), ("LALIN_LANG", "id"), ("LALIN_DATA_DIR", "e"), ("PATH", "/bin")];
    let flags = Flags { listen: Some("[::1]:3".into()), ..Flags::default() };

    let config = load(file, &env, flags).unwrap();

    assert_eq!(config.server.listen.to_string(), "[::1]:3");
    assert_eq!(config.server.lang, Lang::Id);
    assert_eq!(config.data_dir, PathBuf::from("e"));
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.log.level, "warn");
}

#[test]
fn the_file_says_the_sampling_and_the_routers() {
    let file = "
        [sampling]
        interval = '5s'
        window = '30m'
        [[router]]
        address = '10.0.0.1'
        user = 'lalin'
        password = 'x'
        [[router]]
        id = 'pop-2'
        name = 'POP dua'
        address = '[fd00::1]:18728'
        user = 'lalin'
    ";
    let config = load(file, &[], Flags::default()).unwrap();
    assert_eq!(config.sampling.interval, Duration::from_secs(5));
    assert_eq!(config.sampling.window, Duration::from_secs(1_800));
    assert_eq!(config.sampling.poll_lease, Duration::from_secs(10));
    let [first, second] = config.routers.as_slice() else { panic!("{config:?}") };
    assert_eq!((first.id.as_str(), first.port), ("10.0.0.1", 8728));
    assert_eq!(first.password.as_ref().map(|p| p.expose()), Some("x"));
    assert_eq!((second.id.as_str(), second.host.as_str(), second.port), ("pop-2", "fd00::1", 18_728));
    assert_eq!(second.name.as_deref(), Some("POP dua"));
    assert_eq!(second.password, None);
}

#[test]
fn a_slow_interval_lengthens_the_default_lease() {
    let config = load("[sampling]\ninterval = '30s'", &[], Flags::default()).unwrap();
    assert_eq!(config.sampling.poll_lease, Duration::from_secs(60));
}

const TWO: &str = "
    [[router]]
    id = 'a'
    address = '10.0.0.1'
    user = 'lalin'
    password = 'from-file'
    [[router]]
    id = 'b'
    address = '10.0.0.2'
    user = 'lalin'
";

#[test]
fn the_router_of_the_flag_stands_alone() {
    let flags = Flags { router: Some("admin@192.168.88.1".into()), ..Flags::default() };
    let config = load(TWO, &[("LALIN_ROUTER_PASSWORD", "s"), ("LALIN_ROUTER", "other@10.9.9.9")], flags).unwrap();
    let [router] = config.routers.as_slice() else { panic!("{config:?}") };
    assert_eq!((router.id.as_str(), router.user.as_str()), ("192.168.88.1", "admin"));
    assert_eq!(router.password.as_ref().map(|p| p.expose()), Some("s"));
}

#[test]
fn a_router_of_the_flag_that_stands_in_the_file_keeps_its_password_and_id() {
    let flags = Flags { router: Some("lalin@10.0.0.1:8728".into()), ..Flags::default() };
    let config = load(TWO, &[], flags).unwrap();
    let [router] = config.routers.as_slice() else { panic!("{config:?}") };
    assert_eq!(router.id.as_str(), "a");
    assert_eq!(router.password.as_ref().map(|p| p.expose()), Some("from-file"));
}

#[test]
fn the_password_variable_serves_the_files_only_router_and_no_several() {
    let one = "[[router]]\naddress = 'r'\nuser = 'u'";
    let config = load(one, &[("LALIN_ROUTER_PASSWORD", "s")], Flags::default()).unwrap();
    assert_eq!(config.routers[0].password.as_ref().map(|p| p.expose()), Some("s"));

    let error = load(TWO, &[("LALIN_ROUTER_PASSWORD", "s3cret")], Flags::default()).unwrap_err().to_string();
    assert!(error.starts_with("LALIN_ROUTER_PASSWORD: router.password: "), "{error}");
}

#[test]
fn an_empty_variable_says_nothing() {
    let config = load("", &[("LALIN_LISTEN", ""), ("LALIN_ROUTER_PASSWORD", "")], Flags::default()).unwrap();
    assert_eq!(config, Config::default());
}

#[test]
fn the_file_says_who_is_believed_and_who_may_embed() {
    let file = "
        [server]
        tls-certificate = 'chain.pem'
        tls-key = 'key.pem'
        trusted-proxies = ['127.0.0.1', 'fd00::1']
        [embed]
        origins = ['https://billing.example.id', 'http://10.0.0.5:8080']
    ";
    let config = load(file, &[], Flags::default()).unwrap();
    assert_eq!(config.server.tls, Some(("chain.pem".into(), "key.pem".into())));
    assert_eq!(config.server.trusted_proxies, ["127.0.0.1", "fd00::1"].map(|a| a.parse::<IpAddr>().unwrap()));
    assert_eq!(config.embed.origins, ["https://billing.example.id", "http://10.0.0.5:8080"]);
}

#[test]
fn where_a_proxy_shows_it_is_said_by_flag_variable_or_file() {
    let file = "[server]\nhosts = ['Lalin.example.id', '10.0.0.5']\nbase-path = '/file'\n";
    let variable = &[("LALIN_BASE_PATH", "/variable")];
    let flags = Flags { base_path: Some("/flag".into()), ..Flags::default() };
    let server = load(file, &[], Flags::default()).unwrap().server;
    assert_eq!(
        (server.base_path.as_str(), &*server.hosts),
        ("/file", &["lalin.example.id".into(), "10.0.0.5".into()][..])
    );
    assert_eq!(load(file, variable, Flags::default()).unwrap().server.base_path, "/variable");
    assert_eq!(load(file, variable, flags).unwrap().server.base_path, "/flag");
}

#[test]
fn an_address_others_reach_needs_no_consent() {
    let flags = |open| Flags { listen: Some("0.0.0.0:3000".into()), open, ..Flags::default() };
    assert!(!load("", &[], flags(false)).unwrap().server.open);
    assert!(load("", &[], flags(true)).unwrap().server.open);
    assert!(load("[server]\nopen = true", &[], flags(false)).unwrap().server.open);
    assert!(!load("[server]\nopen = true", &[("LALIN_OPEN", "false")], flags(false)).unwrap().server.open);
}

/// A router by TLS, its authority, and another one of the same host without.
const BY_TLS: &str = "
    [[router]]
    id = 'plain'
    address = '10.0.0.1'
    user = 'lalin'
    password = 'from-file'
    [[router]]
    id = 'tls'
    address = '10.0.0.1'
    user = 'lalin'
    tls = 'system'
    tls-ca = 'ca.pem'
";

#[test]
fn a_policy_said_anew_takes_the_usual_port_along_and_the_authority_away() {
    let one = "[[router]]\naddress = 'h'\nuser = 'u'\ntls = 'system'\ntls-ca = 'ca.pem'";
    for (policy, port, ca) in [("off", 8728, false), ("first-use", 8729, false), ("system", 8729, true)] {
        let config = load(one, &[("LALIN_ROUTER_TLS", policy)], Flags::default()).unwrap();
        let [router] = config.routers.as_slice() else { panic!("{config:?}") };
        assert_eq!((router.tls.to_string().as_str(), router.port, router.tls_ca.is_some()), (policy, port, ca));
    }
    let said = "[[router]]\naddress = 'h:9000'\nuser = 'u'";
    let config = load(said, &[("LALIN_ROUTER_TLS", "first-use")], Flags::default()).unwrap();
    assert_eq!(config.routers[0].port, 9000);
}

#[test]
fn a_router_of_the_flag_is_found_in_the_file_by_the_port_that_its_policy_means() {
    let chosen = |file: &str, router: &str, tls: Option<&str>| {
        let flags = Flags { router: Some(router.into()), tls: tls.map(str::to_owned), ..Flags::default() };
        let config = load(file, &[("LALIN_ROUTER_TLS", "off")], flags).unwrap();
        let [router] = config.routers.as_slice() else { panic!("{config:?}") };
        (router.id.to_string(), router.port, router.tls)
    };
    let (plain, tls) = ("plain".to_owned(), "tls".to_owned());
    assert_eq!(chosen(BY_TLS, "lalin@10.0.0.1", None), (plain.clone(), 8728, TlsPolicy::Off));
    assert_eq!(chosen(BY_TLS, "lalin@10.0.0.1:8729", Some("system")), (tls.clone(), 8729, TlsPolicy::System));
    assert_eq!(chosen(BY_TLS, "lalin@10.0.0.1", Some("system")), (tls, 8729, TlsPolicy::System));
    let only_plain = BY_TLS.split("[[router]]").nth(1).map(|block| format!("[[router]]{block}")).unwrap();
    for written in ["lalin@10.0.0.1", "lalin@10.0.0.1:8729"] {
        let found = chosen(&only_plain, written, Some("insecure"));
        assert_eq!(found, (plain.clone(), 8729, TlsPolicy::Insecure), "{written}");
    }
    let elsewhere = chosen(&only_plain, "lalin@10.0.0.1:9000", Some("insecure"));
    assert_eq!(elsewhere, ("10.0.0.1".into(), 9000, TlsPolicy::Insecure));
}

#[test]
fn the_key_comes_from_the_environment_alone_and_is_not_shown() {
    let config = load("", &[("LALIN_KEY", "4b1d")], Flags::default()).unwrap();
    assert_eq!(config.encryption_key.as_ref().map(Secret::expose), Some("4b1d"));
    assert!(!format!("{config:?}").contains("4b1d"));
    assert!(load("key = '4b1d'", &[], Flags::default()).is_err());
}

#[test]
fn a_cluster_begins_with_a_server_and_is_checked_without_one() {
    let none = load("[cluster]\nname = 'isp'", &[], Flags::default()).unwrap();
    assert_eq!(none.cluster, None);
    let file = "
        [cluster]
        nats = ['tls://nats-1.example.id:4222', 'tls://nats-2.example.id:4222']
        site = 'pop-1'
        roles = ['collect']
        user = 'pop-1'
        password = 'rahasia'
    ";
    let cluster = load(file, &[], Flags::default()).unwrap().cluster.unwrap();
    assert_eq!((cluster.nats.len(), &*cluster.name, cluster.site.as_deref()), (2, "lalin", Some("pop-1")));
    assert_eq!((cluster.roles.web, cluster.roles.collect, cluster.node), (false, true, None));
    let login = lalin_config::ClusterLogin::Password("pop-1".into(), Secret::new("rahasia".into()));
    assert_eq!(cluster.login, login);
}

//! The commands that prepare a router: they make a user who may read by the API and do nothing else. An operator reads
//! them, puts a password in and pastes them; Lalin never sends them to a router.

use std::net::IpAddr;

use routeros::Tls;

use crate::quoted::quoted;

/// The group's name.
const NAME: &str = "lalin";

/// What the group may and may not: the policies that versions 6.49 and 7 both know. Those that only one of them knows
/// (`dude`, `tikapp`, `rest-api`) are not granted by being left out.
const POLICY: &str = "read,api,!local,!telnet,!ssh,!ftp,!reboot,!write,!policy,!test,!winbox,!password,!web,!sniff,\
                      !sensitive,!romon";

/// The RouterOS commands, for versions 6.49 and 7, that make a user who may only read, and switch the service on:
/// `api`, or with `tls` the service `api-ssl` with a certificate of its own. With `from`, the address that the router
/// sees us at, the user may log in from there alone.
///
/// The password is `PUT-A-PASSWORD-HERE`, to be replaced. Any bytes in `user` are quoted: they stay a name.
pub fn setup_script(user: &str, from: Option<IpAddr>, tls: bool) -> String {
    let from = from.map(|from| from.to_canonical()).filter(|from| !from.is_loopback() && !from.is_unspecified());
    let user = format!("/user add name={} group={NAME} password=\"PUT-A-PASSWORD-HERE\"", quoted(user));
    // No question mark anywhere: in a terminal of version 6 it asks for help, even within a comment.
    let mut lines = vec![
        "# RouterOS 6.49 or 7. Replace PUT-A-PASSWORD-HERE, then paste this into the router's terminal.".to_owned(),
        "# A group that may read by the API, and nothing else:".to_owned(),
        format!("/user group add name={NAME} policy={POLICY}"),
    ];
    match from {
        Some(from) => lines.extend([
            "# A user of that group, who may log in from this address only:".to_owned(),
            format!("{user} address={from}/{}", if from.is_ipv4() { 32 } else { 128 }),
        ]),
        None => {
            lines.extend(["# A user of that group (address=... would say from where it may log in):".to_owned(), user]);
        }
    }
    let service = if tls {
        lines.push(
            "# A certificate, and the service, encrypted; signing may take a minute on a small router:".to_owned(),
        );
        lines.extend(Tls::CREATE_CERTIFICATE.lines().map(str::to_owned));
        "api-ssl"
    } else {
        lines.extend(["# The service:".to_owned(), "/ip service set api disabled=no".to_owned()]);
        "api"
    };
    let us = from.map_or_else(|| "the address of this server".to_owned(), |from| from.to_string());
    lines.extend([
        format!(
            "# Whom the service lets in is left as it is. If /ip service print detail shows addresses for {service},"
        ),
        "# as address (up to RouterOS 7.23) or available-from (from 7.24 on),".to_owned(),
        format!("# {us} has to be among them: add it there, and keep the others."),
        String::new(),
    ]);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that are commands.
    fn commands(script: &str) -> Vec<&str> {
        script.lines().filter(|line| !line.starts_with('#')).collect()
    }

    #[test]
    fn a_reading_user_is_made_and_the_service_switched_on() {
        let script = setup_script("lalin", None, false);
        assert_eq!(
            commands(&script),
            [
                "/user group add name=lalin policy=read,api,!local,!telnet,!ssh,!ftp,!reboot,!write,!policy,!test,\
                 !winbox,!password,!web,!sniff,!sensitive,!romon",
                "/user add name=\"lalin\" group=lalin password=\"PUT-A-PASSWORD-HERE\"",
                "/ip service set api disabled=no",
            ]
        );
    }

    #[test]
    fn with_tls_a_certificate_is_made_and_the_plain_service_left_alone() {
        let script = setup_script("lalin", None, true);
        assert_eq!(
            commands(&script)[2..],
            [
                "/certificate add name=api-ssl common-name=api-ssl \
                 key-usage=digital-signature,key-encipherment,tls-server days-valid=3650",
                "/certificate sign api-ssl",
                "/ip service set api-ssl certificate=api-ssl disabled=no",
            ]
        );
    }

    #[test]
    fn the_user_is_bound_to_the_address_that_the_router_sees() {
        let bound = [
            ("10.5.0.2", " address=10.5.0.2/32"),
            ("::ffff:10.5.0.2", " address=10.5.0.2/32"),
            ("2001:db8::1", " address=2001:db8::1/128"),
            ("127.0.0.1", ""),
            ("::", ""),
        ];
        for (from, expected) in bound {
            let script = setup_script("lalin", Some(from.parse().unwrap()), false);
            let user = commands(&script)[1].to_owned();
            assert!(user.ends_with(&format!("password=\"PUT-A-PASSWORD-HERE\"{expected}")), "{user}");
            assert!(!commands(&script)[2].contains("address"), "that would shut out others: {script}");
        }
    }

    #[test]
    fn whom_the_service_lets_in_is_named_as_old_and_new_versions_call_it() {
        let script = setup_script("lalin", None, false);
        let told = script.lines().find(|line| line.contains("available-from (from 7.24 on)")).unwrap_or_default();
        assert!(told.starts_with("# ") && told.contains("address (up to RouterOS 7.23)"), "{script}");
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_name_the_script_has_its_lines_and_no_key_of_a_terminal(name: String, tls: bool) {
            let script = setup_script(&name, None, tls);
            proptest::prop_assert_eq!(script.lines().count(), setup_script("x", None, tls).lines().count());
            proptest::prop_assert!(script.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
            proptest::prop_assert!(!script.contains('?'));
            // Two quotation marks about the name and two about the password.
            let user = script.lines().find(|line| line.starts_with("/user add")).unwrap_or_default();
            proptest::prop_assert_eq!(user.matches('"').count(), 4);
        }
    }
}

//! The commands that make a user on the router who may read by the API, and nothing else.

use std::fmt::Write;
use std::net::IpAddr;

/// Policies that are taken away; RouterOS 6.49 and 7 know all of them.
const NOT: &[&str] = &[
    "local",
    "telnet",
    "ssh",
    "ftp",
    "reboot",
    "write",
    "policy",
    "test",
    "winbox",
    "password",
    "web",
    "sniff",
    "sensitive",
    "romon",
];

/// Commands for the router's terminal: a group that may only read, and a user in it; `from` is the address of this
/// server, as the router sees it. With `tls` a certificate for `api-ssl` too.
///
/// The password is not among them: it is to be put in place of the words in capitals.
pub fn setup_script(user: &str, from: Option<IpAddr>, tls: bool) -> String {
    let mut script = String::new();
    let user = quoted(user);
    let policies: Vec<String> = NOT.iter().map(|policy| format!("!{policy}")).collect();
    let address =
        from.map(|from| format!(" address={from}/{}", if from.is_ipv4() { 32 } else { 128 })).unwrap_or_default();
    // Writing into a string cannot fail.
    let mut line = |text: &str| {
        let _ = writeln!(script, "{text}");
    };
    line("# A group that may read by the API, and do nothing else.");
    line(&format!("/user group add name=lalin policy=read,api,{}", policies.join(",")));
    line("# The user. Put a long password in place of the words in capitals.");
    line(&format!("/user add name={user} group=lalin password=\"PUT-A-PASSWORD-HERE\"{address} comment=\"Lalin\""));
    if tls {
        line("# A certificate for the API with TLS, and the service on port 8729.");
        line(
            "/certificate add name=lalin common-name=router key-size=2048 days-valid=3650 key-usage=tls-server,key-cert-sign",
        );
        line("/certificate sign lalin");
        line("/ip service set api-ssl certificate=lalin disabled=no");
    } else {
        line(
            "# The API, on port 8728. Lalin only reads, but the password travels in the clear: prefer api-ssl where others listen.",
        );
        line("/ip service set api disabled=no");
    }
    if let Some(from) = from {
        line("# If the service is limited to addresses, this server has to be among them:");
        line(&format!("# /ip service set {} address={from}", if tls { "api-ssl" } else { "api" }));
    }
    script
}

/// A RouterOS string: nothing in it is a variable, a command or the end.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '$' | '?' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            control if control.is_control() => {}
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        assert_eq!(quoted("lalin"), "\"lalin\"");
        assert_eq!(quoted("a\" ; /system reset"), "\"a\\\" ; /system reset\"");
        assert_eq!(quoted("$x\\\n[y]"), "\"\\$x\\\\[y]\"");
        assert_eq!(setup_script("a\nb", None, false).lines().filter(|line| line.starts_with("/user add")).count(), 1);
    }

    #[test]
    fn the_user_may_read_from_this_server_and_no_more() {
        let script = setup_script("lalin", Some([192, 0, 2, 7].into()), true);
        for part in
            ["policy=read,api,!local", "!write", "address=192.0.2.7/32", "api-ssl certificate=lalin disabled=no"]
        {
            assert!(script.contains(part), "{part} in {script}");
        }
        assert!(!setup_script("lalin", None, false).contains("certificate"));
    }
}

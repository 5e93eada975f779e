//! What to do about each trouble on the way to a router: the commands for its terminal.
//!
//! This is the one table of them. `lalin check` prints it, the page and the documents show it, and a test compares
//! their copies with it. No command takes anything away from others who use the router; where only a look can tell, it
//! is a command to look. All of them are for RouterOS 6.49 and 7, unless a remedy says otherwise.

use lalin_stats::SourceError;
use routeros::Tls;

use crate::quoted::quoted;

/// One command, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// A stable word for what it is for, by which programs find their own words for it.
    pub purpose: &'static str,
    /// What it is for, in English.
    pub explanation: &'static str,
    /// The command, or several, one a line. `{user}` stands for the user who logs in, in RouterOS' quotation marks
    /// where needed, `{group}` for a group named after that user, and `{service}` for `api` or `api-ssl`.
    pub template: &'static str,
}

impl Remedy {
    /// The command for a router that is logged in to as `user`, with TLS or without.
    pub fn command(&self, user: &str, tls: bool) -> String {
        let service = if tls { "api-ssl" } else { "api" };
        // What is quoted holds no braces, so no name is taken for a place to fill.
        let group = quoted(&format!("{user}-read"));
        self.template.replace("{service}", service).replace("{group}", &group).replace("{user}", &quoted(user))
    }
}

/// What to do about an error, the likeliest first; empty where no command helps.
pub fn remedies(error: &SourceError) -> &'static [Remedy] {
    let code = error.code();
    REMEDIES.iter().find(|(of, _)| *of == code).map(|(_, remedies)| *remedies).unwrap_or_default()
}

/// The table: for each [code of an error](SourceError::code) that a command helps against, the remedies, the likeliest
/// first.
pub const REMEDIES: &[(&str, &[Remedy])] = &[
    ("refused", &[SERVICE, SERVICES]),
    ("turned-away", &[ALLOWED, SESSIONS, MORE_SESSIONS]),
    ("wrong-credentials", &[PASSWORD, USER]),
    ("not-permitted", &[USER, POLICY]),
    ("tls", &[TLS_SERVICE, CERTIFICATE]),
    ("certificate", &[FINGERPRINT]),
    ("timed-out", &[FIREWALL, LOAD]),
    ("unreachable", &[ADDRESSES]),
    ("malformed", &[SERVICES]),
];

const SERVICE: Remedy = Remedy {
    purpose: "service",
    explanation: "Switch the service on, in the router's terminal:",
    template: "/ip service enable {service}",
};
const SERVICES: Remedy = Remedy {
    purpose: "services",
    explanation: "Which services are on, and on which ports:",
    template: "/ip service print",
};
const ALLOWED: Remedy = Remedy {
    purpose: "allowed",
    explanation: "Which addresses may log in (address; from RouterOS 7.24 on available-from), and how many sessions at \
                  once (max-sessions):",
    template: "/ip service print detail where name={service}",
};
const SESSIONS: Remedy = Remedy {
    purpose: "sessions",
    explanation: "Who is logged in by the API now; each is a session:",
    template: "/user active print where via={service}",
};
const MORE_SESSIONS: Remedy = Remedy {
    purpose: "more-sessions",
    explanation: "Allow more sessions (RouterOS 7):",
    template: "/ip service set {service} max-sessions=50",
};
const PASSWORD: Remedy = Remedy {
    purpose: "password",
    explanation: "Give the user a new password, and put the same one in here:",
    template: "/user set [find name={user}] password=\"PUT-A-PASSWORD-HERE\"",
};
const USER: Remedy = Remedy {
    purpose: "user",
    explanation: "Look at the user: group, and the addresses from which he may log in:",
    template: "/user print detail where name={user}",
};
/// Its group may be that of others too, and setting a group's policies takes away those that are not named.
const POLICY: Remedy = Remedy {
    purpose: "policy",
    explanation: "If only Lalin logs in as this user: put it into a group of its own that may read by the API. The group \
                  it is in now stays as it is, for the others in it:",
    template: "/user group add name={group} policy=read,api\n/user set [find name={user}] group={group}",
};
const TLS_SERVICE: Remedy = Remedy {
    purpose: "tls-service",
    explanation: "Does the service have a certificate?",
    template: "/ip service print detail where name=api-ssl",
};
const CERTIFICATE: Remedy = Remedy {
    purpose: "certificate",
    explanation: "If not: make one and put it there.",
    template: Tls::CREATE_CERTIFICATE,
};
const FINGERPRINT: Remedy = Remedy {
    purpose: "fingerprint",
    explanation: "Compare the fingerprint of the router's certificate:",
    template: "/certificate print detail",
};
const FIREWALL: Remedy = Remedy {
    purpose: "firewall",
    explanation: "Does a rule drop connections to the router itself?",
    template: "/ip firewall filter print where chain=input",
};
const LOAD: Remedy =
    Remedy { purpose: "load", explanation: "Is the router overloaded?", template: "/system resource print" };
const ADDRESSES: Remedy =
    Remedy { purpose: "addresses", explanation: "Which addresses the router has:", template: "/ip address print" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_for_the_routers_own_user_and_service() {
        let refused = remedies(&SourceError::Refused { detail: "".into() });
        assert_eq!(refused[0].command("lalin", false), "/ip service enable api");
        assert_eq!(refused[0].command("lalin", true), "/ip service enable api-ssl");
        let wrong = remedies(&SourceError::WrongCredentials { detail: "".into() });
        let command = wrong[0].command("a\"; {service} $x", true);
        assert_eq!(command, r#"/user set [find name="a\22\3B\20\7Bservice\7D\20\24x"] password="PUT-A-PASSWORD-HERE""#);
    }

    #[test]
    fn a_missing_permission_takes_nothing_from_the_others_in_the_users_group() {
        let remedies = remedies(&SourceError::NotPermitted { detail: "".into() });
        assert!(remedies[0].template.contains(" print "), "first a look at whose user and group it is");
        let commands = remedies[1].command("budi", false);
        let expected = [
            "/user group add name=\"budi-read\" policy=read,api",
            "/user set [find name=\"budi\"] group=\"budi-read\"",
        ];
        assert!(commands.lines().eq(expected), "{commands}");
        assert!(remedies.iter().all(|remedy| !remedy.template.contains("/user group set")));
    }

    #[test]
    fn where_no_command_helps_there_is_none() {
        assert!(remedies(&SourceError::Closed { detail: "".into() }).is_empty());
        assert!(remedies(&SourceError::Internal { detail: "".into() }).is_empty());
    }

    #[test]
    fn the_certificate_of_a_remedy_is_that_of_the_setup_script() {
        let script = crate::setup_script("lalin", None, true);
        for line in CERTIFICATE.template.lines() {
            assert!(script.lines().any(|written| written == line), "{line}");
        }
    }

    #[test]
    fn a_terminal_of_version_6_takes_every_command_as_it_is() {
        for (code, remedies) in REMEDIES {
            assert!(!remedies.is_empty(), "{code}");
            for remedy in *remedies {
                // There a question mark asks for help.
                assert!(!remedy.template.contains('?'), "{remedy:?}");
                assert!(remedy.template.lines().all(|line| line.starts_with('/')), "{remedy:?}");
            }
        }
    }
}

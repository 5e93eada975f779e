//! Whom to connect to, as whom.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;

/// How a node comes into its cluster.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Addresses of NATS servers, `nats://` or `tls://`; one that answers is enough.
    pub servers: Vec<String>,
    /// The cluster's name; several clusters may share the servers.
    pub cluster: String,
    /// The site this node stands at, if it stands at one.
    pub site: Option<String>,
    /// This node's own name, of which there is one in the cluster.
    pub node: String,
    /// Who this node is to the servers.
    pub credentials: Credentials,
    /// Which certificates are trusted, for `tls://`.
    pub tls: Option<Arc<rustls::ClientConfig>>,
}

/// Who a node is to the NATS servers.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// The servers ask nobody.
    #[default]
    None,
    /// A user of the servers' configuration.
    UserPassword(String, String),
    /// A token.
    Token(String),
    /// The secret half of a key whose public half stands in the servers' configuration.
    NkeySeed(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::UserPassword(..) => "UserPassword(..)",
            Self::Token(_) => "Token(..)",
            Self::NkeySeed(_) => "NkeySeed(..)",
        })
    }
}

impl Settings {
    /// Names become parts of subjects and of buckets' names, so they are held to what those allow.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.servers.is_empty() {
            return Err(Error::Settings("no NATS server is named".into()));
        }
        check_name("the cluster's name", &self.cluster)?;
        if let Some(site) = &self.site {
            check_name("the site's name", site)?;
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if self.node.is_empty() || self.node.len() > 64 || !self.node.chars().all(allowed) {
            return Err(Error::Settings(format!(
                "the node's name is 1 to 64 letters, digits, dots, dashes or underscores, not {:?}",
                self.node
            )));
        }
        Ok(())
    }
}

/// A name of a cluster or a site: it is a part of subjects, and of buckets' names.
fn check_name(what: &str, name: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > 32 || !name.chars().all(allowed) {
        return Err(Error::Settings(format!(
            "{what} is 1 to 32 small letters, digits, dashes or underscores, not {name:?}"
        )));
    }
    Ok(())
}

/// A text as one part of a subject or a key: ids may have dots, which would make two parts of one. `=` stands in no id.
pub(crate) fn part(text: &str) -> String {
    text.replace('.', "=")
}

/// The text that [`part`] was made of.
pub(crate) fn unpart(part: &str) -> String {
    part.replace('=', ".")
}

#[cfg(test)]
pub(crate) fn for_tests(node: &str) -> Settings {
    Settings {
        servers: vec!["nats://127.0.0.1:1".into()],
        cluster: "c".into(),
        site: None,
        node: node.into(),
        credentials: Credentials::None,
        tls: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_part_of_a_bucket_are_refused_with_their_rule() {
        assert_eq!(for_tests("web-1.example").check(), Ok(()));
        for bad in ["", "Lalin", "a.b", "a b", "*", ">"] {
            let settings = Settings { cluster: bad.into(), ..for_tests("n") };
            assert!(matches!(settings.check(), Err(Error::Settings(why)) if why.contains("small letters")), "{bad}");
            let settings = Settings { site: Some(bad.into()), ..for_tests("n") };
            assert!(settings.check().is_err(), "{bad}");
        }
        for bad in ["", "a b", "a*", "é"] {
            assert!(for_tests(bad).check().is_err(), "{bad}");
        }
        assert!(Settings { servers: vec![], ..for_tests("n") }.check().is_err());
    }

    #[test]
    fn an_id_with_dots_is_one_part_and_comes_back() {
        assert_eq!(part(".pop-1.site_2."), "=pop-1=site_2=");
        assert_eq!(unpart(&part("pop-1..x")), "pop-1..x");
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!(
            "{:?}{:?}{:?}",
            Credentials::UserPassword("u".into(), "hunter2".into()),
            Credentials::Token("hunter2".into()),
            Credentials::NkeySeed("hunter2".into())
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

//! What a site's collectors may do at the NATS servers, as a block of their configuration.
//!
//! A machine at a POP may be carried away. Its user reads and writes what is its site's and nothing else: not another
//! site's routers, nor the accounts, nor who looks at what. There is no way for it to make, change or delete a stream.

use std::fmt::Write;

use nkeys::KeyPair;

use crate::error::Error;

/// The user by which a site's collectors log in: it signs what the server asks, and no password crosses the network.
pub struct SiteUser {
    /// What the servers know it by: `U...`.
    pub public_key: String,
    /// What the site's collectors keep: `SU...`.
    pub seed: String,
}

impl SiteUser {
    /// A new one.
    ///
    /// # Errors
    ///
    /// The system has no randomness.
    pub fn random() -> Result<Self, Error> {
        let pair = KeyPair::new_user();
        let seed = pair.seed().map_err(|error| Error::Settings(error.to_string()))?;
        Ok(Self { public_key: pair.public_key(), seed })
    }
}

/// A block for `authorization { users: [ ... ] }` of each server: the user that has this public nkey.
pub fn site_user(cluster: &str, site: &str, public_key: &str) -> String {
    let own = ["hold", "site", "alerts"].map(|what| format!("lalin_{cluster}_{what}_{site}"));
    let nodes = format!("lalin_{cluster}_nodes");
    let mut publish = vec![
        format!("lalin.{cluster}.{site}.>"),
        format!("$KV.{}.>", own[0]),
        // What it has to tell of its routers.
        format!("$KV.{}.>", own[2]),
        // Its own leases among those of all nodes.
        format!("$KV.{nodes}.{site}.>"),
        "$JS.API.INFO".to_owned(),
    ];
    for bucket in own.iter().chain([&nodes]) {
        let stream = format!("KV_{bucket}");
        for question in ["STREAM.INFO", "STREAM.MSG.GET", "CONSUMER.CREATE"] {
            publish.push(format!("$JS.API.{question}.{stream}"));
        }
        for question in ["CONSUMER.CREATE", "CONSUMER.INFO", "CONSUMER.DELETE", "CONSUMER.MSG.NEXT"] {
            publish.push(format!("$JS.API.{question}.{stream}.>"));
        }
        // Flow control of what it reads.
        publish.push(format!("$JS.FC.{stream}.>"));
        publish.push(format!("$JS.ACK.{stream}.>"));
    }
    let subscribe =
        [format!("_INBOX.{site}.>"), format!("lalin.{cluster}.{site}.>"), format!("lalin.{cluster}.kv.nodes.>")];
    let mut block = format!("# {site}: what its collectors may do, and nothing else.\n{{\n  nkey: {public_key}\n");
    block.push_str("  permissions: {\n");
    push_list(&mut block, "publish", &publish);
    push_list(&mut block, "subscribe", &subscribe);
    // To whoever asked, and for no longer than an answer takes.
    block.push_str("    allow_responses: { max: 64, expires: \"1m\" }\n  }\n}\n");
    block
}

fn push_list(block: &mut String, what: &str, subjects: &[String]) {
    let _ = writeln!(block, "    {what}: {{ allow: [");
    for subject in subjects {
        let _ = writeln!(block, "      \"{subject}\"");
    }
    block.push_str("    ] }\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_right_reaches_beyond_the_site() {
        let block = site_user("c", "s1", "UABC");
        let subjects: Vec<&str> = block.lines().filter_map(|line| line.trim().strip_prefix('"')).collect();
        assert!(subjects.len() > 20, "{block}");
        for subject in subjects {
            let subject = subject.trim_end_matches('"');
            let own = subject.contains("s1") || subject.contains("nodes") || subject == "$JS.API.INFO";
            assert!(own, "{subject}");
            assert!(!subject.starts_with("lalin.c.>") && !subject.starts_with("$JS.API.>"), "{subject}");
        }
        assert!(block.starts_with("# s1") && block.contains("nkey: UABC") && block.contains("allow_responses"));
    }
}

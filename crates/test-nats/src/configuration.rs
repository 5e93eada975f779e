//! What is said to a server: its configuration file.

use std::path::Path;

use crate::program::Version;

/// How the servers are to be.
#[derive(Clone, Debug)]
pub struct Setup {
    pub(crate) count: usize,
    pub(crate) version: Version,
    pub(crate) more: String,
    pub(crate) administrator: Option<(String, String)>,
}

impl Setup {
    /// So many servers of a version, open to everybody on this machine.
    pub fn new(count: usize, version: Version) -> Self {
        Self { count, version, more: String::new(), administrator: None }
    }

    /// More lines of the configuration, in the server's own words: users and their permissions, TLS.
    #[must_use]
    pub fn with(mut self, lines: &str) -> Self {
        self.more.push_str(lines);
        self.more.push('\n');
        self
    }

    /// A user of those lines who may do everything: the tests' own questions are asked in this name.
    #[must_use]
    pub fn administrator(mut self, user: &str, password: &str) -> Self {
        self.administrator = Some((user.to_owned(), password.to_owned()));
        self
    }
}

/// One server's file. Each has a port for clients and one for the other servers.
pub(crate) fn file(setup: &Setup, index: usize, clients: &[u16], servers: &[u16], store: &Path) -> String {
    let routes: Vec<String> = servers.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
    let cluster = if setup.count > 1 {
        format!("cluster {{ name: test, listen: \"127.0.0.1:{}\", routes: [{}] }}\n", servers[index], routes.join(", "))
    } else {
        String::new()
    };
    format!(
        "server_name: n{index}\nlisten: \"127.0.0.1:{}\"\njetstream {{ store_dir: \"{}\", max_mem: 256M, max_file: 1G \
         }}\n{cluster}{}",
        clients[index],
        store.display(),
        setup.more
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_has_no_neighbours() {
        let alone = file(&Setup::new(1, Version::V2_12), 0, &[4000], &[5000], Path::new("/store"));
        assert!(alone.contains("listen: \"127.0.0.1:4000\"") && !alone.contains("cluster"), "{alone}");
        let three = Setup::new(3, Version::V2_12).with("max_payload: 1MB");
        let second = file(&three, 1, &[1, 2, 3], &[4, 5, 6], Path::new("/store"));
        assert!(second.contains("server_name: n1") && second.contains("127.0.0.1:5\", routes"), "{second}");
        assert!(second.ends_with("max_payload: 1MB\n"), "{second}");
    }
}

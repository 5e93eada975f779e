//! A running server, asked over HTTP by the commands that look at it: this machine's by default, any other by its address
//! and a token.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use lalin_config::Config;
use lalin_store::{Access, NewToken, SecretToken, Store, Timestamp, TokenKind};
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::tls::TlsConfig;
use zeroize::Zeroizing;

use crate::cli::ServerFlags;
use crate::error::Error;
use crate::words::say;

/// How long the server may take to answer.
const LIMIT: Duration = Duration::from_secs(5);
/// The variable that a token comes from, so that it stands in no list of processes.
const TOKEN: &str = "LALIN_TOKEN";
/// How long a token that is made for one command lives.
const LIFE: Duration = Duration::from_secs(12 * 3_600);

/// A server.
pub(crate) struct Client {
    agent: Agent,
    /// With the path under which a proxy shows it, without a slash at the end.
    base: String,
    token: Option<Zeroizing<String>>,
}

/// What a server answers other than what was asked for.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nobody answers, or somebody else.
    NotRunning(String),
    /// A login is asked for.
    Login,
    /// It says why not.
    Said(String),
}

impl Client {
    /// The server of the flags; else the one of the configuration, on this machine.
    pub(crate) fn of(flags: &ServerFlags, config: &Config) -> Self {
        let token = flags.token.clone().or_else(|| std::env::var(TOKEN).ok()).filter(|token| !token.is_empty());
        let base = match &flags.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => {
                let server = &config.server;
                let scheme = if server.tls.is_some() { "https" } else { "http" };
                let address = SocketAddr::new(reachable(server.listen.ip()), server.listen.port());
                format!("{scheme}://{address}{}", server.base_path)
            }
        };
        // This machine's own server is asked whatever certificate it shows: the way to it does not leave the machine.
        let trust = TlsConfig::builder().disable_verification(flags.url.is_none()).build();
        let agent = Agent::config_builder().timeout_global(Some(LIMIT)).http_status_as_error(false).tls_config(trust);
        Self { agent: agent.build().into(), base, token: token.map(Zeroizing::new) }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.base
    }

    /// Whether it may be asked for what only those who are logged in see.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(crate) fn with_token(mut self, token: Zeroizing<String>) -> Self {
        self.token = Some(token);
        self
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refusal> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {}", **token));
        }
        read(request.call())
    }

    pub(crate) fn put<T: DeserializeOwned>(&self, path: &str, body: &serde_json::Value) -> Result<T, Refusal> {
        let mut request = self.agent.put(format!("{}{path}", self.base)).header("Origin", origin(&self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {}", **token));
        }
        read(request.send_json(body))
    }

    /// What ends the command.
    pub(crate) fn failed(&self, refusal: Refusal) -> Error {
        let url = self.base.clone();
        match refusal {
            Refusal::NotRunning(reason) => Error::NoServer { url, reason },
            Refusal::Login => Error::TokenNeeded { url },
            Refusal::Said(reason) => Error::Refused { url, reason },
        }
    }
}

/// A page of the server itself sends this; without it a change is refused.
fn origin(base: &str) -> &str {
    let host = base.find("://").map_or(0, |at| at + 3);
    base[host..].find('/').map_or(base, |end| &base[..host + end])
}

fn read<T: DeserializeOwned>(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<T, Refusal> {
    let mut answer = answer.map_err(|error| Refusal::NotRunning(error.to_string()))?;
    let status = answer.status().as_u16();
    match status {
        200..=299 => answer.body_mut().read_json().map_err(|_| Refusal::NotRunning(say("status.not-lalin", &[]))),
        401 | 403 => Err(Refusal::Login),
        _ => {
            let problem: serde_json::Value = answer.body_mut().read_json().unwrap_or_default();
            let detail = problem["detail"].as_str().or(problem["title"].as_str()).map(str::to_owned);
            Err(Refusal::Said(detail.unwrap_or_else(|| say("status.answers", &[("status", &status)]))))
        }
    }
}

/// Who listens everywhere is asked on the loopback.
pub(crate) fn reachable(listen: IpAddr) -> IpAddr {
    match listen {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

/// A token for one command, of whoever may write the server's data: they could make an account as well. Taken back by
/// [`OwnToken::end`], and by itself after some hours.
pub(crate) struct OwnToken {
    store: Store,
    id: i64,
    secret: Zeroizing<String>,
}

impl OwnToken {
    /// Makes one, with the data of this machine's server. `None` where there is none, or it may not be written.
    pub(crate) async fn make(config: &Config, access: Access) -> Option<Self> {
        if !crate::store::exists(&config.data_dir) {
            return None;
        }
        let store = crate::store::open(config).ok()?;
        let now = Timestamp::now();
        let token = NewToken {
            kind: TokenKind::Api,
            name: "lalin (this machine)".to_owned(),
            access,
            expires: Some(now.after(LIFE)),
            maker: None,
        };
        let (token, secret): (_, SecretToken) = store.add_token(token, now).await.ok()?;
        let secret = Zeroizing::new(secret.expose().to_owned());
        Some(Self { store, id: token.id, secret })
    }

    pub(crate) fn secret(&self) -> Zeroizing<String> {
        self.secret.clone()
    }

    /// Takes it back.
    pub(crate) async fn end(self) {
        if let Err(error) = self.store.remove_token(self.id).await {
            tracing::debug!(%error, "a token is left until it expires");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_the_address_without_the_path() {
        for base in ["http://127.0.0.1:3000", "http://127.0.0.1:3000/lalin", "http://127.0.0.1:3000/a/b"] {
            assert_eq!(origin(base), "http://127.0.0.1:3000");
        }
    }
}

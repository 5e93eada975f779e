//! The auth: who may come in, and to what.
//!
//! On loopback, and while nobody has an account, it is open to whoever sits at the machine: a tool of one's own. Anywhere
//! else, and behind a proxy, nothing is told before there is an administrator. What passes carries a [`Principal`]; a route that nobody thought of is for
//! administrators.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::ServiceRequest;
use actix_web::web::{Data, ServiceConfig};
use lalin_store::{Actor, AuditEvent, Credential, Error, SecretToken, Store, Timestamp};
use zeroize::Zeroizing;

use crate::routes::{accounts, login, tokens};

use super::local_requests::{self, NotLocal};
use super::login_limits::LoginLimits;
use super::principal::{Principal, PrincipalKind};
use super::revocation::{AccessLease, RevocationWatch};

/// What the door has to know of the server.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AuthSettings {
    /// The server listens on loopback only.
    pub loopback: bool,
    /// Everybody who reaches the server may look; only changes need an account.
    pub open: bool,
    /// Proxies whose word on a client's address, scheme and host is believed.
    pub proxies: Vec<IpAddr>,
    /// The names that the server is reached by; none: every name, on loopback those of the machine.
    pub hosts: Vec<String>,
    /// Under which path a proxy shows the server, such as `/lalin`; empty: at the root.
    pub base_path: String,
    /// The server itself speaks TLS: cookies never travel without it.
    pub tls: bool,
}

impl AuthSettings {
    /// Something in the configuration says that others come, by way of a proxy.
    fn names_a_proxy(&self) -> bool {
        !(self.proxies.is_empty() && self.hosts.is_empty() && self.base_path.is_empty())
    }

    /// Whether whoever sits at the machine needs no account while nobody has one.
    fn trusts_this_machine(&self) -> bool {
        self.loopback && !self.names_a_proxy()
    }
}

/// The auth. Cheap to clone: one for each worker.
#[derive(Clone, Debug)]
pub struct Auth(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: AuthSettings,
    /// Without one the server is a demonstration: nothing is kept, nobody has an account.
    store: Option<Store>,
    /// Ends what is open when the right to it is over.
    access: Option<RevocationWatch>,
    login_limits: LoginLimits,
    /// The code that makes the first administrator; gone once there is one.
    code: Mutex<Option<Zeroizing<String>>>,
    /// A proxy passed something on, though none was configured: whoever seems to sit at the machine may be anybody.
    proxy_seen: AtomicBool,
    /// The code was told for that, or because a request was doubtful.
    code_told: AtomicBool,
}

impl Auth {
    pub(crate) fn settings(&self) -> &AuthSettings {
        &self.0.settings
    }

    pub(crate) fn login_limits(&self) -> &LoginLimits {
        &self.0.login_limits
    }

    /// A door over what is remembered. Needs a runtime, on which it goes on looking who may still look.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn new(store: Store, settings: AuthSettings) -> Result<Self, Error> {
        let code = if store.has_administrator().await? { None } else { Some(setup_code()?) };
        Ok(Self::of(Some(store), settings, code))
    }

    /// A door without accounts: open on loopback, shut elsewhere.
    pub fn without_accounts(settings: AuthSettings) -> Self {
        Self::of(None, settings, None)
    }

    fn of(store: Option<Store>, settings: AuthSettings, code: Option<Zeroizing<String>>) -> Self {
        let access = store.clone().map(RevocationWatch::start);
        let (login_limits, code) = (LoginLimits::default(), Mutex::new(code));
        let (proxy_seen, code_told) = (AtomicBool::new(false), AtomicBool::new(false));
        Self(Arc::new(Inner { settings, store, access, login_limits, code, proxy_seen, code_told }))
    }

    /// [`Auth::setup_code`], where the first account is needed before anybody sees anything.
    pub fn needed_code(&self) -> Option<Zeroizing<String>> {
        self.setup_code().filter(|_| !self.0.settings.trusts_this_machine())
    }

    /// Whether a request is one of whoever sits at the machine, while nobody has an account.
    pub(super) fn is_this_machine(&self, request: &ServiceRequest) -> bool {
        if !self.0.settings.trusts_this_machine() {
            return false;
        }
        let doubt = local_requests::doubt(request);
        let (told, seen) = match doubt {
            None => (None, self.0.proxy_seen.load(Ordering::Relaxed)),
            Some(NotLocal::Unusual(why)) => (Some(why), true),
            Some(NotLocal::Proxy(why)) => {
                // A demonstration has no accounts that could be made, and nothing to hide.
                self.0.proxy_seen.store(self.0.store.is_some(), Ordering::Relaxed);
                (Some(why), true)
            }
        };
        if let (Some(why), Some(code)) = (told, self.setup_code())
            && !self.0.code_told.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                why,
                "a request seems to come through a proxy: behind one an account is needed; the first is made with the \
                 one-time code {}, or by `lalin user add`",
                *code
            );
        }
        !seen
    }

    /// The one-time code that makes the first administrator, for terminal and log; `None` once there is one.
    pub fn setup_code(&self) -> Option<Zeroizing<String>> {
        self.0.code.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds the routes of accounts to an application, before those of the API; [`guard`] has to wrap it.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let auth = Data::new(self.clone());
        move |config| {
            config.app_data(auth);
            login::routes(config);
            accounts::routes(config);
            tokens::routes(config);
        }
    }

    pub(crate) fn store(&self) -> Result<&Store, crate::Problem> {
        self.0.store.as_ref().ok_or_else(|| crate::Problem::forbidden("this server keeps no accounts"))
    }

    /// How often this process changed who may do what.
    pub(crate) fn revision(&self) -> u64 {
        self.0.access.as_ref().map_or(0, RevocationWatch::revision)
    }

    /// The right of somebody who was let in for long; `None` where nothing can end it.
    pub(crate) fn lease(&self, principal: &Principal) -> Option<AccessLease> {
        let (credential, until) = match principal.kind() {
            PrincipalKind::Person(session, secret) => {
                (Credential::session(secret, session.user.id), Some(session.until()))
            }
            PrincipalKind::Token(token) => (Credential::token(token), token.expires),
            PrincipalKind::LocalUser => (Credential::no_accounts(), None),
            PrincipalKind::Anonymous | PrincipalKind::Public => return None,
        };
        let access = principal.access().clone();
        Some(self.0.access.as_ref()?.lease(credential, access, until, principal.revision()))
    }

    /// Whether somebody has an account, so that everybody needs one.
    pub(crate) async fn has_administrator(&self) -> Result<bool, crate::Problem> {
        match &self.0.store {
            // The code is there as long as there is none; another process may have made one meanwhile.
            Some(store) if self.setup_code().is_some() => {
                let made = store.has_administrator().await?;
                if made {
                    self.forget_code();
                }
                Ok(made)
            }
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }

    pub(crate) fn forget_code(&self) {
        *self.0.code.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Writes down who did what. A full disk does not keep an administrator from acting, but it is told.
    pub(crate) async fn record(&self, principal: &Principal, action: &str, target: impl Into<String>) {
        self.record_of(principal.name(), principal, action, target).await;
    }

    /// [`Auth::record`] of somebody who was not known yet when the request came.
    pub(crate) async fn record_of(&self, name: &str, principal: &Principal, action: &str, target: impl Into<String>) {
        let Some(store) = &self.0.store else { return };
        let actor = Actor { name: name.to_owned(), address: principal.address().to_string() };
        let event = AuditEvent { at: Timestamp::now(), actor, action: action.to_owned(), target: target.into() };
        if let Err(error) = store.record(event).await {
            tracing::error!(%error, action, "the audit log cannot be written");
        }
    }
}

/// 60 bits that can be read aloud: letters and digits that nobody mistakes for each other.
fn setup_code() -> Result<Zeroizing<String>, Error> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let chance = SecretToken::random()?;
    let mut code = Zeroizing::new(String::with_capacity(14));
    // The secret token's text has six bits a letter, of which five are taken.
    for (place, letter) in chance.expose().bytes().take(12).enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::from(sextet(letter) & 31)]));
    }
    Ok(code)
}

fn sextet(letter: u8) -> u8 {
    match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        _ => 63,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_code_can_be_read_aloud_and_is_never_the_same() {
        let codes: std::collections::HashSet<_> = (0..100).map(|_| setup_code().unwrap().to_string()).collect();
        assert_eq!(codes.len(), 100);
        for code in codes {
            assert_eq!(code.len(), 14, "{code}");
            assert!(code.chars().all(|letter| letter == '-' || letter.is_ascii_alphanumeric()), "{code}");
            assert!(!code.contains(['I', 'O', '0', '1']), "{code}");
        }
    }
}

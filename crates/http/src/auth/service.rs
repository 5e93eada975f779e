//! What the authentication keeps: the store of accounts, the limits of guessing, the one-time setup code.
//!
//! On loopback, and while there are no accounts, whoever uses the machine needs none: Lalin is then a tool of their own.
//! Anywhere else, and behind a proxy, nothing is shown before there is an administrator.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::Data;
use futures_util::FutureExt as _;
use lalin_monitor::Monitor;
use lalin_stats::RouterId;
use lalin_store::{Actor, AuditEvent, Credential, Error, STATE_OLD, Store, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use zeroize::Zeroizing;

use crate::Problem;
use crate::answers::{ByContent, Repeatable};
use crate::lines::{LineTable, LineView, LineWatch};

use super::embed_origins::EmbedOrigins;
use super::local_requests::{NotLocal, why_not_local};
use super::login_limits::LoginLimits;
use super::principal::{Principal, PrincipalKind};
use super::revocation::{AccessLease, RevocationWatch};
use super::settings::AuthSettings;
use super::setup_code::{is_setup_code, random_setup_code};
use super::shared_changes;

/// The authentication of a server. Cheap to clone: one for each worker.
#[derive(Clone, Debug)]
pub struct Auth(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: AuthSettings,
    /// Without a store the server is a demonstration: nothing is kept, and nobody has an account.
    store: Option<Store>,
    revocation: Option<RevocationWatch>,
    /// What is said of lines.
    lines: Option<Arc<LineTable>>,
    embed_origins: EmbedOrigins,
    /// Moves it along with their names.
    following: Mutex<Option<AbortOnDropHandle<()>>>,
    /// Take over what other nodes change; none on a machine alone.
    _shared: Vec<AbortOnDropHandle<()>>,
    login_limits: LoginLimits,
    contents: ByContent,
    /// Makes the first administrator; gone once there is one.
    setup_code: Mutex<Option<Zeroizing<String>>>,
    /// A proxy passed on a request although none is configured, so a request that looks local may be anyone's.
    proxy_seen: AtomicBool,
    /// The log has shown the code because a request did not look local.
    code_logged: AtomicBool,
}

impl Auth {
    /// Authentication with the accounts in `store`. It needs a Tokio runtime, on which it watches for revoked access.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn new(store: Store, settings: AuthSettings) -> Result<Self, Error> {
        let code = if store.has_administrator().await? { None } else { Some(random_setup_code()?) };
        let kept = (LineTable::load(store.clone()).await?, store.embed_origins().await?);
        Ok(Self::of(Some(store), Some(kept), settings, code))
    }

    /// Authentication without accounts: open on loopback, shut elsewhere.
    pub fn without_accounts(settings: AuthSettings) -> Self {
        Self::of(None, None, settings, None)
    }

    fn of(
        store: Option<Store>,
        kept: Option<(LineTable, Vec<String>)>,
        settings: AuthSettings,
        code: Option<Zeroizing<String>>,
    ) -> Self {
        let (lines, origins) = kept.unzip();
        let embed_origins = EmbedOrigins::new(settings.embed_origins.clone(), origins.unwrap_or_default());
        let lines = lines.map(Arc::new);
        Self(Arc::new(Inner {
            _shared: match (&store, &lines) {
                (Some(store), Some(lines)) => shared_changes::follow(store, lines, &embed_origins),
                _ => Vec::new(),
            },
            embed_origins,
            settings,
            revocation: store.clone().map(RevocationWatch::start),
            store,
            lines,
            following: Mutex::default(),
            login_limits: LoginLimits::default(),
            contents: ByContent::default(),
            setup_code: Mutex::new(code),
            proxy_seen: AtomicBool::new(false),
            code_logged: AtomicBool::new(false),
        }))
    }

    pub(crate) fn settings(&self) -> &AuthSettings {
        &self.0.settings
    }

    pub(crate) fn login_limits(&self) -> &LoginLimits {
        &self.0.login_limits
    }

    /// What was compressed for its content.
    pub(super) fn contents(&self) -> &ByContent {
        &self.0.contents
    }

    pub(crate) fn store(&self) -> Result<&Store, Problem> {
        self.0.store.as_ref().ok_or_else(|| Problem::forbidden("this server keeps no accounts"))
    }

    /// Lets what is said of lines follow them when `monitor` sees that they are renamed. Needs a Tokio runtime.
    pub fn follow(&self, monitor: &Monitor) {
        let Some(lines) = self.0.lines.clone() else { return };
        let renames = monitor.renames();
        let following = tokio::spawn(async move { lines.follow(renames).await }.boxed());
        *self.0.following.lock().unwrap_or_else(PoisonError::into_inner) = Some(AbortOnDropHandle::new(following));
    }

    /// How old what is shared with other nodes may be; `None` where nothing is, or it is known to be new.
    pub(crate) fn old_state(&self) -> Option<Duration> {
        self.0.store.as_ref()?.state_age().filter(|age| *age > STATE_OLD)
    }

    /// Brings what is shared with other nodes up to date, before somebody is let in or changes something: no right is
    /// given by what this node happened to know. Where no node answers it is what it is: then nothing can be changed, and
    /// whoever comes in may only look.
    pub(super) async fn catch_up(&self) {
        let Some(store) = &self.0.store else { return };
        if let Err(error) = store.catch_up().await {
            tracing::debug!(%error, "what the other nodes changed is not known");
        }
    }

    /// The other sites whose pages may show the traffic.
    pub fn embed_origins(&self) -> &EmbedOrigins {
        &self.0.embed_origins
    }

    /// What is said of lines.
    pub(crate) fn lines(&self) -> Result<&LineTable, Problem> {
        self.0.lines.as_deref().ok_or_else(|| Problem::forbidden("this server keeps nothing"))
    }

    /// What whoever made a request sees of a router's lines; nothing is said in an application without accounts.
    pub(crate) fn line_view(request: &HttpRequest, router: &RouterId) -> LineView {
        let table = request.app_data::<Data<Self>>().and_then(|auth| auth.0.lines.as_deref());
        let person = Principal::of(request).and_then(|principal| principal.account());
        table.map(|table| table.view(router, person)).unwrap_or_default()
    }

    /// The same for as long as a stream is open.
    pub(crate) fn line_watch(request: &HttpRequest, router: &RouterId) -> LineWatch {
        let table = request.app_data::<Data<Self>>().and_then(|auth| auth.0.lines.clone());
        let person = Principal::of(request).and_then(|principal| principal.account());
        LineWatch::new(table, router, person)
    }

    /// The one-time code that makes the first administrator, for terminal and log; `None` once there is one.
    pub fn setup_code(&self) -> Option<Zeroizing<String>> {
        self.0.setup_code.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// [`Auth::setup_code`] where nobody sees anything before the first account is made.
    pub fn needed_code(&self) -> Option<Zeroizing<String>> {
        self.setup_code().filter(|_| !self.0.settings.trusts_this_machine())
    }

    /// Whether `typed` is the one-time code.
    pub(crate) fn is_setup_code(&self, typed: &str) -> bool {
        self.setup_code().is_some_and(|code| is_setup_code(&code, typed))
    }

    pub(crate) fn forget_setup_code(&self) {
        *self.0.setup_code.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether there is an administrator, so that everyone needs an account.
    pub(crate) async fn has_administrator(&self) -> Result<bool, Problem> {
        match &self.0.store {
            // While there is a code there was no administrator; another process may have made one since.
            Some(store) if self.setup_code().is_some() => {
                let made = store.has_administrator().await?;
                if made {
                    self.forget_setup_code();
                }
                Ok(made)
            }
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }

    /// Whether a request comes from the user of this machine, who needs no account while there are none.
    pub(super) fn is_local_user(&self, request: &ServiceRequest) -> bool {
        if !self.0.settings.trusts_this_machine() {
            return false;
        }
        let (why, is_proxied) = match why_not_local(request) {
            None => (None, self.0.proxy_seen.load(Ordering::Relaxed)),
            Some(NotLocal::Unusual(why)) => (Some(why), true),
            Some(NotLocal::Proxy(why)) => {
                // A demonstration has nothing to hide, and no accounts could be made on it.
                self.0.proxy_seen.store(self.0.store.is_some(), Ordering::Relaxed);
                (Some(why), true)
            }
        };
        if let (Some(why), Some(code)) = (why, self.setup_code())
            && !self.0.code_logged.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                why,
                "a request seems to come through a proxy: behind one an account is needed; the first is made with the \
                 one-time code {}, or by `lalin user add`",
                *code
            );
        }
        !is_proxied
    }

    /// How often this process has changed who may do what.
    pub(super) fn access_revision(&self) -> u64 {
        self.0.revocation.as_ref().map_or(0, RevocationWatch::revision)
    }

    /// Lets an answer that the route says may be repeated end with the right to it: whoever it is for was looked up at the
    /// access revision `revision`.
    pub(super) fn let_repeat<B>(&self, response: &mut ServiceResponse<B>, revision: u64) {
        let mut extensions = response.response_mut().extensions_mut();
        let Some(repeatable) = extensions.get_mut::<Repeatable>() else { return };
        repeatable.access = self.0.store.as_ref().map(Store::access_changes);
        let is_now = |access: &mut watch::Receiver<u64>| *access.borrow_and_update() == revision;
        if !repeatable.access.as_mut().is_none_or(is_now) {
            repeatable.until = Instant::now();
        }
    }

    /// The right of whoever made a request, which may end while they wait; `None` where nothing can end it.
    pub(crate) fn lease_of(request: &HttpRequest) -> Option<AccessLease> {
        let principal = Principal::of(request)?;
        request.app_data::<Data<Self>>()?.lease(&principal)
    }

    fn lease(&self, principal: &Principal) -> Option<AccessLease> {
        let (credential, until) = match principal.kind() {
            PrincipalKind::Person(session, secret) => {
                (Credential::session(secret, session.user.id), Some(session.until()))
            }
            PrincipalKind::Token(token) => (Credential::token(token), token.expires),
            PrincipalKind::LocalUser => (Credential::no_accounts(), None),
            PrincipalKind::Anonymous | PrincipalKind::Public => return None,
        };
        let access = principal.access().clone();
        Some(self.0.revocation.as_ref()?.lease(credential, access, until, principal.revision()))
    }

    /// Makes a change of what is remembered, and writes into the audit log who did it: in a cluster before the change
    /// itself, which is not made where that cannot be written; on a machine alone afterwards, see [`Store::audited`].
    pub(crate) async fn audited<T, E>(
        &self,
        principal: &Principal,
        action: &str,
        target: impl Into<String>,
        change: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let Some(store) = &self.0.store else { return change.await };
        store.audited(event(principal.name(), principal, action, target), change).await
    }

    /// [`Auth::audited`] of something that gets its number with the change: in a cluster it is told by what it is to be.
    pub(crate) async fn audited_as<T, E>(
        &self,
        principal: &Principal,
        action: &str,
        planned: impl Into<String>,
        change: impl Future<Output = Result<T, E>>,
        made: impl FnOnce(&T) -> String,
    ) -> Result<T, E> {
        match &self.0.store {
            Some(store) if store.is_shared() => self.audited(principal, action, planned, change).await,
            _ => {
                let done = change.await?;
                self.record(principal, action, made(&done)).await;
                Ok(done)
            }
        }
    }

    /// Writes into the audit log who did what. When that fails, the administrator's action stands and the server's own log
    /// says so.
    pub(crate) async fn record(&self, principal: &Principal, action: &str, target: impl Into<String>) {
        self.record_as(principal.name(), principal, action, target).await;
    }

    /// [`Auth::record`] for someone who was not logged in yet when the request came.
    pub(crate) async fn record_as(&self, name: &str, principal: &Principal, action: &str, target: impl Into<String>) {
        let Some(store) = &self.0.store else { return };
        if let Err(error) = store.record(event(name, principal, action, target)).await {
            tracing::error!(%error, action, "the audit log cannot be written");
        }
    }
}

fn event(name: &str, principal: &Principal, action: &str, target: impl Into<String>) -> AuditEvent {
    let actor = Actor { name: name.to_owned(), address: principal.address().to_string() };
    AuditEvent { at: Timestamp::now(), actor, action: action.to_owned(), target: target.into() }
}

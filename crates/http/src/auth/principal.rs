//! Who makes a request, and what they may see and do.

use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use lalin_store::{Access, Role, SecretToken, Session, Token, TokenKind, UserId};

use crate::Problem;

/// Who makes a request. The guard attaches one to every request that it lets pass.
#[derive(Clone, Debug)]
pub struct Principal {
    kind: PrincipalKind,
    access: Access,
    address: IpAddr,
    /// The store's access revision before this principal was looked up; see `RevocationWatch::lease`.
    revision: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum PrincipalKind {
    /// Not logged in, on a route that lets everyone in.
    Anonymous,
    /// Whoever uses the machine that the server runs on, while there are no accounts.
    LocalUser,
    /// Not logged in, on a server that lets everyone look.
    Public,
    /// A person who is logged in.
    Person(Box<Session>, SecretToken),
    /// A program with an API token, or the holder of a share link.
    Token(Box<Token>),
}

impl Principal {
    /// The principal that the guard attached to a request; `None` where there is no guard.
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    pub(crate) fn anonymous(address: IpAddr) -> Self {
        Self::new(PrincipalKind::Anonymous, Access::viewer_of(Vec::new()), address)
    }

    pub(crate) fn local_user(address: IpAddr) -> Self {
        Self::new(PrincipalKind::LocalUser, Access::administrator(), address)
    }

    pub(crate) fn public(address: IpAddr) -> Self {
        Self::new(PrincipalKind::Public, Access::viewer(), address)
    }

    pub(crate) fn person(session: Session, secret: SecretToken, address: IpAddr) -> Self {
        let access = session.user.access.clone();
        Self::new(PrincipalKind::Person(Box::new(session), secret), access, address)
    }

    pub(crate) fn token(token: Token, address: IpAddr) -> Self {
        let access = token.access.clone();
        Self::new(PrincipalKind::Token(Box::new(token)), access, address)
    }

    fn new(kind: PrincipalKind, access: Access, address: IpAddr) -> Self {
        Self { kind, access, address, revision: 0 }
    }

    /// The same principal, looked up after the store's access revision was `revision`.
    pub(crate) fn looked_up_at(self, revision: u64) -> Self {
        Self { revision, ..self }
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn kind(&self) -> &PrincipalKind {
        &self.kind
    }

    pub(crate) fn is_public(&self) -> bool {
        matches!(self.kind, PrincipalKind::Public)
    }

    /// Whether this is the holder of a share link, who may only look.
    pub(crate) fn is_share_link(&self) -> bool {
        matches!(&self.kind, PrincipalKind::Token(token) if token.kind == TokenKind::Share)
    }

    pub(crate) fn is_administrator(&self) -> bool {
        self.access.role() == Role::Administrator
    }

    /// Whose account it is; `None` for whoever comes without one.
    pub(crate) fn account(&self) -> Option<UserId> {
        match &self.kind {
            PrincipalKind::Person(session, _) => Some(session.user.id),
            _ => None,
        }
    }

    /// The address the request came from; behind a trusted proxy, the browser's address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The name that the audit log shows.
    pub fn name(&self) -> &str {
        match &self.kind {
            PrincipalKind::Anonymous => "nobody",
            PrincipalKind::Public => "everybody",
            PrincipalKind::LocalUser => "this machine",
            PrincipalKind::Person(session, _) => &session.user.name,
            PrincipalKind::Token(token) => &token.name,
        }
    }

    /// What this principal may see and do.
    pub fn access(&self) -> &Access {
        &self.access
    }
}

impl FromRequest for Principal {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // A route that asks for the principal must not run without the guard: it refuses everyone.
        std::future::ready(Self::of(request).ok_or_else(Problem::login_needed))
    }
}

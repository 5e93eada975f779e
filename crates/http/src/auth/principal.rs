//! Who asks, and what may be shown to them.

use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use lalin_store::{Access, Role, SecretToken, Session, Token, TokenKind};

use crate::Problem;

/// Who asks. Every request that the guard let pass carries one.
#[derive(Clone, Debug)]
pub struct Visitor {
    who: Who,
    access: Access,
    address: IpAddr,
    /// As of which change of who may do what.
    revision: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// Nobody, on a route for everybody.
    Nobody,
    /// Whoever uses the machine itself, while there are no accounts.
    Local,
    /// Whoever reaches a server that is open to everybody.
    Everybody,
    /// A person who is logged in.
    Person(Box<Session>, SecretToken),
    /// A program, or the holder of a link.
    Bearer(Box<Token>),
}

impl Visitor {
    /// Who made a request that passed the guard; `None` where there is none.
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    pub(crate) fn nobody(address: IpAddr) -> Self {
        Self { who: Who::Nobody, access: Access::viewer_of(Vec::new()), address, revision: 0 }
    }

    pub(crate) fn local(address: IpAddr) -> Self {
        Self { who: Who::Local, access: Access::administrator(), address, revision: 0 }
    }

    pub(crate) fn everybody(address: IpAddr) -> Self {
        Self { who: Who::Everybody, access: Access::viewer(), address, revision: 0 }
    }

    /// As it was looked up after `revision`.
    pub(crate) fn looked_up_at(self, revision: u64) -> Self {
        Self { revision, ..self }
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn is_everybody(&self) -> bool {
        matches!(self.who, Who::Everybody)
    }

    /// Whether it is the holder of a link, who may only look.
    pub(crate) fn is_link(&self) -> bool {
        matches!(&self.who, Who::Bearer(token) if token.kind == TokenKind::Share)
    }

    pub(crate) fn person(session: Session, secret: SecretToken, address: IpAddr) -> Self {
        let access = session.user.access.clone();
        Self { who: Who::Person(Box::new(session), secret), access, address, revision: 0 }
    }

    pub(crate) fn bearer(token: Token, address: IpAddr) -> Self {
        let access = token.access.clone();
        Self { who: Who::Bearer(Box::new(token)), access, address, revision: 0 }
    }

    pub(crate) fn who(&self) -> &Who {
        &self.who
    }

    /// From where; behind a trusted proxy the client's address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The name, for the audit log.
    pub fn name(&self) -> &str {
        match &self.who {
            Who::Nobody => "nobody",
            Who::Everybody => "everybody",
            Who::Local => "this machine",
            Who::Person(session, _) => &session.user.name,
            Who::Bearer(token) => &token.name,
        }
    }

    /// What may be seen and done.
    pub fn access(&self) -> &Access {
        &self.access
    }

    pub(crate) fn is_administrator(&self) -> bool {
        self.access.role() == Role::Administrator
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // Without the guard nobody is anybody.
        std::future::ready(Self::of(request).ok_or_else(Problem::login_needed))
    }
}

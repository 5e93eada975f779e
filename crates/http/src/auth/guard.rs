//! The one place that every request passes: who asks, and whether this route is for them.

use std::net::IpAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, ResponseError};
use lalin_store::{SecretToken, Timestamp, TokenKind};

use crate::Problem;
use crate::server::body_limit;

use super::client_address::Client;
use super::principal::{Visitor, Who};
use super::service::Door;
use super::{base_path, local_requests, origin};

/// The session's cookie.
pub(crate) const COOKIE: &str = "lalin-session";
/// Carries the forgery guard, which another site's page cannot know.
pub(crate) const GUARD: &str = "x-lalin-guard";

/// What a route asks of whoever comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: it tells nothing, and who asks is not even looked up.
    Nothing,
    /// Anybody may ask; the answer depends on who it is.
    Anybody,
    /// Nothing, and it answers whatever becomes of the data; who asks is looked up all the same, to be told more.
    Alive,
    /// Somebody; what exactly they see is the route's own care.
    Somebody,
    /// Somebody with an account or a program's token: neither whoever comes by nor the holder of a link.
    Known,
    /// A person who is logged in, whatever the role.
    Person,
    /// An administrator.
    Administrator,
}

/// Routes that are not for administrators only. A `*` in a path stands for anything. Pages tell nothing: what they show
/// they ask for.
pub(crate) const NEEDS: &[(&str, &str, Need)] = &[
    ("GET", "/healthz", Need::Alive),
    ("GET", "/api/v1/me", Need::Anybody),
    ("POST", "/api/v1/login", Need::Anybody),
    ("POST", "/api/v1/setup", Need::Anybody),
    ("GET", "/", Need::Nothing),
    ("GET", "/favicon.ico", Need::Nothing),
    ("GET", "/prepaid/dashboard", Need::Nothing),
    ("GET", "/prepaid/fleet", Need::Nothing),
    ("GET", "/login", Need::Nothing),
    ("GET", "/settings", Need::Nothing),
    ("GET", "/assets/*", Need::Nothing),
    ("GET", "/embed", Need::Nothing),
    ("GET", "/embed.js", Need::Nothing),
    ("GET", "/api/interface-stats", Need::Somebody),
    ("GET", "/api/v1/interfaces", Need::Somebody),
    ("GET", "/api/v1/routers", Need::Somebody),
    ("GET", "/api/v1/stream", Need::Somebody),
    ("GET", "/api/v1/window", Need::Somebody),
    ("GET", "/api/v1/routers/*/interfaces", Need::Somebody),
    ("GET", "/api/v1/routers/*/stream", Need::Somebody),
    ("POST", "/api/v1/routers/*/retry", Need::Known),
    ("POST", "/api/v1/logout", Need::Person),
    ("POST", "/api/v1/password", Need::Person),
];

pub(crate) fn need(method: &Method, path: &str) -> Need {
    // A page's address with a slash behind it leads to the page.
    let path = path.strip_suffix('/').filter(|path| !path.is_empty() && *method != Method::POST).unwrap_or(path);
    let asked = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let fits = |pattern: &str| match pattern.split_once('*') {
        Some((start, "")) => path.starts_with(start),
        // One segment: what stands between must not be a path of its own.
        Some((start, end)) => path
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end))
            .is_some_and(|between| !between.is_empty() && !between.contains('/')),
        None => path == pattern,
    };
    let found = NEEDS.iter().find(|(method, pattern, _)| *method == asked && fits(pattern));
    found.map_or(Need::Administrator, |(_, _, need)| *need)
}

/// A middleware: `App::new().wrap(actix_web::middleware::from_fn(lalin_http::guard))`.
///
/// # Errors
/// Whatever the wrapped services answer with; a refusal is an answer, not an error.
pub async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(base) = request.app_data::<Data<Door>>().map(|door| door.settings().base_path.clone()) {
        base_path::strip(&mut request, &base);
    }
    // Before anything is asked of the store: what is too large costs nothing.
    let most = match need(request.method(), request.path()) {
        Need::Known | Need::Person | Need::Administrator => body_limit::LARGEST,
        Need::Nothing | Need::Anybody | Need::Alive | Need::Somebody => body_limit::OF_ANYBODY,
    };
    let admitted = match body_limit::limit(&mut request, most) {
        Ok(()) => admit(&request).await,
        Err(problem) => Err(problem),
    };
    match admitted {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(problem) => Ok(request.into_response(problem.error_response()).map_into_right_body()),
    }
}

async fn admit(request: &ServiceRequest) -> Result<Visitor, Problem> {
    let door = request.app_data::<Data<Door>>().ok_or_else(|| Problem::forbidden("the server has no door"))?;
    let settings = door.settings();
    let header = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let client = Client::of(request, settings);
    let address = client.address;
    if !origin::is_our_name(header(&HOST), client.by_trusted_proxy, settings) {
        return Err(Problem::misdirected(
            "this server answers only to the names of its own machine, to those in [server] hosts, and to what a trusted \
             proxy passes on",
        ));
    }
    let need = need(request.method(), request.path());
    if changes(request.method()) {
        let fetch_site = header(&HeaderName::from_static("sec-fetch-site"));
        if !origin::is_same_site(&client, header(&ORIGIN), fetch_site) {
            return Err(Problem::misdirected("another site's page made this request"));
        }
    }
    request.extensions_mut().insert(client);
    // Neither a page nor a health check depends on what is remembered, or on whether it can be read.
    if need == Need::Nothing {
        return Ok(Visitor::nobody(address));
    }
    if need == Need::Alive {
        let visitor = visitor(door, request, address).await.ok().flatten();
        return Ok(visitor.unwrap_or_else(|| Visitor::nobody(address)));
    }
    // Before the look-up: what changes after it is noticed by whoever stays.
    let revision = door.revision();
    let visitor = visitor(door, request, address).await?;
    let Some(visitor) = visitor else {
        return match need {
            Need::Nothing | Need::Anybody => Ok(Visitor::nobody(address)),
            _ if door.has_administrator().await? => Err(Problem::login_needed()),
            _ => Err(Problem::setup_needed()),
        };
    };
    let enough = match need {
        // Who may only look because everybody may is asked to log in for more.
        Need::Known | Need::Person | Need::Administrator if visitor.is_everybody() => {
            return Err(Problem::login_needed());
        }
        Need::Nothing | Need::Alive | Need::Anybody | Need::Somebody => true,
        Need::Known => !visitor.is_link(),
        Need::Person => matches!(visitor.who(), Who::Person(..)),
        Need::Administrator => visitor.is_administrator(),
    };
    if enough { Ok(visitor.looked_up_at(revision)) } else { Err(Problem::forbidden("this is for administrators")) }
}

/// Who it is, by the first key that fits; a key that does not fit is not looked past.
async fn visitor(door: &Door, request: &ServiceRequest, address: IpAddr) -> Result<Option<Visitor>, Problem> {
    if !door.has_administrator().await? {
        // The machine's own user; a server that others reach tells nobody anything yet.
        if door.is_this_machine(request) {
            if changes(request.method()) && !local_requests::is_meant(request) {
                return Err(Problem::misdirected(
                    "without an account only a page of this server changes anything: send its address as the Origin",
                ));
            }
            return Ok(Some(Visitor::local(address)));
        }
        return Ok(door.settings().open.then(|| Visitor::everybody(address)));
    }
    let store = door.store()?;
    let now = Timestamp::now();
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(key) = authorization.and_then(|value| value.strip_prefix("Bearer ")) {
        let token = store.token(&SecretToken::presented(key.trim()), now).await?;
        return token.map(|token| Some(Visitor::bearer(token, address))).ok_or_else(Problem::login_needed);
    }
    if let Some(key) = shared_key(request) {
        let token = store.token(&SecretToken::presented(&key), now).await?;
        // In an address, where logs and histories keep it, only what was made for that counts; and only to look.
        let token = token.filter(|token| token.kind == TokenKind::Share && !changes(request.method()));
        return token.map(|token| Some(Visitor::bearer(token, address))).ok_or_else(Problem::login_needed);
    }
    let everybody = door.settings().open.then(|| Visitor::everybody(address));
    let Some(cookie) = request.cookie(COOKIE) else { return Ok(everybody) };
    let secret = SecretToken::presented(cookie.value());
    let Some(session) = store.session(&secret, now).await? else { return Ok(everybody) };
    if changes(request.method()) {
        let guard = request.headers().get(GUARD).and_then(|value| value.to_str().ok());
        // Compared as hashes of what nobody else knows: how long it takes tells nothing of use.
        if guard != Some(&*secret.forgery_guard()) {
            return Err(Problem::misdirected("the header X-Lalin-Guard is missing or wrong: reload the page"));
        }
    }
    Ok(Some(Visitor::person(session, secret, address)))
}

fn shared_key(request: &ServiceRequest) -> Option<String> {
    let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string()).ok()?;
    pairs.into_inner().into_iter().find(|(key, _)| key == "token").map(|(_, value)| value)
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

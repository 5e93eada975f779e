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

use super::client_address::ClientAddress;
use super::principal::{Principal, PrincipalKind};
use super::route_policy::{RoutePolicy, route_policy};
use super::service::Auth;
use super::{base_path, local_requests, origin};

/// The session's cookie.
pub(crate) const COOKIE: &str = "lalin-session";
/// Carries the forgery guard, which another site's page cannot know.
pub(crate) const GUARD: &str = "x-lalin-guard";

/// A middleware: `App::new().wrap(actix_web::middleware::from_fn(lalin_http::guard))`.
///
/// # Errors
/// Whatever the wrapped services answer with; a refusal is an answer, not an error.
pub async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(base) = request.app_data::<Data<Auth>>().map(|auth| auth.settings().base_path.clone()) {
        base_path::strip(&mut request, &base);
    }
    // Before anything is asked of the store: what is too large costs nothing.
    let most = match route_policy(request.method(), request.path()) {
        RoutePolicy::Account | RoutePolicy::Person | RoutePolicy::Administrator => body_limit::LARGEST,
        RoutePolicy::Public | RoutePolicy::Anyone | RoutePolicy::Liveness | RoutePolicy::Viewer => {
            body_limit::OF_ANYBODY
        }
    };
    let admitted = match body_limit::limit(&mut request, most) {
        Ok(()) => admit(&request).await,
        Err(problem) => Err(problem),
    };
    match admitted {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(problem) => Ok(request.into_response(problem.error_response()).map_into_right_body()),
    }
}

async fn admit(request: &ServiceRequest) -> Result<Principal, Problem> {
    let auth = request
        .app_data::<Data<Auth>>()
        .ok_or_else(|| Problem::forbidden("the server has no authentication set up"))?;
    let settings = auth.settings();
    let header = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let client = ClientAddress::of(request, settings);
    let address = client.address;
    if !origin::is_our_name(header(&HOST), client.by_trusted_proxy, settings) {
        return Err(Problem::misdirected(
            "this server answers only to the names of its own machine, to those in [server] hosts, and to what a trusted \
             proxy passes on",
        ));
    }
    let policy = route_policy(request.method(), request.path());
    if changes(request.method()) {
        let fetch_site = header(&HeaderName::from_static("sec-fetch-site"));
        if !origin::is_same_site(&client, header(&ORIGIN), fetch_site) {
            return Err(Problem::misdirected("another site's page made this request"));
        }
    }
    request.extensions_mut().insert(client);
    // Neither a page nor a health check depends on what is remembered, or on whether it can be read.
    if policy == RoutePolicy::Public {
        return Ok(Principal::anonymous(address));
    }
    if policy == RoutePolicy::Liveness {
        let principal = authenticate(auth, request, address).await.ok().flatten();
        return Ok(principal.unwrap_or_else(|| Principal::anonymous(address)));
    }
    // Before the look-up: what changes after it is noticed by whoever stays.
    let revision = auth.revision();
    let principal = authenticate(auth, request, address).await?;
    let Some(principal) = principal else {
        return match policy {
            RoutePolicy::Public | RoutePolicy::Anyone => Ok(Principal::anonymous(address)),
            _ if auth.has_administrator().await? => Err(Problem::login_needed()),
            _ => Err(Problem::setup_needed()),
        };
    };
    let enough = match policy {
        // PrincipalKind may only look because everybody may is asked to log in for more.
        RoutePolicy::Account | RoutePolicy::Person | RoutePolicy::Administrator if principal.is_public() => {
            return Err(Problem::login_needed());
        }
        RoutePolicy::Public | RoutePolicy::Liveness | RoutePolicy::Anyone | RoutePolicy::Viewer => true,
        RoutePolicy::Account => !principal.is_share_link(),
        RoutePolicy::Person => matches!(principal.kind(), PrincipalKind::Person(..)),
        RoutePolicy::Administrator => principal.is_administrator(),
    };
    if enough { Ok(principal.looked_up_at(revision)) } else { Err(Problem::forbidden("this is for administrators")) }
}

/// PrincipalKind it is, by the first key that fits; a key that does not fit is not looked past.
async fn authenticate(auth: &Auth, request: &ServiceRequest, address: IpAddr) -> Result<Option<Principal>, Problem> {
    if !auth.has_administrator().await? {
        // The machine's own user; a server that others reach tells nobody anything yet.
        if auth.is_this_machine(request) {
            if changes(request.method()) && !local_requests::is_meant(request) {
                return Err(Problem::misdirected(
                    "without an account only a page of this server changes anything: send its address as the Origin",
                ));
            }
            return Ok(Some(Principal::local_user(address)));
        }
        return Ok(auth.settings().open.then(|| Principal::public(address)));
    }
    let store = auth.store()?;
    let now = Timestamp::now();
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(key) = authorization.and_then(|value| value.strip_prefix("Bearer ")) {
        let token = store.token(&SecretToken::presented(key.trim()), now).await?;
        return token.map(|token| Some(Principal::token(token, address))).ok_or_else(Problem::login_needed);
    }
    if let Some(key) = shared_key(request) {
        let token = store.token(&SecretToken::presented(&key), now).await?;
        // In an address, where logs and histories keep it, only what was made for that counts; and only to look.
        let token = token.filter(|token| token.kind == TokenKind::Share && !changes(request.method()));
        return token.map(|token| Some(Principal::token(token, address))).ok_or_else(Problem::login_needed);
    }
    let everybody = auth.settings().open.then(|| Principal::public(address));
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
    Ok(Some(Principal::person(session, secret, address)))
}

fn shared_key(request: &ServiceRequest) -> Option<String> {
    let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string()).ok()?;
    pairs.into_inner().into_iter().find(|(key, _)| key == "token").map(|(_, value)| value)
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

//! Finds out who made a request: by API token, share link, session cookie, or because it comes from this machine.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Query;
use lalin_store::{SecretToken, Timestamp, TokenKind};

use crate::Problem;

use super::cookies::SESSION_COOKIE;
use super::local_requests::is_sent_by_own_page;
use super::principal::Principal;
use super::service::Auth;

/// Carries the session's forgery guard, which another site's page cannot know.
const FORGERY_GUARD: &str = "x-lalin-guard";

/// The request's principal; `None` where it shows no credential that is needed. The first credential decides: where it is
/// not valid, no other one is tried.
pub(super) async fn authenticate(
    auth: &Auth,
    request: &ServiceRequest,
    address: IpAddr,
) -> Result<Option<Principal>, Problem> {
    if is_change(request.method()) {
        auth.catch_up().await;
    }
    if !auth.has_administrator().await? {
        if auth.is_local_user(request) {
            if is_change(request.method()) && !is_sent_by_own_page(request) {
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
    if let Some(secret) = authorization.and_then(|value| value.strip_prefix("Bearer ")) {
        let token = store.token(&SecretToken::presented(secret.trim()), now).await?;
        return token.map(|token| Some(Principal::token(token, address))).ok_or_else(Problem::login_needed);
    }
    if let Some(secret) = token_parameter(request) {
        let token = store.token(&SecretToken::presented(&secret), now).await?;
        // Addresses end up in logs and browser histories. So only a share link works there, and only for looking.
        let token = token.filter(|token| token.kind == TokenKind::Share && !is_change(request.method()));
        return token.map(|token| Some(Principal::token(token, address))).ok_or_else(Problem::login_needed);
    }
    let public = auth.settings().open.then(|| Principal::public(address));
    let Some(cookie) = request.cookie(SESSION_COOKIE) else { return Ok(public) };
    let secret = SecretToken::presented(cookie.value());
    let Some(session) = store.session(&secret, now).await? else { return Ok(public) };
    if is_change(request.method()) {
        let guard = request.headers().get(FORGERY_GUARD).and_then(|value| value.to_str().ok());
        // Both sides are hashes of a secret, so the time that the comparison takes tells nothing useful.
        if guard != Some(&*secret.forgery_guard()) {
            return Err(Problem::misdirected("the header X-Lalin-Guard is missing or wrong: reload the page"));
        }
    }
    Ok(Some(Principal::person(session, secret, address)))
}

fn token_parameter(request: &ServiceRequest) -> Option<String> {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string()).ok()?;
    pairs.into_inner().into_iter().find(|(key, _)| key == "token").map(|(_, value)| value)
}

/// Whether a request with this method may change something.
pub(super) fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

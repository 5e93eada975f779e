//! Logging in and out: who am I, the first administrator, login, logout, a new password.

use actix_web::web::{self, Data, Json, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use lalin_store::{DeviceId, SESSION_LIFE, SecretToken, Timestamp, User};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use zeroize::Zeroizing;

use crate::auth::{DEVICE_COOKIE, DEVICE_LIFE, LoginAttempt, PrincipalKind, SESSION_COOKIE, cookie};
use crate::json::answer;
use crate::{Auth, Principal, Problem};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(me, login, setup, logout, password))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/me").get(me))
        .service(web::resource("/api/v1/login").post(login))
        .service(web::resource("/api/v1/setup").post(setup))
        .service(web::resource("/api/v1/logout").post(logout))
        .service(web::resource("/api/v1/password").post(password));
}

/// Who is logged in, if anyone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Me<'a> {
    /// `open`: no account is needed; `setup`: the first one has to be made; `login`: log in; `in`: logged in.
    state: &'static str,
    name: Option<&'a str>,
    role: Option<&'static str>,
    /// To be sent as `X-Lalin-Guard` with every change.
    guard: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/v1/me",
    tag = "accounts",
    responses((status = 200, description = "OK", body = Me))
)]
async fn me(auth: Data<Auth>, principal: Principal) -> Result<HttpResponse, Problem> {
    let role = Some(principal.access().role().as_str());
    let me = match principal.kind() {
        PrincipalKind::Anonymous if auth.has_administrator().await? => {
            Me { state: "login", name: None, role: None, guard: None }
        }
        PrincipalKind::Anonymous => Me { state: "setup", name: None, role: None, guard: None },
        PrincipalKind::LocalUser | PrincipalKind::Public => Me { state: "open", name: None, role, guard: None },
        // The name of a link is a note of whoever made it, not for whoever holds it.
        PrincipalKind::Token(_) if principal.is_share_link() => Me { state: "in", name: None, role, guard: None },
        PrincipalKind::Token(token) => Me { state: "in", name: Some(&token.name), role, guard: None },
        PrincipalKind::Person(session, secret) => {
            Me { state: "in", name: Some(&session.user.name), role, guard: Some(secret.forgery_guard()) }
        }
    };
    Ok(answer(me))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LoginForm)]
struct Login {
    name: String,
    #[schema(value_type = String, format = Password, write_only)]
    password: Zeroizing<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/login",
    tag = "accounts",
    request_body = Login,
    responses((status = 200, description = "OK", body = Me))
)]
async fn login(
    auth: Data<Auth>,
    request: HttpRequest,
    principal: Principal,
    login: Json<Login>,
) -> Result<HttpResponse, Problem> {
    let Login { name, password } = login.into_inner();
    let store = auth.store()?;
    let account = store.account(&name).await?;
    let device = account.and_then(|(user, _)| store.device(request.cookie(DEVICE_COOKIE)?.value(), user));
    let stamp = account.map(|(_, stamp)| stamp);
    let attempt = LoginAttempt { account: Some(&name), stamp, address: principal.address(), device };
    if let Some(wait) = auth.login_limits().begin(attempt) {
        return Err(Problem::too_many_attempts(wait));
    }
    let user = store.verify(&name, password).await?;
    let Some(user) = user else {
        auth.record(&principal, "login.failed", name).await;
        return Err(Problem::wrong_login());
    };
    auth.login_limits().succeeded(attempt);
    begin(&auth, &request, &principal, &user, "login").await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetupForm)]
struct Setup {
    #[schema(value_type = String, format = Password, write_only)]
    code: Zeroizing<String>,
    name: String,
    #[schema(value_type = String, format = Password, write_only)]
    password: Zeroizing<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/setup",
    tag = "accounts",
    request_body = Setup,
    responses((status = 200, description = "OK", body = Me))
)]
async fn setup(
    auth: Data<Auth>,
    request: HttpRequest,
    principal: Principal,
    setup: Json<Setup>,
) -> Result<HttpResponse, Problem> {
    let Setup { code, name, password } = setup.into_inner();
    // Only the address is slowed down: 60 bits cannot be guessed even from many, and the owner must not be kept out.
    let attempt = LoginAttempt { account: None, stamp: None, address: principal.address(), device: None };
    if let Some(wait) = auth.login_limits().begin(attempt) {
        return Err(Problem::too_many_attempts(wait));
    }
    // The user of the machine itself needs no code: they see everything already.
    let local = matches!(principal.kind(), PrincipalKind::LocalUser);
    if !(local || auth.is_setup_code(&code)) {
        auth.record(&principal, "setup.failed", "").await;
        return Err(Problem::forbidden("the code is wrong, or there is an administrator already"));
    }
    let user = auth.store()?.add_first_administrator(&name, password, Timestamp::now()).await?;
    auth.login_limits().succeeded(attempt);
    auth.forget_setup_code();
    begin(&auth, &request, &principal, &user, "setup").await
}

/// Begins a session. An earlier one of this browser ends, so that nobody can plant a session for someone else to use.
async fn begin(
    auth: &Auth,
    request: &HttpRequest,
    principal: &Principal,
    user: &User,
    action: &str,
) -> Result<HttpResponse, Problem> {
    let store = auth.store()?;
    if let Some(old) = request.cookie(SESSION_COOKIE) {
        store.end_session(&SecretToken::presented(old.value())).await?;
    }
    let secret = store.begin_session(user.id, Timestamp::now()).await?;
    auth.record_as(&user.name, principal, action, user.name.clone()).await;
    let guard = Some(secret.forgery_guard());
    let me = Me { state: "in", name: Some(&user.name), role: Some(user.access.role().as_str()), guard };
    let session = cookie(auth.settings(), request, SESSION_COOKIE, secret.expose(), SESSION_LIFE.as_secs());
    let mark = request.cookie(DEVICE_COOKIE).map(|cookie| cookie.value().to_owned());
    let mark = match mark.filter(|mark| store.device(mark, user.id).is_some()) {
        Some(mark) => mark,
        None => store.mark_device(user.id)?,
    };
    let device = cookie(auth.settings(), request, DEVICE_COOKIE, &mark, DEVICE_LIFE);
    Ok(HttpResponse::Ok().cookie(session).cookie(device).insert_header(("Cache-Control", "no-store")).json(me))
}

#[utoipa::path(
    post,
    path = "/api/v1/logout",
    tag = "accounts",
    responses((status = 204, description = "Done"))
)]
async fn logout(auth: Data<Auth>, request: HttpRequest, principal: Principal) -> Result<HttpResponse, Problem> {
    if let PrincipalKind::Person(_, secret) = principal.kind() {
        auth.store()?.end_session(secret).await?;
        auth.record(&principal, "logout", "").await;
    }
    Ok(HttpResponse::NoContent().cookie(cookie(auth.settings(), &request, SESSION_COOKIE, "", 0)).finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordForm)]
struct NewPassword {
    #[schema(value_type = String, format = Password, write_only)]
    old: Zeroizing<String>,
    #[schema(value_type = String, format = Password, write_only)]
    new: Zeroizing<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/password",
    tag = "accounts",
    request_body = NewPassword,
    responses((status = 200, description = "OK", body = Me))
)]
async fn password(
    auth: Data<Auth>,
    request: HttpRequest,
    principal: Principal,
    form: Json<NewPassword>,
) -> Result<HttpResponse, Problem> {
    let PrincipalKind::Person(session, secret) = principal.kind() else {
        return Err(Problem::forbidden("only a person has a password"));
    };
    let NewPassword { old, new } = form.into_inner();
    let name = &session.user.name;
    // Someone with a session is no stranger; whoever stole one is slowed down by its own guesses.
    let device = Some(DeviceId::of_session(secret));
    let attempt = LoginAttempt { account: Some(name), stamp: None, address: principal.address(), device };
    if let Some(wait) = auth.login_limits().begin(attempt) {
        return Err(Problem::too_many_attempts(wait));
    }
    let store = auth.store()?;
    if store.verify(name, old).await?.is_none() {
        return Err(Problem::wrong_login());
    }
    auth.login_limits().succeeded(attempt);
    store.set_password(session.user.id, new).await?;
    // This ended every session of the account, also this one. Whoever knows the password gets a new one.
    begin(&auth, &request, &principal, &session.user, "password").await
}

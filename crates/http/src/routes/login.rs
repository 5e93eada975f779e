//! Coming in and going out: who am I, the first administrator, login, logout, a new password.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::{self, Data, Json, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use lalin_store::{DeviceId, SESSION_LIFE, SecretToken, Timestamp, User};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::auth::{Attempt, COOKIE, Client, Who};
use crate::{Door, Problem, Visitor};

/// The cookie that says from where somebody logged in before. It opens nothing, and stays when he logs out.
const DEVICE: &str = "lalin-device";
/// How long a device is known, s.
const DEVICE_LIFE: u64 = 400 * 86_400;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/me").get(me))
        .service(web::resource("/api/v1/login").post(login))
        .service(web::resource("/api/v1/setup").post(setup))
        .service(web::resource("/api/v1/logout").post(logout))
        .service(web::resource("/api/v1/password").post(password));
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Me<'a> {
    /// `open`: no accounts; `setup`: the first one is to be made; `login`: log in; `in`: logged in.
    state: &'static str,
    name: Option<&'a str>,
    role: Option<&'static str>,
    /// To be sent as `X-Lalin-Guard` with everything that changes something.
    guard: Option<String>,
}

async fn me(door: Data<Door>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    let role = Some(visitor.access().role().as_str());
    let me = match visitor.who() {
        Who::Nobody if door.has_administrator().await? => Me { state: "login", name: None, role: None, guard: None },
        Who::Nobody => Me { state: "setup", name: None, role: None, guard: None },
        Who::Local | Who::Everybody => Me { state: "open", name: None, role, guard: None },
        // What a link is called is a note of whoever made it, and not for whoever has it.
        Who::Bearer(_) if visitor.is_link() => Me { state: "in", name: None, role, guard: None },
        Who::Bearer(token) => Me { state: "in", name: Some(&token.name), role, guard: None },
        Who::Person(session, secret) => {
            Me { state: "in", name: Some(&session.user.name), role, guard: Some(secret.forgery_guard()) }
        }
    };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(me))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    name: String,
    password: Zeroizing<String>,
}

async fn login(
    door: Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    login: Json<Login>,
) -> Result<HttpResponse, Problem> {
    let Login { name, password } = login.into_inner();
    let store = door.store()?;
    let account = store.account(&name).await?;
    let device = account.and_then(|(user, _)| store.device(request.cookie(DEVICE)?.value(), user));
    let stamp = account.map(|(_, stamp)| stamp);
    let attempt = Attempt { account: Some(&name), stamp, address: visitor.address(), device };
    if let Some(wait) = door.attempts().begin(attempt) {
        return Err(Problem::too_many_attempts(wait));
    }
    let user = store.verify(&name, password).await?;
    let Some(user) = user else {
        door.record(&visitor, "login.failed", name).await;
        return Err(Problem::wrong_login());
    };
    door.attempts().succeeded(attempt);
    begin(&door, &request, &visitor, &user, "login").await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setup {
    code: Zeroizing<String>,
    name: String,
    password: Zeroizing<String>,
}

async fn setup(
    door: Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    setup: Json<Setup>,
) -> Result<HttpResponse, Problem> {
    let Setup { code, name, password } = setup.into_inner();
    // Each address waits for its own guesses alone: together they cannot guess 60 bits, and must not keep the owner out.
    let attempt = Attempt { account: None, stamp: None, address: visitor.address(), device: None };
    if let Some(wait) = door.attempts().begin(attempt) {
        return Err(Problem::too_many_attempts(wait));
    }
    // On the machine itself no code is needed: whoever is there sees everything already.
    let local = matches!(visitor.who(), Who::Local);
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let right = door.setup_code().is_some_and(|right| plain(&right) == plain(&code));
    if !(local || right) {
        door.record(&visitor, "setup.failed", "").await;
        return Err(Problem::forbidden("the code is wrong, or there is an administrator already"));
    }
    let made = door.store()?.add_first_administrator(&name, password, Timestamp::now()).await;
    let user = made?;
    door.attempts().succeeded(attempt);
    door.forget_code();
    begin(&door, &request, &visitor, &user, "setup").await
}

/// Begins a session; one that there was is over, so that nobody can prepare it for another.
async fn begin(
    door: &Door,
    request: &HttpRequest,
    visitor: &Visitor,
    user: &User,
    action: &str,
) -> Result<HttpResponse, Problem> {
    let store = door.store()?;
    if let Some(old) = request.cookie(COOKIE) {
        store.end_session(&SecretToken::presented(old.value())).await?;
    }
    let secret = store.begin_session(user.id, Timestamp::now()).await?;
    door.record_of(&user.name, visitor, action, user.name.clone()).await;
    let guard = Some(secret.forgery_guard());
    let me = Me { state: "in", name: Some(&user.name), role: Some(user.access.role().as_str()), guard };
    let session = cookie(door, request, COOKIE, secret.expose(), SESSION_LIFE.as_secs());
    let mark = request.cookie(DEVICE).map(|cookie| cookie.value().to_owned());
    let mark = match mark.filter(|mark| store.device(mark, user.id).is_some()) {
        Some(mark) => mark,
        None => store.mark_device(user.id)?,
    };
    let device = cookie(door, request, DEVICE, &mark, DEVICE_LIFE);
    Ok(HttpResponse::Ok().cookie(session).cookie(device).insert_header(("Cache-Control", "no-store")).json(me))
}

async fn logout(door: Data<Door>, request: HttpRequest, visitor: Visitor) -> Result<HttpResponse, Problem> {
    if let Who::Person(_, secret) = visitor.who() {
        door.store()?.end_session(secret).await?;
        door.record(&visitor, "logout", "").await;
    }
    Ok(HttpResponse::NoContent().cookie(cookie(&door, &request, COOKIE, "", 0)).finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    old: Zeroizing<String>,
    new: Zeroizing<String>,
}

async fn password(
    door: Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    wanted: Json<NewPassword>,
) -> Result<HttpResponse, Problem> {
    let Who::Person(session, secret) = visitor.who() else {
        return Err(Problem::forbidden("only a person has a password"));
    };
    let NewPassword { old, new } = wanted.into_inner();
    let name = &session.user.name;
    // Who has a session is no stranger; whoever stole one guesses with it alone.
    let device = Some(DeviceId::of_session(secret));
    let attempt = Attempt { account: Some(name), stamp: None, address: visitor.address(), device };
    if let Some(wait) = door.attempts().begin(attempt) {
        return Err(Problem::too_many_attempts(wait));
    }
    let store = door.store()?;
    if store.verify(name, old).await?.is_none() {
        return Err(Problem::wrong_login());
    }
    door.attempts().succeeded(attempt);
    store.set_password(session.user.id, new).await?;
    // Every session ended, this one too: the person who knows the password gets a new one.
    begin(&door, &request, &visitor, &session.user, "password").await
}

/// `Secure` wherever the browser came by TLS: to us, or to a proxy that we believe.
fn cookie(door: &Door, request: &HttpRequest, name: &'static str, value: &str, seconds: u64) -> Cookie<'static> {
    let settings = door.settings();
    let secure = Client::found(request).map_or(settings.tls, |client| client.secure);
    let path = if settings.base_path.is_empty() { "/" } else { &settings.base_path };
    Cookie::build(name, value.to_owned())
        .path(path.to_owned())
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX)))
        .finish()
}

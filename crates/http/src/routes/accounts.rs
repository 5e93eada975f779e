//! Accounts, and who changed what: for administrators.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use lalin_store::{Access, Grant, User, UserId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Auth, Principal, Problem};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/users").get(list).post(add))
        .service(web::resource("/api/v1/users/{id}").patch(change).delete(remove))
        .service(web::resource("/api/v1/audit").get(audit));
}

/// A grant as it is written: a router, or one interface of it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantText {
    router: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interface: Option<String>,
}

#[derive(Serialize)]
struct UserView {
    id: i64,
    name: String,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<Vec<GrantText>>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let User { id, name, access, .. } = user;
        Self { id: id.0, name, role: access.role().as_str(), only: grants(&access) }
    }
}

/// What an access is limited to, as it is written.
pub(super) fn grants(access: &Access) -> Option<Vec<GrantText>> {
    let text = |grant: &Grant| GrantText { router: grant.router.to_string(), interface: grant.interface.clone() };
    access.grants().map(|grants| grants.iter().map(text).collect())
}

/// An access as it was written.
pub(super) fn access(role: &str, only: Option<Vec<GrantText>>) -> Result<Access, Problem> {
    let grant = |text: GrantText| {
        let router = text.router.parse().map_err(|error| Problem::bad_parameter("only", error))?;
        Ok::<_, Problem>(Grant { router, interface: text.interface })
    };
    match (role, only) {
        ("administrator", None) => Ok(Access::administrator()),
        ("administrator", Some(_)) => Err(Problem::bad_parameter("only", "an administrator has no limits")),
        ("viewer", None) => Ok(Access::viewer()),
        ("viewer", Some(only)) => Ok(Access::viewer_of(only.into_iter().map(grant).collect::<Result<_, _>>()?)),
        _ => Err(Problem::bad_parameter("role", "expected administrator or viewer")),
    }
}

async fn list(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let users = auth.store()?.users().await?;
    let users: Vec<UserView> = users.into_iter().map(UserView::from).collect();
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(serde_json::json!({ "users": users })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    name: String,
    password: Zeroizing<String>,
    role: String,
    only: Option<Vec<GrantText>>,
}

async fn add(auth: Data<Auth>, principal: Principal, user: Json<NewUser>) -> Result<HttpResponse, Problem> {
    let NewUser { name, password, role, only } = user.into_inner();
    let access = access(&role, only)?;
    let store = auth.store()?;
    let now = lalin_store::Timestamp::now();
    // The first account locks everybody else out: it has to be one that can let them in again.
    let first = !auth.has_administrator().await?;
    let added = if first && access.may_change() {
        store.add_first_administrator(&name, password, now).await
    } else if first {
        return Err(Problem::bad_parameter("role", "the first account is an administrator's"));
    } else {
        store.add_user(&name, password, access, now).await
    };
    let user = added?;
    auth.record(&principal, "user.add", user.name.clone()).await;
    Ok(HttpResponse::Created().json(UserView::from(user)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    role: Option<String>,
    only: Option<Vec<GrantText>>,
    password: Option<Zeroizing<String>>,
}

async fn change(
    auth: Data<Auth>,
    principal: Principal,
    id: Path<i64>,
    change: Json<Change>,
) -> Result<HttpResponse, Problem> {
    let id = UserId(id.into_inner());
    let Change { role, only, password } = change.into_inner();
    let store = auth.store()?;
    if role.is_none() && only.is_some() {
        return Err(Problem::bad_parameter("role", "a limit is given together with the role"));
    }
    if let Some(role) = role {
        store.set_access(id, access(&role, only)?).await?;
        auth.record(&principal, "user.access", id.0.to_string()).await;
    }
    if let Some(password) = password {
        store.set_password(id, password).await?;
        auth.record(&principal, "user.password", id.0.to_string()).await;
    }
    Ok(HttpResponse::NoContent().finish())
}

async fn remove(auth: Data<Auth>, principal: Principal, id: Path<i64>) -> Result<HttpResponse, Problem> {
    let id = UserId(id.into_inner());
    auth.store()?.remove_user(id).await?;
    auth.record(&principal, "user.remove", id.0.to_string()).await;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Serialize)]
struct EntryView {
    at: i64,
    /// How often, since when; of several times `at` and `target` are the last.
    times: u32,
    since: i64,
    actor: String,
    address: String,
    action: String,
    target: String,
}

async fn audit(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let entries = auth.store()?.audit_log(1_000).await?;
    let view = |lalin_store::AuditEntry { event, times, since }: lalin_store::AuditEntry| EntryView {
        times,
        since: since.0,
        at: event.at.0,
        actor: event.actor.name,
        address: event.actor.address,
        action: event.action,
        target: event.target,
    };
    let entries: Vec<EntryView> = entries.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(serde_json::json!({ "entries": entries })))
}

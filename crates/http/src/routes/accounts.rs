//! `/api/v1/users`: the accounts.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use lalin_store::{Timestamp, User, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use crate::json::{answer, no_content};
use crate::{Auth, Principal, Problem};

use super::grants::{GrantView, grants, parse_access};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/users").get(list).post(add))
        .service(web::resource("/api/v1/users/{id}").patch(change).delete(remove));
}

#[derive(Serialize)]
struct UserView {
    id: i64,
    name: String,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<Vec<GrantView>>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let User { id, name, access, .. } = user;
        Self { id: id.0, name, role: access.role().as_str(), only: grants(&access) }
    }
}

async fn list(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let users = auth.store()?.users().await?;
    let users: Vec<UserView> = users.into_iter().map(UserView::from).collect();
    Ok(answer(json!({ "users": users })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    name: String,
    password: Zeroizing<String>,
    role: String,
    only: Option<Vec<GrantView>>,
}

async fn add(auth: Data<Auth>, principal: Principal, user: Json<NewUser>) -> Result<HttpResponse, Problem> {
    let NewUser { name, password, role, only } = user.into_inner();
    let access = parse_access(&role, only)?;
    let store = auth.store()?;
    let now = Timestamp::now();
    // The first account locks everyone else out, so it has to be one that can let them in again.
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
    only: Option<Vec<GrantView>>,
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
        store.set_access(id, parse_access(&role, only)?).await?;
        auth.record(&principal, "user.access", id.0.to_string()).await;
    }
    if let Some(password) = password {
        store.set_password(id, password).await?;
        auth.record(&principal, "user.password", id.0.to_string()).await;
    }
    Ok(no_content())
}

async fn remove(auth: Data<Auth>, principal: Principal, id: Path<i64>) -> Result<HttpResponse, Problem> {
    let id = UserId(id.into_inner());
    auth.store()?.remove_user(id).await?;
    auth.lines()?.forget_person(id);
    auth.record(&principal, "user.remove", id.0.to_string()).await;
    Ok(no_content())
}

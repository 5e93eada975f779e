//! `/api/v1/users`: the accounts.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use lalin_store::{Timestamp, User, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use zeroize::Zeroizing;

use crate::json::{answer, no_content};
use crate::{Auth, Principal, Problem};

use super::grants::{GrantView, grants, parse_access};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(list, add, change, remove))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/users").get(list).post(add))
        .service(web::resource("/api/v1/users/{id}").patch(change).delete(remove));
}

#[derive(Serialize, ToSchema)]
#[schema(as = User)]
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

/// The accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = Users)]
struct UsersView {
    users: Vec<UserView>,
}

#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "accounts",
    responses((status = 200, description = "OK", body = UsersView))
)]
async fn list(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let users = auth.store()?.users().await?;
    Ok(answer(UsersView { users: users.into_iter().map(UserView::from).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserForm)]
struct NewUser {
    name: String,
    #[schema(value_type = String, format = Password, write_only)]
    password: Zeroizing<String>,
    role: String,
    only: Option<Vec<GrantView>>,
}

#[utoipa::path(
    post,
    path = "/api/v1/users",
    tag = "accounts",
    request_body = NewUser,
    responses((status = 201, description = "Created", body = UserView))
)]
async fn add(auth: Data<Auth>, principal: Principal, user: Json<NewUser>) -> Result<HttpResponse, Problem> {
    let NewUser { name, password, role, only } = user.into_inner();
    let access = parse_access(&role, only)?;
    let store = auth.store()?;
    let now = Timestamp::now();
    // The first account locks everyone else out, so it has to be one that can let them in again.
    let first = !auth.has_administrator().await?;
    if first && !access.may_change() {
        return Err(Problem::bad_parameter("role", "the first account is an administrator's"));
    }
    let adding = async {
        if first {
            store.add_first_administrator(&name, password, now).await
        } else {
            store.add_user(&name, password, access, now).await
        }
    };
    let user = auth.audited_as(&principal, "user.add", &name, adding, |user| user.name.clone()).await?;
    Ok(HttpResponse::Created().json(UserView::from(user)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
struct Change {
    role: Option<String>,
    only: Option<Vec<GrantView>>,
    #[schema(value_type = Option<String>, format = Password, write_only)]
    password: Option<Zeroizing<String>>,
}

#[utoipa::path(
    patch,
    path = "/api/v1/users/{id}",
    tag = "accounts",
    params(
        ("id" = i64, Path)
    ),
    request_body = Change,
    responses((status = 204, description = "Done"))
)]
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
        let changing = store.set_access(id, parse_access(&role, only)?);
        auth.audited(&principal, "user.access", id.0.to_string(), changing).await?;
    }
    if let Some(password) = password {
        auth.audited(&principal, "user.password", id.0.to_string(), store.set_password(id, password)).await?;
    }
    Ok(no_content())
}

#[utoipa::path(
    delete,
    path = "/api/v1/users/{id}",
    tag = "accounts",
    params(
        ("id" = i64, Path)
    ),
    responses((status = 204, description = "Done"))
)]
async fn remove(auth: Data<Auth>, principal: Principal, id: Path<i64>) -> Result<HttpResponse, Problem> {
    let id = UserId(id.into_inner());
    auth.audited(&principal, "user.remove", id.0.to_string(), auth.store()?.remove_user(id)).await?;
    auth.lines()?.forget_person(id);
    Ok(no_content())
}

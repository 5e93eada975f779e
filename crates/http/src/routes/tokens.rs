//! `/api/v1/tokens`: API tokens and share links. The secret is shown once, when one is made.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use lalin_store::{NewToken, Timestamp, Token, TokenKind};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::auth::PrincipalKind;
use crate::json::{answer, created, no_content};
use crate::{Auth, Principal, Problem};

use super::grants::{GrantView, grants, parse_access};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(list, add, remove))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/tokens").get(list).post(add))
        .service(web::resource("/api/v1/tokens/{id}").delete(remove));
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Token)]
struct TokenView {
    id: i64,
    kind: Kind,
    name: String,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<Vec<GrantView>>,
    /// Who made it; `null` where that is not known.
    maker: Option<String>,
    created: i64,
    expires: Option<i64>,
    used: Option<i64>,
    /// The secret, only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TokenKind)]
enum Kind {
    Api,
    Share,
}

impl TokenView {
    fn of(token: Token, secret: Option<String>) -> Self {
        let Token { id, kind, name, access, maker, created, expires, used } = token;
        let millis = |at: Timestamp| at.0;
        Self {
            id,
            kind: if kind == TokenKind::Api { Kind::Api } else { Kind::Share },
            name,
            role: access.role().as_str(),
            only: grants(&access),
            maker: maker.map(|maker| maker.name),
            created: created.0,
            expires: expires.map(millis),
            used: used.map(millis),
            token: secret,
        }
    }
}

/// The tokens and links, without their secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
struct TokensView {
    tokens: Vec<TokenView>,
}

#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    tag = "accounts",
    responses((status = 200, description = "OK", body = TokensView))
)]
async fn list(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let tokens = auth.store()?.tokens().await?;
    Ok(answer(TokensView { tokens: tokens.into_iter().map(|token| TokenView::of(token, None)).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = TokenForm)]
struct NewTokenForm {
    kind: Kind,
    name: String,
    #[serde(default)]
    role: Option<String>,
    only: Option<Vec<GrantView>>,
    /// Of a link: the lines that it shows, instead of `role` and `only`.
    lines: Option<Vec<GrantView>>,
    /// ms since 1970.
    expires: Option<i64>,
}

#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    tag = "accounts",
    request_body = NewTokenForm,
    responses((status = 201, description = "Created", body = TokenView))
)]
async fn add(auth: Data<Auth>, principal: Principal, form: Json<NewTokenForm>) -> Result<HttpResponse, Problem> {
    let NewTokenForm { kind, name, role, only, lines, expires } = form.into_inner();
    let kind = match kind {
        Kind::Api => TokenKind::Api,
        Kind::Share => TokenKind::Share,
    };
    let (role, only) = match (role, only, lines) {
        (role, None, Some(lines)) if role.as_deref().is_none_or(|role| role == "viewer") => {
            ("viewer".to_owned(), Some(lines))
        }
        (_, _, Some(_)) => return Err(Problem::bad_parameter("lines", "stands instead of role and only")),
        (Some(role), only, None) => (role, only),
        (None, _, None) => return Err(Problem::bad_parameter("role", "is needed")),
    };
    if !auth.has_administrator().await? {
        return Err(Problem::setup_needed());
    }
    let now = Timestamp::now();
    let expires = expires.map(Timestamp);
    if expires.is_some_and(|until| until <= now) {
        return Err(Problem::bad_parameter("expires", "lies in the past"));
    }
    // A token made with another token belongs to whoever made that one.
    let maker = match principal.kind() {
        PrincipalKind::Person(session, _) => Some(session.user.id),
        PrincipalKind::Token(token) => token.maker.as_ref().map(|maker| maker.id),
        _ => None,
    };
    let token = NewToken { kind, name, access: parse_access(&role, only)?, expires, maker };
    let (planned, adding) = (token.name.clone(), auth.store()?.add_token(token, now));
    let made = |(token, _): &(Token, _)| format!("{} {}", token.id, token.name);
    let (token, secret) = auth.audited_as(&principal, "token.add", planned, adding, made).await?;
    let view = TokenView::of(token, Some(secret.expose().to_owned()));
    Ok(created(view))
}

#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{id}",
    tag = "accounts",
    params(
        ("id" = i64, Path)
    ),
    responses((status = 204, description = "Done"))
)]
async fn remove(auth: Data<Auth>, principal: Principal, id: Path<i64>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    auth.audited(&principal, "token.remove", id.to_string(), auth.store()?.remove_token(id)).await?;
    Ok(no_content())
}

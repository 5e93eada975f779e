//! Tokens for programs and links to share: for administrators. The secret is shown once.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use lalin_store::{NewToken, Timestamp, Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::auth::PrincipalKind;
use crate::{Auth, Principal, Problem};

use super::accounts::{GrantText, access, grants};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/tokens").get(list).post(add))
        .service(web::resource("/api/v1/tokens/{id}").delete(remove));
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenView {
    id: i64,
    kind: Kind,
    name: String,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<Vec<GrantText>>,
    /// PrincipalKind made it; `null` where that is not known.
    maker: Option<String>,
    created: i64,
    expires: Option<i64>,
    used: Option<i64>,
    /// Only in the answer to its making.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Api,
    Share,
}

impl TokenView {
    fn of(token: Token, secret: Option<String>) -> Self {
        let Token { id, kind, name, access, maker, created, expires, used } = token;
        let moment = |moment: Timestamp| moment.0;
        Self {
            id,
            kind: if kind == TokenKind::Api { Kind::Api } else { Kind::Share },
            name,
            role: access.role().as_str(),
            only: grants(&access),
            maker: maker.map(|maker| maker.name),
            created: created.0,
            expires: expires.map(moment),
            used: used.map(moment),
            token: secret,
        }
    }
}

async fn list(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let tokens = auth.store()?.tokens().await?;
    let tokens: Vec<TokenView> = tokens.into_iter().map(|token| TokenView::of(token, None)).collect();
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(serde_json::json!({ "tokens": tokens })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wanted {
    kind: Kind,
    name: String,
    role: String,
    only: Option<Vec<GrantText>>,
    /// ms since 1970.
    expires: Option<i64>,
}

async fn add(auth: Data<Auth>, principal: Principal, wanted: Json<Wanted>) -> Result<HttpResponse, Problem> {
    let Wanted { kind, name, role, only, expires } = wanted.into_inner();
    let kind = match kind {
        Kind::Api => TokenKind::Api,
        Kind::Share => TokenKind::Share,
    };
    if !auth.has_administrator().await? {
        return Err(Problem::setup_needed());
    }
    let now = Timestamp::now();
    let expires = expires.map(Timestamp);
    if expires.is_some_and(|until| until <= now) {
        return Err(Problem::bad_parameter("expires", "lies in the past"));
    }
    // What a token makes is its maker's too.
    let maker = match principal.kind() {
        PrincipalKind::Person(session, _) => Some(session.user.id),
        PrincipalKind::Token(token) => token.maker.as_ref().map(|maker| maker.id),
        _ => None,
    };
    let token = NewToken { kind, name, access: access(&role, only)?, expires, maker };
    let made = auth.store()?.add_token(token, now).await?;
    let (token, secret) = made;
    auth.record(&principal, "token.add", format!("{} {}", token.id, token.name)).await;
    let view = TokenView::of(token, Some(secret.expose().to_owned()));
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(view))
}

async fn remove(auth: Data<Auth>, principal: Principal, id: Path<i64>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    auth.store()?.remove_token(id).await?;
    auth.record(&principal, "token.remove", id.to_string()).await;
    Ok(HttpResponse::NoContent().finish())
}

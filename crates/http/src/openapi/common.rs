//! What every route of the API has in common: how somebody shows who they are, and how a failure is told.

use actix_web::http::Method;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, Content, OpenApi, PathItem, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use crate::auth::{SESSION_COOKIE, is_public};
use crate::json::{CODES, Document};

/// The name of the answer that tells a failure.
const PROBLEM: &str = "Problem";

/// Adds it to each operation.
pub(super) fn add_to(whole: &mut OpenApi) {
    let components = whole.components.get_or_insert_with(Components::new);
    components.schemas.insert(PROBLEM.to_owned(), document());
    let mut needed = Vec::new();
    Document::schemas(&mut needed);
    components.schemas.extend(needed);
    components.responses.insert(PROBLEM.to_owned(), problem().into());
    for (name, scheme) in schemes() {
        components.add_security_scheme(name, scheme);
    }
    for (path, item) in &mut whole.paths.paths {
        for (method, operation) in operations(item) {
            let fails = RefOr::Ref(Ref::from_response_name(PROBLEM));
            operation.responses.responses.insert("default".to_owned(), fails);
            // The names of the handlers repeat; those of methods with paths do not.
            operation.operation_id = Some(operation_id(&method, path));
            if !is_public(&method, path) {
                operation.security = Some(requirements(&method));
            }
        }
    }
}

/// The problem document, with the codes that there are.
fn document() -> RefOr<Schema> {
    let mut schema = Document::schema();
    if let RefOr::T(Schema::Object(document)) = &mut schema
        && let Some(RefOr::T(Schema::Object(code))) = document.properties.get_mut("code")
    {
        code.enum_values = Some(CODES.map(Into::into).to_vec());
    }
    schema
}

fn problem() -> Response {
    let content = Content::new(Some(Ref::from_schema_name(PROBLEM)));
    let what = "What went wrong, with a stable `code`";
    ResponseBuilder::new().description(what).content("application/problem+json", content).build()
}

fn schemes() -> [(&'static str, SecurityScheme); 4] {
    let key = |name: &str, what: &str| ApiKeyValue::with_description(name, what);
    let guard = "What `GET /api/v1/me` gives as `guard`: with every change of a session";
    let share = "The secret of a share link, for looking only";
    [
        ("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer))),
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(key(SESSION_COOKIE, "Begun by `POST /api/v1/login`")))),
        ("guard", SecurityScheme::ApiKey(ApiKey::Header(key("X-Lalin-Guard", guard)))),
        ("share", SecurityScheme::ApiKey(ApiKey::Query(key("token", share)))),
    ]
}

/// Any of them is enough.
fn requirements(method: &Method) -> Vec<SecurityRequirement> {
    let none: [&str; 0] = [];
    let token = SecurityRequirement::new("token", none);
    let session = SecurityRequirement::new("session", none);
    match *method {
        Method::GET => vec![token, session, SecurityRequirement::new("share", none)],
        _ => vec![token, session.add("guard", none)],
    }
}

/// `getRoutersIdInterfaces`.
fn operation_id(method: &Method, path: &str) -> String {
    let path = path.trim_start_matches("/api").trim_start_matches("/v1");
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    method.as_str().to_ascii_lowercase() + &words.collect::<String>()
}

/// `/api/v1/NAME?router=` is also `/api/v1/routers/{id}/NAME`, by the same handler.
pub(super) fn also_of_one_router(whole: &mut OpenApi, name: &str) {
    let Some(item) = whole.paths.paths.get(&format!("/api/v1/{name}")) else { return };
    let mut item = item.clone();
    for (_, operation) in operations(&mut item) {
        let id = ParameterBuilder::new().name("id").parameter_in(ParameterIn::Path).required(Required::True);
        let id = id.description(Some("A router's id")).schema(Some(String::schema()));
        operation.parameters.get_or_insert_default().insert(0, id.build().into());
    }
    whole.paths.paths.insert(format!("/api/v1/routers/{{id}}/{name}"), item);
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [
        (Method::GET, get),
        (Method::PUT, put),
        (Method::POST, post),
        (Method::DELETE, delete),
        (Method::PATCH, patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_named_by_its_method_and_path() {
        assert_eq!(operation_id(&Method::GET, "/api/v1/routers/{id}/interfaces"), "getRoutersIdInterfaces");
        assert_eq!(operation_id(&Method::GET, "/api/interface-stats"), "getInterfaceStats");
    }
}

//! Answers in JSON that no cache may keep.

use actix_web::HttpResponse;
use serde::Serialize;

/// `200 OK` with `body`.
pub(crate) fn answer(body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(body)
}

/// `201 Created` with `body`.
pub(crate) fn created(body: impl Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(body)
}

/// `204 No Content`.
pub(crate) fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

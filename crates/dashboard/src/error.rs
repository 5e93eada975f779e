//! What can be wrong with the pages themselves.

use actix_web::HttpResponse;

/// The pages cannot be made. All of it is embedded, so this is a fault of the build.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A template does not compile.
    #[error("template: {0}")]
    Template(#[from] tera::Error),
    /// A language's texts cannot be read.
    #[error("texts: {0}")]
    Texts(#[from] serde_json::Error),
}

/// Where there is such a page and it cannot be made.
pub(crate) fn cannot_be_made() -> HttpResponse {
    HttpResponse::InternalServerError().content_type("text/plain").body("the page cannot be made")
}

//! What the API answers where it has no such path, or no such method for it.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::problem::Problem;

/// The path exists, but not for this method. `HEAD` works for every path that can be read.
pub(crate) async fn wrong_method(request: HttpRequest) -> HttpResponse {
    if request.method() == Method::HEAD {
        return HttpResponse::Ok().finish();
    }
    Problem::method_not_allowed().error_response()
}

/// The API has no such path.
pub(crate) async fn no_such_path() -> HttpResponse {
    Problem::not_found().error_response()
}

//! What the API answers where it has no such path, or no such method for it.

use std::collections::HashMap;

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::problem::Problem;

/// Says the methods of each path, by the pattern that it is routed by; what is not listed can be read.
#[derive(Debug)]
pub(crate) struct Methods(pub(crate) fn() -> &'static HashMap<String, Vec<String>>);

/// The path exists, but not for this method. `HEAD` works for every path that can be read.
pub(crate) async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let known = request.app_data::<Data<Methods>>().zip(request.match_pattern());
    let methods = known.and_then(|(methods, pattern)| (methods.0)().get(&pattern).cloned());
    let methods = methods.unwrap_or_else(|| vec![Method::GET.to_string()]);
    if request.method() == Method::HEAD && methods.iter().any(|method| method == Method::GET.as_str()) {
        return HttpResponse::Ok().finish();
    }
    let methods = methods.join(", ");
    let mut answer = Problem::method_not_allowed(&methods).error_response();
    if let Ok(value) = HeaderValue::from_str(&methods) {
        answer.headers_mut().insert(ALLOW, value);
    }
    answer
}

/// The API has no such path.
pub(crate) async fn no_such_path() -> HttpResponse {
    Problem::not_found().error_response()
}

//! What a request may carry, and what is said of one that cannot be read.

use actix_web::web::{JsonConfig, PathConfig, ServiceConfig};

use crate::Problem;
use crate::server::body_limit::{LARGEST, problem};

/// Adds the bounds to an application: a body that is too large or no JSON is a problem like any other.
pub fn bodies(config: &mut ServiceConfig) {
    let json = JsonConfig::default().limit(LARGEST).error_handler(|error, _| problem(error).into());
    config.app_data(json).app_data(PathConfig::default().error_handler(|_, _| Problem::not_found().into()));
}

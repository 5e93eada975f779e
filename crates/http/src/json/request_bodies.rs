//! Limits for what request bodies and paths may contain, with a problem document for what cannot be read.

use actix_web::error::{JsonPayloadError, PayloadError};
use actix_web::web::{JsonConfig, PathConfig, ServiceConfig};

use crate::server::LARGEST_BODY;

use super::problem::Problem;

/// Adds the limits to an application: a body that is too large or no JSON is answered with a problem, as any other error.
pub fn request_bodies(config: &mut ServiceConfig) {
    let json = JsonConfig::default().limit(LARGEST_BODY).error_handler(|error, _| unreadable(error).into());
    config.app_data(json).app_data(PathConfig::default().error_handler(|_, _| Problem::not_found().into()));
}

/// Why a body could not be read.
fn unreadable(error: JsonPayloadError) -> Problem {
    match error {
        JsonPayloadError::Payload(PayloadError::Overflow)
        | JsonPayloadError::Overflow { .. }
        | JsonPayloadError::OverflowKnownLength { .. } => Problem::too_large(LARGEST_BODY),
        JsonPayloadError::Payload(PayloadError::Io(error)) if error.kind() == std::io::ErrorKind::TimedOut => {
            Problem::too_slow()
        }
        error => Problem::bad_parameter("body", error),
    }
}

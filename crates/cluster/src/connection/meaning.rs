//! What JetStream's refusals mean.

use crate::error::Error;

/// What JetStream's own refusals mean.
pub(crate) fn said(error: &async_nats::jetstream::Error) -> Error {
    match error.error_code().0 {
        // Another write of the same key is on its way.
        WRONG_LAST_SEQUENCE_IN_FLIGHT | 10071 => Error::Conflict,
        10059 => Error::NoBucket("that was looked for".into()),
        10039 | 10076 => Error::NoJetStream,
        10047 | 10023 => Error::TooLarge(error.to_string()),
        10008 | 10009 => Error::NoLeader,
        _ => Error::Server(error.to_string()),
    }
}

/// Newer servers refuse this way; the library has no name for it.
const WRONG_LAST_SEQUENCE_IN_FLIGHT: u64 = 10164;

//! An error for sources whose own error type cannot say that a time limit ran out.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lalin_stats::ReadError;

/// The error of a source that fails with an `E`: that error, or one of a decorator.
///
/// `?` makes one of an `E`. It is shared rather than cloned, so that `E` need not be `Clone`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E> {
    /// The source failed.
    #[error("{0}")]
    Source(Arc<E>),
    /// The read was given up.
    #[error("no answer within {} ms", after.as_millis())]
    TimedOut {
        /// After this time.
        after: Duration,
    },
    /// A bug on our side, such as a source that panicked.
    #[error("internal failure: {detail}")]
    Internal {
        /// What happened.
        detail: Arc<str>,
    },
}

impl<E> From<E> for Error<E> {
    fn from(error: E) -> Self {
        Self::Source(Arc::new(error))
    }
}

// Derived it would ask for `E: Clone`.
impl<E> Clone for Error<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Source(error) => Self::Source(error.clone()),
            Self::TimedOut { after } => Self::TimedOut { after: *after },
            Self::Internal { detail } => Self::Internal { detail: detail.clone() },
        }
    }
}

impl<E: fmt::Display + Send + Sync + 'static> ReadError for Error<E> {
    fn timed_out(after: Duration) -> Self {
        Self::TimedOut { after }
    }

    fn internal(detail: &str) -> Self {
        Self::Internal { detail: detail.into() }
    }

    fn is_internal(&self) -> bool {
        matches!(self, Self::Internal { .. })
    }
}

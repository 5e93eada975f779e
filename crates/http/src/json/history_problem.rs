//! What is wrong with the history, as the client is told.

use actix_web::http::StatusCode;

use super::problem::Problem;

impl Problem {
    pub(crate) fn of_history(error: &lalin_history::Error) -> Self {
        use lalin_history::Error;
        match error {
            Error::Question(detail) => Self::bad_parameter("query", detail),
            // It was forgotten between two questions.
            Error::NoLine => Self::unknown_line(""),
            Error::Store { fault, detail } => Self::of_history_store(*fault, detail),
            other => {
                // What is wrong inside is for the log.
                tracing::error!(error = %other, "history");
                Self::history_unreadable()
            }
        }
    }

    /// The store that has the samples gives no whole answer. Its own words are for the log: they may name addresses.
    fn of_history_store(fault: lalin_history::StoreFault, said: &str) -> Self {
        use lalin_history::StoreFault;
        tracing::warn!(fault = fault.code(), said, "the store of the history");
        let (status, code, detail) = match fault {
            StoreFault::TooSlow => (
                StatusCode::GATEWAY_TIMEOUT,
                "history-slow",
                "the store of the history did not answer in time: ask for less, or later",
            ),
            StoreFault::Refused => (
                StatusCode::BAD_GATEWAY,
                "history-refused",
                "the store of the history refuses the question, perhaps as too large: ask for less; the log says more",
            ),
            StoreFault::Partial => (
                StatusCode::BAD_GATEWAY,
                "history-partial",
                "the store of the history has only a part of its data at hand: nothing is shown rather than too little",
            ),
            StoreFault::Unreachable => {
                (StatusCode::BAD_GATEWAY, "history-unreachable", "the store of the history cannot be reached")
            }
            _ => (
                StatusCode::BAD_GATEWAY,
                "history-refused",
                "the store of the history does not let us in, or is none; the log says more",
            ),
        };
        Self::new(status, code, "the history's store", detail).retry_after(10)
    }
}

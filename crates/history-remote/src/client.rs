//! One question to a store, and what became of it. It blocks its thread: whoever asks has one that may wait.

use std::time::Duration;

use lalin_history::{Error as HistoryError, PromQl, Series, StoreFault, When};
use lalin_remote_write::Credentials;
use tokio::runtime::Handle;

use crate::answer::{said, series};
use crate::{Address, Error};

/// The longest a question may take.
const LIMIT: Duration = Duration::from_secs(15);
/// A larger answer is not read.
const MOST_BYTES: usize = 256 << 20;
/// A longer time to answer than to begin with.
const CONNECT: Duration = Duration::from_secs(3);

/// Asks a store.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    address: Address,
    runtime: Handle,
}

impl Client {
    /// Must be called inside a tokio runtime, and where TLS has a provider.
    ///
    /// # Errors
    /// There is no HTTP client.
    pub fn new(address: Address) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            .timeout(LIMIT)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("lalin/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::Client(error.to_string()))?;
        Ok(Self { http, address, runtime: Handle::current() })
    }

    async fn answer(&self, promql: &str, when: When) -> Result<Vec<u8>, HistoryError> {
        let seconds = |ms: i64| format!("{}.{:03}", ms.div_euclid(1_000), ms.rem_euclid(1_000));
        let mut form = vec![("query", promql.to_owned())];
        let question = match when {
            When::At(at_ms) => {
                form.push(("time", seconds(at_ms)));
                "query"
            }
            When::Range { from_ms, to_ms, step_ms } => {
                form.extend([("start", seconds(from_ms)), ("end", seconds(to_ms)), ("step", seconds(step_ms))]);
                "query_range"
            }
        };
        // VictoriaMetrics would move the range to where its cache is, and leave out the last half minute.
        form.push(("nocache", "1".to_owned()));
        form.push(("timeout", format!("{}s", LIMIT.as_secs())));
        let request = self.http.post(self.address.of(question)).form(&form);
        let request = match &self.address.credentials {
            Credentials::None => request,
            Credentials::Bearer(token) => request.bearer_auth(token),
            Credentials::Basic(user, password) => request.basic_auth(user, Some(password)),
        };
        let request = match &self.address.tenant {
            Some(tenant) => request.header("X-Scope-OrgID", tenant),
            None => request,
        };
        let mut answer = request.send().await.map_err(|error| failed(&error))?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
            if body.len() + chunk.len() > MOST_BYTES {
                let detail = format!("an answer of more than {} MB", MOST_BYTES >> 20);
                return Err(HistoryError::Store { fault: StoreFault::Refused, detail });
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(body);
        }
        let fault = match status.as_u16() {
            401 | 403 | 404 | 405 | 407 => StoreFault::Denied,
            408 | 504 => StoreFault::TooSlow,
            502 => StoreFault::Unreachable,
            503 if said(&body).contains("timed out") => StoreFault::TooSlow,
            _ => StoreFault::Refused,
        };
        Err(HistoryError::Store { fault, detail: format!("{} {}", status.as_u16(), said(&body)) })
    }
}

/// The address may hold a secret, so it is not told.
fn failed(error: &reqwest::Error) -> HistoryError {
    let fault = if error.is_timeout() { StoreFault::TooSlow } else { StoreFault::Unreachable };
    let mut detail = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        detail = error.to_string();
        cause = error.source();
    }
    HistoryError::Store { fault, detail }
}

impl PromQl for Client {
    fn ask(&self, promql: &str, when: When) -> Result<Vec<Series>, HistoryError> {
        let begun = tokio::time::Instant::now();
        let answered = self.runtime.block_on(self.answer(promql, when)).and_then(|body| series(&body));
        let took_ms = begun.elapsed().as_millis();
        match &answered {
            Ok(series) => {
                let samples: usize = series.iter().map(|series| series.samples.len()).sum();
                tracing::debug!(promql, ?when, took_ms, series = series.len(), samples, "the store was asked");
            }
            Err(error) => tracing::debug!(promql, ?when, took_ms, %error, "the store was asked"),
        }
        answered
    }
}

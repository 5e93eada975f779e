//! The receiver: one request to it, and the version that it takes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::Error;
use crate::settings::{Credentials, Protocol, Settings};
use crate::wire::{Sample, Version, body};

use super::answer::Answer;

/// The longest a request may take.
const LIMIT: Duration = Duration::from_secs(15);
/// So much of an answer is read.
const MOST_SAID: usize = 4_096;

/// Where samples are sent.
pub(crate) struct Receiver {
    client: Client,
    settings: Settings,
    /// It has not proven that it takes 2.0.
    only_first: AtomicBool,
}

impl Receiver {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        let client = Client::builder()
            .timeout(LIMIT)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("lalin/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::Client(error.to_string()))?;
        let only_first = AtomicBool::new(settings.protocol == Protocol::V1);
        Ok(Self { client, settings, only_first })
    }

    /// The version that is spoken now.
    pub(super) fn version(&self) -> Version {
        if self.only_first.load(Ordering::Relaxed) { Version::V1 } else { Version::V2 }
    }

    /// It does not take 2.0. Whether there is another one to try.
    pub(super) fn without_second(&self) -> bool {
        if self.settings.protocol == Protocol::V2 {
            return false;
        }
        if !self.only_first.swap(true, Ordering::Relaxed) {
            tracing::info!("the receiver of remote write does not prove that it stores version 2.0: 1.0 is spoken");
        }
        true
    }

    /// Sends these samples once.
    pub(super) async fn send(&self, version: Version, samples: &[Sample]) -> Answer {
        let body = body(version, samples, &self.settings.labels);
        let request = self
            .client
            .post(self.settings.url.clone())
            .header(CONTENT_TYPE, version.content_type())
            .header(CONTENT_ENCODING, "snappy")
            .header("X-Prometheus-Remote-Write-Version", version.number());
        let request = match &self.settings.credentials {
            Credentials::None => request,
            Credentials::Bearer(token) => request.bearer_auth(token),
            Credentials::Basic(user, password) => request.basic_auth(user, Some(password)),
        };
        let request = match &self.settings.tenant {
            Some(tenant) => request.header("X-Scope-OrgID", tenant),
            None => request,
        };
        match request.body(body).send().await {
            Ok(mut answer) => {
                let mut said = Vec::new();
                while let (true, Ok(Some(chunk))) = (said.len() < MOST_SAID, answer.chunk().await) {
                    said.extend_from_slice(&chunk);
                }
                let said = String::from_utf8_lossy(&said);
                Answer::of(version, samples.len() as u64, answer.status(), answer.headers(), &said)
            }
            // Where it did not even connect, nothing was sent. The address may hold a secret.
            Err(error) => {
                let unknown = !error.is_connect();
                Answer::Again { after: None, unknown, why: error.without_url().to_string() }
            }
        }
    }
}

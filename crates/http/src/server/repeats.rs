//! Answers that are given again without asking the application: the same bytes to requests whose heads are the same, for as
//! long as the route says that they hold (see `Repeatable`).
//!
//! Dashboards that poll send the same head each time, and many of them the same one. Who asks, and what for, is all in the
//! head and the address, so what was decided for one request holds for the next, until something changes: who may do what,
//! the routers, the sample, the moment (20 ms at most), or anything at all by a request that is no GET. Each worker keeps
//! its own, so no lock is taken.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_http::header::{AGE, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use actix_http::{Method, Request, Response, StatusCode, Uri, Version};
use bytes::Bytes;
use tokio::time::Instant;

use crate::answers::Repeatable;
use crate::json::millis;

/// The most answers of a worker.
const MOST: usize = 64;
/// A head with more fields is not looked up.
const MOST_FIELDS: usize = 40;
const AGE_MS: HeaderName = HeaderName::from_static("x-lalin-age-ms");

/// The answers that one worker may repeat.
pub(super) struct Repeats {
    hasher: RandomState,
    answers: RefCell<HashMap<u64, Answer>>,
    changes: Changes,
}

/// Counts the requests of all workers that may have changed something.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Arc<AtomicU64>);

/// A request that may change something is under way.
pub(super) struct Change(Changes);

/// All of a request that an answer can depend on.
#[derive(Clone)]
pub(super) struct Head {
    peer: Option<IpAddr>,
    version: Version,
    uri: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
}

struct Answer {
    head: Head,
    status: StatusCode,
    /// Without its age.
    headers: Vec<(HeaderName, HeaderValue)>,
    changes: u64,
    repeatable: Repeatable,
}

/// What is looked up: a head by its hash.
#[derive(Clone, Copy)]
pub(super) struct Place {
    hash: u64,
    changes: u64,
}

impl Changes {
    /// What this request changes is in effect before the guard is dropped.
    pub(super) fn begin(&self, request: &Request) -> Option<Change> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        (!reads).then(|| Change(self.clone()))
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl Repeats {
    pub(super) fn new(changes: Changes) -> Self {
        Self { hasher: RandomState::new(), answers: RefCell::default(), changes }
    }

    pub(super) fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Where the answer to this request is kept, if it can be.
    pub(super) fn place(&self, request: &Request) -> Option<Place> {
        let head = request.head();
        if head.method != Method::GET || !head.uri.path().contains("/api/") || head.headers.len() > MOST_FIELDS {
            return None;
        }
        // Fields come in any order, so their hashes are added.
        let mut hash = self.hasher.hash_one(head.uri.path_and_query());
        for field in &head.headers {
            hash = hash.wrapping_add(self.hasher.hash_one(field));
        }
        Some(Place { hash, changes: self.changes.0.load(Ordering::Acquire) })
    }

    /// The answer to this request, if it was given a moment ago and still holds.
    pub(super) fn repeated(&self, request: &Request, place: Place) -> Option<Response<Bytes>> {
        let answers = self.answers.borrow();
        let answer = answers.get(&place.hash)?;
        let now = Instant::now();
        if answer.changes != place.changes || !answer.head.is_of(request) || !answer.repeatable.holds(now) {
            return None;
        }
        answer.repeatable.asked.once_more();
        let mut response = Response::with_body(answer.status, answer.repeatable.body.clone());
        // One after the other: a response that was used before has room for them, and a copy of all would need some anew.
        let headers = response.headers_mut();
        for (name, value) in &answer.headers {
            headers.append(name.clone(), value.clone());
        }
        let age = millis(now.saturating_duration_since(answer.repeatable.sampled));
        headers.insert(AGE, HeaderValue::from(age / 1_000));
        headers.insert(AGE_MS, HeaderValue::from(age));
        Some(response)
    }

    /// Keeps an answer that may be repeated.
    pub(super) fn keep<B>(&self, head: Head, place: Place, response: &mut Response<B>) {
        let Some(repeatable) = response.extensions_mut().remove::<Repeatable>() else { return };
        let mut answers = self.answers.borrow_mut();
        let now = Instant::now();
        // What is over would only hold the memory of its body.
        answers.retain(|_, answer| answer.repeatable.holds(now));
        if answers.len() >= MOST && !answers.contains_key(&place.hash) {
            answers.clear();
        }
        let (status, mut headers) = (response.status(), listed(response.headers()));
        headers.retain(|(name, _)| *name != AGE && *name != AGE_MS);
        answers.insert(place.hash, Answer { head, status, headers, changes: place.changes, repeatable });
    }
}

/// The fields, one after the other.
fn listed(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

impl Head {
    /// The head of a request that has no body and no field twice.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let head = request.head();
        let twice = head.headers.len() != head.headers.len_keys();
        if twice || head.headers.contains_key(CONTENT_LENGTH) || head.headers.contains_key(TRANSFER_ENCODING) {
            return None;
        }
        Some(Self {
            peer: head.peer_addr.map(|peer| peer.ip()),
            version: head.version,
            uri: head.uri.clone(),
            headers: listed(&head.headers),
        })
    }

    /// Whether it is the request's head. Of this one no field is there twice, so as many fields, of which each is the same,
    /// are all of the request's.
    fn is_of(&self, request: &Request) -> bool {
        let head = request.head();
        self.headers.len() == head.headers.len()
            && self.version == head.version
            && self.peer == head.peer_addr.map(|peer| peer.ip())
            && self.uri == head.uri
            && self.headers.iter().all(|(name, value)| head.headers.get(name) == Some(value))
    }
}

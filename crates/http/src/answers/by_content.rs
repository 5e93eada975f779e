//! Answers that depend on more than a router's sample: compressed once for their content, however often it is sent.
//!
//! Lists and what was recorded are mostly the same for many requests, though nobody can tell beforehand. So what was
//! compressed is kept beside what it was made of, and found by that.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, VARY};
use bytes::Bytes;

use super::compression::{Effort, SMALL, apart, compressed};
use super::encoding::{Accepted, Encoding};
use super::repeatable::Repeatable;

/// The most that is kept.
const MOST: usize = 64;
/// The most bytes that are kept, compressed and not.
const MOST_BYTES: usize = 8 << 20;

/// Contents that were compressed, the newest last.
#[derive(Debug, Default)]
pub(crate) struct ByContent {
    hasher: RandomState,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    all: VecDeque<Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    hash: u64,
    encoding: Encoding,
    plain: Bytes,
    small: Bytes,
}

impl ByContent {
    async fn compressed(&self, plain: Bytes, encoding: Encoding) -> Bytes {
        let hash = self.hasher.hash_one(&plain);
        let same = |entry: &&Entry| entry.hash == hash && entry.encoding == encoding && entry.plain == plain;
        let known =
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).all.iter().find(same).map(|one| one.small.clone());
        if let Some(known) = known {
            return known;
        }
        let whole = plain.clone();
        let Some(small) = apart(move || compressed(&whole, encoding, Effort::Usual)).await else { return plain };
        self.keep(Entry { hash, encoding, plain, small: small.clone() });
        small
    }

    fn keep(&self, entry: Entry) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += entry.bytes();
        kept.all.push_back(entry);
        while kept.all.len() > MOST || kept.bytes > MOST_BYTES {
            let Some(oldest) = kept.all.pop_front() else { return };
            kept.bytes -= oldest.bytes();
        }
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        self.plain.len() + self.small.len()
    }
}

/// The answer as its client accepts it. Only what is whole and text is compressed: streams are sent as they come, pages and
/// their scripts are compressed where they are kept, and pictures are already small.
pub(crate) async fn encoded<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    contents: &ByContent,
) -> ServiceResponse<EitherBody<B>> {
    let BodySize::Sized(size) = response.response().body().size() else { return response.map_into_left_body() };
    let is_plain = !response.headers().contains_key(CONTENT_ENCODING)
        && matches!(response.status(), StatusCode::OK | StatusCode::CREATED)
        && response.response().extensions().get::<Repeatable>().is_none();
    if !is_plain || !is_text(response.headers()) {
        return response.map_into_left_body();
    }
    let small = usize::try_from(size).is_ok_and(|size| size < SMALL);
    let encoding = match Accepted::of(response.request().headers()).choose(small) {
        Some(encoding @ (Encoding::Gzip | Encoding::Zstd)) => encoding,
        // Where nothing is accepted the plain body is at least readable.
        Some(Encoding::Identity) | None => {
            let mut response = response;
            response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
            return response.map_into_left_body();
        }
    };
    let (request, response) = response.into_parts();
    let (mut head, body) = response.into_parts();
    let plain = match body.try_into_bytes() {
        Ok(plain) => plain,
        Err(body) => return ServiceResponse::new(request, head.set_body(EitherBody::left(body))),
    };
    let small = contents.compressed(plain, encoding).await;
    head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    head.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
    ServiceResponse::new(request, head.set_body(EitherBody::right(BoxBody::new(small))))
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    ["application/json", "text/csv", "text/plain"].iter().any(|text| kind.starts_with(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn the_same_content_is_compressed_once_and_what_is_kept_is_bounded() {
        let contents = ByContent::default();
        let plain = Bytes::from("a line of a list ".repeat(1_000));
        let first = contents.compressed(plain.clone(), Encoding::Gzip).await;
        let again = contents.compressed(Bytes::from(plain.to_vec()), Encoding::Gzip).await;
        assert_eq!(first.as_ptr(), again.as_ptr(), "the very same bytes");
        assert!(first.len() < plain.len() / 10);
        let other = contents.compressed(plain.clone(), Encoding::Zstd).await;
        assert_ne!(first, other);
        for number in 0..2 * MOST {
            contents.compressed(Bytes::from(number.to_string().repeat(100_000)), Encoding::Gzip).await;
        }
        let kept = contents.kept.lock().unwrap();
        assert!(kept.all.len() <= MOST && kept.bytes <= MOST_BYTES);
        assert_eq!(kept.bytes, kept.all.iter().map(Entry::bytes).sum::<usize>());
    }
}

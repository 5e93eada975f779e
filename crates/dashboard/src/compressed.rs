//! What is sent to many: compressed when first asked for and kept so, rather than anew for each request, which would let a
//! few thousand requests for a page take the whole processor.

use std::io::Write;
use std::sync::OnceLock;

use actix_web::http::header::{AcceptEncoding, CONTENT_ENCODING, Encoding, Header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use flate2::Compression;
use flate2::write::GzEncoder;

/// A body in both forms.
#[derive(Debug)]
pub(crate) struct Compressed {
    plain: Bytes,
    /// `None` where it would not be smaller.
    gzip: OnceLock<Option<Bytes>>,
}

impl Compressed {
    pub(crate) fn new(plain: impl Into<Bytes>) -> Self {
        Self { plain: plain.into(), gzip: OnceLock::new() }
    }

    /// The body as it is.
    pub(crate) fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// The compressed form, where the client takes it.
    pub(crate) fn gzip_for(&self, request: &HttpRequest) -> Option<&Bytes> {
        takes_gzip(request).then(|| self.gzip()).flatten()
    }

    /// Ends an answer with it. The answer's `Vary` is to name `Accept-Encoding`.
    pub(crate) fn answer(&self, request: &HttpRequest, mut answer: HttpResponseBuilder) -> HttpResponse {
        match self.gzip_for(request) {
            Some(gzip) => answer.insert_header((CONTENT_ENCODING, "gzip")).body(gzip.clone()),
            // Said, so that a middleware that compresses leaves it as it is.
            None => answer.insert_header((CONTENT_ENCODING, "identity")).body(self.plain.clone()),
        }
    }

    /// Whether the answer to this request has to be compressed first, which takes long enough to hold up a worker's streams.
    pub(crate) fn is_to_be_made(&self, request: &HttpRequest) -> bool {
        self.gzip.get().is_none() && takes_gzip(request)
    }

    /// The compressed form, made now where it was not asked for before.
    pub(crate) fn gzip(&self) -> Option<&Bytes> {
        let compress = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&self.plain).ok()?;
            encoder.finish().ok().filter(|gzip| gzip.len() < self.plain.len()).map(Bytes::from)
        };
        self.gzip.get_or_init(compress).as_ref()
    }
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let ours = [Encoding::gzip(), Encoding::identity()];
    // Without the header anything could be sent; who sends none is a tool that would not unpack it.
    let header = request.headers().contains_key("Accept-Encoding").then(|| AcceptEncoding::parse(request));
    let chosen = header.and_then(Result::ok).and_then(|accepted| accepted.negotiate(ours.iter()));
    chosen == Some(Encoding::gzip())
}

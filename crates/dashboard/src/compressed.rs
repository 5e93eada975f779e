//! What is sent to many: compressed when first asked for and kept so, rather than anew for each request, which would let a
//! few thousand requests for a page take the whole processor.

use std::io::{Read, Write};
use std::sync::OnceLock;

use actix_web::http::header::{AcceptEncoding, CONTENT_ENCODING, Encoding, Header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// A body in both forms, each made when it is first asked for.
#[derive(Debug)]
pub(crate) struct Compressed {
    plain: OnceLock<Bytes>,
    /// `None` where it would not be smaller.
    gzip: OnceLock<Option<Bytes>>,
}

impl Compressed {
    pub(crate) fn new(plain: impl Into<Bytes>) -> Self {
        Self { plain: OnceLock::from(plain.into()), gzip: OnceLock::new() }
    }

    /// A file of the program: compressed where that is smaller.
    pub(crate) fn embedded(bytes: &'static [u8], gzip: bool) -> Self {
        let bytes = Bytes::from_static(bytes);
        match gzip {
            true => Self { plain: OnceLock::new(), gzip: OnceLock::from(Some(bytes)) },
            false => Self { plain: OnceLock::from(bytes), gzip: OnceLock::from(None) },
        }
    }

    /// The body as it is.
    pub(crate) fn plain(&self) -> &Bytes {
        self.plain.get_or_init(|| {
            let mut plain = Vec::new();
            let gzip = self.gzip.get().and_then(Option::as_ref);
            // It was compressed by ourselves, into memory: that cannot fail.
            let _ = gzip.map(|gzip| GzDecoder::new(&gzip[..]).read_to_end(&mut plain));
            Bytes::from(plain.into_boxed_slice())
        })
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
            None => answer.insert_header((CONTENT_ENCODING, "identity")).body(self.plain().clone()),
        }
    }

    /// The form to make first for this request, which takes long enough to hold up a worker's streams.
    pub(crate) fn to_be_made(&self, request: &HttpRequest) -> Option<Form> {
        match takes_gzip(request) {
            true if self.gzip.get().is_none() => Some(Form::Gzip),
            false if self.plain.get().is_none() => Some(Form::Plain),
            _ => None,
        }
    }

    pub(crate) fn make(&self, form: Form) {
        match form {
            Form::Gzip => drop(self.gzip()),
            Form::Plain => drop(self.plain()),
        }
    }

    fn gzip(&self) -> Option<&Bytes> {
        let compress = || {
            let plain = self.plain();
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(plain).ok()?;
            encoder.finish().ok().filter(|gzip| gzip.len() < plain.len()).map(Bytes::from)
        };
        self.gzip.get_or_init(compress).as_ref()
    }
}

/// How a body is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Plain,
    Gzip,
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let ours = [Encoding::gzip(), Encoding::identity()];
    // Without the header anything could be sent; who sends none is a tool that would not unpack it.
    let header = request.headers().contains_key("Accept-Encoding").then(|| AcceptEncoding::parse(request));
    let chosen = header.and_then(Result::ok).and_then(|accepted| accepted.negotiate(ours.iter()));
    chosen == Some(Encoding::gzip())
}

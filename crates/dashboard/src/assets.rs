//! The web assets, embedded in the program, under an address that changes with their content; compressed when first
//! asked for, and kept so. They are public: pages of other origins may load them.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ETAG, EntityTag, Header, IfNoneMatch, VARY};
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::compressed::Compressed;

/// What the build script made: `FINGERPRINT`, `FILES`, `SHEETS`, `TEMPLATES` and `PAGES`.
pub(crate) mod generated {
    use super::File;

    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

/// A file of the program.
#[derive(Debug)]
pub(crate) struct File {
    path: &'static str,
    /// A number of its content.
    tag: &'static str,
    /// Whether it is kept compressed.
    gzip: bool,
    bytes: &'static [u8],
}

/// May be kept for ever: another content has another address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// May be kept, and is asked about each time.
const ASK_AGAIN: &str = "no-cache";

/// All files, in the order of their paths.
#[derive(Debug)]
pub(crate) struct Assets(Vec<(&'static str, Asset)>);

impl Assets {
    pub(crate) fn new() -> Self {
        Self(generated::FILES.iter().map(|file| (file.path, Asset::embedded(file))).collect())
    }

    fn get(&self, path: &str) -> Option<&Asset> {
        let place = self.0.binary_search_by(|(known, _)| (*known).cmp(path)).ok()?;
        self.0.get(place).map(|(_, asset)| asset)
    }
}

/// A file's text; empty where there is none.
pub(crate) fn text(path: &str) -> String {
    let file = generated::FILES.iter().find(|file| file.path == path).map(Asset::embedded);
    file.map(|file| String::from_utf8_lossy(file.body.plain()).into_owned()).unwrap_or_default()
}

/// What is in a joined style sheet: the paths, with spaces between.
pub(crate) fn parts(sheet: &str) -> &'static str {
    generated::SHEETS.iter().find(|(path, _)| *path == sheet).map_or("", |(_, parts)| parts)
}

/// Without the room that it grew in: it is kept for as long as the program runs.
pub(crate) fn kept(text: String) -> Bytes {
    Bytes::from(text.into_boxed_str().into_boxed_bytes())
}

/// A public file.
#[derive(Debug)]
pub(crate) struct Asset {
    body: Compressed,
    tag: String,
}

impl Asset {
    pub(crate) fn new(plain: Bytes) -> Self {
        let mut hasher = DefaultHasher::new();
        plain.as_ref().hash(&mut hasher);
        Self { tag: format!("{:016x}", hasher.finish()), body: Compressed::new(plain) }
    }

    fn embedded(file: &File) -> Self {
        Self { tag: file.tag.to_owned(), body: Compressed::embedded(file.bytes, file.gzip) }
    }

    /// The answer to a request for this file.
    pub(crate) fn answer(&self, request: &HttpRequest, kind: &str, keep: &str) -> HttpResponse {
        // Each form is a representation of its own, and has a tag of its own.
        let tags = [self.tag.clone(), format!("{}-gz", self.tag)].map(EntityTag::new_strong);
        // A proxy that compresses makes the tag a weak one: still the same file.
        let known = match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| tags.iter().any(|tag| known.weak_eq(tag))),
            Ok(IfNoneMatch::Any) => true,
            Err(_) => false,
        };
        let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer
            .insert_header((CACHE_CONTROL, keep))
            .insert_header((ETAG, tags[usize::from(self.body.gzip_for(request).is_some())].to_string()))
            .insert_header((VARY, "Accept-Encoding"))
            .insert_header(("X-Content-Type-Options", "nosniff"));
        open_to_all(&mut answer);
        if known {
            return answer.finish();
        }
        answer.content_type(kind);
        self.body.answer(request, answer)
    }
}

/// Every page may load it, from wherever it is: a script that is a module needs to be allowed to.
fn open_to_all(answer: &mut HttpResponseBuilder) {
    answer.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    answer.insert_header(("Cross-Origin-Resource-Policy", "cross-origin"));
}

/// `GET /assets/{fingerprint}/{path}`
pub(crate) async fn get(path: web::Path<(String, String)>, request: HttpRequest, assets: Data<Assets>) -> HttpResponse {
    let (fingerprint, path) = path.into_inner();
    let Some(asset) = assets.get(&path) else {
        return HttpResponse::NotFound().content_type("text/plain").body("no such file");
    };
    if let Some(form) = asset.body.to_be_made(&request) {
        // Once for each file, and not on a thread that has streams to serve.
        let (assets, path) = (assets.clone(), path.clone());
        let _ = web::block(move || assets.get(&path).map(|asset| asset.body.make(form))).await;
    }
    // An address of another version is answered too, for a page that was open during an update, but never kept.
    let keep = if fingerprint == generated::FINGERPRINT { FOR_EVER } else { ASK_AGAIN };
    asset.answer(&request, kind(&path), keep)
}

/// `GET /embed.js`: its address stays, so it is small, and names what may be kept for ever.
#[derive(Debug)]
pub(crate) struct Entry(Asset);

impl Entry {
    pub(crate) fn new() -> Self {
        // Relative to its own address: the page that loads it is somebody else's.
        Self(Asset::new(Bytes::from(format!("import \"./assets/{}/embed/embed.js\";\n", generated::FINGERPRINT))))
    }
}

pub(crate) async fn entry(request: HttpRequest, entry: Data<Entry>) -> HttpResponse {
    entry.0.answer(&request, kind("embed.js"), ASK_AGAIN)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "text/plain; charset=utf-8",
    }
}

//! The web assets, embedded in the program, under an address that changes with their content.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::http::header::{CACHE_CONTROL, ETAG, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../web-assets/page"]
struct Own;

#[derive(Embed)]
#[folder = "../../web-assets/vendor"]
struct Vendored;

/// A number of all assets' contents: their address, so that a browser may keep them for ever.
pub(crate) fn fingerprint() -> String {
    let mut hasher = DefaultHasher::new();
    for name in Own::iter().chain(Vendored::iter()) {
        name.hash(&mut hasher);
        find(&name).map(|file| file.metadata.sha256_hash()).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn find(path: &str) -> Option<EmbeddedFile> {
    Own::get(path).or_else(|| Vendored::get(path.strip_prefix("vendor/").unwrap_or(path)))
}

/// `GET /assets/{fingerprint}/{path}`
pub(crate) async fn get(
    path: web::Path<(String, String)>,
    request: HttpRequest,
    current: web::Data<String>,
) -> HttpResponse {
    let (fingerprint, path) = path.into_inner();
    let Some(file) = find(&path) else {
        return HttpResponse::NotFound().content_type("text/plain").body("no such file");
    };
    let tag: String = file.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = EntityTag::new_strong(tag);
    // A proxy that compresses makes the tag a weak one: still the same file.
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
        Ok(IfNoneMatch::Any) => true,
        Err(_) => false,
    };
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    // An address of another version is answered too, for a page that was open during an update, but never kept.
    let keep = if fingerprint == **current { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer.insert_header((CACHE_CONTROL, keep));
    answer.insert_header((ETAG, tag.to_string()));
    answer.insert_header(("X-Content-Type-Options", "nosniff"));
    if known {
        return answer.finish();
    }
    answer.content_type(kind(&path)).body(file.data.into_owned())
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

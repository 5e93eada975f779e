//! The web assets, embedded in the program, under an address that changes with their content; compressed when first
//! asked for, and kept so. They are public: pages of other origins may load them.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ETAG, EntityTag, Header, IfNoneMatch, VARY};
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use rust_embed::{Embed, EmbeddedFile};

use crate::bundle::{BundleFault, bundle, join_sheets};
use crate::compressed::Compressed;
use crate::slim::slim;
use crate::{Error, made};

#[derive(Embed)]
#[folder = "../../web-assets/src"]
struct Own;

#[derive(Embed)]
#[folder = "../../web-assets/vendor"]
struct Vendored;

/// May be kept for ever: another content has another address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// May be kept, and is asked about each time.
const ASK_AGAIN: &str = "no-cache";

/// All files, by path.
#[derive(Debug)]
pub(crate) struct Assets {
    files: BTreeMap<String, Asset>,
    /// The modules in whose place a joined file stands.
    modules: BTreeMap<String, Bytes>,
    /// Of a joined style sheet, what is in it.
    parts: BTreeMap<String, Vec<String>>,
    fingerprint: String,
}

impl Assets {
    /// # Errors
    /// [`Error`] when the texts that some files are made of cannot be read.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut files = BTreeMap::new();
        for name in Own::iter() {
            let slimmed = Own::get(&name).map(|file| {
                let text = if name.ends_with(".js") || name.ends_with(".css") {
                    std::str::from_utf8(&file.data).ok()
                } else {
                    None
                };
                text.map(|text| kept(slim(text))).unwrap_or_else(|| contents(file))
            });
            files.extend(slimmed.map(|contents| (name.into_owned(), contents)));
        }
        for name in Vendored::iter() {
            files.extend(Vendored::get(&name).map(|file| (format!("vendor/{name}"), contents(file))));
        }
        let derived = made::files(|name| files.get(name).cloned())?;
        files.extend(derived);
        let text = |path: &str| files.get(path).map(|file| String::from_utf8_lossy(file).into_owned());
        let sheets = join_sheets(files.keys().map(String::as_str), text).map_err(broken)?;
        let mut parts = BTreeMap::new();
        for (path, sheet) in sheets {
            files.insert(path.clone(), kept(sheet.text));
            parts.insert(path, sheet.parts);
        }
        let mut modules = BTreeMap::new();
        for (path, joined) in bundle(|path| source(path, &files)).map_err(broken)? {
            modules.extend(files.insert(path.clone(), kept(joined)).map(|module| (path, module)));
        }
        let mut hasher = DefaultHasher::new();
        for (name, contents) in &files {
            (name, contents.as_ref()).hash(&mut hasher);
        }
        let fingerprint = format!("{:016x}", hasher.finish());
        let files = files.into_iter().map(|(name, contents)| (name, Asset::new(contents))).collect();
        Ok(Self { files, modules, parts, fingerprint })
    }

    /// A file's text, of a module its own; empty where there is none.
    pub(crate) fn text(&self, path: &str) -> String {
        let module = self.modules.get(path).map(|module| &module[..]);
        let file = module.or_else(|| self.files.get(path).map(|file| file.body.plain()));
        file.map(|file| String::from_utf8_lossy(file).into_owned()).unwrap_or_default()
    }

    /// Without what only the making of pages asks for.
    pub(crate) fn served(self) -> Self {
        Self { modules: BTreeMap::new(), parts: BTreeMap::new(), ..self }
    }

    /// What is in a joined style sheet, by path.
    pub(crate) fn parts(&self, sheet: &str) -> &[String] {
        self.parts.get(sheet).map_or(&[], Vec::as_slice)
    }

    /// A number of all assets' contents: their address, so that a browser may keep them for ever.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

fn broken(fault: BundleFault) -> Error {
    Error::Bundle(fault.to_string())
}

/// A module as it was written, or made.
fn source(path: &str, files: &BTreeMap<String, Bytes>) -> Option<String> {
    let written = Own::get(path).map(|file| String::from_utf8_lossy(&file.data).into_owned());
    written.or_else(|| files.get(path).map(|file| String::from_utf8_lossy(file).into_owned()))
}

/// Without the room that it grew in: it is kept for as long as the program runs.
pub(crate) fn kept(text: String) -> Bytes {
    Bytes::from(text.into_boxed_str().into_boxed_bytes())
}

/// What is embedded is not copied.
fn contents(file: EmbeddedFile) -> Bytes {
    match file.data {
        std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
        std::borrow::Cow::Owned(data) => Bytes::from(data),
    }
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
    let Some(asset) = assets.files.get(&path) else {
        return HttpResponse::NotFound().content_type("text/plain").body("no such file");
    };
    if asset.body.is_to_be_made(&request) {
        // Once for each file, and not on a thread that has streams to serve.
        let (assets, path) = (assets.clone(), path.clone());
        let made = move || assets.files.get(&path).is_some_and(|asset| asset.body.gzip().is_some());
        let _ = web::block(made).await;
    }
    // An address of another version is answered too, for a page that was open during an update, but never kept.
    let keep = if fingerprint == assets.fingerprint { FOR_EVER } else { ASK_AGAIN };
    asset.answer(&request, kind(&path), keep)
}

/// `GET /embed.js`: its address stays, so it is small, and names what may be kept for ever.
#[derive(Debug)]
pub(crate) struct Entry(Asset);

impl Entry {
    pub(crate) fn new(assets: &Assets) -> Self {
        // Relative to its own address: the page that loads it is somebody else's.
        Self(Asset::new(Bytes::from(format!("import \"./assets/{}/embed/embed.js\";\n", assets.fingerprint()))))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{ENTRIES, SOON};

    #[test]
    fn the_pages_scripts_are_joined_and_their_sources_still_known() {
        let assets = Assets::new().unwrap();
        let joined = |path: &str| String::from_utf8_lossy(assets.files[path].body.plain()).into_owned();
        for entry in ENTRIES {
            let text = joined(entry);
            assert!(text.starts_with("const $modules = "), "{entry}");
            assert!(!text.lines().any(|line| line.starts_with("import ")), "{entry}");
            assert!(assets.text(entry).contains("import {"), "{entry}");
        }
        let soon = joined(SOON);
        assert!(
            soon.contains("$modules[\"legend/legend-table.js\"] ??=") && soon.ends_with("export default $modules;\n")
        );
        let (page, later) = (joined("app/dashboard.js"), joined("account/share-dialog.js"));
        assert!(
            page.contains("$modules[\"shared/format.js\"] ??=")
                && !later.contains("$modules[\"shared/format.js\"] ??=")
        );
        assert!(!joined("app/offline.js").contains("import "), "it stands alone");
    }
}

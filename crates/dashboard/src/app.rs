//! What makes the pages an app that a phone or a desktop installs: its manifest, its service worker, and the page that
//! is there without the server.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;
use tera::{Context, Tera};

use crate::assets;
use crate::assets::generated::FINGERPRINT;
use crate::compressed::Compressed;
use crate::error::cannot_be_made;
use crate::texts::{self, Texts};
use crate::{Error, Lang};

/// The texts of the page without a server, which may be asked for in either language when no server can.
const OFFLINE: &[&str] = &["offline_", "age.", "try_now"];
/// Everything from our own address only. It asks the server whether it is back.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The three files, made when one is first asked for: a server that nobody looks at reads no texts.
#[derive(Debug)]
pub(crate) struct App {
    base: String,
    default: Lang,
    /// `None` where they cannot be made, which a test keeps from happening.
    files: OnceLock<Option<Files>>,
}

#[derive(Debug)]
struct Files {
    manifests: Vec<(Lang, Compressed)>,
    worker: Compressed,
    offline: Compressed,
}

impl App {
    pub(crate) fn new(base: &str, default: Lang) -> Self {
        Self { base: base.to_owned(), default, files: OnceLock::new() }
    }

    fn files(&self) -> Option<&Files> {
        self.files.get_or_init(|| Files::new(&self.base, self.default).ok()).as_ref()
    }
}

impl Files {
    fn new(base: &str, default: Lang) -> Result<Self, Error> {
        let texts = texts::all()?;
        let path = format!("{base}/assets/{FINGERPRINT}");
        let manifests =
            texts.iter().map(|(lang, texts)| (*lang, Compressed::new(manifest(*lang, texts, base, &path).to_string())));
        let place = json!({ "base": base, "assets": path });
        let worker = format!("globalThis.LALIN = {place};\n{}", assets::text("app/service-worker.js"));
        let offline = offline(&texts, base, &path, default)?;
        Ok(Self { manifests: manifests.collect(), worker: Compressed::new(worker), offline: Compressed::new(offline) })
    }
}

fn manifest(lang: Lang, texts: &Texts, base: &str, assets: &str) -> serde_json::Value {
    let text = |key: &str| texts.get(key).cloned().unwrap_or_default();
    let icon = |file: &str, sizes: &str, purpose: &str| {
        let kind = if file.ends_with("svg") { "image/svg+xml" } else { "image/png" };
        json!({ "src": format!("{assets}/shared/{file}"), "sizes": sizes, "type": kind, "purpose": purpose })
    };
    let shortcut = |name: &str, path: &str| json!({ "name": text(name), "url": format!("{base}{path}") });
    json!({
        "id": format!("{base}/"),
        "name": "Lalin",
        "short_name": "Lalin",
        "description": text("app_description"),
        "lang": lang.code(),
        "dir": "ltr",
        "start_url": format!("{base}/prepaid/dashboard"),
        "scope": format!("{base}/"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#2563eb",
        "icons": [
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable-512.png", "512x512", "maskable"),
            icon("icon.svg", "any", "any"),
        ],
        "shortcuts": [shortcut("site_dashboard", "/prepaid/dashboard"), shortcut("site_fleet", "/prepaid/fleet")],
    })
}

fn offline(texts: &[(Lang, Texts)], base: &str, assets: &str, default: Lang) -> Result<String, Error> {
    let mut tera = Tera::default();
    tera.add_raw_template("offline.html", include_str!("../templates/offline.html"))?;
    let mut all: BTreeMap<&str, Texts> = BTreeMap::new();
    for (lang, texts) in texts {
        let wanted = |key: &&String| OFFLINE.iter().any(|start| key.starts_with(start));
        let of_lang = texts.iter().filter(|(key, _)| wanted(key)).map(|(key, text)| (key.clone(), text.clone()));
        all.insert(lang.code(), of_lang.collect());
    }
    let mut context = Context::new();
    context.insert("lang", default.code());
    context.insert("assets", assets);
    context.insert("t", &all.get(default.code()));
    context.insert("data", &json!({ "lang": default.code(), "base": base, "texts": all }).to_string());
    Ok(tera.render("offline.html", &context)?)
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
}

/// `GET /manifest.webmanifest`: in the language of the page that names it.
pub(crate) async fn manifest_file(app: Data<App>, request: HttpRequest, asked: Option<Query<Asked>>) -> HttpResponse {
    let asked = asked.as_ref().and_then(|asked| asked.lang.as_deref());
    let lang = Lang::choose(asked, None, Lang::preferred_by(&request), app.default);
    let manifest = app.files().and_then(|files| files.manifests.iter().find(|(of, _)| *of == lang));
    let Some((_, manifest)) = manifest else { return cannot_be_made() };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("application/manifest+json")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "Accept-Encoding, Accept-Language"))
        .insert_header(("X-Content-Type-Options", "nosniff"));
    manifest.answer(&request, answer)
}

/// `GET /service-worker.js`: its address stays, and a browser asks for it again with each visit.
pub(crate) async fn worker_file(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let Some(Files { worker, .. }) = app.files() else { return cannot_be_made() };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/javascript; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header(("X-Content-Type-Options", "nosniff"));
    worker.answer(&request, answer)
}

/// `GET /offline`: kept by the service worker.
pub(crate) async fn offline_page(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let Some(Files { offline, .. }) = app.files() else { return cannot_be_made() };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Content-Type-Options", "nosniff"));
    offline.answer(&request, answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_can_be_made_in_every_language() {
        for lang in Lang::ALL {
            let files = Files::new("/lalin", lang).unwrap();
            assert_eq!(files.manifests.len(), Lang::ALL.len());
            let offline = String::from_utf8_lossy(files.offline.plain()).into_owned();
            assert!(offline.contains(&format!("lang=\"{}\"", lang.code())), "{offline}");
        }
    }
}

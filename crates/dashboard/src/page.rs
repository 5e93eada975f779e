//! The routes of the pages.

use std::sync::Arc;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, VARY,
};
use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route, guard, web};
use serde::{Deserialize, Serialize};
use tera::{Context, Tera};

use crate::assets::{self, Assets, Entry};
use crate::embed::{self, EmbedPage};
use crate::texts::{self, Texts};
use crate::{Error, Lang};

/// What the pages need to know besides what the API tells them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The language where a browser names none of ours.
    pub lang: Lang,
    /// The program's version, to show.
    pub version: &'static str,
    /// The origins whose pages may frame `/embed`; none: only our own.
    pub embed: Vec<String>,
    /// Under which path a browser finds the pages, such as `/lalin`; empty: at the root.
    pub base_path: String,
}

/// The pages. Cheap to clone: one for each worker.
#[derive(Clone, Debug)]
pub struct Dashboard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    tera: Tera,
    texts: [(Lang, Texts); 2],
    assets: Data<Assets>,
    entry: Data<Entry>,
    embed: Data<EmbedPage>,
}

/// What the scripts read from the page.
#[derive(Serialize)]
struct PageData<'a> {
    lang: &'a str,
    version: &'a str,
    texts: &'a Texts,
}

#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

/// Everything from our own address only; no script or style in the page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The templates of whole pages, and what they include.
const TEMPLATES: &[(&str, &str)] = &[
    ("dashboard.html", include_str!("../templates/dashboard.html")),
    ("fleet.html", include_str!("../templates/fleet.html")),
    ("head.html", include_str!("../templates/head.html")),
    ("login.html", include_str!("../templates/login.html")),
    ("settings.html", include_str!("../templates/settings.html")),
    ("site.html", include_str!("../templates/site.html")),
];

impl Dashboard {
    /// Compiles the templates and reads the texts.
    ///
    /// # Errors
    /// [`Error`] when what was embedded is broken.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let mut tera = Tera::default();
        tera.add_raw_templates(TEMPLATES.iter().copied())?;
        let texts = [(Lang::Id, texts::of(Lang::Id)?), (Lang::En, texts::of(Lang::En)?)];
        let assets = Assets::new()?;
        let embed = EmbedPage::new(&texts, &assets_path(&settings, &assets), &settings.embed, settings.lang)?;
        let entry = Entry::new(&assets);
        let (assets, entry, embed) = (Data::new(assets), Data::new(entry), Data::new(embed));
        Ok(Self(Arc::new(Inner { settings, tera, texts, assets, entry, embed })))
    }

    /// Adds the routes to an application.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let dashboard = Data::new(self.clone());
        let icon = format!("{}/shared/icon.svg", assets_path(&self.0.settings, &self.0.assets));
        move |config| {
            config
                .app_data(dashboard.0.assets.clone())
                .app_data(dashboard.0.entry.clone())
                .app_data(dashboard.0.embed.clone())
                .app_data(dashboard)
                .route("/embed.js", read().to(assets::entry))
                .route("/embed", read().to(embed::get))
                .route("/", read().to(home))
                .route("/favicon.ico", read().to(move || to(icon.clone())))
                .route("/prepaid/dashboard", page("dashboard.html"))
                .route("/prepaid/fleet", page("fleet.html"))
                .route("/login", page("login.html"))
                .route("/settings", page("settings.html"))
                .route("/assets/{fingerprint}/{path:.*}", read().to(assets::get));
            for path in ["/prepaid/dashboard/", "/prepaid/fleet/", "/login/", "/settings/", "/embed/"] {
                config.route(path, read().to(without_slash));
            }
        }
    }

    /// A page in a language.
    fn render(&self, template: &str, lang: Lang) -> Result<String, Error> {
        let Inner { settings, tera, texts, assets, .. } = &*self.0;
        let texts = texts.iter().find(|(of, _)| *of == lang).map_or(&texts[0].1, |(_, texts)| texts);
        let data = PageData { lang: lang.code(), version: settings.version, texts };
        let mut context = Context::new();
        context.insert("lang", lang.code());
        context.insert("version", settings.version);
        context.insert("base", &settings.base_path);
        context.insert("assets", &assets_path(settings, assets));
        context.insert("t", texts);
        context.insert("data", &serde_json::to_string(&data)?);
        Ok(tera.render(template, &context)?)
    }
}

/// Where a browser finds the assets.
fn assets_path(settings: &Settings, assets: &Assets) -> String {
    format!("{}/assets/{}", settings.base_path, assets.fingerprint())
}

/// GET, and HEAD, with which `curl -I` and watchdogs ask.
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// The dashboard, with whatever was asked of it.
async fn home(dashboard: Data<Dashboard>, request: HttpRequest) -> HttpResponse {
    let base = &dashboard.0.settings.base_path;
    match request.query_string() {
        "" => to(format!("{base}/prepaid/dashboard")).await,
        asked => to(format!("{base}/prepaid/dashboard?{asked}")).await,
    }
}

/// People and proxies put a slash behind a page's address. Relative, so that it holds under any path.
async fn without_slash(request: HttpRequest) -> HttpResponse {
    let page = request.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match request.query_string() {
        "" => to(format!("../{page}")).await,
        asked => to(format!("../{page}?{asked}")).await,
    }
}

async fn to(path: String) -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, path)).finish()
}

/// The route of a page.
fn page(template: &'static str) -> Route {
    read().to(move |dashboard: Data<Dashboard>, request: HttpRequest, asked: Option<Query<Asked>>| async move {
        answer(&dashboard, template, &request, asked.as_ref().and_then(|asked| asked.lang.as_deref()))
    })
}

fn answer(dashboard: &Dashboard, template: &str, request: &HttpRequest, asked: Option<&str>) -> HttpResponse {
    let remembered = request.cookie("lalin-lang");
    let remembered = remembered.as_ref().map(|cookie| cookie.value());
    let lang = Lang::choose(asked, remembered, Lang::preferred_by(request), dashboard.0.settings.lang);
    match dashboard.render(template, lang) {
        Ok(html) => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((CACHE_CONTROL, "no-cache"))
            .insert_header((CONTENT_LANGUAGE, lang.code()))
            .insert_header((VARY, "Accept-Language, Cookie"))
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((REFERRER_POLICY, "no-referrer"))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(html),
        // Every template is rendered by a test; this is for what no test foresees.
        Err(_) => HttpResponse::InternalServerError().content_type("text/plain").body("the page cannot be made"),
    }
}

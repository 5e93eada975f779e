//! The routes of the pages.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, VARY,
};
use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route, guard, web};
use serde::{Deserialize, Serialize};
use tera::{Context, Tera};

use crate::app::{self, App};
use crate::assets::generated::{FINGERPRINT, PAGES, TEMPLATES};
use crate::assets::{self, Assets, Entry};
use crate::compressed::Compressed;
use crate::embed::{self, EmbedOrigins, EmbedPage};
use crate::error::cannot_be_made;
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
    pub embed: EmbedOrigins,
    /// Under which path a browser finds the pages, such as `/lalin`; empty: at the root.
    pub base_path: String,
    /// The accounts of a demonstration; none: this is none.
    pub demo: Vec<DemoAccount>,
}

/// An account of a demonstration, told to whoever opens the pages.
#[derive(Clone, Debug, Serialize)]
pub struct DemoAccount {
    /// The name to log in with.
    pub name: String,
    /// Its password: no secret.
    pub password: String,
    /// `administrator` or `viewer`.
    pub role: &'static str,
}

/// The pages. Cheap to clone: one for each worker.
#[derive(Clone, Debug)]
pub struct Dashboard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    /// Each page in each language, made when it is first asked for and kept: what differs from visitor to visitor is asked
    /// for by the page's scripts. `None` where it cannot be made, which a test keeps from happening.
    pages: BTreeMap<(&'static str, &'static str), OnceLock<Option<Compressed>>>,
    assets: Data<Assets>,
    entry: Data<Entry>,
    embed: Data<EmbedPage>,
    app: Data<App>,
}

/// What the scripts read from the page.
#[derive(Serialize)]
struct PageData<'a> {
    lang: &'a str,
    version: &'a str,
    texts: &'a Texts,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    demo: &'a [DemoAccount],
}

#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

/// Everything from our own address only; no script or style in the page itself.
/// The tab's icon is made by the page: `data:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The texts that the dashboard's scripts need only later, by how their keys begin: a first visit does not wait for
/// them. What is loaded later takes them from `shared/words-LANG.js`.
const LATER: &[&str] = &[
    "audit.",
    "brief.",
    "by.",
    "by_",
    "cause.",
    "check_",
    "cluster_",
    "column.",
    "column_",
    "door_",
    "embed.",
    "fix.",
    "fleet_",
    "hand.",
    "help",
    "key.",
    "kind.",
    "life.",
    "mark_",
    "mend",
    "origins",
    "past",
    "problem.history",
    "rec_",
    "role.",
    "set_",
    "setup_",
    "share_",
    "wall_",
    "wan_",
];

impl Dashboard {
    /// Nothing is made before it is asked for.
    pub fn new(settings: Settings) -> Self {
        let assets = Assets::new();
        let embed = EmbedPage::new(&assets_path(&settings), settings.embed.clone(), settings.lang);
        let app = App::new(&settings.base_path, settings.lang);
        let places = PAGES.iter().flat_map(|(page, _)| Lang::ALL.map(|lang| (*page, lang.code())));
        let pages = places.map(|place| (place, OnceLock::new())).collect();
        let (assets, entry) = (Data::new(assets), Data::new(Entry::new()));
        let (embed, app) = (Data::new(embed), Data::new(app));
        Self(Arc::new(Inner { settings, pages, assets, entry, embed, app }))
    }

    /// Adds the routes to an application.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let dashboard = Data::new(self.clone());
        let icon = format!("{}/shared/icon.svg", assets_path(&self.0.settings));
        move |config| {
            config
                .app_data(dashboard.0.assets.clone())
                .app_data(dashboard.0.entry.clone())
                .app_data(dashboard.0.embed.clone())
                .app_data(dashboard.0.app.clone())
                .app_data(dashboard)
                .route("/manifest.webmanifest", read().to(app::manifest_file))
                .route("/service-worker.js", read().to(app::worker_file))
                .route("/offline", read().to(app::offline_page))
                .route("/embed.js", read().to(assets::entry))
                .route("/embed", read().to(embed::get))
                .route("/", read().to(home))
                .route("/favicon.ico", read().to(move || to(icon.clone())))
                .route("/prepaid/dashboard", page("dashboard.html"))
                .route("/prepaid/fleet", page("fleet.html"))
                .route("/prepaid/usage", page("usage.html"))
                .route("/prepaid/report", page("report.html"))
                .route("/prepaid/api", page("description.html"))
                .route("/login", page("login.html"))
                .route("/prepaid/alerts", page("alerts.html"))
                .route("/settings", page("settings.html"))
                .route("/assets/{fingerprint}/{path:.*}", read().to(assets::get));
            for path in [
                "/prepaid/dashboard/",
                "/prepaid/fleet/",
                "/prepaid/usage/",
                "/prepaid/report/",
                "/prepaid/alerts/",
                "/prepaid/api/",
                "/login/",
                "/settings/",
                "/embed/",
            ] {
                config.route(path, read().to(without_slash));
            }
        }
    }
}

/// A page in a language.
fn render(template: &str, lang: Lang, settings: &Settings) -> Result<String, Error> {
    let mut tera = Tera::default();
    tera.add_raw_templates(TEMPLATES.iter().copied())?;
    let keys = PAGES.iter().find(|(page, _)| *page == template).map_or(&[][..], |(_, keys)| keys);
    let mut texts = texts::of(lang)?;
    texts.retain(|key, _| keys.binary_search(&key.as_str()).is_ok());
    let mut first = texts.clone();
    if template == "dashboard.html" {
        first.retain(|key, _| !LATER.iter().any(|start| key.starts_with(start)));
    }
    let data = PageData { lang: lang.code(), version: settings.version, texts: &first, demo: &settings.demo };
    let mut context = Context::new();
    context.insert("lang", lang.code());
    context.insert("version", settings.version);
    context.insert("base", &settings.base_path);
    context.insert("assets", &assets_path(settings));
    context.insert("t", &texts);
    context.insert("parts", parts_of(template));
    context.insert("data", &serde_json::to_string(&data)?);
    Ok(tera.render(template, &context)?)
}

/// What is in a page's style sheet: what is loaded later asks for none of that again.
fn parts_of(template: &str) -> &'static str {
    let text = TEMPLATES.iter().find(|(name, _)| *name == template).map_or("", |(_, text)| *text);
    let mut linked = text.split("href=\"{{ assets }}/").skip(1).filter_map(|rest| rest.split('"').next());
    let sheet = linked.find(|path| path.ends_with(".css")).unwrap_or_default();
    assets::parts(sheet)
}

/// Where a browser finds the assets.
fn assets_path(settings: &Settings) -> String {
    format!("{}/assets/{FINGERPRINT}", settings.base_path)
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
    let Some(page) = dashboard.0.pages.get(&(template, lang.code())) else {
        return HttpResponse::NotFound().content_type("text/plain").body("no such page");
    };
    let made = || Some(Compressed::new(assets::kept(render(template, lang, &dashboard.0.settings).ok()?)));
    let Some(page) = page.get_or_init(made) else { return cannot_be_made() };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_LANGUAGE, lang.code()))
        .insert_header((VARY, "Accept-Encoding, Accept-Language, Cookie"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Content-Type-Options", "nosniff"));
    page.answer(request, answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_can_be_made_in_every_language() {
        let settings = Settings {
            lang: Lang::Id,
            version: "0.1.0",
            embed: Vec::new().into(),
            base_path: String::new(),
            demo: Vec::new(),
        };
        for (page, _) in PAGES {
            for lang in Lang::ALL {
                let html = render(page, lang, &settings).unwrap();
                assert!(html.contains(&format!("lang=\"{}\"", lang.code())), "{page}");
            }
        }
    }
}

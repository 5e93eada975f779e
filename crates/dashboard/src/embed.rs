//! `GET /embed`: a page for an `<iframe>`, with one element that fills it. What it shows is said by its address, which
//! only its script reads.

use std::fmt;
use std::sync::{Arc, OnceLock};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use tera::{Context, Tera};

use crate::compressed::Compressed;
use crate::error::cannot_be_made;
use crate::texts;
use crate::{Error, Lang};

/// The page in each language, made when it is first asked for.
#[derive(Debug)]
pub(crate) struct EmbedPage {
    assets: String,
    origins: EmbedOrigins,
    default: Lang,
    /// `None` where they cannot be made, which a test keeps from happening.
    pages: OnceLock<Option<Vec<(Lang, Compressed)>>>,
}

/// The origins whose pages may frame `/embed`, asked for each time: they may change while the server runs.
#[derive(Clone)]
pub struct EmbedOrigins(Arc<dyn Fn() -> Vec<String> + Send + Sync>);

impl EmbedOrigins {
    /// Those that `ask` tells.
    pub fn asking(ask: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }
}

/// Always the same.
impl From<Vec<String>> for EmbedOrigins {
    fn from(origins: Vec<String>) -> Self {
        Self::asking(move || origins.clone())
    }
}

impl fmt::Debug for EmbedOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((self.0)()).finish()
    }
}

impl EmbedPage {
    pub(crate) fn new(assets: &str, origins: EmbedOrigins, default: Lang) -> Self {
        Self { assets: assets.to_owned(), origins, default, pages: OnceLock::new() }
    }

    fn page(&self, lang: Lang) -> Option<&Compressed> {
        let pages = self.pages.get_or_init(|| render(&self.assets).ok()).as_ref()?;
        pages.iter().find(|(of, _)| *of == lang).map(|(_, page)| page)
    }
}

fn render(assets: &str) -> Result<Vec<(Lang, Compressed)>, Error> {
    let mut tera = Tera::default();
    tera.add_raw_template("embed.html", include_str!("../templates/embed.html"))?;
    let mut pages = Vec::new();
    for (lang, t) in &texts::all()? {
        let mut context = Context::new();
        context.insert("lang", lang.code());
        context.insert("assets", assets);
        context.insert("t", t);
        pages.push((*lang, Compressed::new(tera.render("embed.html", &context)?)));
    }
    Ok(pages)
}

/// Everything from our own address; framed by the named origins.
fn policy(origins: &[String]) -> String {
    let named = origins.iter().filter(|origin| is_source(origin)).map(String::as_str);
    let ancestors: Vec<&str> = std::iter::once("'self'").chain(named).collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors {}",
        ancestors.join(" ")
    )
}

/// What is no origin would begin another directive, or allow more than was meant: a `*` allows everybody.
fn is_source(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
    })
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
}

pub(crate) async fn get(page: Data<EmbedPage>, request: HttpRequest, asked: Option<Query<Asked>>) -> HttpResponse {
    // No cookie: in somebody else's frame a browser sends none.
    let asked = asked.as_ref().and_then(|asked| asked.lang.as_deref());
    let lang = Lang::choose(asked, None, Lang::preferred_by(&request), page.default);
    let Some(html) = page.page(lang) else { return cannot_be_made() };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_LANGUAGE, lang.code()))
        .insert_header((VARY, "Accept-Encoding, Accept-Language"))
        .insert_header((CONTENT_SECURITY_POLICY, policy(&(page.origins.0)())))
        // The address may hold a token.
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .insert_header(("X-Content-Type-Options", "nosniff"));
    html.answer(&request, answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_can_be_made_in_every_language() {
        let pages = render("/assets/1").unwrap();
        assert!(pages.iter().map(|(lang, _)| *lang).eq(Lang::ALL));
    }

    #[test]
    fn only_origins_get_into_the_policy() {
        let origins = ["https://billing.example.id", "http://10.0.0.5:8080", "http://[fd00::1]", "*", "https://*"]
            .into_iter()
            .chain(["https://a; script-src *", "https://", "'none'", "https://a\r\nx: y", "javascript:1"])
            .map(str::to_owned);
        let policy = policy(&origins.collect::<Vec<_>>());
        let (_, ancestors) = policy.split_once("frame-ancestors ").unwrap();
        assert_eq!(ancestors, "'self' https://billing.example.id http://10.0.0.5:8080 http://[fd00::1]");
    }

    #[test]
    fn without_origins_only_our_own_pages_frame_it() {
        assert!(policy(&[]).ends_with("frame-ancestors 'self'"));
    }
}

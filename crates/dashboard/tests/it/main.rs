//! The pages through HTTP requests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod app;
mod embedding;
mod weight;

use actix_web::App;
use actix_web::dev::ServiceResponse;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use lalin_dashboard::{Dashboard, Lang, Settings};

async fn get(request: TestRequest) -> ServiceResponse {
    let dashboard = Dashboard::new(Settings {
        lang: Lang::Id,
        version: "1.2.3",
        embed: Vec::new().into(),
        base_path: String::new(),
        demo: Vec::new(),
    });
    let app = init_service(App::new().configure(dashboard.routes())).await;
    call_service(&app, request.to_request()).await.map_into_boxed_body()
}

/// Every page there is.
const PAGES: [&str; 8] = [
    "/prepaid/dashboard",
    "/prepaid/fleet",
    "/prepaid/usage",
    "/prepaid/report",
    "/prepaid/alerts",
    "/prepaid/api",
    "/login",
    "/settings",
];

async fn page(request: TestRequest) -> String {
    page_at(request, PAGES[0]).await
}

async fn page_at(request: TestRequest, path: &str) -> String {
    let response = get(request.uri(path)).await;
    assert_eq!(response.status(), 200, "{path}");
    String::from_utf8(read_body(response).await.to_vec()).unwrap()
}

fn header<'a>(response: &'a ServiceResponse, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The addresses in the page's `src` and `href`.
fn links(html: &str) -> Vec<String> {
    let mut links = Vec::new();
    for mark in ["src=\"", "href=\""] {
        links.extend(html.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    // What is in the page, or points to something in it, is loaded from nowhere.
    links.retain(|link| !link.starts_with('#') && !link.starts_with("data:"));
    links
}

#[actix_web::test]
async fn the_root_leads_to_the_dashboard() {
    let response = get(TestRequest::get().uri("/")).await;
    assert_eq!((response.status().as_u16(), header(&response, "Location")), (302, "/prepaid/dashboard"));
}

#[actix_web::test]
async fn below_a_base_path_every_address_is_below_it() {
    let settings = Settings {
        lang: Lang::Id,
        version: "1.2.3",
        embed: Vec::new().into(),
        base_path: "/lalin".to_owned(),
        demo: Vec::new(),
    };
    let dashboard = Dashboard::new(settings);
    let app = init_service(App::new().configure(dashboard.routes())).await;
    for path in [&PAGES[..], &["/embed"]].concat() {
        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        let html = String::from_utf8(read_body(response).await.to_vec()).unwrap().replace("&#x2F;", "/");
        let links = links(&html);
        assert!(links.len() > 2 && links.iter().all(|link| link.starts_with("/lalin/")), "{path}: {links:?}");
        assert!(path == "/embed" || html.contains("<meta name=\"lalin-base\" content=\"/lalin\">"), "{path}");
    }
    for (path, expected) in [("/", "/lalin/prepaid/dashboard"), ("/?router=a", "/lalin/prepaid/dashboard?router=a")] {
        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        assert_eq!(header(&response.map_into_boxed_body(), "Location"), expected);
    }
    let response = call_service(&app, TestRequest::get().uri("/favicon.ico").to_request()).await;
    assert!(header(&response.map_into_boxed_body(), "Location").starts_with("/lalin/assets/"));
    // Relative to wherever it was loaded from.
    let response = call_service(&app, TestRequest::get().uri("/embed.js").to_request()).await;
    assert!(read_body(response).await.starts_with(b"import \"./assets/"));
}

#[actix_web::test]
async fn the_language_is_the_browsers_or_the_remembered_or_the_default() {
    let html = |lang: &str| format!("<html lang=\"{lang}\">");
    assert!(page(TestRequest::get()).await.contains(&html("id")));
    let english = TestRequest::get().insert_header(("Accept-Language", "en-GB,en;q=0.8"));
    assert!(page(english).await.contains(&html("en")));
    let remembered =
        TestRequest::get().insert_header(("Accept-Language", "en")).insert_header(("Cookie", "lalin-lang=id"));
    assert!(page(remembered).await.contains(&html("id")));
    let asked = TestRequest::get().uri("/prepaid/dashboard?lang=en").insert_header(("Cookie", "lalin-lang=id"));
    let response = get(asked).await;
    assert_eq!(header(&response, "Content-Language"), "en");
    assert!(header(&response, "Vary").contains("Cookie"), "a cache between must not mix languages");
}

#[actix_web::test]
async fn everything_the_page_needs_is_here_and_may_be_kept() {
    let mut all = Vec::new();
    for path in PAGES {
        let links = links(&page_at(TestRequest::get(), path).await);
        assert!(links.iter().filter(|link| link.starts_with("/assets/")).count() >= 4, "{path}: {links:?}");
        all.extend(links);
    }
    all.sort();
    all.dedup();
    let links = all;
    let assets: Vec<_> = links.iter().filter(|link| link.starts_with("/assets/")).collect();
    for link in &links {
        assert!(link.starts_with('/') && !link.starts_with("//"), "{link} leaves our address");
    }
    for link in assets {
        let response = get(TestRequest::get().uri(link)).await;
        assert_eq!(response.status(), 200, "{link}");
        assert!(header(&response, "Cache-Control").contains("immutable"), "{link}");
        let tag = header(&response, "ETag").to_owned();
        let weak = format!("\"other\", W/{tag}");
        for known in [tag, weak, "*".to_owned()] {
            let again = get(TestRequest::get().uri(link).insert_header(("If-None-Match", known))).await;
            assert_eq!(again.status(), 304, "{link}");
        }
        let other = get(TestRequest::get().uri(link).insert_header(("If-None-Match", "\"other\""))).await;
        assert_eq!(other.status(), 200, "{link}");
    }
}

#[actix_web::test]
async fn an_address_of_another_version_is_answered_but_not_kept_and_nothing_outside_is() {
    let old = get(TestRequest::get().uri("/assets/0000/app/dashboard.js")).await;
    assert_eq!((old.status().as_u16(), header(&old, "Cache-Control")), (200, "no-cache"));
    for path in ["/assets/0/nothing.js", "/assets/0/../Cargo.toml", "/assets/0/%2e%2e/tests/browser/Cargo.toml"] {
        assert_eq!(get(TestRequest::get().uri(path)).await.status(), 404, "{path}");
    }
}

#[actix_web::test]
async fn the_policy_forbids_scripts_in_the_page_and_the_page_has_none() {
    for path in PAGES {
        let response = get(TestRequest::get().uri(path)).await;
        let policy = header(&response, "Content-Security-Policy").to_owned();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header(&response, "X-Content-Type-Options"), "nosniff", "{path}");
        let html = page_at(TestRequest::get(), path).await;
        assert!(
            html.split("<script")
                .skip(1)
                .all(|script| script.trim_start().starts_with("src=") || script.contains("src=\"/assets/")),
            "{path}"
        );
        assert!(!html.contains("style=\"") && !html.contains("onclick"), "{path}");
        assert!(html.contains("1.2.3"), "{path}");
    }
}

#[actix_web::test]
async fn nothing_of_the_address_or_the_headers_gets_into_the_page() {
    let plain = page(TestRequest::get()).await;
    let hostile = TestRequest::get()
        .uri("/prepaid/dashboard?lang=%22%3E%3Cscript%3E&interface=%3Cimg%20src=x%3E&router=%27%22")
        .insert_header(("Cookie", "lalin-lang=\"><script>"))
        .insert_header(("Accept-Language", "\"><script>"));
    let response = get(hostile).await;
    assert_eq!(response.status(), 200);
    assert_eq!(String::from_utf8(read_body(response).await.to_vec()).unwrap(), plain);
}

#[actix_web::test]
async fn the_data_of_the_page_is_json_in_one_attribute() {
    let html = page(TestRequest::get()).await;
    let (_, rest) = html.split_once("data-page=\"").unwrap();
    let attribute = rest.split('"').next().unwrap();
    assert!(!attribute.contains(['<', '>', '\'']), "{attribute}");
    let json = attribute.replace("&quot;", "\"").replace("&#x2F;", "/").replace("&#x27;", "'").replace("&amp;", "&");
    let data: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((data["lang"].as_str(), data["texts"]["stop"].as_str()), (Some("id"), Some("Stop Monitor")));
}

#[actix_web::test]
async fn the_routes_are_read_only() {
    for path in ["/", "/assets/0/app/dashboard.js"].iter().chain(&PAGES) {
        let head = TestRequest::default().method(actix_web::http::Method::HEAD);
        let status = get(head.uri(path)).await.status();
        assert!(status == 200 || status == 302, "{path}: {status}");
        assert!(get(TestRequest::post().uri(path)).await.status().is_client_error(), "{path}");
    }
}

/// The page's scripts, by name.
fn scripts() -> Vec<(String, String)> {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web-assets/src");
    let paths = |folder: &std::path::Path| std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = paths(&source).flat_map(|room| paths(&room));
    let scripts = files.filter(|path| path.extension().is_some_and(|ending| ending == "js"));
    let read = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())
    };
    scripts.map(read).collect()
}

#[actix_web::test]
async fn no_text_is_left_over() {
    let mut sources: Vec<String> = scripts().into_iter().map(|(_, script)| script).collect();
    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for file in std::fs::read_dir(templates).unwrap() {
        sources.push(std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    let texts: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("../../texts/en.json")).unwrap();
    // That of the manifest no page has.
    for key in texts.keys().filter(|key| *key != "app_description") {
        let mut forms = vec![format!("t.{key} "), format!("texts.{key}"), format!("\"{key}\"")];
        for (end, _) in key.match_indices(['.', '_']) {
            // Asked for by a name that is put together, such as `state.` and what the state is.
            forms.push(format!("`{}${{", &key[..=end]));
        }
        if ["mode.", "unit."].iter().any(|start| key.starts_with(start)) {
            forms.push("texts[`${name}.${value}`]".to_owned());
        }
        assert!(sources.iter().any(|source| forms.iter().any(|form| source.contains(form))), "{key}");
    }
}

#[actix_web::test]
async fn every_text_that_the_scripts_ask_for_exists() {
    let html = page(TestRequest::get().insert_header(("Accept-Language", "en"))).await;
    let all: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("../../texts/en.json")).unwrap();
    let first = first_scripts(&html).await;
    assert!(first.contains("app/dashboard.js") && !first.contains("routers/router-form.js"), "{first:?}");
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web-assets/src");
    for (file, script) in scripts() {
        // What the dashboard loads at once has to find its texts in the page; the rest takes them from all there are.
        let at_once = first.iter().any(|path| path.ends_with(&format!("/{file}")) && source.join(path).exists());
        for mark in ["texts.", "texts[\""] {
            for rest in script.split(mark).skip(1) {
                let key: String =
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
                let key = key.trim_end_matches(".toLowerCase");
                assert!(all.contains_key(key) || key.is_empty(), "{file}: {key}");
                assert!(!at_once || html.contains(&format!("&quot;{key}&quot;")) || key.is_empty(), "{file}: {key}");
            }
        }
    }
}

#[actix_web::test]
async fn what_is_loaded_later_brings_its_texts() {
    let html = page(TestRequest::get()).await;
    assert!(html.contains("&quot;stop&quot;") && !html.contains("&quot;set_title&quot;"));
    let base = links(&html).into_iter().find_map(|link| Some(link.strip_suffix("app/dashboard.js")?.to_owned()));
    for lang in ["id", "en"] {
        let path = format!("{}shared/words-{lang}.js", base.as_deref().unwrap());
        let words = String::from_utf8(read_body(get(TestRequest::get().uri(&path)).await).await.to_vec()).unwrap();
        let json = words.strip_prefix("export default ").and_then(|rest| rest.strip_suffix(";\n")).unwrap();
        let words: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap();
        assert!(words.contains_key("set_title") && words.contains_key("stop"), "{lang}");
    }
}

/// The scripts that a page loads at once, by their paths.
async fn first_scripts(html: &str) -> std::collections::BTreeSet<String> {
    let links: Vec<String> = links(html).into_iter().filter(|link| link.starts_with("/assets/")).collect();
    let base = links.iter().find_map(|link| link.strip_suffix("app/dashboard.js")).unwrap();
    let entries = links.iter().filter_map(|link| Some(link.strip_prefix(base)?.to_owned()));
    let scripts: Vec<String> = entries.filter(|file| file.ends_with(".js")).collect();
    let read = async |file: String| {
        let body = read_body(get(TestRequest::get().uri(&format!("{base}{file}"))).await).await;
        String::from_utf8(body.to_vec()).unwrap()
    };
    weight::imported(&scripts, read).await.into_keys().collect()
}

#[actix_web::test]
async fn a_slash_behind_a_pages_address_leads_to_the_page() {
    for path in PAGES.into_iter().chain(["/embed"]) {
        let response = get(TestRequest::get().uri(&format!("{path}/?router=a%2Fb"))).await;
        let name = path.rsplit('/').next().unwrap();
        assert_eq!(
            (response.status().as_u16(), header(&response, "Location")),
            (302, &*format!("../{name}?router=a%2Fb"))
        );
    }
}

#[actix_web::test]
async fn a_page_carries_its_own_texts_and_not_those_of_others() {
    let html = page(TestRequest::get()).await;
    for own in ["state.live", "trouble.wrong-credentials", "mode.mirror"] {
        assert!(html.contains(&format!("&quot;{own}&quot;")), "{own}");
    }
    for others in ["set_tokens_note", "audit.user.add", "door_setup_how", "embed.policy", "offline_old"] {
        assert!(!html.contains(&format!("&quot;{others}&quot;")), "{others}");
    }
}

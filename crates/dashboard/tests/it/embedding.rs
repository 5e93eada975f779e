//! What pages of other origins get: the element's scripts and the page for an iframe.

use std::io::Read;

use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::Compress;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use flate2::read::GzDecoder;
use lalin_dashboard::{Dashboard, Lang, Settings};

use crate::weight::imported;
use crate::{PAGES, header, links};

const HOST: &str = "https://billing.example.id";

/// As the server has it: around everything there is a middleware that compresses.
async fn get(request: TestRequest) -> ServiceResponse {
    let settings = Settings {
        lang: Lang::Id,
        version: "1.2.3",
        embed: vec![HOST.to_owned(), "*; img-src *".to_owned()].into(),
        base_path: String::new(),
        demo: Vec::new(),
    };
    let dashboard = Dashboard::new(settings);
    let app = init_service(App::new().wrap(Compress::default()).configure(dashboard.routes())).await;
    call_service(&app, request.to_request()).await.map_into_boxed_body()
}

async fn text(request: TestRequest) -> String {
    String::from_utf8(read_body(get(request).await).await.to_vec()).unwrap()
}

/// Where `/embed.js` leads.
async fn element() -> String {
    let entry = text(TestRequest::get().uri("/embed.js")).await;
    entry.split('"').nth(1).unwrap().strip_prefix('.').unwrap().to_owned()
}

#[actix_web::test]
async fn the_entry_is_asked_about_each_time_and_leads_to_what_is_kept_for_ever() {
    let entry = get(TestRequest::get().uri("/embed.js")).await;
    assert_eq!((entry.status().as_u16(), header(&entry, "Cache-Control")), (200, "no-cache"));
    assert_eq!(header(&entry, "Content-Type"), "text/javascript; charset=utf-8");
    let tag = header(&entry, "ETag").to_owned();
    let again = get(TestRequest::get().uri("/embed.js").insert_header(("If-None-Match", tag))).await;
    assert_eq!(again.status(), 304);
    let small = get(TestRequest::get().uri("/embed.js").insert_header(("Accept-Encoding", "gzip"))).await;
    assert_ne!(header(&small, "Content-Encoding"), "gzip", "compressed it would be larger");
    let path = element().await;
    assert!(path.starts_with("/assets/") && path.ends_with("/embed.js"), "relative to the entry's own address: {path}");
    let script = get(TestRequest::get().uri(&path)).await;
    assert_eq!(script.status(), 200);
    assert!(header(&script, "Cache-Control").contains("immutable"));
}

#[actix_web::test]
async fn pages_of_every_origin_may_load_the_scripts() {
    let path = element().await;
    for path in ["/embed.js", path.as_str(), "/assets/0/app/dashboard.js"] {
        for known in ["\"other\"", "*"] {
            let request = TestRequest::get().uri(path).insert_header(("Origin", "https://any.example"));
            let response = get(request.insert_header(("If-None-Match", known))).await;
            assert_eq!(header(&response, "Access-Control-Allow-Origin"), "*", "{path} {}", response.status());
            assert_eq!(header(&response, "Cross-Origin-Resource-Policy"), "cross-origin", "{path}");
            assert!(response.headers().get("Access-Control-Allow-Credentials").is_none());
        }
    }
}

#[actix_web::test]
async fn everything_that_the_element_imports_is_here() {
    let path = element().await;
    let base = path.trim_end_matches("embed/embed.js").to_owned();
    let read = async |file: String| {
        let response = get(TestRequest::get().uri(&format!("{base}{file}"))).await;
        assert_eq!(response.status(), 200, "{file}");
        String::from_utf8(read_body(response).await.to_vec()).unwrap()
    };
    let all = imported(&["embed/embed.js".to_owned()], read).await;
    assert!(all.keys().eq(["embed/embed.js"]), "{:?}", all.keys());
    let made = ["embed/words.js", "vendor/uplot/uPlot.module.js", "vendor/uplot/uPlot.style.js"];
    for module in ["chart/chart.js", "data/live-feed.js"].into_iter().chain(made) {
        assert!(all["embed/embed.js"].contains(&format!("$modules[\"{module}\"] ??= ")), "{module}");
    }
    for (file, script) in &all {
        for reach in ["getElementById", "dataset.page"] {
            assert!(!script.contains(reach), "{file} reaches into the host's page: {reach}");
        }
    }
}

#[actix_web::test]
async fn the_element_has_its_texts_in_both_languages_and_no_others() {
    let path = element().await.replace("embed.js", "words.js");
    let script = text(TestRequest::get().uri(&path)).await;
    let json = script.trim_end().strip_prefix("export default ").unwrap().strip_suffix(';').unwrap();
    let words: serde_json::Value = serde_json::from_str(json).unwrap();
    for lang in ["id", "en"] {
        for key in
            ["state.live", "reason.refused", "gap.router", "embed.token", "age.seconds", "hop.offline", "download"]
        {
            assert!(words[lang][key].is_string(), "{lang} {key}");
        }
        assert!(words[lang]["help.chart"].is_null() && words[lang]["noscript"].is_null());
    }
}

#[actix_web::test]
async fn assets_are_sent_compressed_to_whoever_takes_it_and_once() {
    let path = element().await.replace("embed/embed.js", "vendor/uplot/uPlot.iife.min.js");
    let plain = read_body(get(TestRequest::get().uri(&path)).await).await;
    for accepted in ["gzip", "gzip, deflate, br, zstd", "br;q=1, gzip;q=0.5"] {
        let response = get(TestRequest::get().uri(&path).insert_header(("Accept-Encoding", accepted))).await;
        assert_eq!(response.headers().get_all("Content-Encoding").count(), 1, "{accepted}");
        assert_eq!(header(&response, "Content-Encoding"), "gzip", "{accepted}");
        assert!(header(&response, "Vary").contains("Accept-Encoding"));
        let packed = read_body(response).await;
        assert!(packed.len() * 2 < plain.len());
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.as_ref()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain, "{accepted}");
    }
    for accepted in ["", "identity", "br", "gzip;q=0", "nonsense;;"] {
        let response = get(TestRequest::get().uri(&path).insert_header(("Accept-Encoding", accepted))).await;
        assert!(matches!(header(&response, "Content-Encoding"), "" | "identity"), "{accepted}");
        assert!(header(&response, "Vary").contains("Accept-Encoding"), "a cache between must not mix them");
        assert_eq!(read_body(response).await, plain, "{accepted}");
    }
}

#[actix_web::test]
async fn pages_are_compressed_once_and_not_for_each_request() {
    let dashboard = Dashboard::new(Settings {
        lang: Lang::Id,
        version: "1.2.3",
        embed: Vec::new().into(),
        base_path: String::new(),
        demo: Vec::new(),
    });
    let app = init_service(App::new().configure(dashboard.routes())).await;
    // No middleware that compresses: it would copy what it leaves as it is.
    for path in [&PAGES[..], &["/embed"]].concat() {
        let ask = async |accepted: &'static str| {
            let request = TestRequest::get().uri(path).insert_header(("Accept-Encoding", accepted)).to_request();
            let response = call_service(&app, request).await.map_into_boxed_body();
            assert!(header(&response, "Vary").contains("Accept-Encoding"), "{path}");
            let encoding = header(&response, "Content-Encoding").to_owned();
            (encoding, response.into_body().try_into_bytes().unwrap())
        };
        let (plain, first, second) = (ask("identity").await, ask("gzip").await, ask("gzip").await);
        assert_eq!((plain.0.as_str(), first.0.as_str()), ("identity", "gzip"), "{path}");
        // The very same bytes in memory: nothing was compressed for the second one.
        assert_eq!(first.1.as_ptr(), second.1.as_ptr(), "{path}");
        let mut unpacked = Vec::new();
        GzDecoder::new(first.1.as_ref()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.1, "{path}");
    }
}

#[actix_web::test]
async fn each_form_of_a_file_has_a_tag_of_its_own_and_both_are_known() {
    let path = "/assets/0/app/dashboard.js";
    let tag = async |accepted: &'static str| {
        let response = get(TestRequest::get().uri(path).insert_header(("Accept-Encoding", accepted))).await;
        header(&response, "ETag").to_owned()
    };
    let (plain, packed) = (tag("identity").await, tag("gzip").await);
    assert_ne!(plain, packed);
    for known in [plain, packed] {
        let request = TestRequest::get().uri(path).insert_header(("Accept-Encoding", "gzip"));
        assert_eq!(get(request.insert_header(("If-None-Match", known))).await.status(), 304);
    }
}

#[actix_web::test]
async fn only_named_origins_frame_the_page_for_an_iframe() {
    let response = get(TestRequest::get().uri("/embed?router=main&interface=ether1&token=secret")).await;
    assert_eq!(response.status(), 200);
    let policy = header(&response, "Content-Security-Policy");
    let ancestors = policy.split("; ").find(|part| part.starts_with("frame-ancestors")).unwrap();
    assert_eq!(ancestors, format!("frame-ancestors 'self' {HOST}"));
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe") && !policy.contains("img-src *"));
    assert!(response.headers().get("X-Frame-Options").is_none(), "it would forbid what is allowed here");
    assert_eq!(header(&response, "Referrer-Policy"), "no-referrer", "the address may hold a token");
    assert_eq!(header(&response, "Cache-Control"), "no-cache");
}

#[actix_web::test]
async fn the_page_for_an_iframe_holds_nothing_of_its_address_and_all_it_needs_is_here() {
    let plain = text(TestRequest::get().uri("/embed")).await;
    let hostile = "/embed?router=%22%3E%3Cscript%3E&interface=%3Cimg%20src=x%3E&token=%27%22&theme=x&lang=%3Cb%3E";
    assert_eq!(text(TestRequest::get().uri(hostile)).await, plain);
    assert!(plain.contains("<html lang=\"id\">") && !plain.contains("style=\"") && !plain.contains("onload"));
    let english = text(TestRequest::get().uri("/embed?lang=en")).await;
    assert!(english.contains("<html lang=\"en\">"));
    let preferred = text(TestRequest::get().uri("/embed").insert_header(("Accept-Language", "en-GB"))).await;
    assert_eq!(preferred, english);
    for link in links(&plain) {
        assert_eq!(get(TestRequest::get().uri(&link)).await.status(), 200, "{link}");
    }
}

#[actix_web::test]
async fn what_is_for_other_pages_is_read_only() {
    for path in ["/embed", "/embed.js"] {
        let head = TestRequest::default().method(actix_web::http::Method::HEAD);
        assert_eq!(get(head.uri(path)).await.status(), 200, "{path}");
        assert!(get(TestRequest::post().uri(path)).await.status().is_client_error(), "{path}");
    }
}

#[actix_web::test]
async fn a_site_that_is_named_while_the_server_runs_may_frame_it_at_once() {
    let named = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let asked = named.clone();
    let embed = lalin_dashboard::EmbedOrigins::asking(move || asked.lock().unwrap().clone());
    let dashboard = Dashboard::new(Settings {
        lang: Lang::Id,
        version: "1.2.3",
        embed,
        base_path: String::new(),
        demo: Vec::new(),
    });
    let app = init_service(App::new().configure(dashboard.routes())).await;
    for origins in [vec![], vec!["https://billing.example.id".to_owned()]] {
        *named.lock().unwrap() = origins.clone();
        let answer = call_service(&app, TestRequest::get().uri("/embed").to_request()).await;
        let policy = answer.headers().get("Content-Security-Policy").unwrap().to_str().unwrap();
        let ancestors = [vec!["'self'".to_owned()], origins].concat().join(" ");
        assert!(policy.ends_with(&format!("frame-ancestors {ancestors}")), "{policy}");
    }
}

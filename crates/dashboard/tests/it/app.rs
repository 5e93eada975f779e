//! The app that a phone installs: what a browser asks for before it offers that, fetched as it does.

use actix_web::App;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use lalin_dashboard::{Dashboard, Lang, Settings};
use serde_json::Value;

use crate::{get, header};

async fn body(path: &str) -> String {
    let response = get(TestRequest::get().uri(path)).await;
    assert_eq!(response.status(), 200, "{path}");
    String::from_utf8(read_body(response).await.to_vec()).unwrap()
}

/// The size that a PNG says of itself.
fn png_size(file: &[u8]) -> (u32, u32) {
    assert!(file.starts_with(b"\x89PNG\r\n"), "a PNG");
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[actix_web::test]
async fn a_browser_may_install_it_in_either_language() {
    for (lang, word) in [("id", "Router"), ("en", "Routers")] {
        let path = format!("/manifest.webmanifest?lang={lang}");
        let response = get(TestRequest::get().uri(&path)).await;
        assert_eq!(header(&response, "Content-Type"), "application/manifest+json");
        let manifest: Value = serde_json::from_slice(&read_body(response).await).unwrap();
        assert_eq!((&manifest["lang"], &manifest["display"]), (&lang.into(), &"standalone".into()));
        assert_eq!((&manifest["scope"], &manifest["id"]), (&"/".into(), &"/".into()));
        assert!(!manifest["description"].as_str().unwrap().is_empty());
        assert_eq!(manifest["shortcuts"][1]["name"], word);
        assert_eq!(get(TestRequest::get().uri(manifest["start_url"].as_str().unwrap())).await.status(), 200);
        let icons = manifest["icons"].as_array().unwrap();
        for (size, purpose) in [(192, "any"), (512, "any"), (512, "maskable")] {
            let sizes = format!("{size}x{size}");
            let icon = icons.iter().find(|icon| icon["sizes"] == sizes && icon["purpose"] == purpose).unwrap();
            let response = get(TestRequest::get().uri(icon["src"].as_str().unwrap())).await;
            assert_eq!((response.status().as_u16(), header(&response, "Content-Type")), (200, "image/png"));
            assert_eq!(png_size(&read_body(response).await), (size, size));
        }
    }
    let page = body("/prepaid/dashboard").await.replace("&#x2F;", "/");
    assert!(page.contains("rel=\"manifest\" href=\"/manifest.webmanifest?lang=id\""));
}

#[actix_web::test]
async fn the_worker_changes_with_the_assets_and_is_asked_for_again_each_time() {
    let response = get(TestRequest::get().uri("/service-worker.js")).await;
    assert_eq!(header(&response, "Cache-Control"), "no-cache");
    assert_eq!(header(&response, "Content-Type"), "text/javascript; charset=utf-8");
    let worker = String::from_utf8(read_body(response).await.to_vec()).unwrap();
    let page = body("/prepaid/dashboard").await.replace("&#x2F;", "/");
    let assets = page.split("href=\"").find_map(|link| link.split_once("/app/dashboard-page.css")).unwrap().0;
    let place = format!("globalThis.LALIN = {{\"assets\":\"{assets}\",\"base\":\"\"}};\n");
    let script = worker.strip_prefix(&place).unwrap_or_else(|| panic!("{worker}"));
    // The file is in the program compressed: what follows the place must be the text of it.
    assert_eq!(script, body(&format!("{assets}/app/service-worker.js")).await);
    assert!(script.contains("addEventListener(\"fetch\""), "{script}");
}

#[actix_web::test]
async fn the_page_without_a_server_speaks_both_languages_and_holds_no_data() {
    let page = body("/offline").await;
    assert!(page.contains("Server Lalin tidak terjangkau") && page.contains("cannot be reached"), "{page}");
    assert!(page.len() < 4_000, "only its own texts: {}", page.len());
}

#[actix_web::test]
async fn below_a_base_path_all_of_it_is_below_it() {
    let settings = Settings {
        lang: Lang::Id,
        version: "1.2.3",
        embed: Vec::new().into(),
        base_path: "/lalin".to_owned(),
        demo: Vec::new(),
    };
    let dashboard = Dashboard::new(settings);
    let app = init_service(App::new().configure(dashboard.routes())).await;
    let fetch = async |path: &str| {
        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        String::from_utf8(read_body(response).await.to_vec()).unwrap()
    };
    let manifest: Value = serde_json::from_str(&fetch("/manifest.webmanifest").await).unwrap();
    for address in [&manifest["id"], &manifest["scope"], &manifest["start_url"], &manifest["icons"][0]["src"]] {
        assert!(address.as_str().unwrap().starts_with("/lalin/"), "{address}");
    }
    assert!(fetch("/service-worker.js").await.contains("\"base\":\"/lalin\""));
    assert!(fetch("/offline").await.replace("&#x2F;", "/").contains("src=\"/lalin/assets/"));
}

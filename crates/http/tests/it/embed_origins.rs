//! The other sites that may show the traffic, as an administrator changes them.

use actix_web::http::Method;
use lalin_store::{EncryptionKey, Store};
use serde_json::json;

use crate::auth_server::{AuthServer, THERE};

const PATH: &str = "/api/v1/embed-origins";

#[tokio::test(start_paused = true)]
async fn an_administrator_names_sites_and_those_of_the_file_stay() {
    let store = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
    let server = AuthServer::set(store, |settings| settings.embed_origins = vec!["https://file.example".into()]).await;
    server.add_administrator().await;
    let sari = server.log_in("sari").await;
    let origins = server.auth.embed_origins().clone();
    assert_eq!(server.get(PATH, &sari).await.body, json!({"origins": [], "fromFile": ["https://file.example"]}));
    let put = async |all: serde_json::Value| {
        server.ask(&Method::PUT, PATH, THERE, &sari, Some(json!({"origins": all}))).await
    };
    let answer = put(json!(["https://billing.example.id", "http://192.0.2.9:80", "https://billing.example.id"])).await;
    assert_eq!(answer.body["origins"], json!(["https://billing.example.id", "http://192.0.2.9"]), "{}", answer.body);
    assert!(origins.allow("https://billing.example.id") && origins.allow("https://file.example"));
    assert_eq!(origins.all().len(), 3);
    for wrong in ["*", "https://*.example", "https://a.example/path", "javascript:1", "https://A.example", ""] {
        assert_eq!(put(json!([wrong])).await.status, 400, "{wrong}");
    }
    assert_eq!(put(json!((0..65).map(|at| format!("https://a{at}.example")).collect::<Vec<_>>())).await.status, 400);
    assert!(origins.allow("https://billing.example.id"), "what is refused changes nothing");
    let again = AuthServer::over(server.store.clone(), false).await;
    assert!(again.auth.embed_origins().allow("http://192.0.2.9"), "kept");
    put(json!([])).await;
    assert!(!origins.allow("https://billing.example.id") && origins.allow("https://file.example"), "at once");
    let audit = server.get("/api/v1/audit", &sari).await.body;
    assert_eq!(audit["entries"].as_array().unwrap().iter().filter(|one| one["action"] == "embed.origins").count(), 2);
}

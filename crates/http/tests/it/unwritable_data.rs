//! A database that another program holds, or that cannot be read: who can still look, and who cannot.

use actix_web::http::Method;
use lalin_store::{EncryptionKey, Store};
use rusqlite::Connection;
use serde_json::json;

use crate::auth_server::{AuthServer, Credentials, HERE};

#[tokio::test]
async fn while_another_program_holds_the_database_everybody_looks_and_a_change_is_told_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let server = AuthServer::over(Store::open(&path, EncryptionKey::random().unwrap()).unwrap(), false).await;
    server.add_administrator().await;
    let keys = server.log_in("sari").await;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    for path in ["/healthz", "/api/v1/me", "/api/v1/routers", "/api/v1/users", "/api/v1/audit"] {
        assert_eq!(server.get(path, &keys).await.status, 200, "{path}");
    }
    let user = || json!({"name": "budi", "password": "kata sandi", "role": "viewer"});
    let refused = server.post("/api/v1/users", &keys, user()).await;
    assert_eq!((refused.status, &refused.body["code"]), (503, &json!("busy")), "{}", refused.body);
    assert!(!refused.header("Retry-After").is_empty());
    let came = server.log_in("sari").await;
    assert_eq!(server.get("/api/v1/me", &came).await.body["state"], "in");
    assert_eq!(server.post("/api/v1/logout", &came, json!({})).await.status, 204);
    assert_eq!(server.get("/api/v1/me", &came).await.body["state"], "login");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(server.post("/api/v1/users", &keys, user()).await.status, 201);
}

#[tokio::test]
async fn a_health_check_looks_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.db");
    let server = AuthServer::over(Store::open(&path, EncryptionKey::random().unwrap()).unwrap(), false).await;
    server.add_administrator().await;
    let keys = server.log_in("sari").await;
    Connection::open(&path).unwrap().execute_batch("ALTER TABLE sessions RENAME TO gone").unwrap();
    assert_eq!(server.get("/api/v1/routers", &keys).await.status, 500, "it cannot be read");
    for keys in [keys, Credentials { bearer: Some("x".into()), ..Credentials::default() }] {
        let answer = server.ask(&Method::GET, "/healthz", HERE, &keys, None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

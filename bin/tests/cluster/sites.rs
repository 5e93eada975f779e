//! A router of a site: the centre shows which of the site's collectors asks it, and has it checked there, with a password
//! that nobody else reads.

use serde_json::{Value, json};

use crate::nodes::Cluster;
use crate::routers;
use crate::sizes::{PATIENCE, until};

const OTHER: &str = "kata sandi baru 7";

#[tokio::test(flavor = "multi_thread")]
async fn a_router_of_a_site_is_checked_by_the_sites_collector_which_the_centre_names() {
    let mut cluster = Cluster::start(1, 0).await;
    let collector = cluster.collector_of("pop", "pop-1").await;
    cluster.collectors.push(collector);
    let router = routers::start(routers::LINES, "127.0.0.1").await;
    let web = &cluster.webs[0];
    let session = web.log_in().await;
    let mut form: Value = serde_json::from_str(&routers::body("far", &router)).unwrap();
    form["tags"] = json!(["pop"]);
    until("the web node knows the site, and so refuses to check what is not there yet", PATIENCE, async || {
        let answer = web.send("POST", "/api/v1/check", &session, &form.to_string()).await.unwrap();
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status() == 409 && text.contains("elsewhere") { Ok(()) } else { Err(text) }
    })
    .await;
    let added = web.send("POST", "/api/v1/routers", &session, &form.to_string()).await.unwrap();
    assert!(added.status() == 201, "{}", added.head);
    let check = async |change: Value| {
        let answer = web.send("POST", "/api/v1/routers/far/check", &session, &change.to_string()).await.unwrap();
        (answer.status(), serde_json::from_slice::<Value>(&answer.body).unwrap_or_default())
    };
    let (status, nobody) = check(json!({ "password": OTHER })).await;
    assert_eq!((status, &nobody["code"]), (409, &json!("elsewhere")), "{nobody}");
    assert!(nobody["detail"].as_str().is_some_and(|detail| detail.contains("pop")), "{nobody}");

    cluster.collectors[0].start();
    let web = &cluster.webs[0];
    until("the collector of the site is named", PATIENCE, async || {
        let answer = web.send("GET", "/api/v1/routers/far", &session, "").await.unwrap();
        let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer["collector"] == "pop-1" { Ok(()) } else { Err(answer) }
    })
    .await;
    web.shows_live(1, PATIENCE).await;
    let (status, own) = check(json!({})).await;
    assert_eq!((status, &own["ok"], &own["about"]["model"]), (200, &json!(true), &json!("CHR")), "{own}");
    let (status, wrong) = check(json!({ "password": OTHER })).await;
    let failed = wrong["steps"].as_array().unwrap().iter().find(|step| step["state"] == "failed");
    assert_eq!((status, failed.map(|step| &step["reason"])), (200, Some(&json!("wrong-credentials"))), "{wrong}");
    let known = form["password"].as_str().unwrap();
    assert_eq!(check(json!({ "password": known })).await.1["ok"], true);
    let elsewhere = check(json!({ "address": "127.0.0.1:1" })).await;
    assert_eq!((elsewhere.0, &elsewhere.1["field"]), (400, &json!("password")), "{elsewhere:?}");
    let logs = cluster.logs();
    assert!(!logs.contains(OTHER) && !logs.contains(known), "{logs}");
    drop(router);
}

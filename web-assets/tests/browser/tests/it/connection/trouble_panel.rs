//! What is wrong is shown with its picture, its sentence and the command that mends it, and goes away by itself.

use routeros_simulator::{Fault, TlsIdentity};
use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

/// The panel as it is seen; null where it is not.
async fn trouble(page: &Page) -> Value {
    page.eval(
        "const root = document.getElementById('mend'); \
         return root.hidden ? null : {picture: root.querySelector('svg')?.dataset.picture ?? null, title: root.querySelector('h2').textContent, \
           why: root.querySelector('.mend-why').textContent, \
           fix: root.querySelector('.command code')?.textContent ?? '', \
           retry: !root.querySelector('[data-testid=router-retry]').hidden}",
    )
    .await
}

async fn becomes(page: &Page, picture: &str) -> Value {
    let seen = eventually(s(40), picture, async || when(trouble(page).await, |seen| seen["picture"] == picture)).await;
    assert!(!seen["title"].as_str().unwrap().is_empty() && !seen["why"].as_str().unwrap().is_empty(), "{seen}");
    page.screenshot(&format!("trouble-{picture}")).await;
    seen
}

async fn is_over(page: &Page) {
    eventually(s(60), "all is well", async || when(trouble(page).await, Value::is_null)).await;
    page.reaches(20, "live").await;
}

#[tokio::test]
async fn each_fault_of_a_router_explains_itself_and_is_left_without_a_touch() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        assert_eq!(trouble(page).await, Value::Null);
        for (fault, picture, fix) in [(Fault::Silent, "timed-out", ""), (Fault::NoPermission, "not-permitted", "/user")]
        {
            router.handle.set_fault(fault);
            let seen = becomes(page, picture).await;
            assert!(seen["fix"].as_str().unwrap().starts_with(fix), "{seen}");
            assert_eq!(seen["retry"], true);
            router.handle.clear_faults();
            is_over(page).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_a_service_that_is_off_and_a_missing_certificate_have_their_own_pictures() {
    let router = Router::start().await;
    let login = router.login();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let off = format!("admin@{closed}");
    let full = Router::start().await;
    full.handle.set_fault(Fault::SessionLimit(0));
    let crowded = full.login();
    let without = Router::with_tls(TlsIdentity::without_certificate()).await;
    let unknown = Router::with_tls(TlsIdentity::self_signed(&["127.0.0.1"]).unwrap()).await;
    let (bare, stranger) = (without.login(), unknown.login());
    let cases: [(&[&str], &str, &str, &str); 5] = [
        (&["--router", &crowded], Router::PASSWORD, "turned-away", "/ip service"),
        (&["--router", &login], "salah", "wrong-credentials", "/user set"),
        (&["--router", &off], "x", "refused", "/ip service enable api"),
        (&["--router", &bare, "--tls", "insecure"], Router::PASSWORD, "tls", "/"),
        (&["--router", &stranger, "--tls", "system"], Router::PASSWORD, "certificate", "/"),
    ];
    for (arguments, password, picture, fix) in cases {
        let server = Server::with(arguments, Some(password)).await;
        browse(Look::DESKTOP.asking_for("id-ID,id"), async |page| {
            page.open_dashboard(&server).await;
            let seen = becomes(page, picture).await;
            assert!(seen["fix"].as_str().unwrap().starts_with(fix), "{seen}");
            page.click_on("#mend [data-testid=copy]").await;
            eventually(s(5), "it says that it was done", async || {
                let said = "return document.querySelector('#mend [data-testid=copy]').textContent";
                when(page.eval(said).await, |said| *said != json!("Salin"))
            })
            .await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_server_that_is_gone_and_a_device_without_a_network_explain_themselves() {
    let router = Router::start().await;
    let mut server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        page.eval("window.dispatchEvent(new Event('offline'))").await;
        becomes(page, "offline").await;
        page.eval("window.dispatchEvent(new Event('online'))").await;
        is_over(page).await;
        server.kill().await;
        becomes(page, "server").await;
        server.restart().await;
        is_over(page).await;
    })
    .await;
}

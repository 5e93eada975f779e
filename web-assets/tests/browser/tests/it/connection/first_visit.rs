//! What a first visit asks the server for: each request is a round trip, and on a phone far from the mast that is felt.

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::proxy::{Habit, Proxy};
use crate::harness::router::Router;
use crate::history::recorded;

/// So many at most, with what the page asks the API for and what it loads right after its first picture.
const MOST: usize = 14;
/// What the browser fetches in the background, after the page has loaded, comes beside: what the service worker keeps for
/// a day without a server, and the icon of the app that it could install.
const KEPT: [&str; 4] = ["/offline", "/app/offline-page.css", "/app/offline.js", "/shared/icon.svg"];

/// Each page but the login, which a server without accounts leaves; and what says that it has all it waits for.
const PAGES: [(&str, &str); 7] = [
    (
        "/prepaid/dashboard?interface=ether1",
        "lalin.state().state === 'live' && document.querySelector('[data-testid=past]')",
    ),
    ("/prepaid/fleet", "document.querySelector('.fleet-row .down')?.textContent"),
    ("/prepaid/usage", "document.querySelector('.usage-row') && document.querySelector('#usage-detail h2')"),
    ("/prepaid/report?router=pusat&interface=ether1", "document.querySelector('#report h1')"),
    ("/prepaid/alerts", "!document.getElementById('alert-maintenance').hidden"),
    ("/prepaid/api", "document.querySelector('.api-operation')"),
    ("/settings", "!document.getElementById('set-recording').hidden"),
];

#[tokio::test]
async fn each_page_is_there_after_a_few_requests() {
    let router = Router::start().await;
    let (server, _) = recorded(&router, "").await;
    let mut told = Vec::new();
    for (path, ready) in PAGES {
        let proxy = Proxy::start(&server.address, Habit::Pass).await;
        // Each in a browser that has nothing yet.
        browse(Look::DESKTOP, async |page| {
            page.client().goto(&format!("http://{}{path}", proxy.address)).await.unwrap();
            let ready = format!("return Boolean({ready})");
            eventually(s(40), path, async || when(page.eval(&ready).await, |ready| *ready == true)).await;
            // The last thing that a page of live data does by itself; the others leave it to those.
            let kept = "return navigator.serviceWorker.getRegistration().then(found => Boolean(found?.active))";
            if ["dashboard", "fleet", "alerts"].iter().any(|page| path.contains(page)) {
                eventually(s(40), "the service worker", async || when(page.eval(kept).await, |kept| *kept == true))
                    .await;
            }
        })
        .await;
        let mut asked = proxy.asked();
        asked.retain(|path| !KEPT.iter().any(|kept| path.ends_with(kept)));
        told.push(format!("{:>3} {path}: {asked:#?}", asked.len()));
        assert!(asked.len() <= MOST, "{}", told.last().unwrap());
        let styles = asked.iter().filter(|path| path.ends_with(".css")).count();
        assert_eq!(styles, 1, "{path}: its styles are one file: {asked:?}");
    }
    println!("{}", told.join("\n"));
}

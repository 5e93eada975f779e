//! The page under a path of somebody else's name: everything that the browser asks for lies below it.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::proxy::{Habit, Proxy};
use crate::harness::router::Router;
use crate::harness::server::Server;

const PASSWORD: &str = "kata sandi panjang";

#[tokio::test]
async fn below_a_path_one_logs_in_sees_the_traffic_and_goes_from_page_to_page() {
    let router = Router::start().await;
    let server = Server::configured(&router, "[sampling]\ninterval = \"1s\"\n[server]\nbase-path = \"/lalin\"\n").await;
    server.add_administrator("sari", PASSWORD).await;
    let proxy = Proxy::start(&server.address, Habit::Below("/lalin")).await;
    let url = |path: &str| format!("http://{}{path}", proxy.address);
    browse(Look::DESKTOP, async |page| {
        page.client().goto(&url("/lalin/prepaid/dashboard?interface=ether1")).await.unwrap();
        let path_is = async |wanted: &str| {
            eventually(s(20), wanted, async || {
                when(page.eval("return location.pathname").await, |path| path == wanted)
            })
            .await;
        };
        path_is("/lalin/login").await;
        let there_is = async |selector: &str| {
            let script = format!("return document.querySelector({selector:?}) !== null");
            eventually(s(15), selector, async || when(page.eval(&script).await, |there| *there == true)).await;
        };
        there_is("[data-testid=login-form]").await;
        for (name, text) in [("name", "sari"), ("password", PASSWORD)] {
            let script = "const [name, text] = arguments; \
                          const input = document.querySelector(`[data-testid=login-form] [name=${name}]`); \
                          input.value = text; input.dispatchEvent(new Event('input', {bubbles: true}));";
            page.eval_with(script, vec![json!(name), json!(text)]).await;
        }
        page.click_on("[data-testid=login-form] [type=submit]").await;
        path_is("/lalin/prepaid/dashboard").await;
        page.runs().await;
        page.moves("ether1", 2, 30).await;
        page.reaches(10, "live").await;
        let links = "return [...document.querySelectorAll('a[href]')].map((link) => link.pathname)";
        let links = page.eval(links).await;
        assert!(links.as_array().unwrap().iter().all(|path| path.as_str().unwrap().starts_with("/lalin/")), "{links}");

        page.click_on("[data-testid=nav-fleet]").await;
        path_is("/lalin/prepaid/fleet").await;
        there_is("[data-router]").await;
        page.click_on("[data-testid=fleet-open]").await;
        path_is("/lalin/prepaid/dashboard").await;

        // The element for other pages finds its server by its own address.
        let embedded = "/lalin/embed?interface=ether1";
        page.client().goto(&url(embedded)).await.unwrap();
        there_is("lalin-traffic").await;

        page.client().goto(&url("/lalin/settings")).await.unwrap();
        there_is("#set-users:not([hidden])").await;
        page.eval("document.querySelector('#site-account').open = true").await;
        page.click_on("[data-testid=logout]").await;
        path_is("/lalin/login").await;
        assert_eq!(proxy.beside(), Vec::<String>::new(), "asked for beside the path");
    })
    .await;
}

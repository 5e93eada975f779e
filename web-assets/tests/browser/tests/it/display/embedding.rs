//! Somebody else's page, on another origin, shows what flows here: where that is allowed, and nowhere else.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::router::Router;
use crate::harness::server::Server;

/// A host that answers everything with one page; ended when dropped.
struct Host {
    origin: String,
    listener: Option<TcpListener>,
    _serving: JoinSet<()>,
}

impl Host {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        Self { origin, listener: Some(listener), _serving: JoinSet::new() }
    }

    fn serve(&mut self, page: String) {
        let listener = self.listener.take().expect("once");
        self._serving.spawn(async move {
            while let Ok((mut browser, _)) = listener.accept().await {
                let mut request = vec![0; 8 << 10];
                let _ = browser.read(&mut request).await;
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    page.len()
                );
                let _ = browser.write_all(format!("{head}{page}").as_bytes()).await;
            }
        });
    }
}

fn page_of(server: &Server) -> String {
    let address = &server.address;
    format!(
        "<!doctype html><title>Tagihan</title><script type=module src=\"http://{address}/embed.js\"></script>\
         <lalin-traffic interface=ether1 window=5m lang=en style=\"display:block;width:480px;height:260px\"></lalin-traffic>"
    )
}

/// What the element says.
const SAID: &str = "return document.querySelector('lalin-traffic')?.shadowRoot?.textContent ?? ''";

#[tokio::test]
async fn a_billing_page_on_another_origin_shows_a_line() {
    let router = Router::start().await;
    let mut host = Host::new().await;
    let allowed = format!("[sampling]\ninterval = \"1s\"\n[embed]\norigins = [\"{}\"]\n", host.origin);
    let server = Server::configured(&router, &allowed).await;
    host.serve(page_of(&server));
    browse(Look::DESKTOP, async |page| {
        page.client().goto(&host.origin).await.unwrap();
        eventually(s(20), "the line's speeds", async || {
            when(page.eval(SAID).await, |said| {
                said.as_str().is_some_and(|said| said.contains("100.") && said.contains("Mbps"))
            })
        })
        .await;
        page.screenshot("embedded").await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_page_that_nobody_allowed_is_told_so_and_shows_nothing() {
    let router = Router::start().await;
    let mut host = Host::new().await;
    let server = Server::quick(&router).await;
    host.serve(page_of(&server));
    browse(Look::DESKTOP, async |page| {
        page.client().goto(&host.origin).await.unwrap();
        let said = eventually(s(20), "a sentence", async || {
            when(page.eval(SAID).await, |said| said.as_str().is_some_and(|said| said.contains("[embed]")))
        })
        .await;
        assert!(!said.as_str().unwrap().contains("100."), "{said}");
    })
    .await;
}

#[tokio::test]
async fn an_iframe_shows_a_line_too() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::PHONE, async |page| {
        page.client().goto(&server.url("/embed?interface=ether1&window=2m&lang=en")).await.unwrap();
        eventually(s(20), "the line's speeds", async || {
            when(page.eval(SAID).await, |said| {
                said.as_str().is_some_and(|said| said.contains("100.") && said.contains("Mbps"))
            })
        })
        .await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn eight_iframes_of_a_page_are_live_over_http_1() {
    let router = Router::start().await;
    let mut host = Host::new().await;
    let allowed = format!("[sampling]\ninterval = \"1s\"\n[embed]\norigins = [\"{}\"]\n", host.origin);
    let server = Server::configured(&router, &allowed).await;
    let frames: String = (0..8)
        .map(|n| {
            format!(
                "<iframe src=\"{}&n={n}\" width=240 height=200></iframe>",
                server.url("/embed?interface=ether1&lang=en")
            )
        })
        .collect();
    host.serve(format!("<!doctype html><title>Tagihan</title>{frames}"));
    browse(Look::DESKTOP, async |page| {
        page.client().goto(&host.origin).await.unwrap();
        for n in 0..8 {
            page.client().enter_frame(n).await.unwrap();
            eventually(s(30), "the line's speeds", async || {
                when(page.eval(SAID).await, |said| {
                    said.as_str().is_some_and(|said| said.contains("Live") && said.contains("Mbps"))
                })
            })
            .await;
            page.client().enter_parent_frame().await.unwrap();
        }
        // All of them are one viewer.
        eventually(s(20), "one stream", async || {
            when(server.get("/healthz").await.json["viewers"].clone(), |viewers| *viewers == 1)
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_page_is_allowed_in_the_settings_and_shows_the_line_without_a_restart() {
    let router = Router::start().await;
    let mut host = Host::new().await;
    let server = Server::quick(&router).await;
    host.serve(page_of(&server));
    let origin = host.origin.clone();
    browse(Look::DESKTOP, async |page| {
        page.client().goto(&server.url("/settings")).await.unwrap();
        let form = "return document.querySelector('[data-testid=origins] input')?.checkVisibility() === true";
        eventually(s(15), "the list of pages", async || when(page.eval(form).await, |there| *there == true)).await;
        page.keys_in("[data-testid=origins] input", "bukan alamat").await;
        page.click("origin-add").await;
        let wrong = "return document.querySelector('[data-testid=origins] input').getAttribute('aria-invalid')";
        eventually(s(5), "that is no address", async || when(page.eval(wrong).await, |wrong| *wrong == "true")).await;
        // An address is pasted as it stands in the browser.
        page.eval("document.querySelector('[data-testid=origins] input').value = ''").await;
        page.keys_in("[data-testid=origins] input", &format!("{origin}/pelanggan?id=7")).await;
        page.click("origin-add").await;
        eventually(s(10), "it is listed", async || {
            when(page.text_of("[data-testid=origins] ul").await, |text| text.contains(&origin))
        })
        .await;
        page.screenshot("settings-origins").await;
        page.client().goto(&origin).await.unwrap();
        eventually(s(20), "the line's speeds", async || {
            when(page.eval(SAID).await, |said| said.as_str().is_some_and(|said| said.contains("100.")))
        })
        .await;

        page.client().goto(&server.url("/settings")).await.unwrap();
        eventually(s(15), "it may be removed", async || {
            when(page.eval("return document.querySelector('[data-testid=origin-remove]') !== null").await, |there| {
                *there == true
            })
        })
        .await;
        page.click("origin-remove").await;
        eventually(s(10), "it is gone", async || {
            when(page.text_of("[data-testid=origins] ul").await, |text| text.is_empty())
        })
        .await;
        page.client().goto(&origin).await.unwrap();
        eventually(s(20), "a sentence", async || {
            when(page.eval(SAID).await, |said| said.as_str().is_some_and(|said| said.contains("does not allow")))
        })
        .await;
    })
    .await;
}

//! The dashboard's page as a person finds it: its state, cards, curves and buttons, by their `data-testid`.

use std::fs;
use std::path::{Path, PathBuf};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::harness::eventually::{eventually, s};
use crate::harness::series::Series;

/// A browser's page.
pub struct Page {
    client: Client,
    downloads: PathBuf,
}

/// What the page's state line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub code: String,
    pub reason: String,
    pub text: String,
}

/// The card of a chosen interface.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// bit/s, as the page holds it.
    pub rx_bps: Option<f64>,
    pub tx_bps: Option<f64>,
    /// As it is shown.
    pub rx: String,
    pub tx: String,
    pub text: String,
}

impl Page {
    /// `downloads` is where the browser saves files.
    pub fn new(client: Client, downloads: PathBuf) -> Self {
        Self { client, downloads }
    }

    /// Where the browser saves files; there may be no such folder yet.
    pub fn downloads(&self) -> &Path {
        &self.downloads
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Opens the address and waits until the page's own scripts run.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        self.runs().await;
    }

    /// Opens the server's first page.
    pub async fn open_dashboard(&self, server: &crate::harness::server::Server) {
        self.open(&server.url("/")).await;
    }

    /// Waits until the page's scripts run.
    pub async fn runs(&self) {
        eventually(s(20), "the page's scripts run", async || {
            let there = self.eval("return typeof window.lalin + ' ' + document.readyState").await;
            if there == "object complete" { Ok(()) } else { Err(there.to_string()) }
        })
        .await;
    }

    /// Runs a function's body in the page; `arguments` are its own.
    pub async fn eval_with(&self, body: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(body, arguments).await.unwrap_or_else(|error| panic!("{body}: {error}"))
    }

    pub async fn eval(&self, body: &str) -> Value {
        self.eval_with(body, Vec::new()).await
    }

    pub async fn state(&self) -> State {
        let seen = self
            .eval(
                "const e = document.querySelector('[data-testid=state]'); \
                 return e && [e.dataset.state ?? '', e.dataset.reason ?? '', e.innerText];",
            )
            .await;
        let field = |index: usize| seen[index].as_str().unwrap_or_default().to_owned();
        State { code: field(0), reason: field(1), text: field(2) }
    }

    /// Waits for a state.
    pub async fn reaches(&self, limit: u64, code: &str) -> State {
        eventually(s(limit), &format!("the state {code}"), async || {
            let state = self.state().await;
            if state.code == code { Ok(state) } else { Err(format!("{state:?}")) }
        })
        .await
    }

    /// What is shown of a chosen interface: its row in the legend, or where there is no room for that, its card. Of a
    /// legend the unit stands in its head.
    pub async fn card(&self, interface: &str) -> Option<Card> {
        let seen = self
            .eval_with(
                "const card = [...document.querySelectorAll('[data-testid=card]')]\
                   .find(card => card.dataset.interface === arguments[0]); \
                 if (!card) return null; \
                 const now = id => card.querySelector(`[data-testid=${id}]`); \
                 const bps = id => { const raw = now(id)?.dataset.bps; return raw ? Number(raw) : null; }; \
                 const unit = card.closest('table')?.querySelector('[data-testid=legend-unit-now]').textContent; \
                 const said = id => { const text = (now(id)?.innerText ?? '').trim(); \
                   return text && text !== '–' && unit ? `${text} ${unit}` : text; }; \
                 return [bps('rx-now'), bps('tx-now'), said('rx-now'), said('tx-now'), card.innerText];",
                vec![json!(interface)],
            )
            .await;
        let text = |index: usize| seen[index].as_str().unwrap_or_default().to_owned();
        seen.is_array().then(|| Card {
            rx_bps: seen[0].as_f64(),
            tx_bps: seen[1].as_f64(),
            rx: text(2),
            tx: text(3),
            text: text(4),
        })
    }

    /// The names of the shown cards, in their order.
    pub async fn cards(&self) -> Vec<String> {
        let seen = self
            .eval("return [...document.querySelectorAll('[data-testid=card]')].map(c => c.dataset.interface)")
            .await;
        serde_json::from_value(seen).unwrap()
    }

    /// The points the page holds of an interface.
    pub async fn series(&self, interface: &str) -> Series {
        Series::of(&self.eval_with("return window.lalin.series(arguments[0])", vec![json!(interface)]).await)
    }

    /// Waits until the interface's curve has `more` new points after its present end.
    pub async fn moves(&self, interface: &str, more: usize, limit: u64) -> Series {
        let end = self.series(interface).await.end();
        eventually(s(limit), &format!("{more} new points of {interface}"), async || {
            let series = self.series(interface).await;
            let new = series.known().iter().filter(|point| point.t > end).count();
            if new >= more { Ok(series) } else { Err(format!("{new} of them; {:?}", self.state().await)) }
        })
        .await
    }

    /// Clicks the element with this `data-testid`.
    pub async fn click(&self, id: &str) {
        self.click_on(&format!("[data-testid={id}]")).await;
    }

    /// Clicks the first element of this selector.
    pub async fn click_on(&self, selector: &str) {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types into the element with this `data-testid`.
    pub async fn keys(&self, id: &str, text: &str) {
        self.keys_in(&format!("[data-testid={id}]"), text).await;
    }

    /// Types into the first element of this selector.
    pub async fn keys_in(&self, selector: &str, text: &str) {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.send_keys(text).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// The whole text of the first element of this selector; nothing where there is none.
    pub async fn text_of(&self, selector: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.textContent ?? ''";
        self.eval_with(script, vec![json!(selector)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// An attribute of the first element of this selector; nothing where it is not there.
    pub async fn attribute(&self, selector: &str, name: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''";
        self.eval_with(script, vec![json!(selector), json!(name)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// All the text that is shown.
    pub async fn text(&self) -> String {
        self.eval("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// What the console got since the last call: level and message.
    pub async fn console(&self) -> Vec<(String, String)> {
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        self.log("browser").await.iter().map(|entry| (text(entry, "level"), text(entry, "message"))).collect()
    }

    /// Warnings and errors in the console since the last call.
    pub async fn complaints(&self) -> Vec<String> {
        let console = self.console().await.into_iter();
        console.filter(|(level, _)| level == "SEVERE" || level == "WARNING").map(|(_, message)| message).collect()
    }

    /// The address of every request since the last call, whether answered, refused or forbidden; without those of
    /// the browser's own pages. Only a browser whose look says so keeps a record of them.
    pub async fn requested(&self) -> Vec<String> {
        let events = self.log("performance").await;
        let events = events.iter().filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
        events
            .filter(|event| event["message"]["method"] == "Network.requestWillBeSent")
            .filter_map(|event| Some(event["message"]["params"]["request"]["url"].as_str()?.to_owned()))
            .filter(|url| !url.starts_with("chrome:"))
            .collect()
    }

    async fn log(&self, kind: &'static str) -> Vec<Value> {
        let got = self.vendor("se/log", json!({"type": kind})).await;
        got.as_array().cloned().unwrap_or_default()
    }

    /// A command of Chromium's developer tools.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.vendor("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await
    }

    async fn vendor(&self, path: &'static str, body: Value) -> Value {
        let command = Vendor { path, body: body.to_string() };
        self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    /// Saves what is seen under `target/screenshots`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let file = crate::harness::browser::screenshots().join(format!("{name}.png"));
        fs::write(&file, self.client.screenshot().await.unwrap()).unwrap();
        file
    }
}

/// A command that only chromedriver has.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: String,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.clone()))
    }
}

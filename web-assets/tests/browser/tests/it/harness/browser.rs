//! A Chromium of its own for each test, and what is shown of it when the test fails.
//!
//! What the pages hold is not known here: see `page`.

use std::any::Any;
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fantoccini::ClientBuilder;
use fantoccini::wd::Capabilities;
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::harness::chromedriver::Chromedriver;
use crate::harness::page::Page;

/// Two cores can serve so many browsers without the tests waiting for the machine instead of for Lalin.
static PLACES: Semaphore = Semaphore::const_new(5);
/// Starting is the heavy part.
static STARTS: Semaphore = Semaphore::const_new(2);

/// How the browser looks to the page.
#[derive(Clone, Copy)]
pub struct Look {
    pub width: u32,
    pub height: u32,
    /// A phone: its own pixel ratio, a touch screen, scroll bars that take no room.
    pub phone: bool,
    pub dark: bool,
    /// What the browser asks for, as in Accept-Language.
    pub languages: &'static str,
    /// Whether it keeps a record of its requests: that costs both it and chromedriver something.
    pub recording: bool,
}

impl Look {
    pub const DESKTOP: Self =
        Self { width: 1280, height: 800, phone: false, dark: false, languages: "en-US,en", recording: false };
    pub const PHONE: Self = Self { width: 360, height: 740, phone: true, ..Self::DESKTOP };

    pub const fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    pub const fn recording_requests(self) -> Self {
        Self { recording: true, ..self }
    }

    pub const fn asking_for(self, languages: &'static str) -> Self {
        Self { languages, ..self }
    }
}

/// Runs the scenario in a new browser. When it fails: a screenshot, what the page says and its console.
pub async fn browse(look: Look, scenario: impl AsyncFnOnce(&Page)) {
    let _place = PLACES.acquire().await.expect("never closed");
    let (page, _profile, _driver) = start(look).await;
    let scenario = async {
        scenario(&page).await;
        nothing_complains(&page).await;
    };
    let outcome = AssertUnwindSafe(scenario).catch_unwind().await;
    if outcome.is_err() {
        // The page may be the very thing that hangs.
        let report = timeout(Duration::from_secs(10), AssertUnwindSafe(report(&page)).catch_unwind()).await;
        eprintln!("{}", report.ok().and_then(Result::ok).unwrap_or_else(|| "the browser says nothing more".to_owned()));
    }
    let _ = timeout(Duration::from_secs(10), page.client().clone().close()).await;
    if let Err(panic) = outcome {
        resume_unwind(panic as Box<dyn Any + Send>);
    }
}

/// Nothing the page did is worth a warning or an error in the console. That something could not be loaded because a
/// server was away, or let nobody in, is no fault of the page, and the browser says it by itself.
async fn nothing_complains(page: &Page) {
    let away = ["net::ERR_", "status of 502", "status of 503", "401 (Unauthorized)", "blocked by CORS policy"];
    let mut complaints = page.complaints().await;
    complaints.retain(|complaint| !away.iter().any(|away| complaint.contains(away)));
    assert_eq!(complaints, Vec::<String>::new(), "the console");
}

async fn start(look: Look) -> (Page, TempDir, Arc<Chromedriver>) {
    let _start = STARTS.acquire().await.expect("never closed");
    let driver = tokio::task::spawn_blocking(Chromedriver::shared).await.expect("chromedriver starts");
    let profile = TempDir::new().unwrap();
    let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
    builder.capabilities(capabilities(&profile, look));
    let client = timeout(Duration::from_secs(60), builder.connect(&driver.url())).await;
    let page = Page::new(client.expect("Chromium starts in time").expect("Chromium starts"), downloads(&profile));
    let metrics = json!({
        "width": look.width, "height": look.height, "mobile": look.phone,
        "deviceScaleFactor": if look.phone { 2 } else { 1 },
    });
    page.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    let scheme = if look.dark { "dark" } else { "light" };
    let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
    page.devtools("Emulation.setEmulatedMedia", features).await;
    (page, profile, driver)
}

fn capabilities(profile: &TempDir, look: Look) -> Capabilities {
    let binary = env::var("E2E_CHROMIUM").unwrap_or_else(|_| program("chromium"));
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        // Pages of its own that nobody looks at, each in a process of its own.
        "--disable-features=PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup",
    ];
    let mut arguments: Vec<String> = arguments.map(str::to_owned).into();
    arguments.push(format!("--user-data-dir={}", profile.path().display()));
    arguments.push(format!("--window-size={},{}", look.width.max(500), look.height));
    // A machine without a mouse would say that there is none: a finger is coarse and cannot hover (2 and 1, to Chromium),
    // a mouse is fine and can (4 and 2).
    let (pointer, hover) = if look.phone { (2, 1) } else { (4, 2) };
    let kinds = format!("primaryPointerType={pointer},availablePointerTypes={pointer}");
    arguments.push(format!("--blink-settings={kinds},primaryHoverType={hover},availableHoverTypes={hover}"));
    let wanted = json!({
        "goog:chromeOptions": {
            "binary": binary,
            "args": arguments,
            "prefs": {
                "intl.accept_languages": look.languages,
                "download.default_directory": downloads(profile),
                // Instead of the page for new tabs, which costs more than any of ours.
                "session": {"restore_on_startup": 4, "startup_urls": ["about:blank"]},
            },
        },
        "goog:loggingPrefs": {"browser": "ALL", "performance": if look.recording { "ALL" } else { "OFF" }},
        // A dialogue that a page should not open stays, so that the test sees it.
        "unhandledPromptBehavior": "ignore",
    });
    match wanted {
        Value::Object(map) => map,
        _ => Capabilities::new(),
    }
}

fn downloads(profile: &TempDir) -> PathBuf {
    profile.path().join("downloads")
}

/// The program's place on the path: chromedriver wants a whole one.
fn program(name: &str) -> String {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.map_or_else(|| name.to_owned(), |file| file.display().to_string())
}

async fn report(page: &Page) -> String {
    let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
    let shot = page.screenshot(&format!("failed-{name}")).await;
    let state = page.state().await;
    let text = page.text().await;
    let console = page.console().await;
    format!("screenshot: {}\nstate: {state:?}\npage: {text}\nconsole: {console:#?}", shot.display())
}

/// Where screenshots are kept: `target/screenshots`.
pub fn screenshots() -> PathBuf {
    let folder = crate::harness::server::build_folder().parent().expect("target").join("screenshots");
    fs::create_dir_all(&folder).unwrap();
    folder
}

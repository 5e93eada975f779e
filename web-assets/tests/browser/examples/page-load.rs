//! What the page costs its viewer: 2,000 interfaces of which 200 change with every tick, and ten hours of ticks.
//!
//! A measurement and no test: what it prints depends on the machine. It needs the built server, as the tests do:
//! `cargo build --release -p lalin && LALIN_BIN=target/release/lalin cargo run -p lalin-browser-tests --example page-load`

#![allow(clippy::unwrap_used, clippy::expect_used)]
// The tests' own tools, of which it needs a part.
#![allow(dead_code)]

#[path = "../tests/it/harness/mod.rs"]
mod harness;

use std::time::Duration;

use routeros_simulator::{InterfaceSpec, Traffic};
use serde_json::json;

use harness::browser::{Look, browse};
use harness::eventually::{eventually, s, when};
use harness::page::Page;
use harness::router::Router;
use harness::server::Server;

const INTERFACES: u32 = 2_000;
const CHANGING: u32 = 200;
const WATCHED: Duration = s(30);

/// Every long frame, as Chromium reports it; and the longest, ms.
const FRAMES: &str = "window.frames_ = []; \
      new PerformanceObserver(list => frames_.push(...list.getEntries().map(e => e.duration)))\
        .observe({type: 'long-animation-frame'});";

/// Ten hours of ticks every two seconds, into a store as the page has it: what it holds after ten minutes and at the
/// end, and how long a tick took.
const HOURS: &str = "const [count, done] = arguments; \
      const assets = document.querySelector('script[type=module]').src.replace(/app\\/dashboard\\.js$/, ''); \
      import(`${assets}data/point-store.js`).then(async ({PointStore: Store}) => { \
        const store = new Store(); store.keep(['p0'], 600_000); \
        const names = Array.from({length: count}, (_, n) => `p${n}`); \
        const begun = performance.now(); let early = 0; \
        for (let tick = 0; tick < 18_000; tick++) { const t = 1.7e12 + tick * 2_000; \
          for (let n = 0; n < count; n++) store.add(names[n], t, n * 1_000 + tick, n * 2_000); \
          store.sweep(t); \
          if (tick === 400) early = store.bytes; \
          if (tick % 100 === 0) await new Promise(next => setTimeout(next)); } \
        window.kept_ = store; \
        done({early, late: store.bytes, perTick: (performance.now() - begun) / 18_000}); \
      }).catch(error => done(String(error)));";

#[tokio::main]
async fn main() {
    let quiet = |n: u32| InterfaceSpec::pppoe(format!("p{n:04}"));
    let wave = |n: u32| Traffic::Sine { mean_bps: 2e6, amplitude_bps: 1.9e6, period: s(10 + u64::from(n % 50)) };
    let busy = |n: u32| quiet(n).traffic(wave(n), wave(n + 7));
    let interfaces = (0..INTERFACES).map(|n| if n < CHANGING { busy(n) } else { quiet(n) });
    let router = Router::with(interfaces.collect()).await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        let count = || page.text_of("#overview-count");
        eventually(s(60), "the list", async || when(count().await, |n| *n == INTERFACES.to_string())).await;
        page.reaches(20, "live").await;
        let first = page.eval("return performance.getEntriesByName('lalin-first-tick')[0]?.startTime ?? null").await;
        println!("the first tick was drawn after {} ms", first.as_f64().map_or(-1.0, f64::round));
        // The thread's own time: what others do on the machine meanwhile is not counted.
        page.devtools("Performance.enable", json!({"timeDomain": "threadTicks"})).await;
        page.eval(FRAMES).await;
        let (before, heap_before) = (metric(page, "TaskDuration").await, heap(page).await);
        let begun = tokio::time::Instant::now();
        tokio::time::sleep(WATCHED).await;
        let took = begun.elapsed().as_secs_f64();
        let share = 100.0 * (metric(page, "TaskDuration").await - before) / took;
        let frames: Vec<f64> = serde_json::from_value(page.eval("return window.frames_").await).unwrap();
        let heap_after = heap(page).await;
        println!("{INTERFACES} interfaces, {CHANGING} of them changing each second, for {took:.0} s");
        println!("  the page's own thread    {share:>8.1} % of a core");
        println!("  frames of 50 ms or more  {:>8}", frames.len());
        println!("  the longest of them      {:>8.0} ms", frames.iter().copied().fold(0.0, f64::max));
        println!("  heap, at first           {:>8.1} MB", heap_before / 1e6);
        println!("  heap, at the end         {:>8.1} MB", heap_after / 1e6);

        page.client().update_timeouts(patience()).await.unwrap();
        let fed = page.client().execute_async(HOURS, vec![json!(INTERFACES)]).await.unwrap();
        let number = |key: &str| fed[key].as_f64().unwrap_or_else(|| panic!("{fed}"));
        println!("ten hours of ticks of {INTERFACES} interfaces into the store");
        println!("  held after 13 minutes    {:>8.1} MB", number("early") / 1e6);
        println!("  held after 10 hours      {:>8.1} MB", number("late") / 1e6);
        println!("  heap, with both stores   {:>8.1} MB", heap(page).await / 1e6);
        println!("  a tick                   {:>8.2} ms", number("perTick"));
    })
    .await;
}

/// Ten hours are quick, but not quick enough for a browser's usual patience.
fn patience() -> fantoccini::wd::TimeoutConfiguration {
    fantoccini::wd::TimeoutConfiguration::new(Some(s(600)), None, None)
}

/// One of Chromium's own measures.
async fn metric(page: &Page, name: &str) -> f64 {
    let all = page.devtools("Performance.getMetrics", json!({})).await;
    let found = all["metrics"].as_array().into_iter().flatten().find(|metric| metric["name"] == name);
    found.and_then(|metric| metric["value"].as_f64()).unwrap_or_else(|| panic!("no {name}: {all}"))
}

/// The bytes of the page's objects that are in use, after a collection.
async fn heap(page: &Page) -> f64 {
    page.devtools("HeapProfiler.collectGarbage", json!({})).await;
    metric(page, "JSHeapUsedSize").await
}

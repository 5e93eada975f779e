//! Every window shows what there is, up to its edge, at once; also the longest that the server remembers.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::router::Router;
use crate::harness::server::Server;

/// Clicks a window's button and watches the chart until the curve reaches the right edge of the whole window, where it
/// has its name: how many milliseconds that took. The canvas is looked at in the page itself, so that no message to the
/// browser counts.
const WATCH: &str = "const [wanted, done] = arguments; \
    const button = document.querySelector(`[data-testid=window][data-ms='${wanted}']`); \
    const seconds = text => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0); \
    const copy = document.createElement('canvas'); const paper = copy.getContext('2d', {willReadFrequently: true}); \
    const begun = performance.now(); button.click(); \
    const look = () => { \
      const ms = performance.now() - begun; \
      if (ms > 10_000) return done(null); \
      const canvas = document.querySelector('[data-testid=chart] canvas'); \
      const [plot, whole] = [document.querySelector('[data-testid=chart] .u-over'), canvas].map(e => e.getBoundingClientRect()); \
      const edge = Math.round((plot.right - whole.left) * canvas.width / whole.width); \
      [copy.width, copy.height] = [5, canvas.height]; \
      paper.drawImage(canvas, edge + 2, 0, 5, canvas.height, 0, 0, 5, canvas.height); \
      const {data} = paper.getImageData(0, 0, 5, canvas.height); \
      let drawn = 0; \
      for (let i = 0; i < data.length; i += 4) \
        if (data[i + 3] > 60 && [36, 86, 214].every((v, k) => Math.abs(v - data[i + k]) <= 40)) drawn++; \
      const range = document.querySelector('[data-testid=legend-range]').title; \
      const long = seconds(/\\(([\\d:]+)\\)/.exec(range)?.[1] ?? '0') * 1000; \
      const pressed = button.getAttribute('aria-pressed') === 'true'; \
      if (drawn > 0 && pressed && long === wanted) return done(ms); \
      requestAnimationFrame(look); \
    }; \
    requestAnimationFrame(look);";

#[tokio::test]
async fn every_window_shows_points_up_to_its_edge_within_a_second() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP.recording_requests(), async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 3, 20).await;
        let offered = "return [...document.querySelectorAll('[data-testid=window]')].map(w => [w.textContent, Number(w.dataset.ms)])";
        let offered: Vec<(String, u64)> = serde_json::from_value(page.eval(offered).await).unwrap();
        let words: Vec<&str> = offered.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, ["1m", "5m", "15m", "30m", "1h", "3h", "6h"]);
        page.requested().await;
        // Each of them, and back from the longest to the shortest.
        for (word, ms) in offered.iter().chain(offered.iter().rev()) {
            let took = page.client().execute_async(WATCH, vec![json!(ms)]).await.unwrap();
            let took = took.as_f64().unwrap_or_else(|| panic!("{word} never showed a curve: {took}"));
            assert!(took < 1_000.0, "{word} took {took} ms");
        }
        // A refused question for the past would be a complaint of the browser's; and there was at least one question.
        assert_eq!(page.complaints().await, Vec::<String>::new());
        let asked: Vec<String> = page.requested().await.into_iter().filter(|url| url.contains("/api/v1/window")).collect();
        assert!(!asked.is_empty() && asked.len() <= 7, "each stretch once: {asked:?}");
        for url in asked {
            let path = url.find("/api/").map_or("", |at| &url[at..]);
            assert_eq!(server.get(path).await.status, 200, "{path}");
        }
    })
    .await;
}

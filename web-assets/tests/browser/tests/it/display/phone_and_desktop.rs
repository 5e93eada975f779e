//! A phone and a desktop, light and dark: everything is there, readable, in its place.

use serde_json::Value;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

#[tokio::test]
async fn a_phone_of_360_px_shows_everything_without_sideways_scrolling() {
    looks(Look::PHONE, "phone-light").await;
}

#[tokio::test]
async fn a_phone_in_the_dark_does_too() {
    looks(Look::PHONE.dark(), "phone-dark").await;
}

#[tokio::test]
async fn a_desktop_shows_everything_at_once() {
    looks(Look::DESKTOP, "desktop-light").await;
}

#[tokio::test]
async fn a_desktop_in_the_dark_does_too() {
    looks(Look::DESKTOP.dark(), "desktop-dark").await;
}

async fn looks(look: Look, name: &str) {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(look, async |page| {
        page.open_dashboard(&server).await;
        page.choose(&["ether1", "<pppoe-budi>"]).await;
        page.moves("ether1", 3, 20).await;
        page.reaches(10, "live").await;
        page.screenshot(name).await;
        let width = f64::from(look.width);
        assert_eq!(page.eval("return innerWidth").await.as_f64(), Some(width));
        assert_eq!(page.overflow().await, 0.0, "scrolls sideways");
        if !look.phone {
            let below = page.eval("return document.documentElement.scrollHeight - innerHeight").await;
            assert_eq!(below.as_f64(), Some(0.0), "the list and the chart scroll for themselves, the page does not");
        }
        // A desktop has its list beside the chart; a phone has it, and the less needed, one tap away.
        let (opens, lang) = if look.phone { ("picker", "site-open") } else { ("picker-search", "lang") };
        for id in ["state", "chart", "card", "rx-now", "tx-now", opens, lang] {
            let (x, _, wide, high) = place(page, id).await;
            assert!(wide > 0.0 && high > 0.0, "{id} is not shown");
            assert!(x >= 0.0 && x + wide <= width + 0.5, "{id} from {x} for {wide} px of {width}");
        }
        let (_, _, wide, high) = place(page, "chart").await;
        assert!(wide >= width * 0.5 && high >= 150.0, "a chart of {wide} x {high}");
        // A mouse hits less than a finger does.
        let least = if look.phone { 44.0 } else { 24.0 };
        for id in ["stop", opens, lang] {
            let (_, _, wide, high) = place(page, id).await;
            assert!(wide >= least && high >= least, "{id} of {wide} x {high} px is small");
        }
        // Of a minute the curve is long enough to be found.
        page.click_on("[data-testid=window][data-ms='60000']").await;
        page.moves("ether1", 1, 20).await;
        let first = if look.dark { [95, 134, 245] } else { [36, 86, 214] };
        // In five minutes the first seconds are few pixels.
        eventually(s(20), "the curve is drawn", async || when(page.painted(Some(first)).await, |&drawn| drawn > 20))
            .await;
        assert_eq!(
            page.eval(SPILLED).await,
            Value::Array(Vec::new()),
            "text runs out of its box, or into its neighbour"
        );
        for id in ["state", "rx-now", "tx-now"] {
            let contrast = contrast(page, id).await;
            assert!(contrast >= 4.5, "{id}: {contrast}");
        }
        assert_eq!(is_dark(page).await, look.dark);
    })
    .await;
}

/// The buttons whose text is not within them, and the cards whose two figures come closer than 4 px to each other.
const SPILLED: &str = "const text = e => { const r = document.createRange(); r.selectNodeContents(e); \
      return r.getBoundingClientRect(); }; \
    const seen = [...document.querySelectorAll('button')].filter(e => e.checkVisibility()); \
    const out = seen.filter(e => { const [t, b] = [text(e), e.getBoundingClientRect()]; \
      return t.left < b.left || t.right > b.right || t.top < b.top || t.bottom > b.bottom; }); \
    const touching = [...document.querySelectorAll('[data-testid=card]')].filter(card => { \
      const [a, b] = ['rx-now', 'tx-now'].map(id => text(card.querySelector(`[data-testid=${id}]`))); \
      return a.left < b.right + 4 && b.left < a.right + 4 && a.top < b.bottom && b.top < a.bottom; }); \
    return [...out, ...touching].map(e => e.innerText);";

/// x, y, width and height in px on the page.
async fn place(page: &Page, id: &str) -> (f64, f64, f64, f64) {
    let script = "const e = document.querySelector(`[data-testid=${arguments[0]}]`); if (!e) return null; \
                  const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height];";
    let seen = page.eval_with(script, vec![Value::from(id)]).await;
    assert!(seen.is_array(), "there is no {id}");
    let number = |index: usize| seen[index].as_f64().unwrap();
    (number(0), number(1), number(2), number(3))
}

/// The contrast between an element's text and what lies behind it, as WCAG 2 defines it.
async fn contrast(page: &Page, id: &str) -> f64 {
    let script = "const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true}); \
        const rgba = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); \
          return [...canvas.getImageData(0, 0, 1, 1).data]; }; \
        const light = rgb => { const [r, g, b] = rgb.slice(0, 3).map(v => { v /= 255; \
          return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; }; \
        const element = document.querySelector(`[data-testid=${arguments[0]}]`); \
        const layers = []; \
        for (let e = element; e; e = e.parentElement) { \
          const color = rgba(getComputedStyle(e).backgroundColor); layers.push(color); if (color[3] === 255) break; } \
        let back = [255, 255, 255]; \
        for (const [r, g, b, a] of layers.reverse()) back = [r, g, b].map((v, i) => v * a / 255 + back[i] * (1 - a / 255)); \
        const a = light(rgba(getComputedStyle(element).color)), b = light(back); \
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);";
    page.eval_with(script, vec![Value::from(id)]).await.as_f64().unwrap()
}

async fn is_dark(page: &Page) -> bool {
    let shot = page.eval(
        "const color = e => getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number); \
         const [body, root] = [color(document.body), color(document.documentElement)]; \
         const [r, g, b] = body.length < 4 || body[3] ? body : root; return (r + g + b) / 3;",
    );
    shot.await.as_f64().unwrap() < 96.0
}

//! The page's list of interfaces and its other controls.

use fantoccini::Locator;
use serde_json::{Value, json};

use crate::harness::eventually::{eventually, s, when};
use crate::harness::figures::spoken;
use crate::harness::page::Page;

impl Page {
    /// Opens the list of interfaces, if it is not open.
    pub async fn open_picker(&self) {
        if !self.shows("picker-search").await {
            self.click("picker").await;
        }
        // Also that it has come to rest, so that a click meets what it means.
        let rests = "const list = document.getElementById('overview'); \
             return list.checkVisibility() && list.getAnimations().every(motion => motion.playState === 'finished')";
        eventually(s(5), "the list opens", async || when(self.eval(rests).await, |rests| *rests == true)).await;
    }

    /// Puts the list of interfaces away: a sheet over the page closes; beside the chart, where it stands open all the
    /// time, its search is empty again.
    pub async fn close_picker(&self) {
        if self.shows("picker-search").await {
            self.keys("picker-search", "\u{e00c}").await;
        }
        let away = "const list = document.getElementById('overview'); \
             return !list.hasAttribute('data-open') && document.querySelector('[data-testid=picker-search]').value === ''";
        eventually(s(5), "the list is put away", async || when(self.eval(away).await, |away| *away == true)).await;
    }

    /// The names in the list, in their order.
    pub async fn options(&self) -> Vec<String> {
        let shown = self
            .eval(
                "return [...document.querySelectorAll('[data-testid=picker-option]')]\
                   .filter(option => option.checkVisibility()).map(option => option.dataset.interface)",
            )
            .await;
        serde_json::from_value(shown).unwrap()
    }

    /// Ticks or unticks an interface in the open list, which must be in view there: of a long list only that much exists.
    pub async fn tick(&self, interface: &str) {
        // After a search or in another order the rows move to their places: a click must meet the row it means.
        let rest = "return document.querySelector('.settling') === null";
        eventually(s(5), "the rows rest", async || when(self.eval(rest).await, |rest| *rest == true)).await;
        let name = interface.replace('\\', "\\\\").replace('"', "\\\"");
        let selector = format!("[data-testid=picker-option][data-interface=\"{name}\"]");
        let option = self.client().find(Locator::Css(&selector)).await;
        let option = option.unwrap_or_else(|error| panic!("{interface:?} is not in the list: {error}"));
        option.click().await.unwrap_or_else(|error| panic!("{interface:?}: {error}"));
    }

    /// Turns one of the switches behind the list's filter button.
    pub async fn switch_filter(&self, id: &str) {
        if !self.shows(id).await {
            self.click("overview-filter").await;
        }
        self.click(id).await;
        self.click("overview-filter").await;
    }

    /// Opens the menu of an interface's row, which must be in view, and chooses from it.
    pub async fn choose_of_line(&self, interface: &str, item: &str) {
        self.open_line_menu(interface).await;
        self.click(item).await;
    }

    /// Opens the menu of an interface's row.
    pub async fn open_line_menu(&self, interface: &str) {
        let row = format!("[data-testid=picker-option][data-interface=\"{interface}\"]");
        self.point_at(self.place_of(&row).await.at(0.5, 0.5)).await;
        self.click_on(&format!("{row} .more")).await;
        eventually(s(5), "the row's menu", async || when(self.shows("line-menu").await, |open| *open)).await;
    }

    /// A figure of an interface's row in the list: `.down`, `.up` or `.use`. Nothing where the row is not there.
    pub async fn figure(&self, interface: &str, kind: &str) -> String {
        let script = "return [...document.querySelectorAll('[data-testid=picker-option]')]\
               .find(row => row.dataset.interface === arguments[0])?.querySelector(arguments[1])?.textContent ?? ''";
        self.eval_with(script, vec![json!(interface), json!(kind)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a row's figure is about so many bit/s.
    pub async fn flows(&self, interface: &str, kind: &str, truth: f64) {
        eventually(s(15), &format!("{interface} {kind} {truth}"), async || {
            let text = self.figure(interface, kind).await;
            let seen = text.contains(|c: char| c.is_ascii_digit()).then(|| spoken(&text));
            if seen.is_some_and(|seen| (seen - truth).abs() <= truth * 0.05) { Ok(()) } else { Err(text) }
        })
        .await;
    }

    /// Chooses exactly these, by ticking and unticking.
    pub async fn choose(&self, interfaces: &[&str]) {
        self.open_picker().await;
        // The page's own word for it: the legend is loaded after the first picture.
        let chosen = self.eval("return window.lalin.state().chosen").await;
        let chosen: Vec<String> = serde_json::from_value(chosen).unwrap();
        for name in &chosen {
            if !interfaces.contains(&name.as_str()) {
                self.tick(name).await;
            }
        }
        for &name in interfaces {
            if !chosen.iter().any(|chosen| chosen == name) {
                self.tick(name).await;
            }
        }
        self.close_picker().await;
        let mut wanted: Vec<&str> = interfaces.to_vec();
        wanted.sort_unstable();
        eventually(s(5), "the chosen cards", async || {
            let mut cards = self.cards().await;
            cards.sort_unstable();
            when(cards, |cards| *cards == wanted)
        })
        .await;
    }

    /// Whether the element with this `data-testid` is seen.
    pub async fn shows(&self, id: &str) -> bool {
        let script = "return document.querySelector(`[data-testid=${arguments[0]}]`)?.checkVisibility() ?? false";
        self.eval_with(script, vec![Value::from(id)]).await == true
    }

    /// Switches between Indonesian and English.
    pub async fn switch_language(&self) {
        self.click("lang").await;
    }

    /// The figure (bit/s) that an interface's card calls `word`.
    pub async fn direction(&self, interface: &str, word: &str) -> f64 {
        let script = "const card = [...document.querySelectorAll('[data-testid=card]')]\
               .find(card => card.dataset.interface === arguments[0]); \
             const figure = card.querySelector(`[data-way=${arguments[1] === 'Download' ? 'down' : 'up'}][data-bps]`); \
             return figure ? Number(figure.dataset.bps) : card.innerText;";
        let found = self.eval_with(script, vec![json!(interface), json!(word)]).await;
        found.as_f64().unwrap_or_else(|| panic!("nothing is called {word}: {found}"))
    }

    /// By how many px the page is wider than its window.
    pub async fn overflow(&self) -> f64 {
        let script = "return Math.max(0, document.documentElement.scrollWidth - innerWidth)";
        self.eval(script).await.as_f64().unwrap()
    }

    /// How many pixels of the chart have this colour (red, green, blue), or any at all. The chart is copied first: its
    /// own canvas is not made to be read, and Chromium would say so in the console.
    pub async fn painted(&self, colour: Option<[u8; 3]>) -> u64 {
        let script = "const chart = document.querySelector('[data-testid=chart] canvas'); if (!chart) return 0; \
             const copy = document.createElement('canvas'); [copy.width, copy.height] = [chart.width, chart.height]; \
             const paper = copy.getContext('2d', {willReadFrequently: true}); paper.drawImage(chart, 0, 0); \
             const data = paper.getImageData(0, 0, copy.width, copy.height).data; let n = 0; \
             for (let i = 0; i < data.length; i += 4) \
               if (arguments[0] ? data[i + 3] > 140 && arguments[0].every((v, at) => Math.abs(v - data[i + at]) <= 12) : data[i + 3]) n++; \
             return n;";
        self.eval_with(script, vec![json!(colour)]).await.as_u64().unwrap()
    }
}

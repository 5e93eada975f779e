//! What a person's hand does besides clicking: keys wherever the focus is, and the mouse over the chart.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use serde_json::{Value, json};

use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::server::Server;

/// The keys that write nothing, as WebDriver calls them.
pub const TAB: char = '\u{e004}';
pub const ENTER: char = '\u{e007}';
pub const SHIFT: char = '\u{e008}';
pub const ESCAPE: char = '\u{e00c}';
pub const END: char = '\u{e010}';
pub const HOME: char = '\u{e011}';
pub const LEFT: char = '\u{e012}';
pub const UP: char = '\u{e013}';
pub const RIGHT: char = '\u{e014}';
pub const DOWN: char = '\u{e015}';

/// What is held while the mouse does something, as the developer tools count it.
const NONE: u8 = 0;
const CTRL_HELD: u8 = 2;
const SHIFT_HELD: u8 = 8;

/// Where something lies in the window, px.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Place {
    /// The point at these parts of width and height.
    pub fn at(&self, across: f64, down: f64) -> (f64, f64) {
        (self.x + self.width * across, self.y + self.height * down)
    }
}

impl Page {
    /// Presses the key, wherever the focus is.
    pub async fn press(&self, key: char) {
        self.press_with(None, key).await;
    }

    /// Presses the key while another is held.
    pub async fn press_with(&self, held: Option<char>, key: char) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        if let Some(held) = held {
            actions = actions.then(KeyAction::Down { value: held });
        }
        actions = actions.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        if let Some(held) = held {
            actions = actions.then(KeyAction::Up { value: held });
        }
        self.client().perform_actions(actions).await.unwrap_or_else(|error| panic!("{key:?}: {error}"));
    }

    /// Where the first element of this selector lies.
    pub async fn place_of(&self, selector: &str) -> Place {
        let script = "const r = document.querySelector(arguments[0])?.getBoundingClientRect(); \
                      return r && [r.x, r.y, r.width, r.height];";
        let seen = self.eval_with(script, vec![json!(selector)]).await;
        let number = |index: usize| seen[index].as_f64().unwrap_or_else(|| panic!("there is no {selector}"));
        Place { x: number(0), y: number(1), width: number(2), height: number(3) }
    }

    /// Where the chart's curves are drawn.
    pub async fn plot(&self) -> Place {
        self.place_of("[data-testid=chart] .u-over").await
    }

    /// Moves the pointer there.
    pub async fn point_at(&self, at: (f64, f64)) {
        self.mouse("mouseMoved", at, NONE, json!({})).await;
    }

    /// Drags with the left button from here to there.
    pub async fn drag(&self, from: (f64, f64), to: (f64, f64)) {
        self.dragged(from, to, NONE).await;
    }

    /// The same with the shift key held.
    pub async fn drag_with_shift(&self, from: (f64, f64), to: (f64, f64)) {
        self.dragged(from, to, SHIFT_HELD).await;
    }

    async fn dragged(&self, from: (f64, f64), to: (f64, f64), held: u8) {
        let down = json!({"button": "left", "buttons": 1, "clickCount": 1});
        self.point_at(from).await;
        self.mouse("mousePressed", from, held, down.clone()).await;
        for step in 1..=4 {
            let part = f64::from(step) / 4.0;
            let at = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
            self.mouse("mouseMoved", at, held, json!({"button": "left", "buttons": 1})).await;
        }
        self.mouse("mouseReleased", to, held, json!({"button": "left", "clickCount": 1})).await;
    }

    /// Clicks twice there.
    pub async fn double_click(&self, at: (f64, f64)) {
        for count in 1..=2 {
            self.mouse("mousePressed", at, NONE, json!({"button": "left", "buttons": 1, "clickCount": count})).await;
            self.mouse("mouseReleased", at, NONE, json!({"button": "left", "clickCount": count})).await;
        }
    }

    /// Turns the wheel there with Ctrl held: by `turn` px, negative is towards what is looked at.
    pub async fn wheel_with_ctrl(&self, at: (f64, f64), turn: f64) {
        self.mouse("mouseWheel", at, CTRL_HELD, json!({"deltaX": 0, "deltaY": turn})).await;
    }

    async fn mouse(&self, kind: &str, (x, y): (f64, f64), held: u8, more: Value) {
        let mut event = json!({"type": kind, "x": x, "y": y, "modifiers": held});
        if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
            event.extend(more);
        }
        self.devtools("Input.dispatchMouseEvent", event).await;
    }

    /// Makes an administrator, who then is logged in.
    pub async fn log_in_to(&self, server: &Server) {
        server.add_administrator("sari", "kata sandi panjang").await;
        self.client().goto(&server.url("/login")).await.unwrap();
        let there = "return document.querySelector('[data-testid=login-form] [name=password]') !== null";
        eventually(s(20), "the login", async || when(self.eval(there).await, |there| *there == true)).await;
        self.keys_in("[data-testid=login-form] [name=name]", "sari").await;
        self.keys_in("[data-testid=login-form] [name=password]", "kata sandi panjang").await;
        self.click_on("[data-testid=login-form] [type=submit]").await;
        let within = "return location.pathname !== '/login' && document.readyState === 'complete'";
        eventually(s(20), "who is logged in", async || when(self.eval(within).await, |within| *within == true)).await;
    }

    /// The name of the field that has the focus.
    pub async fn focused_name(&self) -> String {
        self.eval("return document.activeElement.name ?? ''").await.as_str().unwrap_or_default().to_owned()
    }

    /// What has the focus: its id, or else its `data-testid`, or else what it is.
    pub async fn focused(&self) -> String {
        let script = "const e = document.activeElement; return e.id || e.dataset.testid || e.tagName;";
        self.eval(script).await.as_str().unwrap_or_default().to_owned()
    }
}

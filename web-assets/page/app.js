// The dashboard: composes what comes in (feed), what is looked at (choice) and what is shown.

import { Cards } from "./cards.js";
import { Chart } from "./chart.js";
import { Choice, MOST_CHOSEN } from "./choice.js";
import { Feed } from "./feed.js";
import { fill } from "./format.js";
import { live } from "./life.js";
import { Picker } from "./picker.js";
import { recall, remember } from "./prefs.js";
import { StatusLine } from "./status.js";
import { Store } from "./store.js";

const { lang, texts } = JSON.parse(document.body.dataset.page);
const WINDOWS = [60_000, 300_000, 600_000];
const SUMMARY = 10_000;

const byId = (id) => document.getElementById(id);
let windowMs = WINDOWS.includes(Number(recall("window"))) ? Number(recall("window")) : WINDOWS[0];

const store = new Store();
const choice = new Choice(() => {
  picker.refresh();
  draw();
});
const chart = new Chart(byId("chart"), lang);
const cards = new Cards(byId("cards"), texts, lang, (name) => {
  choice.toggle(name);
  byId("picker").focus();
});
const status = new StatusLine(byId("state"), texts, lang);
const picker = new Picker({ texts, lang, most: MOST_CHOSEN, chosen: () => choice.names, toggle: (name) => choice.toggle(name) });
const feed = new Feed(store, {
  changed: draw,
  ticked() {},
  greeted({ router }) {
    if (!router) return;
    const { name, address } = router;
    byId("router-name").textContent = address.startsWith(name) ? address : `${name} · ${address}`;
  },
  interfaces(list) {
    choice.propose(list);
    picker.update(list);
  },
});

/** What a card shows: the facts, the rates now, and the points in the window. */
function view(name) {
  const from = (feed.newest.t ?? 0) - windowMs;
  const { t, rx, tx } = store.series(name);
  const first = t.findIndex((at) => at >= from);
  const series = first < 0 ? { rx: [], tx: [] } : { rx: rx.slice(first), tx: tx.slice(first) };
  return { facts: feed.facts.get(name) ?? null, ...feed.rates(name), series };
}

function draw() {
  const { known } = feed;
  const state = feed.state();
  status.show(state, { ...known, ageMs: feed.ageMs(), now: performance.now() });
  if (document.hidden) return;
  byId("unconfigured").hidden = state !== "no-router";
  byId("watching").hidden = state === "no-router";
  byId("start").hidden = !known.stopped;
  byId("stop").hidden = known.stopped;
  const { names } = choice;
  byId("choose-one").hidden = names.length > 0 || feed.interfaces.length === 0;
  const dim = state !== "live" && state !== "late";
  byId("chart").classList.toggle("dim", dim);
  cards.show(names, view, dim);
  picker.rates((name) => {
    const { rx, tx } = feed.rates(name);
    return feed.facts.get(name)?.pointOfView === "customer" ? { down: tx, up: rx } : { down: rx, up: tx };
  });
  const edge = feed.edge();
  chart.draw(names, store.table(names, edge - windowMs), edge, windowMs);
}

const life = live(feed, draw);
byId("start").addEventListener("click", life.start);
byId("stop").addEventListener("click", life.stop);
byId("try-now").addEventListener("click", () => feed.stream.tryNow());
byId("lang").addEventListener("click", () => {
  const other = lang === "id" ? "en" : "id";
  document.cookie = `lalin-lang=${other}; path=/; max-age=31536000; samesite=lax`;
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  if (url.href === location.href) location.reload();
  else location.replace(url);
});

for (const size of WINDOWS) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = fill(texts.minutes, { n: size / 60_000 });
  button.addEventListener("click", () => {
    windowMs = size;
    remember("window", size);
    mark();
    draw();
  });
  byId("windows").append(button);
}
function mark() {
  [...byId("windows").children].forEach((button, at) => button.setAttribute("aria-pressed", String(WINDOWS[at] === windowMs)));
}

mark();
setInterval(draw, 500);
setInterval(() => {
  byId("summary").textContent = document.hidden || feed.known.stopped ? "" : cards.summary(choice.names, view);
}, SUMMARY);

/** For embedders and tests; reading only. */
window.lalin = Object.freeze({
  series: (name) => store.series(name),
  state: () => ({ state: feed.state(), router: feed.known.router, polling: feed.known.polling, chosen: [...choice.names] }),
});

// The dashboard: what comes in by stream or poll goes into the store, and from there onto the page.

import { Cards } from "./cards.js";
import { Chart } from "./chart.js";
import { fill } from "./format.js";
import { Picker } from "./picker.js";
import { Poller } from "./poll.js";
import { StatusLine, stateOf } from "./status.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";

const { lang, texts } = JSON.parse(document.body.dataset.page);
const MOST_CHOSEN = 8;
const WINDOWS = [60_000, 300_000, 600_000];
/** After so many broken streams in a row polling begins beside it. */
const FALLBACK_AFTER = 3;
/** A page that nobody sees for this long, ms, leaves; on return it catches up. */
const HIDDEN = 30_000;
const SUMMARY = 10_000;
/** A sample that is this much older than the newest known, ms: the server's clock was set back. */
const CLOCK_TURNED = 30_000;

const router = new URLSearchParams(location.search).get("router");
const byId = (id) => document.getElementById(id);
const store = new Store();
const now = () => performance.now();

/** What is known of the way from the router to here. */
const known = {
  stopped: false, offline: !navigator.onLine, broken: false, polling: false, unconfigured: false,
  router: null, routerRetryAt: null, sampledAt: null, failures: 0, retryAt: 0, intervalMs: 2_000,
};
let interfaces = [];
let facts = new Map();
let chosen = remembered();
let windowMs = WINDOWS.includes(Number(storage("lalin-window"))) ? Number(storage("lalin-window")) : WINDOWS[0];
/** The newest sample's time on the server's clock, and when it came. */
let newest = { t: null, came: 0 };

const chart = new Chart(byId("chart"), lang);
const cards = new Cards(byId("cards"), texts, lang, (name) => {
  toggle(name);
  byId("picker").focus();
});
const status = new StatusLine(byId("state"), texts, lang);
const picker = new Picker({ texts, lang, most: MOST_CHOSEN, chosen: () => chosen ?? [], toggle });

// ===== what comes in =====

const query = (path, parameters = {}) => {
  const all = new URLSearchParams(parameters);
  if (router) all.set("router", router);
  const text = all.toString();
  return text ? `${path}?${text}` : path;
};

const stream = new Stream(() => query("/api/v1/stream"), {
  event(name, data) {
    known.broken = false;
    known.failures = 0;
    take[name]?.(data);
    draw();
  },
  proven() {
    // Not at its first event: a proxy may let the greeting through and hold back the rest.
    poller.stop();
    known.polling = false;
  },
  broken(failures, pause) {
    known.failures = failures;
    known.retryAt = now() + pause;
    if (failures >= FALLBACK_AFTER && !poller.running) poller.start();
    // A single break of a moment is no news.
    if (failures > 1 && !known.polling) known.broken = true;
  },
});

const take = {
  hello(hello) {
    known.unconfigured = hello.router === null;
    if (hello.intervalMs) store.intervalMs = known.intervalMs = hello.intervalMs;
    if (hello.router) {
      const { name, address } = hello.router;
      byId("router-name").textContent = address.startsWith(name) ? address : `${name} · ${address}`;
    }
  },
  state: setRouter,
  interfaces(list) {
    setInterfaces(list.interfaces);
  },
  window(window) {
    if (window.t.length > 0) trust(window.t.at(-1));
    store.merge(window);
    if (window.t.length > 0) moment(window.t.at(-1));
  },
  tick(tick) {
    trust(tick.t);
    interfaces.forEach(({ name }, at) => store.add(name, tick.t, tick.rx[at], tick.tx[at]));
    store.sweep(tick.t);
    moment(tick.t);
    known.sampledAt = now();
    if (known.router?.code !== "live") setRouter({ code: "live", ageMs: 0 });
  },
};

const poller = new Poller(
  async (signal) => {
    const answer = await fetch(query("/api/interface-stats"), { signal, cache: "no-store" });
    const body = await answer.json();
    if (answer.ok) return { rows: body, answer };
    // The server answers, and says why there is nothing: that is no failure of the way to it.
    if (body.code === "no-data" || body.code === "no-router") return { problem: body };
    throw new Error(body.detail);
  },
  ({ rows, answer, problem }) => {
    known.polling = true;
    known.broken = false;
    known.unconfigured = problem?.code === "no-router";
    if (problem) setRouter(problem.state ?? { code: "connecting" });
    else polled(rows, answer.headers);
    draw();
  },
  () => {
    known.polling = false;
    known.broken = true;
    draw();
  },
);

function polled(rows, headers) {
  const state = headers.get("X-Lalin-State") ?? rows[0]?.state;
  const age = headers.get("X-Lalin-Age-Ms");
  setRouter({ code: state, reason: headers.get("X-Lalin-Reason") ?? undefined, ageMs: age === null ? undefined : Number(age) });
  const list = rows.map((row) => ({
    id: row[".id"], name: row.name, type: row.type, comment: row.comment || null,
    running: row.running === "true", disabled: row.disabled === "true", dynamic: row.name.startsWith("<"),
    pointOfView: row.pointOfView,
  }));
  if (JSON.stringify(list) !== JSON.stringify(interfaces)) setInterfaces(list);
  const t = Date.parse(rows[0]?.sampledAt);
  // A stale answer, or the same sample once more, is no new point.
  if (state === "live" && t > 0) trust(t);
  if (state !== "live" || !(t > (newest.t ?? 0))) return;
  for (const row of rows) store.add(row.name, t, row.rxBps, row.txBps);
  moment(t);
}

/** A server whose clock was set back would never again have a newer point: then the old curve goes. */
function trust(t) {
  if (newest.t === null || t > newest.t - CLOCK_TURNED) return;
  store.clear();
  newest = { t: null, came: 0 };
}

function moment(t) {
  if (newest.t === null || t > newest.t) newest = { t, came: now() };
}

function setRouter(state) {
  known.router = state;
  known.routerRetryAt = state.retryInMs === undefined ? null : now() + state.retryInMs;
  if (state.ageMs !== undefined) known.sampledAt = now() - state.ageMs;
}

function setInterfaces(list) {
  interfaces = list;
  facts = new Map(list.map((one) => [one.name, one]));
  if (chosen === null && list.length > 0) {
    const first = list.find((one) => one.running && !one.disabled) ?? list[0];
    chosen = [first.name];
  }
  picker.update(list);
}

// ===== what is chosen =====

function storage(key, value) {
  try {
    if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch {
    return null; // forbidden by the browser: then nothing is remembered
  }
}

/** A comma separates names in the address, and may stand in one. */
function escapeComma(name) {
  return name.replaceAll("%", "%25").replaceAll(",", "%2C");
}

function unescapeComma(text) {
  return text.replaceAll("%2C", ",").replaceAll("%25", "%");
}

function remembered() {
  const asked = new URLSearchParams(location.search).get("interface");
  if (asked) return asked.split(",").slice(0, MOST_CHOSEN).map(unescapeComma);
  try {
    const names = JSON.parse(storage("lalin-interfaces"));
    return Array.isArray(names) && names.length > 0 ? names.slice(0, MOST_CHOSEN).map(String) : null;
  } catch {
    return null;
  }
}

function toggle(name) {
  const names = chosen ?? [];
  if (names.includes(name)) chosen = names.filter((other) => other !== name);
  else if (names.length < MOST_CHOSEN) chosen = [...names, name];
  else return;
  storage("lalin-interfaces", JSON.stringify(chosen));
  const url = new URL(location.href);
  if (chosen.length > 0) url.searchParams.set("interface", chosen.map(escapeComma).join(","));
  else url.searchParams.delete("interface");
  history.replaceState(null, "", url);
  picker.refresh();
  draw();
}

// ===== what is shown =====

function rates(name) {
  const point = store.newest(name);
  const fresh = point && newest.t !== null && point.t === newest.t && facts.has(name);
  return { rx: fresh ? point.rx : null, tx: fresh ? point.tx : null };
}

function view(name) {
  const from = (newest.t ?? 0) - windowMs;
  const { t, rx, tx } = store.series(name);
  const first = t.findIndex((at) => at >= from);
  const series = first < 0 ? { rx: [], tx: [] } : { rx: rx.slice(first), tx: tx.slice(first) };
  return { facts: facts.get(name) ?? null, ...rates(name), series };
}

function ageMs() {
  return known.sampledAt === null ? null : Math.max(0, now() - known.sampledAt);
}

function draw() {
  const state = stateOf({ ...known, ageMs: ageMs() });
  status.show(state, { ...known, ageMs: ageMs(), now: now() });
  if (document.hidden) return;
  byId("unconfigured").hidden = state !== "no-router";
  byId("watching").hidden = state === "no-router";
  byId("start").hidden = !known.stopped;
  byId("stop").hidden = known.stopped;
  const names = chosen ?? [];
  byId("choose-one").hidden = names.length > 0 || interfaces.length === 0;
  const dim = state !== "live" && state !== "late";
  byId("chart").classList.toggle("dim", dim);
  cards.show(names, view, dim);
  picker.rates((name) => {
    const { rx, tx } = rates(name);
    return facts.get(name)?.pointOfView === "customer" ? { down: tx, up: rx } : { down: rx, up: tx };
  });
  // While data comes the right edge is the newest sample; in an outage time goes on and the curve moves away.
  const edge = newest.t === null ? Date.now() : newest.t + (known.stopped ? 0 : Math.max(0, now() - newest.came - 2 * known.intervalMs));
  chart.draw(names, store.table(names, edge - windowMs), edge, windowMs);
}

// ===== what the viewer does =====

function begin() {
  known.stopped = false;
  stream.start();
  draw();
}

function leave() {
  stream.stop();
  poller.stop();
  known.polling = false;
  known.broken = false;
  known.failures = 0;
}

byId("start").addEventListener("click", begin);
byId("stop").addEventListener("click", () => {
  known.stopped = true;
  leave();
  draw();
});
byId("try-now").addEventListener("click", () => stream.tryNow());
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
    storage("lalin-window", String(size));
    mark();
    draw();
  });
  byId("windows").append(button);
}
function mark() {
  [...byId("windows").children].forEach((button, at) => button.setAttribute("aria-pressed", String(WINDOWS[at] === windowMs)));
}

let hidden = null;
function visibility() {
  clearTimeout(hidden);
  if (document.hidden) {
    hidden = setTimeout(leave, HIDDEN);
  } else {
    if (!known.stopped) stream.start();
    draw();
  }
}
document.addEventListener("visibilitychange", visibility);
// A page that was left may be kept by the browser, with its stream open: it would go on being a viewer.
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", (event) => {
  if (event.persisted && !known.stopped) stream.start();
});
window.addEventListener("online", () => {
  known.offline = false;
  stream.tryNow();
  draw();
});
window.addEventListener("offline", () => {
  known.offline = true;
  draw();
});

mark();
setInterval(draw, 500);
setInterval(() => {
  byId("summary").textContent = document.hidden || known.stopped ? "" : cards.summary(chosen ?? [], view);
}, SUMMARY);
begin();
visibility(); // it may have been opened behind another

/** For embedders and tests; reading only. */
window.lalin = Object.freeze({
  series: (name) => store.series(name),
  state: () => ({ state: stateOf({ ...known, ageMs: ageMs() }), router: known.router, polling: known.polling, chosen: [...(chosen ?? [])] }),
});

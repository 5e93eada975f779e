// The page with all routers: a table of them, those in trouble first, or the wall with all their WANs. It asks for
// data
// only while the page is visible.

import { api } from "../shared/api.js";
import { leaveForLogin, mayChange } from "../account/auth.js";
import { element, put, target } from "../shared/elements.js";
import { COLUMNS, linesOf, RouterListRow } from "./router-list-row.js";
import { RouterListRows } from "./router-list-rows.js";
import { FleetFacts } from "./fleet-facts.js";
import { button } from "../shared/form.js";
import { fill, UNIT_NAMES, useUnit } from "../shared/format.js";
import { language, theme } from "../app/theme-and-language.js";
import { LinesFeed } from "../data/lines-feed.js";
import { tellAlerts } from "../data/standing-alerts.js";
import { lazyImport } from "../shared/lazy-import.js";
import { Poller } from "../data/poller.js";
import { choice, decide, remember } from "../shared/preferences.js";
import { fits, inTrouble, ordered, SORTS, steady, tagsOf } from "./router-summary.js";
import { wholeHeader } from "../app/whole-header.js";
import { TabTitle } from "../app/tab-title.js";
/** @import { RouterEntry } from "../data/types.js" */

const { lang, texts } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);
const search = /** @type {HTMLInputElement} */ (byId("fleet-search"));
const [stateChoice, tagChoice, sortChoice] = ["fleet-state", "fleet-tag", "fleet-sort"].map(
  (id) => /** @type {HTMLSelectElement} */ (byId(id)),
);
const WIDE = matchMedia("(min-width: 960px)");
const FINE = matchMedia("(pointer: fine)");
const COARSE = matchMedia("(pointer: coarse)");
/** After a finger was last here, ms, the list is in use for so long. */
const IN_USE = 3_000;
/** Rows that have come into sight are followed by the stream so much later, ms: whoever scrolls goes on scrolling. */
const REST = 400;
/** What comes by the stream is written so often, ms. */
const WRITE = 500;
const STATES = ["", "trouble", "live", "late", "connecting", "idle", "off"];

/** What the server said last; null before it said anything. */
/** @type {RouterEntry[]|null} */
let routers = null;
let shown = [];
let sort = choice("fleet-sort", SORTS);
let lost = null;
let answered = 0;
let touched = -Infinity;
let manage = null;
let list = null;
/** Who looks; null where that is not known. */
let who = null;
/** The wall, while it is shown. */
let wall = null;
const wallModule = lazyImport(() => import("../wall/wall.js"));
const rights = { change: false, retry: false };
const clock = clockIn(lang);

useUnit(choice("unit", UNIT_NAMES));
language(byId("lang"), lang);

const table = byId("fleet-table");
const facts = new FleetFacts({ root: byId("fleet-totals"), pill: byId("fleet-pill"), texts, lang });
const heads = head();
const tab = new TabTitle();
const feed = new LinesFeed({
  alerts: tellAlerts,
  changed: (router) => followed(router),
  refused: (problem) => leaveForLogin(problem),
});
theme(byId("theme"), texts, () => {
  list?.redraw();
  wall?.recolour();
});
stateChoice.append(
  ...STATES.map((state) =>
    option(
      state,
      state === "" ? texts.fleet_any_state : state === "trouble" ? texts.fleet_trouble : texts[`standing.${state}`],
    ),
  ),
);
sortChoice.append(...SORTS.map((by) => option(by, texts[`by.${by}`])));
sortChoice.value = sort;
search.addEventListener("input", () => show(true));
for (const choice of [stateChoice, tagChoice]) choice.addEventListener("change", () => show(true));
sortChoice.addEventListener("change", () => sortBy(sortChoice.value));
table.addEventListener("touchstart", () => (touched = performance.now()), { passive: true });
table.addEventListener("click", (event) => {
  const row = target(event, "[data-router] [data-testid=fleet-open]")?.closest(/** @type {"div"} */ ("[data-router]"));
  if (row) remember("router", row.dataset.router);
});
document.addEventListener("keydown", (event) => {
  if (
    event.key !== "/" ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    wall !== null ||
    target(event, "input, select, textarea, dialog")
  )
    return;
  event.preventDefault();
  search.focus();
});
WIDE.addEventListener("change", () => show(true));
for (const [id, view] of [
  ["view-table", "table"],
  ["view-wall", "wall"],
])
  byId(id).addEventListener("click", () => turnTo(view));

/** @type {Poller<{routers: RouterEntry[]}>} */
const poller = new Poller(
  () =>
    api.get("/api/v1/routers?watch=1").catch((error) => {
      leaveForLogin(error);
      lost = error;
      throw error;
    }),
  (answer) => {
    routers = answer.routers;
    lost = null;
    answered = performance.now();
    show();
    tell();
  },
  () => tell(),
  globalThis,
  true,
);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) tab.away();
  return document.hidden ? rest() : work();
});
addEventListener("pagehide", rest);
addEventListener("pageshow", (event) => event.persisted && work());
addEventListener("online", again);
setInterval(() => lost && tell(), 1_000);

begin();

async function begin() {
  // The wall is asked for by the address before anything is known: nothing else is to be seen first.
  if (wanted() === "wall") openWall();
  who = await wholeHeader(texts, { streams: true });
  rights.change = who !== null && mayChange(who);
  rights.retry = rights.change || who?.state === "in";
  if (rights.change) {
    manage = async (router, opener, change = false) => {
      const { manageRouter } = await import("./router-list-actions.js");
      manageRouter({ router, opener, texts, lang, change, changed: again });
    };
    byId("fleet-add").hidden = false;
    byId("fleet-add").addEventListener("click", () => manage(null, byId("fleet-add")));
  }
  const mend = async (router, kind, opener) => {
    const { mendRouter } = await import("./router-mend.js");
    mendRouter({ router, kind, opener, texts, rights, manage, changed: again });
  };
  const page = { texts, lang, feed, rights, manage, mend, clock };
  table.classList.toggle("managed", manage !== null);
  list = new RouterListRows(table, { heightOf, make: () => new RouterListRow(page), seen });
  if (!document.hidden) work();
}

/** A row's height, px: a line for each WAN; where there is little room, two lines, and a third for a trouble. */
function heightOf(router) {
  const line = COARSE.matches ? 44 : 30;
  if (WIDE.matches) return line * linesOf(router);
  if (inTrouble(router)) return COARSE.matches ? 122 : 104;
  return 57 + (linesOf(router) - 1) * 24;
}

function work() {
  if (!list) return;
  poller.start();
  feed.start();
}

function rest() {
  poller.stop();
  feed.stop();
}

/** Asks now instead of waiting for the next poll. */
function again() {
  if (document.hidden) return;
  poller.stop();
  poller.start();
}

/** Whether somebody is using the list: then nothing may move. */
function inUse() {
  return (
    (FINE.matches && list.canvas.matches(":hover")) ||
    list.canvas.contains(document.activeElement) ||
    performance.now() - touched < IN_USE
  );
}

/** @param {boolean} anew by choice in a new order, whatever is in use */
function show(anew = false) {
  if (routers === null || !list) return;
  facts.show(routers, lost !== null);
  titled();
  if (wall) return wall.show(routers);
  tags(tagsOf(routers));
  const asked = {
    text: search.value.trim(),
    tag: tagChoice.value,
    state: stateChoice.value,
  };
  const wanted = ordered(
    routers.filter((router) => fits(router, asked)),
    sort,
    asked.text,
  );
  shown = !anew && inUse() ? steady(shown, wanted) : wanted;
  facts.count(shown.length, routers.length);
  table.hidden = shown.length === 0;
  table.setAttribute("aria-rowcount", String(shown.length + 1));
  put(byId("fleet-empty"), shown.length > 0 ? "" : routers.length === 0 ? texts.fleet_none : texts.none_found);
  list.set(shown);
}

let following = null;
/** These rows are in the page: their WANs are followed. */
function seen(visible) {
  if (wall) return;
  clearTimeout(following);
  following = setTimeout(() => {
    const on = visible.filter((router) => router.enabled !== false);
    feed.watch(on.flatMap(({ id, wan }) => (wan ?? []).map((name) => ({ router: id, interface: name }))));
  }, REST);
}

let news = new Set();
let writing = null;
/** Something of this router has come by the stream. */
function followed(router) {
  if (wall) return wall.changed(router);
  news.add(router);
  if (writing !== null) return;
  writing = setTimeout(() => {
    writing = null;
    const all = news;
    news = new Set();
    if (list && !wall) for (const one of all.has(null) ? [null] : all) list.live(one);
  }, WRITE);
}

/** What the address wants to see. */
function wanted() {
  const asked = new URLSearchParams(location.search);
  return asked.has("kiosk") || asked.has("layout") || asked.get("view") === "wall" ? "wall" : "table";
}

function turnTo(view) {
  if (view === (wall ? "wall" : "table")) return;
  const url = new URL(location.href);
  for (const name of ["view", "layout", "kiosk"]) url.searchParams.delete(name);
  if (view === "wall") url.searchParams.set("view", "wall");
  history.replaceState(null, "", url);
  if (view === "wall") openWall();
  else closeWall();
}

function openWall() {
  document.documentElement.dataset.view = "wall";
  pressed("wall");
  wallModule(({ Wall }) => {
    if (wanted() !== "wall" || wall) return;
    clearTimeout(following);
    wall = new Wall({ root: byId("wall"), texts, lang, feed, clock, account: () => who, left: () => turnTo("table") });
    if (routers) wall.show(routers);
  });
}

function closeWall() {
  delete document.documentElement.dataset.view;
  pressed("table");
  wall?.close();
  wall = null;
  show(true);
}

function pressed(view) {
  byId("view-table").setAttribute("aria-pressed", String(view === "table"));
  byId("view-wall").setAttribute("aria-pressed", String(view === "wall"));
}

/** The tags that there are now; the one that is chosen stays. */
function tags(all) {
  const select = tagChoice;
  const now = [...select.options].slice(1).map(({ value }) => value);
  if (now.join("\n") === all.join("\n") && select.options.length > 0) return;
  const { value } = select;
  select.replaceChildren(option("", texts.fleet_any_tag), ...all.map((tag) => option(tag, `#${tag}`)));
  select.value = all.includes(value) ? value : "";
  select.hidden = all.length === 0;
}

/** In the browser's tab: how many are in trouble. */
function titled() {
  const troubled = lost ? 0 : (routers ?? []).filter(inTrouble).length;
  const words = troubled > 0 ? `(${troubled}) ${tab.plain}` : tab.plain;
  tab.show(lost ? `⚠ ${texts["trouble.server"]}` : words, lost ? "unreachable" : "live", document.hidden, troubled);
}

/** What is wrong with what is shown: the server is gone, or a router that was asked for is not here. */
function tell() {
  const notice = byId("fleet-notice");
  const unknown = new URLSearchParams(location.search).get("unknown");
  const seconds = Math.round((performance.now() - answered) / 1_000);
  const there = routers?.find(({ id }) => id === unknown);
  let text =
    unknown === null ? "" : fill(there ? texts.fleet_is_off : texts.fleet_unknown, { name: there?.name ?? unknown });
  if (lost && routers === null) text = texts.fleet_no_server;
  else if (lost) text = texts.fleet_server_lost;
  notice.hidden = text === "";
  put(notice, text);
  // The age counts on; a reader's voice is not to count along.
  notice.dataset.age = lost && routers !== null ? fill(texts["span.s"], { n: seconds }) : "";
  notice.dataset.kind = lost ? "bad" : "";
  table.classList.toggle("dim", lost !== null);
  if (lost) titled();
  if (lost && routers) facts.show(routers, true);
  wall?.away(lost !== null);
}

function sortBy(by) {
  sort = by;
  decide("fleet-sort", by);
  sortChoice.value = by;
  heads.forEach(([head, its]) => mark(head, its));
  show(true);
}

function head() {
  const row = element("div", "fleet-head");
  row.setAttribute("role", "row");
  const heads = COLUMNS.map(([name, by]) => {
    const cell = element("div", `cell at-${name}`);
    cell.setAttribute("role", "columnheader");
    const word = texts[`column.${name}`];
    if (by) cell.append(button(word, `sort-${by}`, () => sortBy(by), "plain"));
    else cell.append(element("span", "", word));
    mark(cell, by);
    row.append(cell);
    return [cell, by];
  });
  table.append(row);
  return heads;
}

/** Names and standings go up, figures go down: the most is looked for. */
function mark(cell, by) {
  if (by && by === sort)
    cell.setAttribute("aria-sort", ["name", "trouble", "uptime"].includes(by) ? "ascending" : "descending");
  else cell.removeAttribute("aria-sort");
}

function option(value, word) {
  const made = element("option", "", word);
  made.value = value;
  return made;
}

/** How a time of day is written: 14:07:32 in both languages. */
function clockIn(lang) {
  const time = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  return (date) => time.format(date).replaceAll(".", ":");
}

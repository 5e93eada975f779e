// The page with all routers: their states and total traffic, those in trouble first. It asks for data only while the
// page is visible.

import { api } from "../shared/api.js";
import { leaveForLogin, mayChange } from "../account/auth.js";
import { element, put, target } from "../shared/elements.js";
import { COLUMNS, RouterListRow, known, why } from "./router-list-row.js";
import { RouterListRows } from "./router-list-rows.js";
import { button } from "../shared/form.js";
import { atLeast, fill, speed, UNIT_NAMES, useUnit } from "../shared/format.js";
import { language, theme } from "../app/theme-and-language.js";
import { Poller } from "../data/poller.js";
import { choice, decide, remember } from "../shared/preferences.js";
import { fits, ordered, SORTS, steady, tagsOf, totals } from "./router-summary.js";
import { siteHeader } from "../app/site-header.js";
/** @import { RouterEntry } from "../data/types.js" */

const { lang, texts } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);
const search = /** @type {HTMLInputElement} */ (byId("fleet-search"));
const [stateChoice, tagChoice, sortChoice] = ["fleet-state", "fleet-tag", "fleet-sort"].map(
  (id) => /** @type {HTMLSelectElement} */ (byId(id)),
);
const TABLE = matchMedia("(min-width: 1180px)");
const WIDE = matchMedia("(min-width: 700px)");
const FINE = matchMedia("(pointer: fine)");
/** After a finger was last here, ms, the list is in use for so long. */
const IN_USE = 3_000;
const STATES = ["", "trouble", "live", "stale", "unreachable", "connecting", "idle", "off"];

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

useUnit(choice("unit", UNIT_NAMES));
theme(byId("theme"), texts, () => {});
language(byId("lang"), lang);

const table = byId("fleet-table");
const heads = head();
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
    target(event, "input, select, textarea, dialog")
  )
    return;
  event.preventDefault();
  search.focus();
});
for (const media of [TABLE, WIDE]) media.addEventListener("change", () => show(true));

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
document.addEventListener("visibilitychange", () => (document.hidden ? poller.stop() : poller.start()));
addEventListener("pagehide", () => poller.stop());
addEventListener("pageshow", (event) => event.persisted && poller.start());
addEventListener("online", again);
setInterval(() => lost && tell(), 1_000);

begin();

async function begin() {
  const who = await siteHeader(texts);
  if (who && mayChange(who)) {
    manage = async (router, opener) => {
      const { manageRouter } = await import("./router-list-actions.js");
      manageRouter({ router, opener, texts, lang, changed: again });
    };
    byId("fleet-add").hidden = false;
    byId("fleet-add").addEventListener("click", () => manage(null, byId("fleet-add")));
  }
  const heightOf = (router) => {
    if (TABLE.matches) return 72;
    const reason = why(router, texts) ? 34 : 0;
    if (WIDE.matches) return known(router) ? 136 : 86 + (reason && 6);
    return (known(router) ? 208 : 112) + reason;
  };
  table.classList.toggle("managed", manage !== null);
  list = new RouterListRows(table, { heightOf, make: () => new RouterListRow({ texts, lang, manage }) });
  if (!document.hidden) poller.start();
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
  tags(tagsOf(routers));
  const asked = {
    text: search.value.trim(),
    tag: tagChoice.value,
    state: stateChoice.value,
  };
  const wanted = ordered(
    routers.filter((router) => fits(router, asked)),
    sort,
  );
  shown = !anew && inUse() ? steady(shown, wanted) : wanted;
  sum(shown.length);
  table.hidden = shown.length === 0;
  table.setAttribute("aria-rowcount", String(shown.length + 1));
  put(byId("fleet-empty"), shown.length > 0 ? "" : routers.length === 0 ? texts.fleet_none : texts.none_found);
  list.set(shown);
}

function sum(count) {
  const { all, live, trouble, rxBps, txBps, sessions, rxPartial, txPartial, sessionsPartial } = totals(routers);
  const parts = [
    ["all", texts.fleet_title, count === all ? String(all) : fill(texts.of_all, { n: count, all })],
    ["live", texts["standing.live"], String(live)],
    ["trouble", texts.fleet_trouble, String(trouble)],
    ["rx", texts.fleet_rx, atLeast(speed(rxBps, lang, 1), rxPartial), rxPartial],
    ["tx", texts.fleet_tx, atLeast(speed(txBps, lang, 1), txPartial), txPartial],
    [
      "sessions",
      texts["column.sessions"],
      sessions === null ? "–" : atLeast(String(sessions), sessionsPartial),
      sessionsPartial,
    ],
  ];
  const root = byId("fleet-totals");
  if (root.children.length === 0) {
    root.append(
      ...parts.map(([name, word]) => {
        const part = element("div", name);
        part.append(element("dt", "", word), element("dd"));
        return part;
      }),
    );
  }
  parts.forEach(([, , value, partial], at) => {
    const cell = /** @type {HTMLElement} */ (root.children[at].lastElementChild);
    put(cell, value);
    cell.title = partial ? texts.partial_routers : "";
  });
  root.children[2].toggleAttribute("data-some", trouble > 0);
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
  notice.dataset.age = lost && routers !== null ? fill(texts["age.seconds"], { n: seconds }) : "";
  notice.dataset.kind = lost ? "bad" : "";
  table.classList.toggle("dim", lost !== null);
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

// The page of used bytes: all lines of a router in a day or a month, and one of them in detail. What is looked at
// stands in the address.

import { leaveForLogin } from "../account/auth.js";
import { wholeHeader } from "../app/whole-header.js";
import { language, theme } from "../app/theme-and-language.js";
import { api } from "../shared/api.js";
import { below } from "../shared/base-path.js";
import { put, target } from "../shared/elements.js";
import { sentence } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { recall, remember, router as wanted } from "../shared/preferences.js";
import { code, parse, spanOf, step, zoneName } from "./calendar.js";
import { csvAddress, factsOfLines, percentilesOfAll, recording, usageOfAll } from "./usage-answers.js";
import { drawLine, lineMonth, sentenceIn } from "./usage-detail.js";
import { ordered, SORTS, usageRows } from "./usage-rows.js";
import { UsageTable } from "./usage-table.js";

const { lang, texts } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);
const search = /** @type {HTMLInputElement} */ (byId("usage-search"));
const routerChoice = /** @type {HTMLSelectElement} */ (byId("usage-router"));
const asked = new URLSearchParams(location.search);

const state = {
  router: null,
  zone: "UTC",
  span: null,
  rows: [],
  facts: new Map(),
  /** Each line's, of the month that is shown. */
  percentiles: new Map(),
  by: SORTS.includes(recall("usage-sort")) ? recall("usage-sort") : "total",
  falling: recall("usage-rising") !== "1",
  chosen: asked.get("interface"),
};
/** Answers to an older question come too late. */
let turn = 0;

theme(byId("theme"), texts, () => {});
language(byId("lang"), lang);
const table = new UsageTable(byId("usage-table"), texts, lang, { chosen: choose, sorted });
for (const button of document.querySelectorAll(/** @type {"button"} */ ("#usage-by button"))) {
  button.addEventListener("click", () =>
    go(spanOf(/** @type {"day"|"month"} */ (button.dataset.by), Math.min(state.span.to - 1, Date.now()), state.zone)),
  );
}
byId("usage-before").addEventListener("click", () => go(step(state.span, -1, state.zone)));
byId("usage-after").addEventListener("click", () => go(step(state.span, 1, state.zone)));
search.addEventListener("input", () => show());
routerChoice.addEventListener("change", () => {
  state.router = routerChoice.value;
  remember("router", state.router);
  load();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || target(event, "input, select, textarea"))
    return;
  event.preventDefault();
  search.focus();
});
begin();

async function begin() {
  const who = await wholeHeader(texts);
  try {
    const [{ routers }, how] = await Promise.all([api.get("/api/v1/routers"), recording()]);
    if (!how.enabled) return notice(texts.usage_off);
    state.zone = how.zone;
    routerChoice.replaceChildren(...routers.map(({ id, name }) => new Option(name || id, id)));
    routerChoice.hidden = routers.length < 2;
    if (routers.length === 0) return notice(texts.usage_no_router);
    state.router = routers.find(({ id }) => id === wanted)?.id ?? routers[0].id;
    routerChoice.value = state.router;
    state.span = parse(asked.get("month") ?? asked.get("day"), state.zone) ?? spanOf("month", Date.now(), state.zone);
    byId("usage").hidden = false;
    await load();
  } catch (error) {
    if (who === null || leaveForLogin(error)) return;
    notice(error.code === "no-history" || error.status === 404 ? texts.usage_off : sentence(error, texts));
  }
}

function go(span) {
  state.span = span;
  load();
}

async function load() {
  const mine = ++turn;
  const { router, span, zone } = state;
  const now = Date.now();
  address();
  put(byId("usage-span"), spanName(span));
  put(
    byId("usage-until"),
    span.to > now ? fill(texts.usage_until, { time: moment(now), zone: zoneName(zone) }) : zoneName(zone),
  );
  for (const button of document.querySelectorAll(/** @type {"button"} */ ("#usage-by button"))) {
    button.setAttribute("aria-pressed", String(button.dataset.by === span.by));
  }
  /** @type {HTMLButtonElement} */ (byId("usage-after")).disabled = span.to > now;
  const to = Math.min(span.to, now);
  if (to <= span.from) return sentenceIn(byId("usage-detail"), texts.usage_nothing);
  /** @type {HTMLAnchorElement} */ (byId("usage-csv")).href = below(csvAddress(router, span.by, span.from, to));
  byId("usage-table").setAttribute("aria-busy", "true");
  try {
    const [usage, facts, percentiles] = await Promise.all([
      usageOfAll(router, span.by, span.from, to),
      factsOfLines(router),
      span.by === "month" ? percentilesOfAll(router, code(span)) : [],
    ]);
    if (mine !== turn) return;
    state.facts = facts;
    state.percentiles = new Map(percentiles.map((one) => [one.interface, one]));
    state.rows = usageRows(usage, percentiles, facts, (to - span.from) / 1000);
    byId("usage-notice").hidden = true;
  } catch (error) {
    if (mine !== turn || leaveForLogin(error)) return;
    state.rows = [];
    notice(sentence(error, texts));
  }
  byId("usage-table").removeAttribute("aria-busy");
  show();
  const first = ordered(state.rows, search.value, state.by, state.falling, lang)[0];
  const known = state.rows.some(({ name }) => name === state.chosen);
  if (known || first) choose(known ? state.chosen : first.name);
  else sentenceIn(byId("usage-detail"), texts.usage_nothing);
}

function show() {
  const rows = ordered(state.rows, search.value, state.by, state.falling, lang);
  const most = Math.max(0, ...state.rows.map(({ total }) => total));
  const [unit, bytes] = most >= 1e14 ? ["TB", 1e12] : most >= 1e9 ? ["GB", 1e9] : ["MB", 1e6];
  table.show(rows, state.by, state.falling, unit, bytes);
  const empty = byId("usage-empty");
  empty.hidden = rows.length > 0;
  put(empty, state.rows.length > 0 ? texts.none_found : texts.usage_nothing);
}

function sorted(by, falling) {
  Object.assign(state, { by, falling });
  remember("usage-sort", by);
  remember("usage-rising", falling ? "0" : "1");
  show();
}

async function choose(name) {
  state.chosen = name;
  table.choose(name);
  address();
  const mine = ++turn;
  const { router, span, zone } = state;
  const month = span.by === "month" ? span : spanOf("month", span.from, zone);
  const report = new URLSearchParams({ router, interface: name, month: code(month) });
  /** @type {HTMLAnchorElement} */ (byId("usage-report")).href = below(`/prepaid/report?${report}`);
  byId("usage-report").hidden = false;
  const detail = byId("usage-detail");
  detail.setAttribute("aria-busy", "true");
  try {
    const [facts, known] = [state.facts.get(name), state.percentiles.get(name)];
    const line = await lineMonth({ router, name, facts, month, zone, now: Date.now(), known });
    if (mine !== turn) return;
    const row = state.rows.find((one) => one.name === name);
    const count = new Date(Date.UTC(month.year, month.month, 0)).getUTCDate();
    drawLine(detail, line, { label: row?.label ?? name, note: row?.note ?? "", count, texts, lang });
  } catch (error) {
    if (mine !== turn || leaveForLogin(error)) return;
    sentenceIn(detail, sentence(error, texts));
  }
  detail.removeAttribute("aria-busy");
}

/** The address says what is looked at, so that a link shows it to somebody else. */
function address() {
  const url = new URL(location.href);
  for (const key of ["month", "day"]) url.searchParams.delete(key);
  url.searchParams.set("router", state.router);
  url.searchParams.set(state.span.by, code(state.span));
  if (state.chosen) url.searchParams.set("interface", state.chosen);
  history.replaceState(null, "", url);
}

function spanName({ by, from }) {
  const parts = by === "day" ? { day: "numeric", month: "long", year: "numeric" } : { month: "long", year: "numeric" };
  return new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
    .../** @type {object} */ (parts),
    timeZone: state.zone,
  }).format(from);
}

function moment(ms) {
  const parts = /** @type {const} */ ({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { ...parts, timeZone: state.zone }).format(ms);
}

function notice(text) {
  const root = byId("usage-notice");
  root.hidden = false;
  put(root, text);
}

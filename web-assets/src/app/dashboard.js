// The dashboard's entry point: connects the data, the choice of interfaces and everything that shows them.

import { below } from "../shared/base-path.js";
import { InterfaceChoice } from "../interfaces/interface-choice.js";
import { leaveForLogin, mayChange } from "../account/auth.js";
import { put } from "../shared/elements.js";
import { FaultCounts } from "../data/fault-counts.js";
import { LiveFeed } from "../data/live-feed.js";
import { tellAlerts } from "../data/standing-alerts.js";
import { fill, speed } from "../shared/format.js";
import { dock } from "./dock.js";
import { laterTrouble } from "./later-trouble.js";
import { lazyImport } from "../shared/lazy-import.js";
import { styleSheet } from "../shared/style-sheet.js";
import { keyboardShortcuts } from "./keyboard-shortcuts.js";
import { language, theme } from "./theme-and-language.js";
import { followActivity } from "./page-activity.js";
import { checkVersion } from "./version-check.js";
import { InterfaceOverview } from "../interfaces/interface-overview.js";
import uPlot from "../vendor/uplot/uPlot.module.js";
import { useLibrary } from "../chart/chart-library.js";
import { ChartPanel } from "../chart/chart-panel.js";
import { hear, keepWith, renameLines, whenSet } from "../interfaces/line-settings.js";
import { forgetRouter, router } from "../shared/preferences.js";
import { listSheet } from "../interfaces/list-sheet.js";
import { siteHeader } from "./site-header.js";
import { splitter } from "./splitter.js";
import { direction } from "../interfaces/direction.js";
import { lastSeenKeeper } from "./last-seen.js";
import { TabTitle, titleOf } from "./tab-title.js";
import { StatusLine } from "../trouble/status-line.js";
import { PointStore } from "../data/point-store.js";

const { lang, texts, version } = JSON.parse(document.body.dataset.page);
const SUMMARY = 10_000;
/** So long after the greeting, ms, the first picture stands. */
const SETTLED = 2_000;

const byId = (id) => document.getElementById(id);
useLibrary(uPlot);

const store = new PointStore();
const choice = new InterfaceChoice(() => {
  keep();
  overview.refresh();
  draw();
});
const faults = new FaultCounts();

/** How much of the past the server can be asked for, ms; null where it cannot be asked. */
let recent = null;
/** Of what is chosen all of it is kept; of the others, where more can be asked for, what the small curves need. */
function keep() {
  store.windowMs = recent === null ? 600_000 : 180_000;
  store.keep(choice.names, recent ?? 0);
}
/** The way into what was recorded: after the first picture. */
const loadPast = lazyImport(async () => {
  const { historyStart } = await import("../history/history-start.js");
  await historyStart({ panel, stage: byId("stage"), lang, texts });
});
const status = new StatusLine(byId("state"), byId("try-now"), texts, lang);
const tab = new TabTitle();
const keepLast = lastSeenKeeper();
/** What watching costs the router: told once the page shows something. */
let cost = null;
const loadCost = lazyImport(async () => {
  const { CostLine } = await import("./cost-line.js");
  return new CostLine({ facts: byId("cost-facts"), zone: byId("cost-zone") }, texts, lang, heard);
});
const feed = new LiveFeed(store, {
  changed: soon,
  alerts: tellAlerts,
  ticked: (tick) => tick && faults.add(feed.interfaces, tick),
  turned(ms) {
    faults.shift(ms);
    panel.turned(ms);
  },
  greeted(hello) {
    const { recentMs } = hello;
    recent = recentMs ?? null;
    keep();
    panel.greeted(hello);
    const busy = () => panel.held() || document.querySelector("dialog[open], form.setup") !== null;
    byId("update").hidden = !checkVersion(hello.version, version, busy);
    if (!hello.router) return;
    // Who has limits is told no address.
    const { id, name, address = "" } = hello.router;
    looking.then((who) => keepWith(id, who));
    setTimeout(loadPast, /[?&]from=/.test(location.search) ? 0 : SETTLED, () => {});
    loadCost((made) => {
      cost = made;
      cost.ask(id);
    });
    put(byId("router-name"), address.startsWith(name) ? address : name);
    put(byId("router-where"), model || (address.startsWith(name) ? "" : address));
    byId("router-words").title = [name, address].filter(Boolean).join(" · ");
  },
  renamed(names) {
    faults.rename(names);
    renameLines(names);
    panel.past.rename(names);
    choice.rename(names);
  },
  interfaces(list) {
    // A poll tells of rates, not of what people set.
    if (!feed.known.polling) hear(list);
    choice.propose(list);
    keep();
    overview.update(list);
  },
  ended(reason) {
    // With other rights it is another page; without any, one logs in and comes back to this one.
    if (reason === "access-changed") location.reload();
    else leaveForLogin({ code: "login-needed" });
    return true;
  },
  refused(problem) {
    if (leaveForLogin(problem)) return true;
    if (problem.code !== "unknown-router") return false;
    // A router that was only remembered is gone: then the default one. One of the address is told as not there.
    if (forgetRouter()) location.reload();
    else location.replace(`${below("/prepaid/fleet")}?${new URLSearchParams({ unknown: router })}`);
    return true;
  },
});
const switcher = lazyImport(async () => {
  const { RouterSwitcher } = await import("../routers/router-switcher.js");
  const button = /** @type {HTMLButtonElement} */ (byId("router-switch"));
  return new RouterSwitcher({ name: byId("router-words"), button, texts });
});
/** The shown router's model, once it is known: it says more than the address. */
let model = "";
/** Which routers there are: with a second one there is a choice. */
function heard(routers) {
  model = routers.find(({ id }) => id === feed.hello?.router?.id)?.about?.model ?? "";
  if (model) put(byId("router-where"), model);
  if (routers.length > 1) switcher((made) => made.take(routers));
}
/** Who is logged in. */
const looking = siteHeader(texts, { streams: true, later: () => import("./header-later.js") });
const mend = laterTrouble({
  root: byId("mend"),
  texts,
  lang,
  looking,
  router: () => feed.hello?.router?.id ?? null,
});

const panel = new ChartPanel({ lang, texts, store, feed, choice, faults, redraw: soon });
const page = { texts, lang, feed, choice, panel };
const overview = new InterfaceOverview({
  texts,
  lang,
  store,
  choice,
  faults,
  edge: () => feed.edge(),
  rates: (name) => feed.rates(name),
  router: () => feed.hello?.router ?? null,
});
/** What a phone and the wall have instead of the legend. */
let narrow = null;
const loadNarrow = lazyImport(async () => {
  const style = styleSheet(import.meta.url, "../interfaces/interface-cards.css");
  const { NarrowView } = await import("./narrow-view.js");
  await style;
  return new NarrowView({ cards: byId("cards"), lead: byId("lead"), picker: byId("picker") }, page, draw);
});
listSheet({
  root: byId("overview"),
  button: byId("picker"),
  close: byId("overview-close"),
  search: /** @type {HTMLInputElement} */ (byId("picker-search")),
  list: overview.list,
  back: byId("overview-back"),
  behind: [
    byId("stage"),
    byId("dock"),
    ...document.querySelectorAll(/** @type {"header"} */ ("body > header, body > footer")),
  ],
  opened: () => overview.paint(),
  clear: () => overview.clear(),
});
splitter(byId("watching"), byId("split"), byId("overview"));
dock(byId("dock"), [byId("start"), byId("stop"), ...panel.tools.docked]);
theme(byId("theme"), texts, () => overview.recolour());
const loadWall = lazyImport(async () => (await import("./wall-mode.js")).wallMode(byId("clock"), lang));
if (document.documentElement.hasAttribute("data-kiosk")) loadWall(() => {});
whenSet(soon);

/** What a line carries now, for who hears it. */
function spoken(name) {
  const { title, down, up } = panel.line(name);
  return fill(texts.summary, { name: title, down: speed(down, lang), up: speed(up, lang) });
}

/** How many are chosen, on the button that opens the list. */
function label(names) {
  return names.length === 0 ? "" : fill(texts.chosen_count, { n: names.length });
}

let drawing = null;
/** A curve has been drawn: the bench looks for the mark. */
let begun = false;
/** Whatever comes in between two frames is drawn once; where nobody sees it, not at all. */
function soon() {
  if (document.hidden) {
    panel.note(feed.state());
    titled(feed.state());
  } else drawing ??= requestAnimationFrame(draw);
}

/** The browser's tab, also while nobody sees the page; and what is told where the server is away. */
function titled(state) {
  const [name] = choice.names;
  const line = name === undefined ? null : { name, facts: feed.facts.get(name) ?? null, ...feed.rates(name) };
  const at = feed.hello?.router?.name ?? "";
  const seen = document.hidden ? state : status.seen;
  tab.show(
    titleOf({ state: seen, word: status.wordOf(seen, feed.known), router: at, line }, lang),
    seen,
    document.hidden,
  );
  // Between two samples nothing is known yet: that is not worth remembering.
  if (state !== "live" || line === null || (line.rx === null && line.tx === null)) return;
  keepLast(() => {
    const lines = choice.names.map((name) => {
      const { down, up } = direction(name, feed.facts.get(name));
      const rates = feed.rates(name);
      return { name, down: rates[down], up: rates[up] };
    });
    return { at: Date.now(), router: at, lines };
  });
}

function draw() {
  cancelAnimationFrame(drawing);
  drawing = null;
  const { known } = feed;
  const state = feed.state();
  panel.note(state);
  if (document.hidden) return;
  const standing = { ...known, ageMs: feed.ageMs(), now: performance.now() };
  mend.show(state, standing);
  status.show(state, standing, panel.span.paused ? panel.chart.clock(panel.range().to) : "");
  titled(state);
  cost?.show(state, standing, {
    router: feed.hello?.router?.id ?? null,
    interfaces: feed.interfaces.length,
    clock: (t) => panel.chart.clock(t),
    newest: feed.newest.t,
  });
  unconfigured(state === "no-router");
  byId("watching").hidden = state === "no-router";
  // Without a router there is nothing to choose, to start or to stop.
  byId("dock").hidden = state === "no-router";
  dead(state);
  byId("start").hidden = !known.stopped || state === "no-router";
  byId("stop").hidden = known.stopped || state === "no-router";
  const { names } = choice;
  byId("choose-one").hidden = names.length > 0 || feed.interfaces.length === 0 || feed.newest.t === null;
  const dim = state !== "live" && state !== "late";
  byId("chart").classList.toggle("dim", dim);
  overview.stands(state);
  if (!panel.wide && narrow === null) {
    loadNarrow((made) => {
      narrow = made;
      soon();
    });
  }
  narrow?.show(panel.wide ? [] : names, dim);
  put(byId("picker-label"), label(names));
  overview.paint();
  panel.draw(dim);
  if (begun || feed.newest.t === null || names.length === 0) return;
  begun = true;
  performance.mark("lalin-first-tick");
}

/**
 * A router of which nothing was ever read has no list and no axis: a sentence stands in their place. While that may
 * only take a second, the chart waits without one.
 */
function dead(state) {
  const nothing = feed.newest.t === null;
  const lasting = nothing && ["unreachable", "stale", "reconnecting"].includes(state);
  byId("watching").toggleAttribute("data-waiting", nothing && !lasting);
  byId("stage").toggleAttribute("data-dead", lasting);
  byId("overview").toggleAttribute("data-dead", lasting && feed.interfaces.length === 0);
  byId("stage-blank").hidden = !lasting;
  byId("list-blank").hidden = !lasting || feed.interfaces.length > 0;
}

/**
 * The form, as long as there is no router. It is loaded with its first need, and asks the server as long as it is
 * there.
 */
let form = null;
function unconfigured(yes) {
  const root = byId("unconfigured");
  root.hidden = !yes;
  if (!yes) {
    form?.then((made) => made?.stop());
    form = null;
    byId("setup").replaceChildren();
    return;
  }
  form ??= looking.then(async (who) => {
    const style = styleSheet(import.meta.url, "../trouble/trouble-panel.css");
    const { connectionDiagram } = await import("../trouble/connection-diagram.js");
    await style;
    if (!root.querySelector(".hops")) root.prepend(connectionDiagram("no-router"));
    if (!who) return null;
    if (!mayChange(who)) {
      byId("setup").textContent = texts.unconfigured_ask;
      return null;
    }
    const { routerForm } = await import("../routers/router-form.js");
    if (root.hidden) return null; // there is one meanwhile
    return routerForm(byId("setup"), { texts, lang, saved: watch });
  });
}

/** A router was added: the greeting without one was the last word of this stream, the next one has it. */
function watch() {
  feed.restart();
  // The form goes, and with it the place where the keys were.
  byId("state").focus();
}

let summed = 0;
/** For screen readers, once in a while. */
function summary() {
  if (performance.now() - summed < SUMMARY) return;
  summed = performance.now();
  byId("summary").textContent = feed.known.stopped ? "" : choice.names.map(spoken).join(". ");
}

const life = followActivity(feed, {
  draw,
  beat() {
    draw();
    summary();
  },
  slept: (ms) => panel.slept(ms),
});
byId("start").addEventListener("click", life.start);
byId("stop").addEventListener("click", life.stop);
byId("update-now").addEventListener("click", () => location.reload());
byId("try-now").addEventListener("click", () => feed.stream.tryNow());
language(byId("lang"), lang);

/** The wall mode, on or off; in the address, so that it is there after a reload. False where it was so already. */
function wall(on) {
  const root = document.documentElement;
  if (root.hasAttribute("data-kiosk") === on) return false;
  root.toggleAttribute("data-kiosk", on);
  loadWall(() => {});
  panel.live();
  const url = new URL(location.href);
  if (root.hasAttribute("data-kiosk")) url.searchParams.set("kiosk", "");
  else url.searchParams.delete("kiosk");
  history.replaceState(null, "", url);
  return true;
}

keyboardShortcuts({
  search: () => (byId("picker-search").checkVisibility() ? byId("picker-search").focus() : byId("picker").click()),
  pause: () => panel.pause(),
  shorter: () => panel.longer(-1),
  longer: () => panel.longer(1),
  mode: () => panel.nextMode(),
  unit: () => panel.nextUnit(),
  wall: () => wall(),
  theme: () => byId("theme").click(),
  language: () => byId("lang").click(),
  help: () => panel.help(),
  escape: () => panel.unzoom() || wall(false),
});

/** For embedders and tests; reading only. */
window.lalin = Object.freeze({
  series: (name) => store.series(name),
  state: () => ({
    state: feed.state(),
    router: feed.known.router,
    polling: feed.known.polling,
    chosen: [...choice.names],
  }),
});

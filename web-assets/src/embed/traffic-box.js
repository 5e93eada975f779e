// What the embedded element shows: the state, the current rates, the chart, and all of it in words. Names are inserted
// as text, never as markup.

import { Chart } from "../chart/chart.js";
import { PALETTE } from "../chart/palette.js";
import { hoverLabel } from "../chart/hover-label.js";
import { SceneMaker } from "../chart/scene.js";
import { MOST } from "./element-attributes.js";
import { element, put } from "../shared/elements.js";
import { about, age, atLeast, fill, rateParts, shortName, speed } from "../shared/format.js";
import { measure } from "../data/range-statistics.js";
import { meant, shownName } from "../data/interface-names.js";
import { GAP_INTERVALS } from "../data/point-store.js";
/** @import { Direction } from "../data/types.js" */
/** @import { Asked } from "./element-attributes.js" */

/**
 * The words for the chart change this often, ms: nobody wants to be told every tick. Sooner where something was not
 * known.
 */
const WORDS = 10_000;
const SOONER = 2_000;
const AGED = ["live", "late", "stale", "unreachable"];

/** @type {Direction} The customer downloads what the router sends. */
const CUSTOMER = { down: "tx", up: "rx", view: "customer" };
/** @type {Direction} */
const NETWORK = { down: "rx", up: "tx", view: "network" };

export class TrafficBox {
  #drawn = "";
  /** @type {SceneMaker|null} */
  #maker = null;
  #sayAt = 0;
  #frame = null;
  /** What was last known of each: an interface that is gone is still a customer's. */
  #facts = new Map();
  #ending = new AbortController();
  /** Out of sight nothing is drawn. */
  #seen = true;

  /**
   * @param {ShadowRoot} shadow
   * @param {Asked} asked see `askedOf`
   * @param {Record<string, string>} texts
   */
  constructor(shadow, asked, texts) {
    this.asked = asked;
    this.texts = texts;
    const { names } = asked;
    this.names = names;
    this.windowMs = asked.windowMs;
    const root = (this.root = element("div", "box"));
    // A host page may style it: lalin-traffic::part(box).
    root.part = "box";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", fill(texts["embed.label"], { names: names.map(shortName).join(", ") }));
    const state = element("p", "state");
    const sign = element("span", "sign");
    sign.setAttribute("aria-hidden", "true");
    this.word = element("b");
    this.age = element("span");
    state.append(sign, this.word, this.age);
    this.word.setAttribute("role", "status");
    this.told = element("p", "told");
    this.told.setAttribute("role", "status");
    this.list = element("ul", "now");
    this.rows = names.map((name, at) => this.#row(name, at));
    this.plot = element("div", "plot");
    this.plot.setAttribute("role", "img");
    const head = element("div", "head");
    head.append(this.list, state);
    root.append(head, this.told, this.plot);
    shadow.replaceChildren(root);
    const { signal } = this.#ending;
    this.chart = new Chart(this.plot, {
      lang: asked.lang,
      texts,
      side: (name) => this.#side(name),
      title: shortName,
      root,
      signal,
    });
    this.chart.extended(hoverLabel);
    const sight = new IntersectionObserver((entries) => {
      this.#seen = entries.at(-1).isIntersecting;
      this.changed();
    });
    sight.observe(root);
    signal.addEventListener("abort", () => sight.disconnect());
  }

  /** Where its data come from; without one it says why. */
  use(source) {
    this.source = source;
    const { asked, texts, chart } = this;
    this.#maker =
      source &&
      new SceneMaker({
        lang: asked.lang,
        texts,
        store: source.store,
        feed: source.feed,
        reasons: source.reasons,
        side: (name) => this.#side(name),
        facts: (name) => source.feed.facts.get(name) ?? this.#facts.get(name),
        clock: chart.clock,
      });
    this.changed();
  }

  /** Something came in: drawn with the next frame. */
  changed() {
    if (this.#frame !== null || this.#ending.signal.aborted) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = null;
      try {
        this.#show();
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** Shows any failure as a sentence here, and lets nothing reach the host page. */
  fail(error) {
    console.info(`lalin-traffic: ${error?.message}`);
    this.root.dataset.state = "not-shown";
    put(this.word, this.texts["embed.not_shown"]);
    put(this.told, fill(this.texts["embed.failed"], { detail: String(error?.message).slice(0, 200) }));
  }

  end() {
    cancelAnimationFrame(this.#frame);
    this.#ending.abort();
    this.source?.leave(this);
    this.source = null;
  }

  #row(name, at) {
    const { texts } = this;
    const row = element("li");
    row.style.setProperty("--colour", PALETTE[at % PALETTE.length]);
    const who = element("bdi", "", shortName(name));
    who.title = shownName(name);
    const ways = ["down", "up"].map((way) => {
      const root = element("span", "way");
      const [value, unit] = [element("b"), element("small")];
      const sign = element("small", "", way === "down" ? "↓" : "↑");
      sign.title = texts[way === "down" ? "download" : "upload"];
      root.append(element("span", `stroke ${way}`), sign, value, unit);
      return { root, value, unit };
    });
    row.append(who, ...ways.map(({ root }) => root));
    this.list.append(row);
    return { name, ways };
  }

  #side(name) {
    const facts = this.source?.feed.facts.get(name) ?? this.#facts.get(name);
    return facts?.pointOfView === "customer" ? CUSTOMER : NETWORK;
  }

  /** A name that several share means each of them. */
  #find() {
    const { source, asked } = this;
    if (!source?.listed) return;
    const found = asked.names.flatMap((name) => {
      const keys = meant(name, source.feed.interfaces);
      return keys.length > 0 ? keys : [name];
    });
    const names = [...new Set(found)].slice(0, MOST);
    if (names.join("\n") === this.names.join("\n")) return;
    this.names = names;
    this.list.replaceChildren();
    this.rows = names.map((name, at) => this.#row(name, at));
    this.#drawn = "";
  }

  #show() {
    this.#find();
    const { source, texts, names, root } = this;
    if (names.length === 0 || !source)
      return this.#say("not-shown", texts["embed.not_shown"], "", texts["embed.no_interface"]);
    const { feed } = source;
    for (const name of names) if (feed.facts.has(name)) this.#facts.set(name, feed.facts.get(name));
    const state = source.problem ? "not-shown" : feed.state();
    const word = source.problem ? texts["embed.not_shown"] : texts[`state.${state}`];
    this.#say(state, word, AGED.includes(state) ? this.#age(feed.ageMs()) : "", this.#sentences(state));
    root.classList.toggle("dim", state !== "live" && state !== "late");
    this.#figures();
    if (this.#seen && feed.newest.t !== null) this.#draw();
  }

  #say(state, word, age, sentences) {
    this.root.dataset.state = state;
    put(this.word, word);
    put(this.age, age && `· ${age}`);
    put(this.told, sentences);
    this.told.hidden = !sentences;
    const none = this.names.length === 0 || (state === "not-shown" && !this.source?.store.size);
    this.list.hidden = this.plot.hidden = none;
  }

  #age(ms) {
    return ms === null ? "" : age(ms, this.texts, this.asked.lang);
  }

  #sentences(state) {
    const { texts, source, names } = this;
    const { known, facts } = source.feed;
    if (source.problem) return fill(texts[source.problem.key], source.problem.values);
    const said = [];
    if (state === "reconnecting")
      said.push(known.offline ? `${texts["hop.offline"]}.` : `${fill(texts["hop.server"], { n: known.failures })}.`);
    if ((state === "unreachable" || state === "stale") && known.router?.reason)
      said.push(texts[`reason.${known.router.reason}`] ?? known.router.detail ?? "");
    const missing = source.listed ? names.filter((name) => !facts.has(name)) : [];
    if (missing.length > 0) said.push(fill(texts["embed.missing"], { name: missing.map(shortName).join(", ") }));
    return said.join(" ");
  }

  #figures() {
    const { source, asked } = this;
    for (const { name, ways } of this.rows) {
      const rates = source.feed.rates(name);
      const { down, up } = this.#side(name);
      [down, up].forEach((way, at) => {
        const parts = rateParts(rates[way], asked.lang, asked.unit);
        put(ways[at].value, parts.number);
        put(ways[at].unit, parts.unit);
      });
    }
  }

  #draw() {
    const { source, names, chart, windowMs } = this;
    const { store, feed } = source;
    const { unit } = this.asked;
    const to = feed.edge();
    const from = to - windowMs;
    const gapMs = GAP_INTERVALS * store.intervalMs;
    const drawn = JSON.stringify([store.revision, from, to, gapMs]);
    if (drawn === this.#drawn && !chart.stale) return;
    this.#drawn = drawn;
    const { drawing } = this.#maker.make(
      names,
      { from, to },
      // A page for customers tells what is, not who looked when.
      { mode: "lines", unit, scale: "linear", gapMs, width: chart.width, quiet: true, window: windowMs },
    );
    chart.draw(drawing);
    this.#describe(from, to);
  }

  /** The chart in words. */
  #describe(from, to) {
    const now = performance.now();
    if (now < this.#sayAt) return;
    let known = true;
    const { texts, source, names, asked, windowMs } = this;
    const say = (bps) => speed(bps, asked.lang, 1, asked.unit);
    const each = names.map((name) => {
      const rates = source.feed.rates(name);
      const series = source.store.points(name);
      const values = { name: shortName(name) };
      const { down, up } = this.#side(name);
      for (const [word, way] of Object.entries({ down, up })) {
        const { average, peak, partial } = measure(
          series.t,
          series[way],
          from,
          to,
          source.store.intervalMs,
          source.store.factors,
        );
        known &&= rates[way] !== null;
        Object.assign(values, {
          [word]: say(rates[way]),
          [`${word}_average`]: about(say(average), partial),
          [`${word}_peak`]: atLeast(say(peak), partial),
        });
      }
      return fill(texts["embed.each"], values);
    });
    this.#sayAt = now + (known ? WORDS : SOONER);
    const minutes = windowMs / 60_000;
    const length =
      minutes < 2
        ? fill(texts["embed.seconds"], { n: Math.round(windowMs / 1000) })
        : fill(texts["embed.minutes"], { n: Math.round(minutes) });
    this.plot.setAttribute("aria-label", fill(texts["embed.chart"], { window: length, each: `${each.join(". ")}.` }));
  }
}

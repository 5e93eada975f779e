// The browser's tab: what matters in a few words, and an icon with the state, for whoever has the page among twenty
// others. Follows the pill; what it said is not renewed while the page is away, so it is then taken back.

import { direction } from "../interfaces/direction.js";
import { commonUnit, number, shortName } from "../shared/format.js";

/** A figure that nobody renewed for this long, ms, is taken out of the title. */
const FRESH = 15_000;

/** The sign in the corner of the icon, by the pill's state: shape and colour. */
const disc = (radius, more) => `<circle cx="24" cy="24" r="${radius}" ${more}/>`;
const BADGES = {
  live: "",
  late: `${disc(7, 'fill="#fff"')}<path d="M24 18a6 6 0 0 1 0 12z" fill="#c76a00"/>`,
  stale: disc(8, 'fill="#fff"') + disc(6.5, 'fill="#c76a00"'),
  loading: disc(7, 'fill="#fff"') + disc(4.5, 'fill="none" stroke="#556178" stroke-width="3" stroke-dasharray="3 2"'),
  bad:
    disc(9, 'fill="#b01822" stroke="#fff" stroke-width="1.5"') +
    '<path d="M20.5 20.5l7 7m0-7l-7 7" stroke="#fff" stroke-width="2.6"/>',
  off:
    '<rect x="15" y="15" width="16" height="16" rx="4" fill="#fff"/>' +
    '<path d="M20 18.5v9m6-9v9" stroke="#556178" stroke-width="3"/>',
};

/** Which of them each state has. */
const SIGNS = { reconnecting: "bad", unreachable: "bad", "no-router": "loading", stopped: "off", paused: "off" };
const TROUBLE = ["unreachable", "reconnecting", "stale"];

/** The icon's file, with a sign or a number in its corner. It is made here, so no request is needed for it. */
export function iconOf(state, count = 0) {
  const blue = '<rect width="32" height="32" rx="8" fill="#2563eb"/>';
  const curve = '<path d="M5 19l6-8 5 5 5-10 6 8" fill="none" stroke="#fff" stroke-width="3" stroke-linejoin="round"/>';
  const many = count > 9 ? "9+" : String(count);
  const counted =
    '<circle cx="22" cy="22" r="10" fill="#b01822" stroke="#fff" stroke-width="1.5"/>' +
    `<text x="22" y="27" font-family="Arial,sans-serif" font-size="${count > 9 ? 12 : 15}" font-weight="700" ` +
    `fill="#fff" text-anchor="middle">${many}</text>`;
  const corner = count > 0 ? counted : (BADGES[SIGNS[state] ?? state] ?? "");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${blue}${curve}${corner}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** @typedef {{name: string, facts: object|null, rx: number|null, tx: number|null}} Line bit/s */

/**
 * The title of the dashboard.
 * @param {{state: string, word: string, router: string, line: Line|null}} seen state and word are the pill's, the line
 *   is the first of those chosen
 * @param {string} lang
 */
export function titleOf({ state, word, router, line }, lang) {
  if (TROUBLE.includes(state)) return `⚠ ${[word, router].filter(Boolean).join(" · ")}`;
  if (line === null) return [word, router || "Lalin"].filter(Boolean).join(" · ");
  const name = shortName(line.name);
  if (state !== "live" && state !== "late") return [word, name].filter(Boolean).join(" · ");
  const { down, up } = direction(line.name, line.facts);
  const unit = commonUnit(Math.max(line[down] ?? 0, line[up] ?? 0));
  const figure = (bps) => {
    if (bps === null) return "–";
    const value = bps / unit.bps;
    const places = value >= 10 || value === 0 ? 0 : 1;
    return number(value, lang, places);
  };
  return `↓${figure(line[down])} ↑${figure(line[up])} ${unit.name} · ${name}`;
}

export class TabTitle {
  #icon = "";
  #aging = null;

  /**
   * @param {{title: string}} page
   * @param {{href: string}} icon the link of the head
   * @param {{setTimeout: Function, clearTimeout: Function}} world
   */
  constructor(
    page = document,
    icon = document.querySelector(/** @type {"link"} */ ("link[rel=icon]")),
    world = globalThis,
  ) {
    this.page = page;
    this.icon = icon;
    this.world = world;
    this.plain = page.title;
  }

  /**
   * @param {string} title
   * @param {string} state
   * @param {boolean} hidden nobody sees the page: soon nobody renews what the title says
   * @param {number} [count] of troubles
   */
  show(title, state, hidden = false, count = 0) {
    this.world.clearTimeout(this.#aging);
    if (this.page.title !== title) this.page.title = title;
    const icon = `${state} ${count}`;
    if (icon !== this.#icon) {
      this.#icon = icon;
      this.icon.href = iconOf(state, count);
    }
    if (hidden) this.away();
  }

  /** From now on nobody sees the page, and unless {@link show} is called nobody renews the title. */
  away() {
    this.world.clearTimeout(this.#aging);
    this.#aging = this.world.setTimeout(() => this.#forget(), FRESH);
  }

  #forget() {
    this.page.title = this.plain;
    this.#icon = "";
    this.icon.href = iconOf("stopped");
  }
}

// What a phone has instead of the legend: the leading figures and a card a line; the wall has the cards. Loaded where
// the page is narrow, or becomes a wall.

import { turn } from "../interfaces/direction.js";
import { InterfaceCards } from "../interfaces/interface-cards.js";
import { PhoneSummary } from "../interfaces/phone-summary.js";

export class NarrowView {
  /**
   * @param {{cards: HTMLElement, lead: HTMLElement, picker: HTMLElement}} roots
   * @param {{texts: Record<string, string>, lang: string, feed: import("../data/live-feed.js").LiveFeed,
   *   choice: import("../interfaces/interface-choice.js").InterfaceChoice,
   *   panel: import("../chart/chart-panel.js").ChartPanel}} page
   * @param {() => void} draw another line leads
   */
  constructor(roots, { texts, lang, feed, choice, panel }, draw) {
    this.feed = feed;
    this.panel = panel;
    this.cards = new InterfaceCards(roots.cards, {
      texts,
      lang,
      remove(name) {
        choice.toggle(name);
        roots.picker.focus();
      },
      turn: (name) => turn(name, panel.factsOf(name)),
    });
    this.lead = new PhoneSummary(roots.lead, texts, lang, draw);
  }

  show(names, dim) {
    const { feed, panel } = this;
    this.cards.show(names, (name) => panel.line(name), panel.figures, dim);
    this.lead.show(names, (name) => ({ facts: feed.facts.get(name) ?? null, ...feed.rates(name) }), dim);
  }
}

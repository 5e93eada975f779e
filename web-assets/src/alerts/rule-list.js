// Rules: what is watched, each in a sentence, with its switch.

import { confirmed, settingsRow, settingsTable } from "../account/settings-list.js";
import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { button, sentence } from "../shared/form.js";
import { fill, spanWords } from "../shared/format.js";
import { KINDS, shown } from "./rule-kinds.js";

/** @import { Channels } from "./channel-list.js" */

export class Rules {
  /**
   * @param {object} page
   * @param {HTMLElement} page.root
   * @param {Record<string, string>} page.texts
   * @param {string} page.lang
   * @param {{id: string, name: string, tags?: string[]}[]} page.routers
   * @param {Channels} page.channels
   */
  constructor({ root, texts, lang, routers, channels }) {
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.routers = routers;
    this.channels = channels;
    const heads = [texts.rule_name, texts.rule_what, texts.rule_where, texts.set_actions];
    this.list = settingsTable(texts.rules, heads);
    this.said = element("p", "wrong");
    this.said.setAttribute("role", "alert");
    this.said.hidden = true;
    root.append(this.list, this.said);
    root.querySelector(".page-head").append(button(texts.rule_add, "rule-add", () => this.#form(null), "edge"));
  }

  async load() {
    const { rules } = await api.get("/api/v1/alert-rules");
    const { texts } = this;
    this.list.hidden = rules.length === 0;
    this.list.set(
      rules.map((rule) => {
        const name = rule.name || texts[`rule.${rule.kind}`];
        const named = (word, id, act, kind = "bare") => {
          const made = button(word, id, act, kind);
          made.setAttribute("aria-label", `${word}: ${name}`);
          return made;
        };
        const buttons = [];
        if (rule.fromFile) buttons.push(element("span", "soft", texts.rec_of_file));
        else {
          const word = rule.enabled ? texts.rule_switch_off : texts.rule_switch_on;
          buttons.push(
            named(word, "rule-switch", () => this.#switch(rule)),
            named(texts.fleet_change, "rule-change", () => this.#form(rule)),
            named(texts.fleet_remove, "rule-remove", () => this.#remove(rule, name), "bare bad"),
          );
        }
        const row = settingsRow(name, [this.#what(rule), this.#where(rule.target)], ...buttons);
        row.classList.toggle("over", !rule.enabled);
        row.dataset.rule = rule.id;
        return row;
      }),
    );
    this.root.hidden = false;
  }

  /** `Di atas 90 % link selama 5 mnt`. */
  #what({ kind, bound, unit, forSeconds, severity, enabled }) {
    const { texts, lang } = this;
    const parts = [texts[`rule.${kind}`]];
    if (unit && bound !== null && bound !== undefined)
      parts.push(fill(texts[`bound.${kind === "flapping" ? "flaps" : unit}`], { n: shown(bound, unit, lang) }));
    if (forSeconds > 0 && !KINDS[kind]?.event)
      parts.push(fill(texts.rule_for, { n: spanWords(forSeconds * 1_000, texts) }));
    parts.push(texts[`severity.${severity}`].toLowerCase());
    if (!enabled) parts.push(texts.channel_off);
    return parts.join(" · ");
  }

  #where({ wan, router, interface: name, tag } = /** @type {any} */ ({})) {
    const { texts } = this;
    if (wan) return texts.target_wan;
    if (tag) return fill(texts.target_tag, { tag });
    const of = this.routers.find(({ id }) => id === router)?.name ?? router;
    return router ? (name ? `${of} · ${name}` : of) : texts.target_all;
  }

  async #switch(rule) {
    this.said.hidden = true;
    try {
      await api.send("PUT", `/api/v1/alert-rules/${rule.id}`, { ...rule, enabled: !rule.enabled });
      await this.load();
    } catch (error) {
      put(this.said, sentence(error, this.texts));
      this.said.hidden = false;
    }
  }

  #remove(rule, name) {
    const { texts } = this;
    confirmed(name, fill(texts.rule_sure, { name }), texts.fleet_remove_yes, texts, async () => {
      await api.send("DELETE", `/api/v1/alert-rules/${rule.id}`);
      await this.load();
    });
  }

  async #form(rule) {
    const { ruleForm } = await import("./rule-form.js");
    const { texts, lang, routers } = this;
    ruleForm({ rule, texts, lang, routers, channels: this.channels.channels, saved: () => this.load() });
  }
}

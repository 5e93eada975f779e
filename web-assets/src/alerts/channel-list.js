// Channels: where alerts are told. Each can be tried, and then the receiver's own answer is shown.

import { confirmed, settingsRow, settingsTable } from "../account/settings-list.js";
import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { button, sentence } from "../shared/form.js";
import { fill, number } from "../shared/format.js";
import { channelForm } from "./channel-form.js";

export class Channels {
  /** @type {any[]} */
  channels = [];

  /** @param {{root: HTMLElement, texts: Record<string, string>, lang: string, changed: () => void}} page */
  constructor({ root, texts, lang, changed }) {
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.changed = changed;
    const heads = [texts.channel_name, texts.channel_kind, texts.channel_state, texts.set_actions];
    this.list = settingsTable(texts.channels, heads);
    this.said = element("p", "tried");
    this.said.dataset.testid = "channel-tried";
    this.said.setAttribute("role", "status");
    root.append(this.list, this.said);
    root.querySelector(".page-head").append(button(texts.channel_add, "channel-add", () => this.#form(null), "edge"));
  }

  async load() {
    ({ channels: this.channels } = await api.get("/api/v1/alert-channels"));
    const { texts } = this;
    this.list.hidden = this.channels.length === 0;
    this.list.set(
      this.channels.map((channel) => {
        const facts = [texts[`channel.${channel.settings.kind}`] ?? channel.settings.kind, this.#state(channel)];
        const named = (word, id, act, kind = "bare") => {
          const made = button(word, id, act, kind);
          made.setAttribute("aria-label", `${word}: ${channel.name}`);
          return made;
        };
        const buttons = [named(texts.channel_test, "channel-test", () => this.#test(channel))];
        if (!channel.fromFile)
          buttons.push(
            named(texts.fleet_change, "channel-change", () => this.#form(channel)),
            named(texts.fleet_remove, "channel-remove", () => this.#remove(channel), "bare bad"),
          );
        return settingsRow(channel.name, facts, ...buttons);
      }),
    );
    this.root.hidden = false;
    this.changed();
  }

  #state(/** @type {any} */ { enabled = true, state, waiting = 0, lost = 0 }) {
    const { texts, lang } = this;
    if (!enabled) return texts.channel_off;
    const parts = [texts[`channel_is.${state?.state ?? "working"}`]];
    if (state?.why) parts.push(state.why);
    if (waiting > 0) parts.push(fill(texts.channel_waiting, { n: number(waiting, lang, 0) }));
    if (lost > 0) parts.push(fill(texts.channel_lost, { n: number(lost, lang, 0) }));
    return parts.join(" · ");
  }

  async #test(channel) {
    const { texts, lang } = this;
    this.said.dataset.kind = "";
    put(this.said, fill(texts.channel_trying, { name: channel.name }));
    try {
      const { ok, status, answer, tookMs } = await api.send("POST", `/api/v1/alert-channels/${channel.id}/test`);
      this.said.dataset.kind = ok ? "good" : "bad";
      const how = [status, answer].filter((part) => part !== null && part !== undefined && part !== "").join(" ");
      const values = { name: channel.name, answer: how || "–", n: number(tookMs, lang, 0) };
      put(this.said, fill(ok ? texts.channel_answered : texts.channel_refused, values));
    } catch (error) {
      this.said.dataset.kind = "bad";
      put(this.said, sentence(error, texts));
    }
  }

  #remove(channel) {
    const { texts } = this;
    const sure = fill(texts.channel_sure, { name: channel.name });
    confirmed(channel.name, sure, texts.fleet_remove_yes, texts, async () => {
      await api.send("DELETE", `/api/v1/alert-channels/${channel.id}`);
      await this.load();
    });
  }

  #form(channel) {
    const { texts, lang } = this;
    channelForm({ channel, texts, lang, saved: () => this.load() });
  }
}

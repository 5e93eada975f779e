// Channels: where alerts are told. Each can be tried, and then the receiver's own answer is shown.

import { confirmed, openDialog, settingsRow, settingsTable } from "../account/settings-list.js";
import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { button, end, field, input, onSubmit, passwordField, select, sentence } from "../shared/form.js";
import { fill, number } from "../shared/format.js";
import { shortNote } from "../shared/short-note.js";
import { CHANNELS, settingText, settingsOf, wrongField } from "./channel-kinds.js";

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
    const form = element("form", "form");
    form.dataset.testid = "channel-form";
    const name = input({ name: "name", required: true, maxlength: "64", autocomplete: "off" });
    name.value = channel?.name ?? "";
    const kind = select(
      "kind",
      Object.keys(CHANNELS).map((one) => [one, texts[`channel.${one}`] ?? one]),
    );
    kind.value = channel?.settings.kind ?? "telegram";
    // Its secrets are another's.
    kind.disabled = channel !== null;
    const language = select("language", [
      ["id", "Bahasa Indonesia"],
      ["en", "English"],
    ]);
    language.value = channel?.language ?? lang;
    const own = element("div", "form");
    /** @type {Map<string, HTMLInputElement>} */
    let typed = new Map();
    const note = element("p", "note");
    const fields = () => {
      typed = new Map();
      const known = channel?.secrets ?? [];
      own.replaceChildren(
        ...CHANNELS[kind.value].map(({ name: of, secret, needed, example = "" }) => {
          const label = texts[`channel_field.${of}`] ?? of;
          const made = input({
            name: of,
            autocomplete: secret ? "new-password" : "off",
            spellcheck: "false",
            autocapitalize: "none",
            placeholder: secret && known.includes(of) ? texts.channel_secret_kept : example,
            ...(secret ? { type: "password" } : {}),
          });
          if (!secret) made.value = settingText(channel?.settings[of]);
          typed.set(of, made);
          const text = needed ? label : `${label} (${texts.form_optional})`;
          return secret ? passwordField(text, made, texts) : field(text, made);
        }),
      );
      put(note, texts[`channel_note.${kind.value}`] ?? "");
      note.hidden = note.textContent === "";
    };
    kind.addEventListener("change", fields);
    fields();
    const send = button(texts.form_save, "channel-save", null, "main");
    send.type = "submit";
    form.append(
      field(texts.channel_name, name),
      field(texts.channel_kind, kind),
      note,
      own,
      field(texts.channel_language, language),
      end(send),
    );
    const values = () => Object.fromEntries([...typed].map(([of, made]) => [of, made.value]));
    onSubmit(form, {
      texts,
      check: () => {
        const wrong = wrongField(kind.value, values(), channel?.secrets);
        return wrong
          ? [typed.get(wrong.name), texts[wrong.as === "number" ? "rule_wrong_number" : "form_needed"]]
          : null;
      },
      send: async () => {
        const { settings, secrets } = settingsOf(kind.value, values(), channel?.settings);
        const enabled = channel?.enabled ?? true;
        const wanted = { name: name.value.trim(), enabled, language: language.value, settings, secrets };
        if (channel) await api.send("PUT", `/api/v1/alert-channels/${channel.id}`, wanted);
        else await api.send("POST", "/api/v1/alert-channels", wanted);
        dialog.root.close();
        await this.load();
        shortNote(fill(texts.setup_saved, { name: wanted.name }));
      },
    });
    const dialog = openDialog(channel?.name ?? texts.channel_add, texts, form);
  }
}

// A channel: what it is called, its kind, and what that kind asks for. A field that the others make superfluous is not
// shown, and keeps what was typed.

import { openDialog } from "../account/settings-list.js";
import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { button, end, field, input, onSubmit, passwordField, select } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { shortNote } from "../shared/short-note.js";
import { asks, CHANNELS, settingsOf, textsOf, wrongField } from "./channel-kinds.js";

/** Lines of a field for several. */
const ROWS = "4";

/**
 * @param {object} page
 * @param {any} page.channel null for a new one
 * @param {Record<string, string>} page.texts
 * @param {string} page.lang
 * @param {() => Promise<void>} page.saved
 */
export function channelForm({ channel, texts, lang, saved }) {
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
  const note = element("p", "note");
  const known = channel?.secrets ?? [];
  /** @type {Map<string, {control: HTMLInputElement, root: HTMLElement}>} */
  let typed = new Map();
  const values = () => Object.fromEntries([...typed].map(([of, { control }]) => [of, control.value]));
  const place = () => {
    const asked = asks(kind.value, values());
    for (const [of, { root }] of typed) root.hidden = asked[of] === false;
  };
  const fields = () => {
    const shown = textsOf(kind.value, channel?.settings);
    typed = new Map(
      CHANNELS[kind.value].map((of) => {
        const control = controlOf(of, known, texts);
        if (!of.secret) control.value = shown[of.name] || control.value;
        const label = texts[`channel_field.${of.name}`] ?? of.name;
        const text = of.needed || of.options ? label : `${label} (${texts.form_optional})`;
        const more = texts[`channel_field_note.${kind.value}.${of.name}`];
        const root = of.secret ? passwordField(text, control, texts, more) : field(text, control, more);
        return [of.name, { control, root }];
      }),
    );
    own.replaceChildren(...[...typed.values()].map(({ root }) => root));
    put(note, texts[`channel_note.${kind.value}`] ?? "");
    note.hidden = note.textContent === "";
    place();
  };
  kind.addEventListener("change", fields);
  own.addEventListener("change", place);
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
  onSubmit(form, {
    texts,
    check: () => {
      const found = wrongField(kind.value, values(), known);
      return found ? [typed.get(found.name).control, fill(texts[found.wrong], { what: found.what ?? "" })] : null;
    },
    send: async () => {
      const { settings, secrets } = settingsOf(kind.value, values(), channel?.settings);
      const enabled = channel?.enabled ?? true;
      const wanted = { name: name.value.trim(), enabled, language: language.value, settings, secrets };
      if (channel) await api.send("PUT", `/api/v1/alert-channels/${channel.id}`, wanted);
      else await api.send("POST", "/api/v1/alert-channels", wanted);
      dialog.root.close();
      await saved();
      shortNote(fill(texts.setup_saved, { name: wanted.name }));
    },
  });
  const dialog = openDialog(channel?.name ?? texts.channel_add, texts, form);
}

/**
 * @param {import("./channel-kinds.js").ChannelField} of
 * @param {string[]} known the secrets that are kept
 * @returns {HTMLInputElement} or what is filled in just like one
 */
function controlOf({ name, secret, options, long, example = "" }, known, texts) {
  if (options)
    return /** @type {any} */ (
      select(
        name,
        options.map((one) => [one, texts[`channel_choice.${one}`] ?? one]),
      )
    );
  const plain = { spellcheck: "false", autocapitalize: "none" };
  if (long) {
    const made = element("textarea", "code");
    for (const [key, value] of Object.entries({ name, rows: ROWS, placeholder: example, ...plain }))
      made.setAttribute(key, value);
    return /** @type {any} */ (made);
  }
  return input({
    name,
    autocomplete: secret ? "new-password" : "off",
    placeholder: secret && known.includes(name) ? texts.channel_secret_kept : example,
    ...plain,
    ...(secret ? { type: "password" } : {}),
  });
}

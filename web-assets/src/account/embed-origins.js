// Which other pages may show lines: their origins, added and taken away one by one. On the settings page and beside a
// link that is shared.

import { api } from "../shared/api.js";
import { element } from "../shared/elements.js";
import { styleSheet } from "../shared/style-sheet.js";
import { button, complain, end, field, input, onSubmit } from "../shared/form.js";

/**
 * The origin of what somebody typed or pasted: `https://billing.example.id/pelanggan` is of
 * `https://billing.example.id`.
 * @param {string} text
 * @returns {string|null} null where it is none
 */
export function originOf(text) {
  const typed = text.trim();
  if (typed === "") return null;
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(typed) && !/^[^/]+:\d/.test(typed) ? typed : `https://${typed}`);
    // A star would mean every page; whoever wants that has to say so in the file. And a space is no name, whatever some
    // browsers make of it.
    const named = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/i.test(url.hostname);
    return ["http:", "https:"].includes(url.protocol) && named ? url.origin : null;
  } catch {
    return null;
  }
}

export class EmbedOrigins {
  #origins = [];
  #fromFile = [];

  /** @param {Record<string, string>} texts */
  constructor(texts) {
    styleSheet(import.meta.url, "./embed-origins.css");
    this.texts = texts;
    this.root = element("div", "origins");
    this.root.dataset.testid = "origins";
    this.list = element("ul");
    this.list.setAttribute("aria-label", texts.origins);
    this.form = element("form", "origin-form");
    this.typed = input({
      name: "origins",
      inputmode: "url",
      autocomplete: "off",
      spellcheck: "false",
      autocapitalize: "none",
      placeholder: "https://billing.example.id",
    });
    const add = button(texts.origins_add, "origin-add", null, "edge");
    add.type = "submit";
    this.form.append(field(texts.origins_page, this.typed, texts.origins_note), end(add));
    this.root.append(this.list, this.form);
    onSubmit(this.form, {
      texts,
      check: () => (originOf(this.typed.value) === null ? [this.typed, texts.origins_wrong] : null),
      send: async () => {
        const origin = originOf(this.typed.value);
        const known = [...this.#origins, ...this.#fromFile].includes(origin);
        if (!known) await this.#put([...this.#origins, origin]);
        this.typed.value = "";
      },
    });
  }

  async load() {
    this.#took(await api.get("/api/v1/embed-origins"));
  }

  async #put(origins) {
    this.#took((await api.send("PUT", "/api/v1/embed-origins", { origins })) ?? { origins, fromFile: this.#fromFile });
  }

  #took({ origins, fromFile }) {
    this.#origins = origins;
    this.#fromFile = fromFile ?? [];
    const { texts } = this;
    this.list.replaceChildren(
      ...this.#fromFile.map((origin) => this.#row(origin, element("span", "soft", texts.origins_of_file))),
      ...origins.map((origin) => {
        const remove = button(texts.origins_remove, "origin-remove", () => this.#remove(origin), "bare");
        remove.setAttribute("aria-label", `${texts.origins_remove}: ${origin}`);
        return this.#row(origin, remove);
      }),
    );
    this.list.hidden = this.list.children.length === 0;
  }

  #row(origin, after) {
    const row = element("li", "origin");
    const name = element("bdi", "", origin);
    name.title = origin;
    row.append(name, after);
    return row;
  }

  async #remove(origin) {
    complain(this.typed, "");
    try {
      await this.#put(this.#origins.filter((one) => one !== origin));
    } catch (error) {
      complain(this.typed, error.detail || this.texts.form_no_answer);
    }
    this.typed.focus();
  }
}

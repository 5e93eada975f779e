// Tokens for programs and links to share: making one, showing it once with its snippets, revoking it.

import { api } from "../shared/api.js";
import { BASE } from "../shared/base-path.js";
import { command } from "../shared/copy-button.js";
import { element } from "../shared/elements.js";
import { button, end, field, input, onSubmit, select } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { AccessLimits, limitWords } from "./access-limits.js";
import { call, groupsOf, shownBy, snippets } from "./embed-snippets.js";
import { expiry, isOver, lifeChoice, lifeWords } from "./token-life.js";
import { openDialog, confirmed, settingsRow, settingsTable } from "./settings-list.js";
/** @import { RouterEntry } from "../data/types.js" */

export class Tokens {
  /**
   * @param {{root: HTMLElement, texts: Record<string, string>, lang: string, routers: RouterEntry[], moment: (ms:
   *   number) => string, day: (ms: number) => string}} page
   */
  constructor({ root, texts, lang, routers, moment, day }) {
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.routers = routers;
    this.moment = moment;
    this.day = day;
    this.list = settingsTable(texts.set_tokens, [
      texts.door_name,
      texts.set_kind,
      texts.set_sees,
      texts.set_life,
      texts.set_use,
      texts.set_actions,
    ]);
    this.empty = element("p", "empty", texts.set_tokens_none);
    root.append(this.list, this.empty);
    root.querySelector(".page-head").append(button(texts.set_token_add, "token-add", () => this.#form(), "edge"));
  }

  async load() {
    const { tokens } = await api.get("/api/v1/tokens");
    const { texts, moment, day } = this;
    this.list.hidden = tokens.length === 0;
    this.list.set(
      tokens.map((token) => {
        const facts = [
          token.role === "administrator"
            ? [texts[`kind.${token.kind}`], texts["role.administrator"]].join(" · ")
            : texts[`kind.${token.kind}`],
          token.role === "viewer" ? limitWords(token.only, this.routers, texts) : texts.set_sees_all,
          lifeWords(token, texts, day),
          token.used === null ? texts.set_unused : day(token.used),
        ];
        const remove = button(texts.set_revoke, "token-remove", () => this.#remove(token), "bare bad");
        remove.setAttribute("aria-label", `${texts.set_revoke}: ${token.name}`);
        const row = settingsRow(token.name, facts, remove);
        // Who made it, and when, is asked for seldom: it is told where one points.
        row.querySelector(/** @type {"bdi"} */ (".name bdi")).title = madeWords(token, texts, moment);
        row.classList.toggle("over", isOver(token));
        return row;
      }),
    );
    this.empty.hidden = tokens.length > 0;
    this.root.hidden = false;
  }

  #remove(token) {
    const { texts } = this;
    confirmed(token.name, fill(texts.set_revoke_sure, { name: token.name }), texts.set_revoke_yes, texts, async () => {
      await api.send("DELETE", `/api/v1/tokens/${token.id}`);
      await this.load();
    });
  }

  #form() {
    const { texts } = this;
    const form = element("form", "form");
    form.dataset.testid = "token-form";
    const kind = select(
      "kind",
      ["share", "api"].map((value) => [value, texts[`kind.${value}`]]),
    );
    const name = input({ name: "name", autocomplete: "off", required: true, maxlength: "64" });
    const role = select(
      "role",
      ["viewer", "administrator"].map((value) => [value, texts[`role.${value}`]]),
    );
    const limits = new AccessLimits({ only: undefined, routers: this.routers, texts });
    const life = lifeChoice(texts);
    const roleField = field(texts.set_role, role);
    const show = () => {
      // Who has the link may only look.
      roleField.hidden = kind.value === "share";
      if (roleField.hidden) role.value = "viewer";
      limits.root.hidden = role.value === "administrator";
      limits.demand(kind.value === "share");
    };
    for (const one of [kind, role]) one.addEventListener("change", show);
    show();
    const send = button(texts.set_token_make, "token-save", null, "main");
    send.type = "submit";
    form.append(
      field(texts.set_kind, kind, texts.set_kind_note),
      field(texts.door_name, name, texts.set_token_name_note),
      roleField,
      limits.root,
      field(texts.set_life, life),
      end(send),
    );
    onSubmit(form, {
      texts,
      send: async () => {
        const only = limits.value();
        const wanted = {
          kind: kind.value,
          name: name.value.trim(),
          role: role.value,
          ...(only && { only }),
          ...expiry(Number(life.value)),
        };
        this.#made(await api.send("POST", "/api/v1/tokens", wanted));
        await this.load();
      },
    });
    openDialog(texts.set_token_add, texts, form);
  }

  /** The one time that the token is shown. */
  #made({ kind, name, token, only }) {
    const { texts, lang } = this;
    const root = element("div", "form");
    root.append(element("p", "notice", texts.set_token_once));
    const part = (title, text, testid) => {
      const section = element("section");
      const shown = command(texts);
      shown.set(text);
      shown.dataset.testid = testid;
      section.append(element("h3", "", title), shown);
      root.append(section);
    };
    const shown = shownBy(only, this.routers.find((router) => router.default)?.id ?? this.routers[0]?.id ?? null);
    const origin = location.origin + BASE;
    part(texts.set_token, token, "copy-token");
    if (kind === "api") part(texts.set_example, call({ origin, token, router: shown.router }), "copy-call");
    else {
      const lines = (only ?? []).filter((grant) => grant.interface);
      const [first = shown, ...more] = groupsOf(lines);
      const { link, element: tag, frame } = snippets({ origin, token, lang, ...first, more });
      part(texts.set_link, link, "copy-link");
      part(texts.set_element, tag, "copy-element");
      part(texts.set_frame, frame, "copy-frame");
      root.append(element("p", "note", texts.set_embed_note));
    }
    openDialog(name, texts, root);
  }
}

/** Who made it, and when. */
function madeWords({ name, created, maker }, texts, moment) {
  const by = maker && fill(texts.set_made_by, { name: maker });
  return [name, [fill(texts.set_made, { when: moment(created) }), by].filter(Boolean).join(" ")].join(" · ");
}

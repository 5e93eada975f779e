// What an account or a token may see: everything, or only some routers and interfaces. Describes a limit in words, and
// edits it as part of a form.

import { api } from "../shared/api.js";
import { element } from "../shared/elements.js";
import { button, input, select } from "../shared/form.js";
import { shortName } from "../shared/format.js";
/** @import { Grant, RouterEntry } from "../data/types.js" */

let lists = 0;

/** In words: the routers' names with their interfaces. */
export function limitWords(only, routers, texts) {
  if (!only) return texts.set_sees_all;
  if (only.length === 0) return texts.set_sees_nothing;
  const name = (id) => routers.find((router) => router.id === id)?.name ?? id;
  /** @type {Map<string, string[]>} */
  const routersOf = new Map();
  for (const grant of only) {
    const known = routersOf.get(grant.router) ?? [];
    routersOf.set(grant.router, grant.interface ? [...known, shortName(grant.interface)] : known);
  }
  const parts = [...routersOf].map(([id, lines]) => (lines.length > 0 ? `${name(id)}: ${lines.join(", ")}` : name(id)));
  // Where a router has several lines a comma would not tell where the next router begins.
  return parts.join([...routersOf.values()].some((lines) => lines.length > 1) ? "; " : ", ");
}

/** A part of a form. `value()` is what the API takes: undefined for no limit. */
export class AccessLimits {
  #rows = [];

  /** @param {{only: Grant[]|undefined, routers: RouterEntry[], texts: Record<string, string>}} page */
  constructor({ only, routers, texts }) {
    this.routers = routers;
    this.texts = texts;
    this.root = element("fieldset", "limits");
    this.root.append(element("legend", "", texts.set_sees));
    this.kind = select("limited", [
      ["", texts.set_sees_all],
      ["only", texts.set_sees_only],
    ]);
    this.kind.setAttribute("aria-label", texts.set_sees);
    this.kind.dataset.testid = "limited";
    this.kind.value = only ? "only" : "";
    this.list = element("div", "grants");
    this.more = button(texts.set_grant_add, "grant-add", () => this.#add().router.focus());
    this.root.append(this.kind, this.list, this.more);
    this.kind.addEventListener("change", () => {
      if (this.kind.value === "only" && this.#rows.length === 0) this.#add();
      this.#show();
    });
    for (const grant of only ?? []) this.#add(grant);
    this.#show();
  }

  /** A link shows chosen lines and never everything: there is nothing to choose about that. */
  demand(chosen) {
    this.kind.hidden = chosen;
    if (!chosen || this.kind.value === "only") return;
    this.kind.value = "only";
    if (this.#rows.length === 0) this.#add();
    this.#show();
  }

  value() {
    if (this.root.hidden || this.kind.value !== "only") return undefined;
    return this.#rows.map(({ router, name }) => ({
      router: router.value,
      ...(name.value.trim() && { interface: name.value.trim() }),
    }));
  }

  #show() {
    const limited = this.kind.value === "only";
    this.list.hidden = !limited;
    this.more.hidden = !limited;
  }

  /** @param {Grant} grant */
  #add(grant = { router: this.routers[0]?.id ?? "" }) {
    const { texts } = this;
    const root = element("div", "grant");
    const known = this.routers.map(({ id, name }) => [id, name]);
    // A limit may name a router that is no more: it is shown as it stands, not changed behind one's back.
    if (!known.some(([id]) => id === grant.router)) known.push([grant.router, grant.router]);
    const router = select("", known);
    router.value = grant.router;
    router.setAttribute("aria-label", texts.set_grant_router);
    router.dataset.testid = "grant-router";
    const name = input({
      placeholder: texts.set_grant_all,
      "aria-label": texts.set_grant_interface,
      "data-testid": "grant-interface",
      autocomplete: "off",
      spellcheck: "false",
    });
    name.value = grant.interface ?? "";
    const names = element("datalist");
    names.id = `interfaces-${++lists}`;
    name.setAttribute("list", names.id);
    const row = { root, router, name };
    const remove = button("✕", "grant-remove", () => {
      this.#rows.splice(this.#rows.indexOf(row), 1);
      root.remove();
      this.more.focus();
    });
    remove.setAttribute("aria-label", texts.set_grant_remove);
    name.addEventListener("focus", () => offer(router.value, names));
    root.append(router, name, names, remove);
    this.#rows.push(row);
    this.list.append(root);
    return row;
  }
}

/** The interfaces of a router, to choose from; where it does not answer the name is typed. */
async function offer(router, list) {
  if (list.dataset.router === router) return;
  list.dataset.router = router;
  try {
    const { interfaces } = await api.get(`/api/v1/interfaces?${new URLSearchParams({ router })}`);
    list.replaceChildren(
      ...interfaces.map(({ name, comment }) => {
        const option = element("option", "", comment ?? "");
        option.value = name;
        return option;
      }),
    );
  } catch {
    delete list.dataset.router; // asked again the next time
  }
}

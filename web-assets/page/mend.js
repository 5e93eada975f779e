// The panel of a bad state: where the way is broken, why, and what mends it. The quiet line above says the same in short.

import { api } from "./api.js";
import { command } from "./copy.js";
import { atDoor } from "./door.js";
import { element, put } from "./element.js";
import { hops } from "./hops.js";
import { COMMANDS } from "./status.js";

/** Which picture and sentence a state has; nothing where all is well, or where it is only a moment. */
export function troubleOf(state, { offline, router, ageMs }) {
  if (state === "reconnecting") return offline ? "offline" : "server";
  if (state === "unreachable") return router?.reason ?? "unreachable";
  if (state === "stale") return router?.reason ?? "stale";
  if (state === "loading" && router?.code === "connecting" && ageMs === null) return "connecting";
  return null;
}

export class Mend {
  #shown = null;
  #parts = null;

  /** @param {{root: HTMLElement, texts: Record<string, string>, retry: () => string|null}} page `retry`: the router's id */
  constructor({ root, texts, router }) {
    Object.assign(this, { root, texts, router });
  }

  show(state, known) {
    const trouble = troubleOf(state, known);
    this.root.hidden = trouble === null;
    if (trouble === null) {
      this.#shown = null;
      return;
    }
    const parts = (this.#parts ??= this.#build());
    if (this.#shown !== trouble) {
      this.#shown = trouble;
      parts.picture.replaceChildren(hops(trouble));
      parts.picture.dataset.picture = trouble;
      put(parts.said, "");
    }
    const { texts } = this;
    put(parts.title, texts[`trouble.${trouble}`] ?? texts[`state.${state}`]);
    put(parts.why, texts[`reason.${trouble}`] ?? texts[`trouble_why.${trouble}`] ?? "");
    const fix = COMMANDS[trouble] ?? "";
    parts.fix.hidden = !fix;
    parts.fix.set(fix);
    const detail = ["reconnecting", "loading"].includes(state) ? "" : (known.router?.detail ?? "");
    parts.detail.hidden = !detail;
    put(parts.words, detail);
    parts.retry.hidden = !["unreachable", "stale"].includes(state) || !this.router();
  }

  #build() {
    const { texts, root } = this;
    const picture = element("div", "mend-picture");
    picture.dataset.testid = "state-picture";
    const title = element("h2");
    title.id = "mend-title";
    root.setAttribute("aria-labelledby", title.id);
    const why = element("p", "mend-why");
    const fix = command(texts);
    fix.dataset.testid = "state-fix";
    const detail = element("details", "mend-detail");
    const words = element("p");
    detail.append(element("summary", "", texts.router_words), words);
    const retry = element("button", "main", texts.try_now);
    retry.type = "button";
    retry.dataset.testid = "router-retry";
    const said = element("p", "done");
    said.setAttribute("role", "status");
    retry.addEventListener("click", async () => {
      retry.disabled = true;
      try {
        await api.send("POST", `/api/v1/routers/${encodeURIComponent(this.router())}/retry`, {});
        put(said, texts.router_retried);
      } catch (error) {
        if (!atDoor(error)) put(said, texts[`problem.${error.code}`] ?? error.message);
      } finally {
        retry.disabled = false;
      }
    });
    const text = element("div", "mend-text");
    text.append(title, why, fix, detail, retry, said);
    root.replaceChildren(picture, text);
    return { picture, title, why, fix, detail, words, retry, said };
  }
}

// What a trouble's button does in the list of routers: tries the router now, opens its form, shows the commands for
// its
// terminal, or compares its certificate.

import { api } from "../shared/api.js";
import { leaveForLogin } from "../account/auth.js";
import { causeName, causeOf, causeSentence } from "../trouble/causes.js";
import { dialog } from "../shared/dialog.js";
import { element, put } from "../shared/elements.js";
import { button, sentence } from "../shared/form.js";
import { remedyList } from "../trouble/remedy-list.js";
/** @import { RouterEntry, Texts } from "../data/types.js" */
/** @import { Rights } from "./router-trouble.js" */

/**
 * @param {object} page
 * @param {RouterEntry} page.router
 * @param {string} page.kind what mends it
 * @param {HTMLButtonElement} page.opener
 * @param {Texts} page.texts
 * @param {Rights} page.rights
 * @param {((router: RouterEntry, opener: HTMLElement, change?: boolean) => void)|null} page.manage
 * @param {() => void} page.changed
 */
export async function mendRouter(page) {
  if (page.kind === "retry") return tryNow(page);
  if (page.kind === "password" && page.manage) return page.manage(page.router, page.opener, true);
  explain(page);
}

function pathOf(router) {
  return `/api/v1/routers/${encodeURIComponent(router.id)}`;
}

/** The answer is said on the button itself, and the row tells the rest. */
async function tryNow({ router, opener, texts, changed }) {
  const word = opener.textContent;
  opener.disabled = true;
  try {
    await api.send("POST", `${pathOf(router)}/retry`, {});
    put(opener, texts.fleet_retried);
  } catch (error) {
    if (leaveForLogin(error)) return;
    put(opener, error.code === "tried-just-now" ? texts.fleet_tried : sentence(error, texts));
  }
  setTimeout(() => {
    put(opener, word);
    opener.disabled = false;
    changed();
  }, SAID);
}
const SAID = 2_500;

/** The sentence in full, the error's own words, the commands, and what can be done from here. */
async function explain({ router, kind, opener, texts, rights, changed }) {
  const cause = causeOf(router.state);
  const { root, body, open } = dialog("router-mend", `${causeName(cause, texts)} · ${router.name}`, texts.close);
  root.addEventListener("close", () => {
    root.remove();
    if (opener.isConnected) opener.focus();
  });
  const { detail = "", reason = "" } = router.state;
  const said = element("p", "note");
  said.setAttribute("role", "status");
  const fixes = element("div");
  fixes.append(remedyList(reason, { tls: Boolean(router.tls) }, texts));
  const actions = element("div", "actions");
  body.append(element("p", "", causeSentence(cause, detail, texts)));
  if (detail) body.append(element("p", "note", detail));
  body.append(fixes, said, actions);
  if (kind === "certificate") certificate({ router, body, said, texts, rights, changed, close: () => root.close() });
  if (rights.retry) {
    const retry = button(texts.try_now, "router-retry", async () => {
      retry.disabled = true;
      try {
        await api.send("POST", `${pathOf(router)}/retry`, {});
        put(said, texts.fleet_retried);
        changed();
      } catch (error) {
        if (leaveForLogin(error)) return;
        put(said, error.code === "tried-just-now" ? texts.fleet_tried : sentence(error, texts));
      } finally {
        retry.disabled = false;
      }
    });
    actions.append(retry);
  }
  open();
  if (!rights.change) return;
  // The commands are told with the router's own user, where that may be known.
  try {
    const { user, tls } = await api.get(pathOf(router));
    fixes.replaceChildren(remedyList(reason, { user, tls }, texts));
  } catch (error) {
    if (!leaveForLogin(error)) console.info(`How the router is configured is not known: ${error.message}`);
  }
}

/** Asks the router for its certificate as it is now; who has compared the fingerprint keeps the new one. */
async function certificate({ router, body, said, texts, rights, changed, close }) {
  put(said, texts.fleet_asking);
  try {
    const told = await api.send("POST", `${pathOf(router)}/check`, {});
    put(said, "");
    if (!told.fingerprint) return put(said, told.ok ? texts.check_ok : texts.check_failed);
    const shown = element("p", "fingerprint", `${texts.check_fingerprint} `);
    shown.append(element("code", "", told.fingerprint));
    said.before(shown);
    if (!rights.change || router.origin !== "stored") return;
    const pin = button(
      texts.fleet_trust,
      "router-trust",
      async () => {
        pin.disabled = true;
        try {
          await api.send("PATCH", pathOf(router), { tls: `pin:${told.fingerprint}` });
          changed();
          close();
        } catch (error) {
          if (leaveForLogin(error)) return;
          put(said, sentence(error, texts));
          pin.disabled = false;
        }
      },
      "main",
    );
    /** @type {Element} */ (body.querySelector(".actions")).prepend(pin);
  } catch (error) {
    if (!leaveForLogin(error)) put(said, sentence(error, texts));
  }
}

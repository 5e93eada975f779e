// What an administrator can do with a router in the list: add, change, retry, disable, enable, remove.

import { api } from "../shared/api.js";
import { leaveForLogin } from "../account/auth.js";
import { dialog } from "../shared/dialog.js";
import { element, put } from "../shared/elements.js";
import { button, sentence } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { wanChoice } from "./wan-choice.js";
/** @import { RouterEntry, Texts } from "../data/types.js" */

let parts = null;

/**
 * @param {object} page
 * @param {Texts} page.texts
 * @param {string} page.lang
 * @param {RouterEntry|null} page.router null to add one
 * @param {HTMLElement} page.opener
 * @param {() => void} page.changed the list is not what it was
 * @param {boolean} [page.change] its form at once
 */
export function manageRouter(page) {
  parts ??= build(page.texts);
  const { texts, router } = page;
  put(parts.title, router ? router.name : texts.fleet_add);
  parts.router = router;
  parts.page = page;
  if (router && page.change) change(page);
  else if (router) overview(page);
  else form(page, undefined);
  parts.open();
}

function build(texts) {
  const made = dialog("manage", "", texts.close);
  made.root.addEventListener("close", () => leave());
  return { ...made, title: made.root.querySelector("h2"), form: null };
}

/** The form asks for what the network has to offer as long as it is there; so it goes with the dialog. */
function leave() {
  parts.form?.stop?.();
  parts.form = null;
  parts.body.replaceChildren();
}

function pathOf(router) {
  return `/api/v1/routers/${encodeURIComponent(router.id)}`;
}

/** Its form, as the button that mends a trouble opens it. */
async function change(page) {
  leave();
  try {
    await form(page, await api.get(pathOf(page.router)));
  } catch (error) {
    if (!leaveForLogin(error)) overview(page, error.message);
  }
}

/** What can be done with a router that there is. */
function overview(page, said = "") {
  const { texts, router, changed } = page;
  const stored = router.origin !== "file";
  const facts = [router.address, stored ? "" : texts.fleet_of_file];
  if (router.collector) facts.push(fill(texts.fleet_collector, { node: router.collector }));
  const note = element("p", "note", facts.filter(Boolean).join(" · "));
  const actions = element("div", "actions");
  const told = element("p", "done", said);
  told.setAttribute("role", "status");
  const wrong = element("p", "wrong");
  wrong.setAttribute("role", "alert");
  wrong.hidden = true;
  const act = (word, testid, run, kind = "") =>
    button(
      word,
      testid,
      async (event) => {
        const { target } = event;
        target.disabled = true;
        wrong.hidden = true;
        put(told, "");
        try {
          await run();
        } catch (error) {
          if (leaveForLogin(error)) return;
          put(wrong, sentence(error, texts));
          wrong.hidden = false;
        } finally {
          target.disabled = false;
        }
      },
      kind,
    );
  const path = pathOf(router);
  actions.append(
    act(texts.try_now, "router-retry", async () => {
      await api.send("POST", `${path}/retry`, {});
      put(told, texts.fleet_retried);
      changed();
    }),
  );
  if (stored) {
    const enabled = router.enabled !== false;
    actions.append(
      act(texts.fleet_change, "router-change", async () => form(page, await api.get(path))),
      act(enabled ? texts.fleet_disable : texts.fleet_enable, "router-enable", async () => {
        const now = await api.send("PATCH", path, { enabled: !enabled });
        changed();
        show(page, { ...router, ...now, enabled: !enabled }, enabled ? texts.fleet_disabled : texts.fleet_enabled);
      }),
      button(texts.fleet_remove, "router-remove", () => remove(page, path), "bad"),
    );
  }
  leave();
  parts.body.append(note, actions, told, wrong);
  if (stored) parts.body.append(wanChoice(router, { texts, changed }));
}

function show(page, router, said) {
  if (parts.page !== page || !parts.root.open) return;
  parts.page = { ...page, router };
  overview(parts.page, said);
}

/** Asked once more: what is removed has to be typed in again. */
function remove(page, path) {
  const { texts, router, changed } = page;
  leave();
  const wrong = element("p", "wrong");
  wrong.setAttribute("role", "alert");
  wrong.hidden = true;
  const yes = button(
    texts.fleet_remove_yes,
    "router-remove-yes",
    async () => {
      yes.disabled = true;
      try {
        await api.send("DELETE", path);
        changed();
        parts.root.close();
      } catch (error) {
        if (leaveForLogin(error)) return;
        put(wrong, sentence(error, texts));
        wrong.hidden = false;
        yes.disabled = false;
      }
    },
    "bad",
  );
  const no = button(texts.form_cancel, "router-remove-no", () => overview(page));
  const actions = element("div", "actions");
  actions.append(no, yes);
  parts.body.append(element("p", "", fill(texts.fleet_remove_sure, { name: router.name })), actions, wrong);
  no.focus();
}

/**
 * The form with which routers are added and changed, with the test of the connection; the rest of the page does
 * without
 * it.
 */
async function form(page, router) {
  const { texts, lang, changed } = page;
  leave();
  const root = element("div");
  parts.body.append(root);
  try {
    const { routerForm } = await import("./router-form.js");
    if (!root.isConnected) return;
    const saved = () => {
      changed();
      parts.root.close();
    };
    parts.form = routerForm(root, { texts, lang, saved, router }) ?? null;
  } catch (error) {
    console.info(`The form cannot be shown: ${error.message}`);
    put(root, texts.fleet_no_form);
  }
}

// The header of every page: links to the other pages, and who is logged in. On a phone it is one menu.

import { leaveForLogin, loginAddress, mayChange, me } from "../account/auth.js";
import { element } from "../shared/elements.js";
import { fill } from "../shared/format.js";
import { sign } from "../shared/signs.js";
/** @import { Me } from "../data/types.js" */

const byId = (id) => document.getElementById(id);

/**
 * @param {Record<string, string>} texts
 * @param {{streams: boolean, later: () => Promise<Pick<typeof import("./header-later.js"), "headerLater">>}} page
 *   `streams`: it opens an event stream, which tells of alerts too; `later`: what waits for everything else
 * @returns {Promise<Me|null>} who is logged in; null where that is not
 *   known now, or where the page is being left for the login
 */
export async function siteHeader(texts, { streams, later }) {
  const rest = (link) =>
    later()
      .then(({ headerLater }) => headerLater(link, texts, streams))
      .catch(() => {});
  for (const link of document.querySelectorAll(/** @type {"a"} */ ("#site a"))) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
  menu(byId("site"), byId("site-open"));
  try {
    const who = await me();
    if (leaveForLogin(shut(who))) return null;
    byId("site-settings").hidden = !mayChange(who);
    // Where everybody may look, who wants to change something logs in.
    byId("site-login").hidden = who.state !== "open" || mayChange(who);
    /** @type {HTMLAnchorElement} */ (byId("site-login")).href = loginAddress(location);
    rest(byId("site-alerts"));
    if (who.state === "in") account(byId("site-account"), who, texts);
    return who;
  } catch (error) {
    // The server is gone, or too busy to say: the page itself says so, and this menu stays small.
    console.info(`Who is logged in is not known: ${error.message}`);
    rest(null);
    return null;
  }
}

/** What the API would answer somebody who is not logged in. */
function shut({ state }) {
  return { code: state === "login" ? "login-needed" : state === "setup" ? "setup-needed" : "" };
}

/** Opens and closes the phone's menu; whatever is done elsewhere closes it. */
function menu(root, button) {
  const show = (open) => {
    root.toggleAttribute("data-open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(!root.hasAttribute("data-open")));
  document.addEventListener("pointerdown", (event) => {
    if (!root.contains(event.target)) show(false);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !root.hasAttribute("data-open")) return;
    event.preventDefault();
    show(false);
    button.focus();
  });
}

function account(root, { name }, texts) {
  const summary = element("summary");
  summary.dataset.testid = "account";
  summary.setAttribute("aria-label", fill(texts.site_account, { name }));
  summary.append(sign("i-user"), element("bdi", "", name));
  const list = element("div", "account-list");
  const change = element("button", "", texts.site_password);
  const out = element("button", "", texts.site_logout);
  change.dataset.testid = "change-password";
  out.dataset.testid = "logout";
  for (const button of [change, out]) button.type = "button";
  change.addEventListener("click", async () => {
    root.open = false;
    const { passwordDialog } = await import("../account/own-account.js");
    passwordDialog(texts);
  });
  out.addEventListener("click", async () => {
    out.disabled = true;
    const { logout } = await import("../account/own-account.js");
    await logout();
  });
  list.append(change, out);
  root.append(summary, list);
  root.hidden = false;
  document.addEventListener("pointerdown", (event) => {
    if (!root.contains(event.target)) root.open = false;
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !root.open) return;
    event.preventDefault();
    event.stopPropagation();
    root.open = false;
    summary.focus();
  });
}

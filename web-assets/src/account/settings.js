// The settings page for administrators: accounts, tokens and links, and the audit log.

import { api } from "../shared/api.js";
import { leaveForLogin, mayChange } from "./auth.js";
import { element, put } from "../shared/elements.js";
import { button, sentence } from "../shared/form.js";
import { language, theme } from "../app/theme-and-language.js";
import { siteHeader } from "../app/site-header.js";
import { Tokens } from "./tokens.js";
import { Users } from "./users.js";

const { lang, texts } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);
/** So many entries of the log are shown at a time. */
const ENTRIES = 50;

const format = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
const moment = (ms) => format.format(ms);

theme(byId("theme"), texts, () => {});
language(byId("lang"), lang);
begin();

async function begin() {
  const who = await siteHeader(texts);
  if (!who) return notice(texts.fleet_no_server, "bad");
  if (!mayChange(who)) return notice(who.state === "none" ? texts.set_no_accounts : texts["problem.forbidden"], "bad");
  const open = who.state === "open";
  try {
    const { routers } = await api.get("/api/v1/routers");
    const users = new Users({ root: byId("set-users"), texts, routers, first: open, joined: () => location.reload() });
    await users.load();
    if (open) notice(texts.set_open, "");
    // A token opens a door; while everybody walks in there is none.
    else await new Tokens({ root: byId("set-tokens"), texts, lang, routers, moment }).load();
    await audit();
  } catch (error) {
    if (leaveForLogin(error)) return;
    notice(open && error.code === "forbidden" ? texts.set_no_accounts : sentence(error, texts), "bad");
  }
}

function notice(text, kind) {
  const root = byId("set-notice");
  root.dataset.kind = kind;
  root.hidden = false;
  put(root, text);
}

/** Who changed what, the newest first. */
async function audit() {
  const { entries } = await api.get("/api/v1/audit");
  const root = byId("set-audit");
  const wide = element("div", "wide");
  wide.tabIndex = 0;
  wide.setAttribute("role", "group");
  wide.setAttribute("aria-label", texts.set_audit);
  const table = element("table", "audit");
  const head = element("tr");
  for (const name of [texts.time, texts.set_who, texts.set_what, texts.set_target, texts.set_from]) {
    const cell = element("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const body = element("tbody");
  const top = element("thead");
  top.append(head);
  table.append(top, body);
  wide.append(table);
  const more = button(texts.set_more, "audit-more", () => show());
  let shown = 0;
  const show = () => {
    for (const { at, actor, action, target, address, times } of entries.slice(shown, shown + ENTRIES)) {
      const row = element("tr");
      for (const text of [
        moment(at),
        actor,
        `${texts[`audit.${action}`] ?? action}${times > 1 ? ` (${times}×)` : ""}`,
        target,
        address,
      ]) {
        const cell = element("td");
        cell.append(element("bdi", "", text));
        row.append(cell);
      }
      body.append(row);
    }
    shown += ENTRIES;
    more.hidden = shown >= entries.length;
  };
  show();
  root.append(wide, more);
  root.hidden = false;
}

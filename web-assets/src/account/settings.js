// The settings page: the own account, and for administrators accounts, tokens and links, what is recorded, the pages
// that may show lines, how much the server logs, and the log of who changed what.

import { language, theme } from "../app/theme-and-language.js";
import { wholeHeader } from "../app/whole-header.js";
import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { button, sentence } from "../shared/form.js";
import { auditLog } from "./audit-log.js";
import { leaveForLogin, mayChange } from "./auth.js";
import { EmbedOrigins } from "./embed-origins.js";
import { logLevel } from "./log-level.js";
import { logout, passwordDialog } from "./own-account.js";
import { contents } from "./settings-list.js";
import { Tokens } from "./tokens.js";
import { Users } from "./users.js";

const { lang, texts } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);

const format = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
const moment = (ms) => format.format(ms);
/** A day is enough in a list, and has its room on every screen. */
const days = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { dateStyle: "medium" });
const day = (ms) => days.format(ms);

theme(byId("theme"), texts, () => {});
language(byId("lang"), lang);
begin().finally(() => contents(byId("set-contents")));

async function begin() {
  const who = await wholeHeader(texts);
  if (!who) return notice(texts.fleet_no_server, "bad");
  if (who.state === "in" && who.name !== null) own(who);
  // Where nothing is kept there is nothing to set, and no harm in that.
  if (who.state === "none") return notice(texts.set_no_accounts, "");
  if (!mayChange(who)) return who.state === "in" ? undefined : notice(texts["problem.forbidden"], "bad");
  const open = who.state === "open";
  try {
    const { routers } = await api.get("/api/v1/routers");
    const users = new Users({ root: byId("set-users"), texts, routers, first: open, joined: () => location.reload() });
    await users.load();
    if (open) notice(texts.set_open, "");
    // A token opens a door; while everybody walks in there is none.
    else await new Tokens({ root: byId("set-tokens"), texts, lang, routers, moment, day }).load();
    await recorded(routers);
    await origins();
    await logLevel(byId("set-log"), texts);
    await auditLog(byId("set-audit"), texts, moment);
  } catch (error) {
    if (leaveForLogin(error)) return;
    if (open && error.code === "forbidden") return notice(texts.set_no_accounts, "");
    notice(sentence(error, texts), "bad");
  }
}

function notice(text, kind) {
  const root = byId("set-notice");
  root.dataset.kind = kind;
  root.hidden = false;
  put(root, text);
}

/** Who is logged in. */
function own({ name, role }) {
  const root = byId("set-own");
  const line = element("p", "own");
  line.append(element("bdi", "name", name), element("span", "soft", texts[`role.${role}`]));
  const out = button(texts.site_logout, "set-logout", () => {
    out.disabled = true;
    logout();
  });
  root.querySelector(".page-head").append(
    button(texts.site_password, "set-password", () => passwordDialog(texts)),
    out,
  );
  root.append(line);
  root.hidden = false;
}

/** What is recorded; where nothing can be, there is nothing to set. */
async function recorded(routers) {
  const { RecordingSettings } = await import("./recording.js");
  try {
    await new RecordingSettings({ root: byId("set-recording"), texts, lang, routers }).load();
  } catch (error) {
    if (error.status !== 404) throw error;
  }
}

/** Which other pages may show lines; where nothing is kept there is no such list. */
async function origins() {
  const made = new EmbedOrigins(texts);
  try {
    await made.load();
  } catch (error) {
    if (error.status === 404) return;
    throw error;
  }
  byId("set-origins").append(made.root);
  byId("set-origins").hidden = false;
}

// The page of alerts: what stands and what was, and for administrators the rules, the channels and the maintenance.

import { leaveForLogin, mayChange } from "../account/auth.js";
import { contents } from "../account/settings-list.js";
import { wholeHeader } from "../app/whole-header.js";
import { language, theme } from "../app/theme-and-language.js";
import { api } from "../shared/api.js";
import { put } from "../shared/elements.js";
import { sentence } from "../shared/form.js";
import { AlertList } from "./alert-list.js";
import { Channels } from "./channel-list.js";
import { Maintenance } from "./maintenance.js";
import { Rules } from "./rule-list.js";

const { lang, texts } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);
const format = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
const moment = (ms) => format.format(ms);

theme(byId("theme"), texts, () => {});
language(byId("lang"), lang);
begin().finally(() => contents(byId("set-contents")));

async function begin() {
  const who = await wholeHeader(texts, { streams: true });
  if (!who) return notice(texts.fleet_no_server);
  const may = mayChange(who);
  try {
    const { routers } = await api.get("/api/v1/routers");
    const names = new Map(routers.map(({ id, name }) => [id, name || id]));
    const [active, past] = [byId("alerts-now"), byId("alerts-over")];
    await new AlertList({ active, past, texts, lang, moment, names, may }).load();
    active.hidden = past.hidden = false;
    if (!may) return;
    const channels = new Channels({ root: byId("alert-channels"), texts, lang, changed: () => {} });
    await channels.load();
    await new Rules({ root: byId("alert-rules"), texts, lang, routers, channels }).load();
    await new Maintenance({ root: byId("alert-maintenance"), texts, routers, moment, may }).load();
  } catch (error) {
    if (leaveForLogin(error)) return;
    notice(error.status === 404 ? texts.alert_off : sentence(error, texts));
  }
}

function notice(text) {
  const root = byId("alerts-notice");
  root.hidden = false;
  put(root, text);
}

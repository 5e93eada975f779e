// The page that is there without the server: that it is away, what was seen last and how old that is. It looks again by
// itself, and goes on to the page that was asked for.

import { age, fill, shortName, speed } from "../shared/format.js";
import { lastSeen } from "./last-seen.js";

/** The server is looked for this often, ms. */
const EVERY = 5_000;

const byId = (id) => document.getElementById(id);
const all = JSON.parse(document.body.dataset.page);
const chosen = /lalin-lang=(id|en)/.exec(document.cookie)?.[1];
const lang =
  chosen ?? (/^(id|in)\b/i.test(navigator.language) ? "id" : /^en\b/i.test(navigator.language) ? "en" : all.lang);
const texts = all.texts[lang];
const seen = lastSeen();

document.documentElement.lang = lang;
document.title = `⚠ ${texts.offline_title}`;
byId("offline-title").textContent = texts.offline_title;
byId("offline-why").textContent = texts.offline_why;
byId("offline-again").textContent = texts.try_now;
byId("offline-again").addEventListener("click", look);
if (seen) {
  const when = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
  for (const { name, down, up } of seen.lines) {
    const row = document.createElement("tr");
    const cells = [shortName(name), `↓ ${speed(down, lang)}`, `↑ ${speed(up, lang)}`];
    cells.forEach((words, at) => {
      const cell = row.appendChild(document.createElement(at === 0 ? "th" : "td"));
      cell.textContent = words;
    });
    byId("offline-lines").append(row);
  }
  const tell = () => {
    const ago = age(Math.max(0, Date.now() - seen.at), texts, lang);
    byId("offline-old").textContent = fill(texts.offline_old, { router: seen.router, when: when.format(seen.at), ago });
  };
  tell();
  setInterval(tell, EVERY);
}
byId("offline-seen").hidden = !seen;
setInterval(() => document.hidden || look(), EVERY);
addEventListener("online", look);
look();

/** Whether it is back. Any answer of it will do; one of a proxy whose server is gone will not. */
async function look() {
  try {
    const answer = await fetch(`${all.base}/healthz`, { cache: "no-store", signal: AbortSignal.timeout(EVERY) });
    // The page itself, where somebody opened it: then to the dashboard.
    if (answer.ok && location.pathname === `${all.base}/offline`) location.replace(`${all.base}/prepaid/dashboard`);
    else if (answer.ok) location.reload();
  } catch {
    // not yet
  }
}

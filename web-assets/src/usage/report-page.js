// A month of one line on paper: totals, curve, days, what was not measured and why, the busiest hours, and how it was
// reckoned. It is printed by the browser.

import { leaveForLogin } from "../account/auth.js";
import { api } from "../shared/api.js";
import { below } from "../shared/base-path.js";
import { element, put } from "../shared/elements.js";
import { sentence } from "../shared/form.js";
import { fill, number, shortName, speed } from "../shared/format.js";
import { parse, spanOf, step, zoneName } from "./calendar.js";
import { hourMap } from "./hour-map.js";
import { monthCurve } from "./month-curve.js";
import { textTable } from "./picture.js";
import { curveOfOne, factsOfLines, recording } from "./usage-answers.js";
import { lineMonth, scale, weekdays } from "./usage-detail.js";
import { lineDirection } from "./usage-rows.js";

const { lang, texts } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);
const LOCALE = lang === "id" ? "id-ID" : "en-GB";
/** Points of the month's curve: more than a printer shows. */
const POINTS = 744;
/** Gaps that are told one by one. */
const GAPS = 20;

const asked = new URLSearchParams(location.search);
byId("report-print").addEventListener("click", () => print());
begin();

async function begin() {
  const [router, name] = [asked.get("router"), asked.get("interface")];
  if (!router || !name) return notice(texts.report_nothing);
  try {
    const [how, business, { routers }, facts] = await Promise.all([
      recording(),
      api.get("/api/v1/business"),
      api.get("/api/v1/routers"),
      factsOfLines(router),
    ]);
    const { zone } = how;
    const now = Date.now();
    const found = parse(asked.get("month"), zone);
    const month = found?.by === "month" ? found : step(spanOf("month", now, zone), -1, zone);
    const to = Math.min(month.to, now);
    if (to <= month.from) return notice(texts.usage_nothing);
    const fact = facts.get(name);
    const [line, curve] = await Promise.all([
      lineMonth({ router, name, facts: fact, month, zone, now }),
      curveOfOne(router, name, month.from, to, POINTS),
    ]);
    const label = fact?.alias || shortName(name);
    const routerName = routers.find(({ id }) => id === router)?.name ?? router;
    byId("report").replaceChildren(
      head(business, month, label, fact?.comment ?? "", routerName, zone),
      totals(line),
      section(texts.report_whole, "", picture(curve, lineDirection(name, fact), month, zone)),
      section(texts.usage_by_day, "", days(line, month)),
      ...missing(curve.gaps, month.from, to, zone),
      section(
        texts.usage_hours,
        texts.usage_hours_of,
        ...hourMap(line.week, weekdays(lang), texts, lang),
        scale(line.week, lang),
      ),
      section(texts.report_how, "", reckoned(line, zone, to, month)),
      foot(now, zone),
    );
    document.title = [fill(texts.report_title, { month: monthName(month, zone) }), label].join(" · ");
    byId("report-print").hidden = false;
  } catch (error) {
    if (leaveForLogin(error)) return;
    notice(error.code === "no-history" ? texts.usage_off : sentence(error, texts));
  }
}

function head(business, month, label, comment, routerName, zone) {
  const root = element("header", "report-head");
  if (business.logo) {
    const logo = element("img", "report-logo");
    logo.src = below(business.logo);
    logo.alt = "";
    root.append(logo);
  }
  const left = element("div", "grow");
  const title = element("h1");
  const [before, after] = fill(texts.report_title, {}).split("{month}");
  title.append(before, element("span", "", monthName(month, zone)), after ?? "");
  left.append(title);
  const ours = [business.name, business.address].filter(Boolean).join(" · ");
  if (ours) left.append(element("p", "soft", ours));
  const right = element("div", "report-line");
  const named = element("b");
  named.append(element("bdi", "", label));
  if (comment) named.append(` · `, element("bdi", "", comment));
  right.append(named, element("p", "soft", routerName));
  root.append(left, right);
  return root;
}

function totals(line) {
  const list = element("dl", "usage-figures");
  for (const [name, value] of [
    [texts.download, gigabytes(line.down)],
    [texts.upload, gigabytes(line.up)],
    [`P95 ${texts.download.toLowerCase()}`, speed(line.downP95, lang, 1)],
    [`P95 ${texts.upload.toLowerCase()}`, speed(line.upP95, lang, 1)],
    [capital(texts.peak), speed(line.peak, lang, 1)],
    [texts.usage_coverage, percent(line.coverage)],
  ]) {
    const pair = element("div");
    pair.append(element("dt", "", name), element("dd", "", value));
    list.append(pair);
  }
  return list;
}

function picture(curve, sides, month, zone) {
  const label = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone: zone });
  const days = [];
  for (let day = spanOf("day", month.from, zone); day.from < month.to; day = step(day, 1, zone)) {
    if (day.day > 1 && day.day % 5 === 1) days.push({ at: day.from, text: label.format(day.from) });
  }
  return monthCurve(curve, sides, month, days, lang);
}

/** Three tables side by side: a month's days on one sheet. */
function days(line, month) {
  const root = element("div", "report-days");
  const count = new Date(Date.UTC(month.year, month.month, 0)).getUTCDate();
  const known = new Map(line.days.map((day) => [day.day, day]));
  const third = Math.ceil(count / 3);
  for (let first = 1; first <= count; first += third) {
    const rows = [];
    for (let day = first; day < Math.min(first + third, count + 1); day++) {
      const one = known.get(day);
      const measured = one && one.coverage > 0;
      rows.push([
        String(day),
        measured ? amount(one.down) : "–",
        measured ? amount(one.up) : "–",
        measured ? percent(one.coverage) : "–",
      ]);
    }
    root.append(table([texts.usage_day, "↓ GB", "↑ GB", texts.usage_coverage], rows));
  }
  return root;
}

function missing(gaps, from, to, zone) {
  const known = gaps.filter((gap) => gap.to > from && gap.from < to);
  if (known.length === 0) return [];
  const format = new Intl.DateTimeFormat(LOCALE, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  });
  const length = (gap) => Math.min(gap.to, to) - Math.max(gap.from, from);
  const whole = known.reduce((sum, gap) => sum + length(gap), 0);
  const longest = known
    .toSorted((one, other) => length(other) - length(one))
    .slice(0, GAPS)
    .toSorted((one, other) => one.from - other.from);
  const rows = longest.map((gap) => [
    format.format(Math.max(gap.from, from)),
    format.format(Math.min(gap.to, to)),
    texts[`cause.${gap.cause}`] ?? gap.cause,
    span(length(gap)),
  ]);
  const note = [fill(texts.report_missing_of, { missing: span(whole), all: span(to - from) })];
  if (known.length > GAPS) note.push(fill(texts.report_longest, { count: GAPS, all: known.length }));
  return [
    section(
      texts.report_missing,
      note.join(", "),
      table([texts.report_from, texts.report_to, texts.report_cause, texts.report_length], rows),
    ),
  ];
}

function reckoned(line, zone, to, month) {
  const sentences = [
    texts.report_how_total,
    fill(texts.report_how_p95, { used: number(line.used, lang, 0), all: number(line.used + line.missing, lang, 0) }),
    fill(texts.report_how_month, { zone: zoneName(zone) }),
  ];
  if (line.resets > 0) sentences.push(fill(texts.report_how_resets, { count: number(line.resets, lang, 0) }));
  if (to < month.to) sentences.unshift(fill(texts.report_how_until, { time: stamp(to, zone) }));
  return element("p", "", sentences.join(" "));
}

function foot(now, zone) {
  const root = element("footer", "report-foot");
  root.append(element("span", "", fill(texts.report_made, { time: `${stamp(now, zone)} ${zoneName(zone)}` })));
  return root;
}

function section(title, note, ...parts) {
  const root = element("section");
  const head = element("h2", "", title);
  if (note) head.append(element("small", "", note));
  root.append(head, ...parts);
  return root;
}

const table = (heads, rows) => textTable("report-table", heads, rows, false);
const amount = (bytes) => number(bytes / 1e9, lang, 0, bytes < 1e10 ? 2 : bytes < 1e11 ? 1 : 0);
const gigabytes = (bytes) => `${amount(bytes)} GB`;
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const percent = (part) => `${number(Math.floor(part * 1000) / 10, lang, 0, 1)} %`;

function span(ms) {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return fill(texts["span.seconds"], { n: Math.round(ms / 1000) });
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = [
    [days, "span.days"],
    [hours, "span.hours"],
    [rest, "span.minutes"],
  ].filter(([count]) => Number(count) > 0);
  return parts
    .slice(0, 2)
    .map(([n, key]) => fill(texts[key], { n }))
    .join(" ");
}

function stamp(ms, zone) {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "long", timeStyle: "short", timeZone: zone }).format(ms);
}

function monthName({ from }, zone) {
  // The middle of the first day: midnight may be a day before elsewhere.
  return new Intl.DateTimeFormat(LOCALE, { month: "long", year: "numeric", timeZone: zone }).format(from + 43_200_000);
}

function notice(text) {
  const root = byId("report-notice");
  root.hidden = false;
  put(root, text);
}

// One line's month: its totals and percentile, bars by day, and the hours of the week.

import { element, put } from "../shared/elements.js";
import { amount, number, speed } from "../shared/format.js";
import { spanOf, wall } from "./calendar.js";
import { dayBars } from "./day-bars.js";
import { hourMap } from "./hour-map.js";
import { percentileOfOne, usageOfOne } from "./usage-answers.js";
import { lineDirection, sum, weekMap } from "./usage-rows.js";

const DAY = 86_400_000;
/** The hours of the week are the average of so many days. */
const WEEKS = 28 * DAY;

/**
 * What is asked for one line, and made of it.
 * @param {object} of
 * @param {string} of.router
 * @param {string} of.name
 * @param {object|undefined} of.facts
 * @param {import("./calendar.js").Span} of.month
 * @param {string} of.zone
 * @param {number} of.now ms
 * @param {any} [of.known] its percentile, where that was asked for already
 */
export async function lineMonth({ router, name, facts, month, zone, now, known }) {
  const to = Math.min(month.to, now);
  // The hours before a month that has only begun belong to it too.
  const hoursTo = Math.ceil(to / 3_600_000) * 3_600_000;
  const [days, hours, percentile] = await Promise.all([
    usageOfOne(router, name, "day", month.from, to),
    usageOfOne(router, name, "hour", hoursTo - WEEKS, hoursTo),
    known ?? percentileOfOne(router, name, `${month.year}-${String(month.month).padStart(2, "0")}`),
  ]);
  const { down, up, view } = lineDirection(name, facts);
  const totals = sum(days);
  const passed = (to - month.from) / 1000;
  return {
    view,
    down: totals[`${down}Bytes`],
    up: totals[`${up}Bytes`],
    peak: totals[`${down}MaxBps`],
    downP95: percentile[`${down}Bps`],
    upP95: percentile[`${up}Bps`],
    used: percentile.samplesUsed,
    missing: percentile.samplesMissing,
    coverage: passed > 0 ? Math.min(1, totals.measuredSeconds / passed) : 0,
    resets: totals.resets,
    days: days.map((period) => {
      const begin = Date.parse(period.from);
      return {
        day: wall(begin, zone).day,
        down: period[`${down}Bytes`],
        up: period[`${up}Bytes`],
        coverage: period.coverage,
        whole: spanOf("day", begin, zone).to <= now,
      };
    }),
    week: weekMap(hours, down, (ms) => {
      const { year, month, day, hour } = wall(ms, zone);
      return { weekday: (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7, hour };
    }),
  };
}

/** The short names of the days of the week, Monday first. */
export function weekdays(lang) {
  const format = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { weekday: "short", timeZone: "UTC" });
  // 1 January 2024 was a Monday.
  return Array.from({ length: 7 }, (_, day) => format.format(Date.UTC(2024, 0, 1 + day)));
}

/** The figures that stand above the pictures. */
export function figures(line, texts, lang) {
  const list = element("dl", "usage-figures");
  const rows = [
    [texts.download, amount(line.down, lang)],
    [texts.upload, amount(line.up, lang)],
    ["P95 ↓", speed(line.downP95, lang, 1)],
    ["P95 ↑", speed(line.upP95, lang, 1)],
    [texts.usage_coverage, `${number(line.coverage * 100, lang, 1)} %`],
  ];
  for (const [name, value] of rows) {
    const pair = element("div");
    pair.append(element("dt", "", name), element("dd", "", value));
    list.append(pair);
  }
  return list;
}

/**
 * Draws a line's month into the panel beside the table.
 * @param {HTMLElement} root
 * @param {Awaited<ReturnType<typeof lineMonth>>} line
 * @param {{label: string, note: string, count: number, texts: Record<string, string>, lang: string}} shown
 */
export function drawLine(root, line, { label, note, count, texts, lang }) {
  const title = element("h2");
  title.append(element("bdi", "", label));
  const side = texts[`view_${line.view}`];
  title.append(element("small", "", [note, side].filter(Boolean).join(" · ")));
  const [bars, hours] = [element("section"), element("section")];
  bars.append(heading(texts.usage_by_day, "", legend(texts)), ...dayBars(line.days, count, texts, lang));
  hours.append(
    heading(texts.usage_hours, texts.usage_hours_of, scale(line.week, lang)),
    ...hourMap(line.week, weekdays(lang), texts, lang),
  );
  root.replaceChildren(title, figures(line, texts, lang), bars, hours);
}

function heading(text, note, right) {
  const made = element("div", "usage-heading");
  const title = element("h3", "", text);
  if (note) title.append(element("small", "", note));
  made.append(title, right);
  return made;
}

function legend(texts) {
  const made = element("p", "usage-legend");
  for (const [kind, text] of [
    ["down", texts.download],
    ["up", texts.upload],
    ["missing", texts.usage_missing],
  ]) {
    made.append(element("span", `sign ${kind}`), element("span", "", text));
  }
  return made;
}

/** The seven steps, from nothing to the most. */
export function scale(week, lang) {
  const most = Math.max(0, ...week.flat().filter((bps) => bps !== null));
  const made = element("p", "usage-legend steps");
  made.append(element("span", "", "0"));
  for (let step = 0; step < 7; step++) made.append(element("span", `sign step${step}`));
  made.append(element("span", "", speed(most, lang, 0)));
  made.setAttribute("aria-hidden", "true");
  return made;
}

/** Says that something is being asked for, or could not be. */
export function sentenceIn(root, text) {
  const made = element("p", "blank");
  put(made, text);
  root.replaceChildren(made);
}

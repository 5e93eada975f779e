// Times of the past: how long a stretch may be, what stands under its axis, what the address says of it. Does not touch
// the page.

import { spanWords } from "../shared/format.js";

/** @import { Range, Texts } from "../data/types.js" */

const MINUTE = 60_000;
export const DAY = 86_400_000;
/** The stretches to choose from, ms, and the keys of their names. */
export const WINDOWS = /** @type {[string, number][]} */ ([
  ["past_24h", DAY],
  ["past_7d", 7 * DAY],
  ["past_30d", 30 * DAY],
  ["past_1y", 365 * DAY],
]);
/** What a stretch can be compared with, ms before. */
export const COMPARED = { day: DAY, week: 7 * DAY };
/** Nothing shorter, nor longer, is looked at, ms. */
const [SHORTEST, LONGEST] = [2 * MINUTE, 5 * 366 * DAY];
/** What ends so near to now goes on with it, ms. */
const NEAR = 5_000;
/** Steps of the axis below a day, ms. */
const PARTS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * MINUTE);
/** Then in days, then in months. */
const DAYS = [1, 2, 7, 14];
const MONTHS = [1, 2, 3, 6, 12];

/** A stretch of a length that can be looked at, which ends at `now` at the latest. */
export function within({ from, to }, now) {
  const length = Math.min(LONGEST, Math.max(SHORTEST, to - from));
  const middle = (from + to) / 2;
  const end = Math.min(now, length === to - from ? to : middle + length / 2);
  return { from: Math.round(end - length), to: Math.round(end) };
}

/**
 * How many points a stretch of the past has, where there is room for `most`: of months one a day, not its ups and
 * downs.
 */
export const pointsOf = ({ from, to }, most) =>
  to - from > 60 * DAY ? Math.min(most, Math.ceil((to - from) / DAY)) : most;

/** Whether it ends now. */
export const ongoing = ({ to }, now) => to >= now - NEAR;

/** What the address names, {from, to}; null where it names nothing that can be looked at. */
export function ofAddress(search, now) {
  const values = new URLSearchParams(search);
  const time = (key) => {
    const told = values.get(key);
    if (!told) return Number.NaN;
    return /^\d+$/.test(told) ? Number(told) : Date.parse(told);
  };
  const [from, to] = [time("from"), values.get("to") === "now" ? now : time("to")];
  return from >= 0 && to > from && from < now ? within({ from, to }, now) : null;
}

/** The address with a stretch of the past, or without any: `now` stays now for who follows the link later. */
export function withRange(/** @type {string} */ address, range, now, more = {}) {
  const url = new URL(address);
  const values = { from: null, to: null, compare: null, ...more };
  if (range) {
    values.from = new Date(range.from).toISOString();
    values.to = ongoing(range, now) ? "now" : new Date(range.to).toISOString();
  }
  for (const [key, value] of Object.entries(values)) {
    if (value === null) url.searchParams.delete(key);
    else url.searchParams.set(key, value);
  }
  return url.href;
}

/** 21:00 of the day before, by this device's clock. */
export function yesterdayEvening(now) {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - 1, 21).getTime();
}

/** As an input for a date and a time wants it. */
export function asInput(ms) {
  const two = (value) => String(value).padStart(2, "0");
  const at = new Date(ms);
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/**
 * Moments under the axis, at most about `most`.
 * @returns {{t: number, kind: "time"|"day"|"month"}[]} a time of day, the beginning of a day, or of a month
 */
export function axisTimes({ from, to }, most) {
  const span = to - from;
  const part = PARTS.find((step) => span / step <= most);
  if (part) return ofDays(from, to, 1).flatMap((day) => timesOf(day, part, from, to));
  const days = DAYS.find((count) => span / DAY / count <= most);
  if (days)
    return ofDays(from, to, days)
      .filter((t) => t >= from && t <= to)
      .map((t) => ({ t, kind: "day" }));
  const count = MONTHS.find((months) => span / (30.4 * DAY) / months <= most) ?? 12;
  const made = [];
  const first = new Date(from);
  const begin = Math.floor(first.getMonth() / count) * count;
  for (let month = begin; ; month += count) {
    const t = new Date(first.getFullYear(), month, 1).getTime();
    if (t > to) return made;
    if (t >= from) made.push({ t, kind: "month" });
  }
}

/** Midnights, each so many days. */
function ofDays(from, to, count) {
  const first = new Date(from);
  const made = [];
  for (let day = 0; ; day += count) {
    const t = new Date(first.getFullYear(), first.getMonth(), first.getDate() + day).getTime();
    if (t > to) return made;
    made.push(t);
  }
}

function timesOf(midnight, step, from, to) {
  const made = [];
  const next = new Date(midnight);
  next.setDate(next.getDate() + 1);
  for (let t = midnight; t < next.getTime() && t <= to; t += step)
    if (t >= from) made.push({ t, kind: t === midnight ? "day" : "time" });
  return made;
}

/** Writes times as this page's language does. */
export class TimeWords {
  constructor(/** @type {string} */ lang, /** @type {Texts} */ texts) {
    this.texts = texts;
    const locale = lang === "id" ? "id-ID" : "en-GB";
    const writer = (/** @type {Intl.DateTimeFormatOptions} */ options) => {
      const format = new Intl.DateTimeFormat(locale, { ...options, hourCycle: "h23" });
      return (t) => format.format(t);
    };
    const minute = writer({ hour: "2-digit", minute: "2-digit" });
    // Indonesian writes 10.05, which reads like a figure.
    this.minute = (t) => minute(t).replaceAll(".", ":");
    this.day = writer({ day: "numeric", month: "short" });
    const weekday = writer({ weekday: "short" });
    this.weekday = (t) => `${weekday(t)} ${this.day(t)}`;
    this.month = writer({ month: "short" });
    this.year = writer({ year: "numeric" });
  }

  /** Under the axis. */
  tick({ t, kind }, span) {
    if (kind === "time") return this.minute(t);
    if (kind === "day") return span < 8 * DAY ? this.weekday(t) : this.day(t);
    return new Date(t).getMonth() === 0 ? `${this.month(t)} ${this.year(t)}` : this.month(t);
  }

  /** A moment in full. */
  moment(t) {
    return `${this.weekday(t)} ${this.minute(t)}`;
  }

  /** From one moment to another; the day once where it is the same. */
  stretch(from, to) {
    const same = new Date(from).toDateString() === new Date(to).toDateString();
    return `${this.moment(from)} – ${same ? this.minute(to) : this.moment(to)}`;
  }

  /** `25 Nov 14:07 – now`. */
  range(/** @type {Range} */ { from, to }, now) {
    const long = to - from > 60 * DAY;
    const write = (t) => (long ? `${this.day(t)} ${this.year(t)}` : `${this.day(t)} ${this.minute(t)}`);
    if (ongoing({ to }, now)) return `${write(from)} – ${this.texts.past_now}`;
    const [begin, end] = [new Date(from), new Date(to)];
    const within = !long && begin.toDateString() === end.toDateString();
    return `${write(from)} – ${within ? this.minute(to) : write(to)}`;
  }

  /** How long one step of the resolution is. */
  step(ms) {
    return spanWords(ms, this.texts);
  }
}

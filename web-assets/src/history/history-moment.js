// A moment as people say it: "kemarin 21.00", "yesterday 9 pm", "senin 20:15", "26 nov 21.00", "2026-11-26 21:00".
// By this device's clock. Does not touch the page.

const MONTHS = [
  "jan",
  "feb",
  "mar",
  "apr",
  "m(?:ei|ay)",
  "jun",
  "jul",
  "a[ug][gu]",
  "sep",
  "o[kc]t",
  "no[vp]",
  "de[sc]",
];
/** From Sunday on. */
const WEEKDAYS = ["minggu|sunday|sun", "senin|monday|mon", "selasa|tuesday|tue", "rabu|wednesday|wed"].concat(
  "kamis|thursday|thu",
  "jum'?at|friday|fri",
  "sabtu|saturday|sat",
);
/** Words for days before today. */
const BACK = /** @type {[RegExp, number][]} */ ([
  [/\b(hari ini|today|tadi)\b/, 0],
  [/\b(kemarin lusa|kemarin dulu|day before yesterday)\b/, 2],
  [/\b(kemarin|kmrn|yesterday)\b/, 1],
]);
/** Parts of a day that make an hour an afternoon's. */
const LATE = /\b(pm|sore|malam|malem)\b|\dpm\b/;
const EARLY = /\b(am|pagi|dini hari|subuh)\b|\dam\b/;

/**
 * @param {string} said
 * @param {number} now ms
 * @returns {number|null} ms; null where nothing was understood, or it is still to come
 */
export function momentOf(said, now) {
  const text = said.trim().toLowerCase().replace(/\s+/g, " ");
  if (text === "") return null;
  const today = new Date(now);
  const day = dayOf(text, today);
  if (day === null) return null;
  const clock = clockOf(day.rest, LATE.test(text), EARLY.test(text));
  if (clock === null || (clock.none && !day.named)) return null;
  const at = (date) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate(), clock.hour, clock.minute).getTime();
  let t = at(day.date);
  // A time alone is the last one that was; a date without a year, or a day of the week, too.
  if (t > now && !day.named) t = at(new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1));
  if (t > now && day.week) t = at(new Date(day.date.getFullYear(), day.date.getMonth(), day.date.getDate() - 7));
  if (t > now && day.yearless) t = at(new Date(day.date.getFullYear() - 1, day.date.getMonth(), day.date.getDate()));
  return t <= now ? t : null;
}

/** Which day is meant, and what is left of the words. */
function dayOf(text, today) {
  const before = (days) => new Date(today.getFullYear(), today.getMonth(), today.getDate() - days);
  for (const [word, days] of BACK)
    if (word.test(text)) return { date: before(days), rest: text.replace(word, " "), named: true };
  const written = /\b(\d{4})-(\d{1,2})-(\d{1,2})t?/.exec(text);
  if (written) return dated(text, written, Number(written[1]), Number(written[2]), Number(written[3]));
  const short = /\b(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?\b/.exec(text);
  if (short) return dated(text, short, yearOf(short[3], today), Number(short[2]), Number(short[1]), !short[3]);
  const month = MONTHS.findIndex((name) => new RegExp(`\\b(${name})[a-z]*\\b`).test(text));
  const named = new RegExp(`\\b(\\d{1,2}) (?:${MONTHS[month]})[a-z]*\\b(?: (\\d{4})\\b)?`).exec(month < 0 ? "" : text);
  if (named) return dated(text, named, yearOf(named[2], today), month + 1, Number(named[1]), !named[2]);
  const weekday = WEEKDAYS.findIndex((name) => new RegExp(`\\b(${name})\\b`).test(text));
  if (weekday >= 0) {
    const date = before((today.getDay() - weekday + 7) % 7);
    return { date, rest: text.replace(new RegExp(`\\b(${WEEKDAYS[weekday]})\\b`), " "), named: true, week: true };
  }
  return { date: before(0), rest: text, named: false };
}

function dated(text, found, year, month, day, yearless = false) {
  const date = new Date(year, month - 1, day);
  if (date.getMonth() !== month - 1 || date.getDate() !== day) return null;
  return { date, rest: text.replace(found[0], " "), named: true, yearless };
}

function yearOf(/** @type {string|undefined} */ told, today) {
  if (!told) return today.getFullYear();
  return told.length === 2 ? 2000 + Number(told) : Number(told);
}

/** The time of day; midnight where none is said. */
function clockOf(rest, late, early) {
  const left = rest
    .replace(/\b(jam|pukul|pkl|at|wib|wita|wit|pagi|siang|sore|malam|malem|dini hari|subuh)\b/g, " ")
    .replace(/(\d) ?(am|pm)\b/g, "$1")
    .trim();
  if (left === "") return { hour: 0, minute: 0, none: true };
  const found = /^(\d{1,2})(?:[.:](\d{2}))?(?:[.:]\d{2})?$/.exec(left);
  if (!found) return null;
  let hour = Number(found[1]);
  const minute = Number(found[2] ?? 0);
  if (late && hour < 12) hour += 12;
  if (early && hour === 12) hour = 0;
  return hour < 24 && minute < 60 ? { hour, minute, none: false } : null;
}

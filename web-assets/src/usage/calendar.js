// Days and months of the server's time zone, which may be another one than the browser's. Does not touch the page.

/** @type {Intl.DateTimeFormatOptions} */
const PARTS = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
};
/** Making a formatter is slow. */
const FORMATS = new Map();

function format(zone) {
  let made = FORMATS.get(zone);
  if (!made) {
    made = new Intl.DateTimeFormat("en-US", { ...PARTS, hourCycle: "h23", timeZone: zone });
    FORMATS.set(zone, made);
  }
  return made;
}

/**
 * What a clock and a calendar in the zone show.
 * @param {number} ms
 * @param {string} zone
 */
export function wall(ms, zone) {
  const parts = Object.fromEntries(
    format(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second } = parts;
  return { year, month, day, hour, minute, second };
}

/**
 * When a day begins in the zone, ms; days and months beyond the calendar's are carried over, as in `Date`.
 * @param {number} year
 * @param {number} month 1 to 12
 * @param {number} day
 * @param {string} zone
 */
export function midnight(year, month, day, zone) {
  const wanted = Date.UTC(year, month - 1, day);
  let at = wanted;
  // The offset at a first guess may not be that of the moment itself: near a change of it, once more.
  for (let round = 0; round < 3; round++) {
    const { year, month, day, hour, minute, second } = wall(at, zone);
    const off = Date.UTC(year, month - 1, day, hour, minute, second) - wanted;
    if (off === 0) break;
    at -= off;
  }
  return at;
}

/**
 * @typedef {object} Span a day or a month
 * @property {"day"|"month"} by
 * @property {number} year
 * @property {number} month
 * @property {number} day 1 for a month
 * @property {number} from ms
 * @property {number} to ms, not included
 */

/**
 * The day or month that a moment is in.
 * @param {"day"|"month"} by
 * @param {number} ms
 * @param {string} zone
 * @returns {Span}
 */
export function spanOf(by, ms, zone) {
  const { year, month, day } = wall(ms, zone);
  return span(by, year, month, by === "day" ? day : 1, zone);
}

/**
 * The one before (-1) or after (1).
 * @param {Span} of
 * @param {number} steps
 * @param {string} zone
 * @returns {Span}
 */
export function step(of, steps, zone) {
  const { by, year, month, day } = of;
  const moved =
    by === "day" ? new Date(Date.UTC(year, month - 1, day + steps)) : new Date(Date.UTC(year, month - 1 + steps, 1));
  return span(by, moved.getUTCFullYear(), moved.getUTCMonth() + 1, moved.getUTCDate(), zone);
}

function span(by, year, month, day, zone) {
  const from = midnight(year, month, day, zone);
  const to = by === "day" ? midnight(year, month, day + 1, zone) : midnight(year, month + 1, 1, zone);
  return { by, year, month, day, from, to };
}

/** `2026-11` or `2026-11-26`, as it stands in the page's address. */
export function code({ by, year, month, day }) {
  const two = (number) => String(number).padStart(2, "0");
  return by === "day" ? `${year}-${two(month)}-${two(day)}` : `${year}-${two(month)}`;
}

/**
 * What an address says; null where it says nothing that can be.
 * @param {string|null} text
 * @param {string} zone
 * @returns {Span|null}
 */
export function parse(text, zone) {
  const found = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text ?? "");
  if (!found) return null;
  const [year, month, day] = found.slice(1).map(Number);
  if (year < 1970 || month < 1 || month > 12) return null;
  if (found[3] === undefined) return span("month", year, month, 1, zone);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day >= 1 && day <= days ? span("day", year, month, day, zone) : null;
}

/** "WIB", "WITA", "WIT", or the zone's own name. */
export function zoneName(zone) {
  return INDONESIA[zone] ?? zone.replace(/^Etc\//, "").replaceAll("_", " ");
}
const INDONESIA = { "Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT" };

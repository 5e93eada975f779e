// Times of the past, in a zone with a full hour's difference to UTC's days.

import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "Asia/Jakarta";
const { asInput, axisTimes, ofAddress, ongoing, pointsOf, withRange, within, yesterdayEvening } = await import(
  "../../../src/history/history-time.js"
);

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
/** Thursday, 26 November 2026, 20:00 in Jakarta. */
const NOW = Date.UTC(2026, 10, 26, 13);

test("nothing later than now is looked at, and nothing shorter than two minutes", () => {
  assert.deepEqual(within({ from: NOW - HOUR, to: NOW + HOUR }, NOW), { from: NOW - 2 * HOUR, to: NOW });
  assert.deepEqual(within({ from: NOW - HOUR, to: NOW - HOUR + 10 }, NOW), {
    from: NOW - HOUR + 5 - MINUTE,
    to: NOW - HOUR + 5 + MINUTE,
  });
});

test("a link shows the same stretch to whoever follows it", () => {
  const range = { from: NOW - DAY, to: NOW - HOUR };
  const address = withRange("http://lalin.lan/prepaid/dashboard?interface=ether1", range, NOW, { compare: "week" });
  const { search, searchParams } = new URL(address);
  assert.equal(searchParams.get("from"), "2026-11-25T13:00:00.000Z");
  assert.equal(searchParams.get("interface"), "ether1");
  assert.deepEqual(ofAddress(search, NOW + DAY), range);
  assert.equal(withRange(address, null, NOW), "http://lalin.lan/prepaid/dashboard?interface=ether1");
});

test("what goes on until now does so in a link too", () => {
  const address = withRange("http://lalin.lan/", { from: NOW - DAY, to: NOW }, NOW);
  const later = ofAddress(new URL(address).search, NOW + HOUR);
  assert.deepEqual(later, { from: NOW - DAY, to: NOW + HOUR });
  assert.ok(ongoing(later, NOW + HOUR));
});

test("an address that names no stretch is not one of the past", () => {
  for (const search of [
    "",
    "?from=yesterday&to=now",
    `?from=${NOW}&to=${NOW - 1}`,
    `?from=${NOW + 1}&to=${NOW + HOUR}`,
  ])
    assert.equal(ofAddress(search, NOW), null, search);
  assert.deepEqual(ofAddress(`?from=${NOW - DAY}&to=${NOW - HOUR}`, NOW), { from: NOW - DAY, to: NOW - HOUR });
});

test("yesterday 21:00 is by this device's clock", () => {
  assert.equal(yesterdayEvening(NOW), Date.UTC(2026, 10, 25, 14));
  assert.equal(asInput(NOW), "2026-11-26T20:00");
});

test("the axis has full hours, then midnights, then months", () => {
  const day = axisTimes({ from: NOW - DAY, to: NOW }, 9);
  assert.deepEqual(day.map(({ t, kind }) => [(t - NOW) / HOUR, kind]).slice(0, 3), [
    [-23, "time"],
    [-20, "day"],
    [-17, "time"],
  ]);
  const month = axisTimes({ from: NOW - 30 * DAY, to: NOW }, 9);
  assert.ok(month.every(({ t, kind }) => kind === "day" && (t + 7 * HOUR) % DAY === 0));
  const year = axisTimes({ from: NOW - 365 * DAY, to: NOW }, 13);
  assert.equal(year.length, 12);
  assert.deepEqual(year.at(-1), { t: Date.UTC(2026, 10, 1) - 7 * HOUR, kind: "month" });
});

test("of months there is a point a day, of less as many as find room", () => {
  assert.equal(pointsOf({ from: NOW - 365 * DAY, to: NOW }, 1_600), 365);
  assert.equal(pointsOf({ from: NOW - 30 * DAY, to: NOW }, 1_600), 1_600);
});

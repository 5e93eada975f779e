// Days and months of the server's zone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { code, midnight, parse, spanOf, step, wall, zoneName } from "../../../src/usage/calendar.js";

const at = (text) => Date.parse(text);

test("a day begins at the zone's midnight, whatever the browser's zone is", () => {
  assert.equal(midnight(2026, 11, 26, "Asia/Jakarta"), at("2026-11-25T17:00:00Z"));
  assert.equal(midnight(2026, 11, 26, "Asia/Jayapura"), at("2026-11-25T15:00:00Z"));
  assert.equal(midnight(2026, 11, 26, "UTC"), at("2026-11-26T00:00:00Z"));
  assert.deepEqual(wall(at("2026-11-25T17:00:00Z"), "Asia/Jakarta"), {
    year: 2026,
    month: 11,
    day: 26,
    hour: 0,
    minute: 0,
    second: 0,
  });
});

test("a day on which the clocks are changed has 23 or 25 hours, and the month its own length", () => {
  const spring = spanOf("day", at("2026-03-29T10:00:00Z"), "Europe/Berlin");
  const autumn = spanOf("day", at("2026-10-25T10:00:00Z"), "Europe/Berlin");
  assert.deepEqual([spring.to - spring.from, autumn.to - autumn.from], [23 * 3_600_000, 25 * 3_600_000]);
  const month = spanOf("month", at("2026-10-25T10:00:00Z"), "Europe/Berlin");
  assert.equal(month.to - month.from, (31 * 24 + 1) * 3_600_000);
});

test("one goes from month to month and day to day over the ends of years", () => {
  const january = parse("2026-01", "Asia/Jakarta");
  assert.equal(code(step(january, -1, "Asia/Jakarta")), "2025-12");
  assert.equal(code(step(january, 13, "Asia/Jakarta")), "2027-02");
  assert.equal(code(step(parse("2026-03-01", "Asia/Jakarta"), -1, "Asia/Jakarta")), "2026-02-28");
  assert.equal(code(spanOf("day", at("2026-11-25T18:00:00Z"), "Asia/Jakarta")), "2026-11-26");
});

test("an address that says nothing that can be is none", () => {
  for (const bad of [null, "", "2026", "2026-13", "2026-00", "2026-02-30", "1969-12", "x"]) {
    assert.equal(parse(bad, "UTC"), null, String(bad));
  }
});

test("Indonesia's zones have their short names", () => {
  assert.deepEqual(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "America/New_York", "Etc/UTC"].map(zoneName), [
    "WIB",
    "WITA",
    "WIT",
    "America/New York",
    "UTC",
  ]);
});

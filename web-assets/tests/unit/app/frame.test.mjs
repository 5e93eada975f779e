// The frame's own reckoning: how wide the list may be, and what a time zone is called.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.location = /** @type {any} */ ({ search: "", href: "http://lalin/" });
globalThis.document ??= /** @type {any} */ ({ querySelector: () => null });
const { within, LEAST, CHART } = await import("../../../src/app/splitter.js");
const { zoneName } = await import("../../../src/app/cost-line.js");

test("the list keeps a name and two figures, the chart its own", () => {
  assert.equal(within(504, 1366), 504);
  assert.equal(within(20, 1366), LEAST);
  assert.equal(within(Number.POSITIVE_INFINITY, 1366), 1366 - CHART);
  assert.equal(within(900, 700), LEAST, "where there is no room for both, the list has its least");
});

test("Indonesia's time zones have the names that people know", () => {
  assert.deepEqual(
    ["Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"].map((zone) => zoneName("id", zone)),
    ["WIB", "WIB", "WITA", "WIT"],
  );
  assert.equal(zoneName("en", "UTC"), "UTC");
});

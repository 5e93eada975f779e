// The figures that somebody types for a package.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.location = { search: "" };
globalThis.localStorage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
const { speedOf } = await import("../../../src/interfaces/line-menu.js");

test("a speed is read as it is written in the language, or in the other one's way", () => {
  for (const [text, lang, bps] of [
    ["20", "id", 20e6],
    [" 20 Mbps ", "id", 20e6],
    ["12,5", "id", 12.5e6],
    ["12.5", "id", 12.5e6],
    ["12.5", "en", 12.5e6],
    ["12,5", "en", 12.5e6],
    ["1.000", "id", 1_000e6],
    ["1,000", "en", 1_000e6],
    ["1.250,5", "id", 1_250.5e6],
    ["", "id", null],
    ["  ", "en", null],
  ])
    assert.equal(speedOf(text, lang), bps, `${text} in ${lang}`);
  for (const text of ["fast", "-5", "0", "1e", "10 10"]) assert.ok(Number.isNaN(speedOf(text, "id")), text);
});

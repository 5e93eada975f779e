// Figures, times and targets of rules, between what people type and what the API counts in.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KINDS, meant, seconds, shown, targetOf, targetValue } from "../../../src/alerts/rule-kinds.js";

test("a bound is typed in Mbps and GB, by the language's own signs", () => {
  assert.equal(meant("12,5", "bps", "id"), 12_500_000);
  assert.equal(meant("1.250", "bps", "id"), 1_250_000_000);
  assert.equal(meant("1,250", "bps", "en"), 1_250_000_000);
  assert.equal(meant("300", "bytes", "en"), 300e9);
  assert.equal(meant("90", "percent-of-link", "id"), 90);
  assert.equal(meant("", "bps", "id"), null);
  assert.ok(Number.isNaN(meant("banyak", "bps", "id")));
  assert.ok(Number.isNaN(meant("-5", "percent", "en")));
});

test("what is shown is understood again", () => {
  for (const lang of ["id", "en"])
    for (const [value, unit] of [
      [450e6, "bps"],
      [12.5e6, "bps"],
      [1250e6, "bps"],
      [312e9, "bytes"],
      [90.5, "percent"],
    ])
      assert.equal(meant(shown(value, unit, lang), unit, lang), value, `${value} ${unit} ${lang}`);
});

test("times are understood in both languages", () => {
  assert.deepEqual(
    ["30 dtk", "5 mnt", "1 jam", "2 h", "90s", "10 min", "3 hari", "5"].map(seconds),
    [30, 300, 3_600, 7_200, 90, 600, 259_200, 300],
  );
  assert.equal(seconds(""), null);
  assert.ok(Number.isNaN(seconds("lama")));
});

test("a target is the same after a way through the form", () => {
  for (const target of [
    { all: true },
    { wan: true },
    { tag: "pop:timur" },
    { router: "bukit" },
    { router: "bukit", interface: "ether1" },
  ])
    assert.deepEqual(targetOf(targetValue(target), target.interface), target);
});

test("every kind has what the editor asks for", () => {
  assert.equal(Object.keys(KINDS).length, 15);
  for (const [kind, { units, usual, severity }] of Object.entries(KINDS)) {
    assert.ok(["critical", "warning", "info"].includes(severity), kind);
    assert.ok(usual === undefined || units.length > 0, kind);
  }
});

// Many routers: which are in trouble, which fit, in what order, and how much in all.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dashboardOf,
  fits,
  inTrouble,
  memoryShare,
  ordered,
  SORTS,
  standing,
  steady,
  tagsOf,
  totals,
  uptime,
} from "../../../src/routers/router-summary.js";

const router = (id, code = "live", more = {}) => ({
  id,
  name: id,
  address: "10.0.0.1:8728",
  enabled: true,
  tags: [],
  state: { code },
  about: null,
  rxBps: null,
  txBps: null,
  sessions: null,
  ...more,
});
const ids = (list) => list.map(({ id }) => id);

test("trouble comes first, the worst before the rest; equals count as people count", () => {
  const all = [
    router("POP 10"),
    router("POP 2"),
    router("c", "stale"),
    router("d", "unreachable"),
    router("e", "unreachable", { enabled: false }),
    router("f", "idle"),
    router("g", "something new"),
  ];
  assert.deepEqual(ids(ordered(all, "trouble")), ["d", "c", "g", "f", "POP 2", "POP 10", "e"]);
  assert.deepEqual(ids(all.filter(inTrouble)), ["c", "d"]);
  assert.equal(standing(all[4]), "off");
  assert.equal(standing(all[6]), "connecting");
});

test("what is not known stands below zero", () => {
  const all = [
    router("none"),
    router("zero", "live", { rxBps: 0, txBps: 0 }),
    router("most", "live", { rxBps: 5, txBps: null }),
    router("some", "live", { rxBps: 1, txBps: 1 }),
  ];
  for (const by of ["traffic", "rx"]) assert.deepEqual(ids(ordered(all, by)), ["most", "some", "zero", "none"], by);
  const started = [
    router("unknown"),
    router("old", "live", { about: { uptimeMs: 9e9 } }),
    router("new", "live", { about: { uptimeMs: 5 } }),
  ];
  assert.deepEqual(ids(ordered(started, "uptime")), ["new", "old", "unknown"], "who restarted last is looked for");
  for (const by of SORTS) assert.equal(ordered(all, by).length, 4);
});

test("under a hand nothing moves; what is new comes last", () => {
  const shown = [router("a"), router("b"), router("c")];
  assert.deepEqual(ids(steady(shown, [router("new"), router("c"), router("newer"), router("a")])), [
    "a",
    "c",
    "new",
    "newer",
  ]);
});

test("every word has to be found somewhere; tag and state too", () => {
  const one = router("r1", "stale", {
    name: "POP Sleman",
    tags: ["backhaul"],
    about: { identity: "RB-7", model: "CCR2004", version: "7.16" },
  });
  for (const text of ["", "sleman", "SLEMAN ccr", "10.0.0.1", "rb-7 back", "  7.16 "])
    assert.equal(fits(one, { text }), true, text);
  assert.equal(fits(one, { text: "sleman hex" }), false);
  assert.equal(fits(one, { tag: "backhaul", state: "trouble" }), true);
  assert.equal(fits(one, { state: "stale" }), true);
  assert.equal(fits(one, { state: "live" }), false);
  assert.equal(fits(one, { tag: "solo" }), false);
  assert.equal(fits(router("bare", "live", { tags: undefined }), { tag: "solo" }), false);
  assert.deepEqual(tagsOf([one, router("b", "live", { tags: ["solo", "backhaul"] })]), ["backhaul", "solo"]);
});

test("a sum of nothing known is not zero", () => {
  const { rxBps, sessions, all, live, trouble } = totals([router("a"), router("b", "unreachable")]);
  assert.deepEqual([rxBps, sessions, all, live, trouble], [null, null, 2, 1, 1]);
  assert.equal(totals([router("a", "live", { rxBps: 0 }), router("b", "live", { rxBps: 7 }), router("c")]).rxBps, 7);
});

test("another router keeps the window and the mode, not the interfaces", () => {
  assert.equal(
    dashboardOf("pop 2", "?router=a&window=5m&mode=mirror&interface=ether1"),
    "/prepaid/dashboard?router=pop+2&window=5m&mode=mirror",
  );
});

test("figures that are missing are no figures", () => {
  assert.equal(memoryShare({ about: null }), null);
  assert.equal(memoryShare({ about: { memoryUsed: 1, memoryTotal: 0 } }), null);
  assert.equal(memoryShare({ about: { memoryUsed: 64, memoryTotal: 256 } }), 0.25);
  assert.deepEqual(uptime(59_000), { m: 0 });
  assert.deepEqual(uptime(3_700_000), { h: 1, m: 1 });
  assert.deepEqual(uptime(90_000_000), { d: 1, h: 1 });
});

// Many routers: which are in trouble, which fit, in what order, and how much in all.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dashboardOf,
  fits,
  inTrouble,
  memoryShare,
  ordered,
  rankOf,
  SORTS,
  standing,
  steady,
  tagsOf,
  totals,
} from "../../../src/routers/router-summary.js";

const router = (id, code = "live", more = {}) => ({
  id,
  name: id,
  address: "10.0.0.1:8728",
  enabled: true,
  tags: [],
  state: { code },
  about: null,
  downBps: null,
  upBps: null,
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
    router("zero", "live", { downBps: 0, upBps: 0 }),
    router("most", "live", { downBps: 5, upBps: null }),
    router("some", "live", { downBps: 1, upBps: 1 }),
  ];
  assert.deepEqual(ids(ordered(all, "down")), ["most", "some", "zero", "none"]);
  assert.deepEqual(ids(ordered(all, "up")), ["some", "zero", "most", "none"]);
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

test("a sum of nothing known is not zero, and says of how many it is not known", () => {
  const { downBps, sessions, all, live, trouble, unknown } = totals([router("a"), router("b", "unreachable")]);
  assert.deepEqual([downBps, sessions, all, live, trouble, unknown], [null, null, 2, 1, 1, 2]);
  const some = [
    router("a", "live", { downBps: 0, upBps: 1 }),
    router("b", "live", { downBps: 7, upBps: 1 }),
    router("c", "live", { downBps: 9, upBps: null }),
    router("off", "unreachable", { enabled: false }),
  ];
  assert.deepEqual([totals(some).downBps, totals(some).unknown], [16, 1]);
});

test("a live router whose newest sample is old is late, by its own pace", () => {
  const live = (state) => standing({ enabled: true, state: { code: "live", ...state } });
  assert.equal(live({ ageMs: 900, intervalMs: 1_000 }), "live");
  assert.equal(live({ ageMs: 4_100, intervalMs: 1_000 }), "late");
  assert.equal(live({ ageMs: 20_000, intervalMs: 10_000 }), "live");
  assert.equal(live({ ageMs: 20_000, intervalMs: 1_000, readMs: 9_000 }), "live");
  assert.equal(live({ ageMs: 26_000, intervalMs: 10_000 }), "late");
  assert.equal(totals([router("a", "live", { state: { code: "live", ageMs: 9_000 } })]).late, 1);
});

test("a name that was typed comes before what is found by something else", () => {
  const all = [
    router("d", "unreachable", { name: "Menara", address: "10.9.0.5" }),
    router("a", "live", { name: "Kantor POP" }),
    router("b", "live", { name: "POP Selatan" }),
    router("c", "live", { name: "Depop" }),
    router("e", "live", { name: "Zebra", tags: ["pop"] }),
  ];
  const found = all.filter((one) => fits(one, { text: "pop" }));
  assert.deepEqual(ids(ordered(found, "trouble", "pop")), ["b", "a", "c", "e"]);
  assert.deepEqual(ids(ordered(all, "trouble"))[0], "d");
  assert.equal(rankOf({ name: "POP-Utara" }, "utara"), 1);
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
});

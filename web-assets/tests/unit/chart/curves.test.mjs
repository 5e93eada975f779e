// From points to what is drawn: mirrored, stacked, thinned out, and with its gaps.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { curves, extent, nearest } from "../../../src/chart/curves.js";
import { gaps, reasonOf, GapReasons } from "../../../src/data/gaps.js";
import { limitLine, limitsOf, mostOf } from "../../../src/chart/link-limits.js";
import { fits, logarithmic, logTicks, logTop, percents } from "../../../src/chart/chart-scale.js";
import { PointStore } from "../../../src/data/point-store.js";
import { downsample } from "../../../src/chart/downsample.js";

const GAP = 6_000;

test("lines are drawn as received", () => {
  const table = [
    [1, 3],
    [10, null],
    [1, 2],
  ];
  assert.equal(curves(table, "lines", GAP), table);
});

test("mirrored, what was sent lies below zero, and a gap stays a gap", () => {
  assert.deepEqual(
    curves(
      [
        [1, 3, 5],
        [10, null, undefined],
        [1, null, undefined],
      ],
      "mirror",
      GAP,
    ),
    [
      [1, 3, 5],
      [10, null, undefined],
      [-1, null, undefined],
    ],
  );
});

test("stacked, each line is the sum of those up to it, and the last is the total", () => {
  const [, a, aTx, b, bTx] = curves([[1], [10], [1], [20], [2]], "stack", GAP);
  assert.deepEqual([a, b, aTx, bTx], [[10], [30], [-1], [-3]]);
});

test("a total goes on where one of several has no point of its own at that moment", () => {
  const [, , , b] = curves(
    [
      [1, 2, 3],
      [10, undefined, 10],
      [0, undefined, 0],
      [20, 20, 20],
      [0, 0, 0],
    ],
    "stack",
    GAP,
  );
  assert.deepEqual(b, [30, 30, 30]);
});

test("a total is unknown where nothing is known of any", () => {
  const [, a, , b] = curves(
    [
      [1, 1.001, 60],
      [10, null, 10],
      [0, null, 0],
      [20, null, 20],
      [0, null, 0],
    ],
    "stack",
    GAP,
  );
  assert.deepEqual(
    [a, b],
    [
      [10, null, 10],
      [30, null, 30],
    ],
  );
});

test("who is gone is not in the total any more", () => {
  const times = [2, 4, 6, 8, 10, 12];
  const gone = [10, 10, undefined, undefined, undefined, undefined];
  const [, , , total] = curves([times, gone, gone, times.map(() => 5), times.map(() => 5)], "stack", GAP);
  assert.deepEqual([total[0], total.at(-1)], [15, 5]);
});

test("the extent is that of what is seen, with the points just outside", () => {
  const table = [
    [0, 10, 20, 30, 40],
    [900, 5, 7, 6, 800],
    [-1, -2, -3, -2, -500],
  ];
  assert.deepEqual(extent(table, 15_000, 25_000), { most: 7, least: -3 });
});

test("the nearest point is the nearest, at the ends too", () => {
  assert.deepEqual(
    [-5, 0, 4, 6, 99].map((time) => nearest([0, 10], time)),
    [0, 0, 0, 1, 1],
  );
});

test("a stretch without points is a gap, and so is one that goes on until now", () => {
  const table = [
    [0, 2, 2.001, 30, 32],
    [1, 1, null, 1, 1],
    [1, 1, null, 1, 1],
  ];
  assert.deepEqual(gaps(table, 0, 32_000, GAP), [{ from: 2_000, to: 30_000 }]);
  assert.deepEqual(gaps(table, 10_000, 60_000, GAP), [
    { from: 10_000, to: 30_000 },
    { from: 32_000, to: 60_000 },
  ]);
});

test("one unknown sample is a gap; one interface that is away among others is none", () => {
  assert.deepEqual(
    gaps(
      [
        [0, 2, 4],
        [1, null, 1],
        [1, null, 1],
      ],
      0,
      4_000,
      GAP,
    ),
    [{ from: 0, to: 4_000 }],
  );
  const away = [
    [0, 2, 4],
    [1, null, undefined],
    [1, null, undefined],
    [1, 1, 1],
    [1, 1, 1],
  ];
  assert.deepEqual(gaps(away, 0, 4_000, GAP), []);
});

test("before the first point nothing is missed", () => {
  assert.deepEqual(gaps([[50], [1], [1]], 0, 52_000, GAP), []);
  assert.deepEqual(gaps([[], [], []], 0, 52_000, GAP), []);
});

test("a gap that began before what is seen is seen from its edge on", () => {
  assert.deepEqual(
    gaps(
      [
        [2.001, 50, 52],
        [null, 1, 1],
        [null, 1, 1],
      ],
      10_000,
      52_000,
      GAP,
      true,
    ),
    [{ from: 10_000, to: 50_000 }],
  );
  assert.deepEqual(gaps([[], [], []], 10_000, 52_000, GAP, true), [{ from: 10_000, to: 52_000 }]);
});

test("a gap's reason is what lasted longest in it", () => {
  const reasons = new GapReasons();
  reasons.note(0, null);
  reasons.note(10_000, "server");
  reasons.note(12_000, "router", "refused");
  reasons.note(13_000, "router", "refused");
  reasons.note(30_000, null);
  assert.deepEqual(reasons.why(9_000, 31_000), { kind: "router", reason: "refused" });
  assert.deepEqual(reasons.why(9_000, 12_500), { kind: "server", reason: null });
  assert.equal(reasons.why(40_000, 50_000), null);
  reasons.note(60_000, "hidden");
  assert.deepEqual(reasons.why(70_000, 80_000), { kind: "hidden", reason: null });
});

test("each way in which data may be missing has its reason, with words in both languages", () => {
  const known = { offline: false, router: { reason: "refused" } };
  const kinds = [
    reasonOf("stopped", known, false),
    reasonOf("live", known, true),
    reasonOf("reconnecting", known, false),
    reasonOf("reconnecting", { ...known, offline: true }, false),
    reasonOf("unreachable", known, false),
  ];
  assert.deepEqual(kinds, [["stopped"], ["hidden"], ["server"], ["offline"], ["router", "refused"]]);
  assert.deepEqual(reasonOf("live", known, false), [null]);
  for (const lang of ["id", "en"]) {
    const texts = JSON.parse(
      readFileSync(new URL(`../../../../crates/dashboard/texts/${lang}.json`, import.meta.url), "utf8"),
    );
    for (const [kind] of [...kinds, ["unknown"]]) assert.ok(texts[`gap.${kind}`], `${lang}: ${kind}`);
  }
});

test("thinned out, no peak is lost and no gap is closed", () => {
  const times = Array.from({ length: 5_000 }, (_, at) => at * 2);
  const rx = times.map((_, at) => (at === 1_234 ? 9_999 : at % 7));
  const tx = times.map((_, at) => (at === 3_210 ? -9_999 : at === 4_000 ? null : at % 5));
  const out = downsample([times, rx, tx], 0, 10_000_000, 500);
  assert.ok(out[0].length < 1_200, `${out[0].length} rows`);
  assert.equal(Math.max(...out[1]), 9_999);
  assert.equal(Math.min(...out[2]), -9_999);
  assert.equal(out[2].filter((value) => value === null).length, 1);
  assert.equal(out[0][out[2].indexOf(null)], 8_000);
  assert.ok(
    out[0].every((time, at) => at === 0 || time > out[0][at - 1]),
    "time goes on",
  );
});

test("thinned out, the past looks the same at the next tick", () => {
  const table = (end) => [
    Array.from({ length: end }, (_, at) => at * 2),
    Array.from({ length: end }, (_, at) => (at * 7_919) % 101),
  ];
  const [a, b] = [downsample(table(5_000), 0, 10_000_000, 500), downsample(table(5_001), 2_000, 10_002_000, 500)];
  const until = a[0].findIndex((time) => time > 9_900);
  assert.deepEqual(a[1].slice(0, until), b[1].slice(0, until));
});

test("few points are drawn as they are", () => {
  const table = [
    [1, 2, 3],
    [1, 2, 3],
  ];
  assert.equal(downsample(table, 1_000, 3_000, 500), table);
});

test("a link's limit is drawn only where it is known and near, once for the same size", () => {
  const table = [[1], [70], [5], [80], [5], [10], [5]];
  const of = (...links) => links.map((linkBps) => mostOf({ linkBps }, "network"));
  const range = { from: 0, to: 2_000 };
  assert.deepEqual(limitsOf(table, of(100, 100, 1_000), "lines", range), [{ bps: 100, kind: "link" }]);
  assert.deepEqual(limitsOf(table, of(null, null, undefined), "lines", range), []);
  assert.deepEqual(limitsOf(table, of(100, 100, 1_000), "stack", range), []);
  assert.deepEqual(limitsOf([[1], [5], [70]], of(100), "mirror", range), [{ bps: -100, kind: "link" }]);
});

test("what somebody set for a line counts before its link, by its name, and is wanted earlier", () => {
  const facts = { linkBps: 1e9, limitDownBps: 20e6, limitUpBps: 5e6 };
  assert.deepEqual(mostOf(facts, "customer"), { down: 20e6, up: 5e6, set: true, view: "customer" });
  const range = { from: 0, to: 2_000 };
  const table = [[1], [7e6], [4e6]];
  assert.deepEqual(limitsOf(table, [mostOf(facts, "customer")], "lines", range), [{ bps: 20e6, kind: "package" }]);
  assert.deepEqual(limitsOf(table, [mostOf(facts, "network")], "mirror", range), [
    { bps: 20e6, kind: "subscription" },
    { bps: -5e6, kind: "subscription" },
  ]);
  assert.deepEqual(limitsOf([[1], [1e6], [0]], [mostOf(facts, "customer")], "lines", range), [], "it is far away");
  const texts = { "limit.package": "paket {n}", "limit.subscription": "langganan {n}" };
  const unit = { name: "Mbps", bps: 1e6 };
  assert.equal(limitLine({ bps: 20e6, kind: "package" }, texts, "id", unit).label, "paket 20 Mbps");
  assert.equal(limitLine({ bps: -2.5e6, kind: "subscription" }, texts, "id", unit).label, "langganan 2,5 Mbps");
});

test("download stands first from each line's own point of view: a customer's is what the router sends", () => {
  const store = new PointStore();
  store.add("ether1", 1_000, 100, 10);
  store.add("budi", 1_000, 2, 20);
  const side = (name) => ({ down: name === "budi" ? "tx" : "rx" });
  const table = store.table(["ether1", "budi"], 0, side);
  assert.deepEqual(table, [[1], [100], [10], [20], [2]]);
  // Mirrored, both downloads are above zero and both uploads below.
  assert.deepEqual(curves(table, "mirror", GAP), [[1], [100], [-10], [20], [-2]]);
  assert.deepEqual(curves(table, "stack", GAP), [[1], [100], [-10], [120], [-12]]);
});

test("in per cent each line is a part of what it can carry; of which that is not known, it is not drawn", () => {
  const lines = [
    [1, 2],
    [50, null],
    [-5, undefined],
    [7, 7],
    [7, 7],
  ];
  const most = [
    { down: 100, up: 10 },
    { down: null, up: 14 },
  ];
  assert.deepEqual(percents(lines, most), [
    [1, 2],
    [50, null],
    [-50, undefined],
    [null, null],
    [50, 50],
  ]);
});

test("a logarithmic axis begins at a power of ten, and what is less stands on it", () => {
  const lines = [
    [1, 2, 3],
    [0, 5e6, null],
    [45_000, 90_000, undefined],
  ];
  const made = logarithmic(lines, 0, 9_000);
  assert.equal(made.bottom, 10_000);
  assert.deepEqual(made.lines[1], [10_000, 5e6, null]);
  assert.equal(logTop(5e6, made.bottom), 1e7);
  assert.deepEqual(logTicks(10_000, 1e7), [1e4, 1e5, 1e6, 1e7]);
  assert.equal(logarithmic([[1], [0]], 0, 9_000).bottom, 1_000, "of nothing there is no logarithm");
});

test("a scale is only for what it makes sense of", () => {
  const all = ["linear", "log", "percent"].map((scale) =>
    ["lines", "mirror", "stack"].filter((mode) => fits(scale, mode)),
  );
  assert.deepEqual(all, [["lines", "mirror", "stack"], ["lines"], ["lines", "mirror"]]);
});

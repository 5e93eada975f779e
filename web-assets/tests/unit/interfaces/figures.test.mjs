// What a card and a row say of an interface: use of its link, faults, and the small curve.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultCounts, faultWords } from "../../../src/data/fault-counts.js";
import { linkUse } from "../../../src/data/partial-sums.js";
import { PointSeries } from "../../../src/data/point-series.js";
import { Sparkline, trace } from "../../../src/chart/sparkline.js";

const series = (...points) => {
  const made = new PointSeries();
  for (const point of points) made.push(...point);
  return made;
};

test("a link is as full as its fuller direction; without its speed nothing is said", () => {
  assert.equal(linkUse({ linkBps: 100 }, 20, 60), 0.6);
  assert.equal(linkUse({ linkBps: 100 }, null, 60), 0.6);
  assert.equal(linkUse({ linkBps: 100 }, null, null), null);
  assert.equal(linkUse({ linkBps: null }, 20, 60), null);
  assert.equal(linkUse({}, 20, 60), null);
  assert.equal(linkUse(null, 20, 60), null);
});

test("errors and drops are counted since the page was opened, and are news for a minute", () => {
  const faults = new FaultCounts();
  const list = [{ name: "a" }, { name: "b" }];
  faults.add(list, {
    t: 1_000,
    faults: [
      [1, 2, 0],
      [9, 1, 1],
    ],
  });
  faults.add(list, { t: 3_000, faults: [[1, 0, 5]] });
  faults.add(list, { t: 5_000 });
  assert.deepEqual(faults.of("b"), { errors: 2, drops: 5, at: 3_000 });
  assert.deepEqual(
    [faults.isNews("b", 4_000), faults.isNews("b", 63_000), faults.isNews("a", 0)],
    [true, false, false],
  );
  assert.equal(faultWords(faults.of("b"), { errors: "{n} errors", drops: "{n} drops" }), "2 errors, 5 drops");
  assert.equal(faultWords(faults.of("a"), {}), "");
  faults.keep(new Set(["a"]));
  assert.equal(faults.of("b").errors, 0);
});

test("the small curve rises with the rate and has a gap where nothing is known", () => {
  const pen = [];
  const moves = { moveTo: (x, y) => pen.push(["move", x, y]), lineTo: (x, y) => pen.push(["line", x, y]) };
  const { t, rx } = series([0, 0, 0], [25, 100, 0], [50, null, 0], [100, 50, 0]);
  const place = { from: 0, to: 100, width: 100, zero: 39, scale: 0.37 };
  trace(moves, { t, values: rx, first: 0 }, place);
  assert.deepEqual(pen, [
    ["move", 0, 39],
    ["line", 25, 2],
    ["move", 100, 20.5],
  ]);
  pen.length = 0;
  trace(moves, { t, values: rx, first: 0 }, place, true);
  assert.deepEqual(
    pen.filter(([, , y]) => y === 39).map(([kind, x]) => [kind, x]),
    [
      ["move", 0],
      ["line", 0],
      ["line", 25],
      ["move", 100],
      ["line", 100],
    ],
  );
});

/** What the small curve paints of these points: each stroke and fill with its highest and lowest place. */
function painted(points, side) {
  const strokes = [];
  let dash = [];
  let [least, most] = [Infinity, -Infinity];
  const reach = (_, y) => ([least, most] = [Math.min(least, y), Math.max(most, y)]);
  const pen = new Proxy(
    {},
    {
      get: (_, name) =>
        ({
          setLineDash: (now) => (dash = now),
          fill: () => strokes.push(["fill", least, most]),
          stroke: () => strokes.push([dash.length > 0 ? "dashed" : "solid", least, most]),
          lineTo: reach,
          moveTo: reach,
          beginPath: () => ([least, most] = [Infinity, -Infinity]),
        })[name] ?? (() => {}),
      set: () => true,
    },
  );
  new Sparkline({ getContext: () => pen, width: 0, height: 0 }, 76, 40).draw(points, 61_000, "#123456", side);
  return strokes;
}

test("the small curve is drawn as the chart draws it: download solid over its fill, upload dashed below zero", () => {
  const [network, customer] = [
    { down: "rx", up: "tx", view: "network" },
    { down: "tx", up: "rx", view: "customer" },
  ];
  const wan = painted(series([1_000, 1e6, 1e5], [61_000, 1e6, 1e5]), network);
  assert.deepEqual(wan.map(([kind]) => kind).sort(), ["dashed", "fill", "solid"]);
  const [, , zero] = wan.find(([kind]) => kind === "fill");
  for (const [kind, least, most] of wan) {
    if (kind === "dashed") assert.ok(least > zero, `upload from ${least}, zero at ${zero}`);
    else assert.ok(least < zero && most <= zero, `${kind} from ${least} to ${most}`);
  }
  // Of a customer it is the other way round on the router, and the same here.
  assert.deepEqual(painted(series([1_000, 1e5, 1e6], [61_000, 1e5, 1e6]), customer), wan);
});

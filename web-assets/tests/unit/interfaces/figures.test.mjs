// What a card and a row say of an interface: use of its link, faults, and the small curve.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultCounts, faultWords } from "../../../src/data/fault-counts.js";
import { linkUse } from "../../../src/data/partial-sums.js";
import { PointSeries } from "../../../src/data/point-series.js";
import { frame, Sparkline, trace } from "../../../src/chart/sparkline.js";

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

const RX = { down: "rx", up: "tx", view: "network" };
const TX = { down: "tx", up: "rx", view: "customer" };

test("the small curve rises with the rate and has a gap where nothing is known", () => {
  const pen = [];
  const moves = { moveTo: (x, y) => pen.push(["move", x, y]), lineTo: (x, y) => pen.push(["line", x, y]) };
  const { t, rx } = series([0, 0, 0], [25, 100, 0], [50, null, 0], [100, 50, 0]);
  const frame = { from: 0, to: 100, width: 100, zero: 30, scale: 0.2 };
  trace(moves, { t, values: rx, first: 0 }, frame);
  assert.deepEqual(pen, [
    ["move", 0, 30],
    ["line", 25, 10],
    ["move", 100, 20],
  ]);
  pen.length = 0;
  trace(moves, { t, values: rx, first: 0 }, frame, true);
  assert.deepEqual(
    pen.filter(([, , y]) => y === 30).map(([kind, x]) => [kind, x]),
    [
      ["move", 0],
      ["line", 0],
      ["line", 25],
      ["move", 100],
      ["line", 100],
    ],
  );
  // Below zero it falls with the rate, and is to be told from the zero line.
  pen.length = 0;
  trace(moves, { t, values: rx, first: 0 }, { ...frame, scale: -0.1, least: 1.5 });
  assert.deepEqual(
    pen.map(([, , y]) => y),
    [31.5, 40, 35],
  );
});

test("download and upload have one scale, and both fit", () => {
  for (const [down, up] of [
    [100e6, 10e6],
    [10e6, 100e6],
    [5e6, 5e6],
    [1e6, 0],
    [0, 1e6],
  ]) {
    const { zero, scale } = frame(down, up, 20);
    assert.ok(zero - down * scale >= 0.99 && zero + up * scale <= 19.01, `${down} ${up}: ${zero} ${scale}`);
    assert.ok(zero - down * scale < 1.01 || zero + up * scale > 18.99, "one of them reaches its end");
  }
  // Silence looks like silence.
  assert.ok(frame(100, 100, 20).scale * 100 < 0.1);
});

/** What is painted, and between which heights. */
function painted(points, side, more = {}) {
  const strokes = [];
  let [dash, range] = [[], null];
  const at = (_, y) => (range = [Math.min(range[0], y), Math.max(range[1], y)]);
  const pen = new Proxy(
    {},
    {
      get: (_, name) =>
        ({
          setLineDash: (now) => (dash = now),
          fill: () => strokes.push(["fill", ...range]),
          stroke: () => strokes.push([dash.length > 0 ? "dashed" : "solid", ...range]),
          clip: () => strokes.push(["clip", ...range]),
          rect: (x, _, width) => (range = [x, x + width]),
          lineTo: at,
          moveTo: at,
          beginPath: () => (range = [Infinity, -Infinity]),
        })[name] ?? (() => {}),
      set: () => true,
    },
  );
  const canvas = { getContext: () => pen, width: 0, height: 0 };
  const now = { edge: 120_000, side, colour: "#123456", ground: { line: "#eee", hatch: "#ddd" }, away: false, ...more };
  new Sparkline(canvas, 120, 20).draw(series(...points), now);
  return strokes;
}

test("the small curve is drawn as the chart draws it: download solid over its fill above, upload dashed below", () => {
  // The router receives 1 and sends 10: of an uplink that is mostly upload, of a customer mostly download.
  const points = [
    [1_000, 1e5, 1e6],
    [61_000, 1e5, 1e6],
  ];
  for (const side of [RX, TX]) {
    const strokes = painted(points, side);
    assert.deepEqual(
      strokes.map(([kind]) => kind),
      ["fill", "dashed", "solid"],
    );
    const [fill, dashed, solid] = strokes;
    assert.ok(solid[2] < dashed[1], "solid lies above, dashed below");
    assert.equal(fill[1], solid[1]);
    const [up, down] = [dashed[2] - fill[2], fill[2] - solid[1]];
    assert.equal(up > down, side === RX, `${side.view}: ${down} down, ${up} up`);
  }
});

test("since the router went away the small curve is hatched, and what was measured stays", () => {
  const points = [
    [30_000, 1e6, 1e5],
    [60_000, 1e6, 1e5],
    [61_000, null, null],
  ];
  const strokes = painted(points, RX, { away: true });
  assert.deepEqual(strokes[0], ["clip", 60, 120]);
  assert.deepEqual(
    strokes.slice(-3).map(([kind]) => kind),
    ["fill", "dashed", "solid"],
  );
  assert.ok(!painted(points, RX).some(([kind]) => kind === "clip"));
  assert.deepEqual(painted([], RX, { away: true }), [], "of what was never measured nothing is missing");
});

// The names at the right edge, and the figures with them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOf, placeLabels, shortened } from "../../../src/chart/end-labels.js";
import { columnFigure, figure, tickFigure } from "../../../src/chart/figures.js";

const ROOM = { top: 10, bottom: 210, height: 14 };
const ends = (mains, others = []) => [
  ...mains.map((y) => ({ y, main: true })),
  ...others.map((y) => ({ y, main: false })),
];
const apart = (placed) => {
  const places = placed.map(({ at }) => at).sort((a, b) => a - b);
  return Math.min(Infinity, ...places.slice(1).map((at, n) => at - places[n]));
};

test("labels stand at their lines where there is room, and never over each other", () => {
  assert.deepEqual(
    placeLabels(ends([50, 100]), ROOM).map(({ at }) => at),
    [50, 100],
  );
  for (const mains of [[100, 101, 102, 103], [205, 206, 207, 208], [10, 10, 10, 10], [9, 300, 210, 12], [60]]) {
    const placed = placeLabels(ends(mains, [100, 103, 207, 10, 61]), ROOM);
    assert.ok(apart(placed) >= ROOM.height - 1e-9, JSON.stringify(placed));
    assert.equal(placed.filter(({ main }) => main).length, mains.length, "every line has its name");
    for (const { at } of placed) assert.ok(at >= ROOM.top && at <= ROOM.bottom, String(at));
  }
});

test("an upload without room is left to the legend", () => {
  const placed = placeLabels(ends([100], [101, 150]), ROOM);
  assert.deepEqual(
    placed.map(({ y }) => y),
    [100, 150],
  );
});

test("eight numbers fit into a low chart", () => {
  const placed = placeLabels(ends([5, 5, 5, 5, 5, 5, 5, 5]), { top: 0, bottom: 110, height: 14 });
  assert.equal(placed.length, 8);
  assert.ok(apart(placed) >= 14);
});

test("each label belongs to its own line by name and carries its figure; what ended earlier has none", () => {
  const table = [
    [1, 2, 3],
    [1e6, 2e6, 216.9e6],
    [1e6, 2e6, 66.1e6],
    [5e6, null, null],
    [1e6, null, null],
  ];
  const drawing = {
    names: ["ether1", "<pppoe-budi>"],
    table,
    drawn: table,
    to: 3_000,
    labels: { names: true, numbers: false, late: 1_500 },
    mode: "lines",
    common: { name: "Mbps", bps: 1e6 },
    scale: "linear",
  };
  const colours = { lines: ["a", "b", "c", "d", "e", "f", "g", "h"] };
  const said = endsOf(drawing, colours, "id", (name) => name.toUpperCase());
  assert.deepEqual(
    said.map(({ name, value, main, colour, y }) => [name, value, main, colour, y]),
    [
      ["ETHER1", "216,9", true, "a", 216.9e6],
      ["↑", "66,1", false, "a", 66.1e6],
    ],
  );
  const numbers = endsOf({ ...drawing, labels: { names: false, numbers: true, late: 9_000 } }, colours, "id", String);
  assert.deepEqual(
    numbers.map(({ name, value }) => [name, value]),
    [["1", ""]],
  );
});

test("a name gives way, a figure does not", () => {
  const pen = { measureText: (text) => ({ width: 6 * text.length }) };
  assert.equal(shortened(pen, "ether1", 60), "ether1");
  assert.equal(shortened(pen, "vlan10-hotspot", 60), "vlan10-ho…");
});

test("a figure has the decimals it deserves, and commas stand under each other", () => {
  const unit = { name: "Mbps", bps: 1e6 };
  const all = [216.87e6, 4.4e6, 0.09e6, 1842.5e6, 9.996e6, 0];
  assert.deepEqual(
    all.map((bps) => figure(bps, unit, "id")),
    ["216,9", "4,40", "0,09", "1.842,5", "10,0", "0,00"],
  );
  assert.equal(figure(null, unit, "id"), "–");
  const after = (text) => text.length - text.indexOf(",");
  assert.equal(new Set(all.map((bps) => after(columnFigure(bps, unit, "id")))).size, 1);
  assert.equal(columnFigure(null, unit, "id"), "–");
  assert.deepEqual([tickFigure(-50, "id"), tickFigure(2.5, "id"), tickFigure(1000, "id")], ["50", "2,5", "1.000"]);
});

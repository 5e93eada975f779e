// Tiles keep their place, fit the screen, and move a little each hour.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gridFor, inPlace, pagesOf, SHIFT_MS, shiftAt, tileKey, wanTiles } from "../../../src/wall/wall-pages.js";

const named = (tiles) =>
  tiles.map(({ lines, router }) => (lines[0] ? `${lines[0].router}/${lines[0].interface}` : router));

test("each WAN has a tile, and so has a router of which none is known; one that is off has none", () => {
  const routers = [
    { id: "a", wan: ["ether1", "ether2"] },
    { id: "b", wan: [] },
    { id: "c", wan: ["sfp1"], enabled: false },
    { id: "d" },
  ];
  assert.deepEqual(named(wanTiles(routers)), ["a/ether1", "a/ether2", "b", "d"]);
});

test("whatever happens, tiles stay where they are; what is new comes last", () => {
  const tile = (router, name) => ({ title: null, lines: [{ router, interface: name }] });
  const shown = [tile("c", "1"), { title: null, lines: [], router: "b" }, tile("a", "1")];
  const wanted = [tile("a", "1"), tile("b", "1"), tile("new", "1"), tile("c", "1")];
  assert.deepEqual(named(inPlace(shown, wanted)), ["c/1", "b/1", "a/1", "new/1"]);
  assert.deepEqual(named(inPlace([], wanted)), named(wanted));
  assert.notEqual(tileKey(tile("a", "1")), tileKey({ ...tile("a", "1"), title: "x" }));
});

test("a full HD screen shows sixteen tiles, few tiles are large, a phone has one column", () => {
  const wall = { width: 1920, height: 948 };
  assert.deepEqual(gridFor(30, wall), { columns: 4, rows: 4 });
  assert.deepEqual(gridFor(16, wall), { columns: 4, rows: 4 });
  assert.deepEqual(gridFor(1, wall), { columns: 1, rows: 1 });
  assert.deepEqual(gridFor(3, wall), { columns: 2, rows: 2 });
  assert.deepEqual(gridFor(4, wall), { columns: 2, rows: 2 });
  assert.deepEqual(gridFor(30, { width: 375, height: 700 }), { columns: 1, rows: 4 });
  for (let count = 1; count < 40; count++) {
    const { columns, rows } = gridFor(count, wall);
    assert.ok(columns * rows >= Math.min(count, 16), String(count));
  }
  assert.deepEqual(gridFor(5, { width: 100, height: 50 }), { columns: 1, rows: 1 });
});

test("pages hold all tiles in their order; without tiles there is one empty page", () => {
  const tiles = Array.from({ length: 5 }, (_, n) => n);
  assert.deepEqual(pagesOf(tiles, { columns: 2, rows: 1 }), [[0, 1], [2, 3], [4]]);
  assert.deepEqual(pagesOf([], { columns: 2, rows: 2 }), [[]]);
});

test("each hour the wall stands elsewhere, by a few px, and comes back", () => {
  const places = [0, 1, 2, 3, 4].map((hour) => JSON.stringify(shiftAt(hour * SHIFT_MS)));
  assert.equal(new Set(places.slice(0, 4)).size, 4);
  assert.equal(places[4], places[0]);
});

// A sound for what falls, and for nothing else; layouts as they came, within bounds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Falls } from "../../../src/wall/falls.js";
import { allWans, layoutOf, MOST_LINES, MOST_TILES } from "../../../src/wall/layouts.js";

test("what falls is told once; what was down at first, or is not known for a while, is not", () => {
  const falls = new Falls();
  const look = (a, b) =>
    falls.look([
      ["a", a],
      ["b", b],
    ]);
  assert.deepEqual(look(false, true), []);
  assert.deepEqual(look(true, true), ["a"]);
  assert.deepEqual(look(true, false), []);
  assert.deepEqual(look(null, null), []);
  assert.deepEqual(look(false, true), ["b"]);
  assert.deepEqual(falls.look([["a", false]]), []);
  assert.deepEqual(look(false, true), [], "it was away meanwhile");
});

test("a layout is shown as far as it is one", () => {
  const line = { router: "a", interface: "ether1" };
  const told = layoutOf({
    id: 7,
    name: "Pusat",
    tiles: [{ title: " ", lines: [line, { router: 5 }] }, { lines: [] }, { title: "Dua", lines: Array(20).fill(line) }],
    rotateSeconds: 0,
    windowSeconds: "900",
  });
  assert.equal(told.id, "7");
  assert.deepEqual(told.tiles[0], { title: null, lines: [line] });
  assert.deepEqual([told.tiles.length, told.tiles[1].lines.length, told.tiles[1].title], [2, MOST_LINES, "Dua"]);
  assert.deepEqual([told.rotateSeconds, told.windowSeconds], [5, 900]);
  assert.equal(layoutOf({ tiles: Array(100).fill({ lines: [line] }) }).tiles.length, MOST_TILES);
  assert.deepEqual(layoutOf({}).tiles, []);
  assert.equal(allWans("Semua WAN").tiles, null);
});

// A long list: only what is in view, and it stays put when others come and go.

import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualList } from "../../../src/interfaces/virtual-list.js";

const heightOf = (item) => (item.name === undefined ? 36 : 64);
const lane = (...names) =>
  new VirtualList(
    names.map((name) => (name.startsWith("[") ? { heading: name } : { name })),
    heightOf,
  );
const many = (count, first = 0) => lane(...Array.from({ length: count }, (_, n) => `n${n + first}`));

test("of thousands only those in view are made", () => {
  const all = many(5_000);
  assert.equal(all.height, 5_000 * 64);
  const { first, end } = all.seen(64_000, 640);
  assert.deepEqual([first, end], [1_000, 1_011]);
  assert.deepEqual(lane().seen(0, 640), { first: 0, end: 0 });
  assert.equal(all.seen(all.height - 100, 640).end, 5_000);
});

test("headings have a height of their own and are no rows", () => {
  const mixed = lane("[A", "a", "b", "[C", "c");
  assert.deepEqual(
    ["a", "b", "c", "x"].map((name) => mixed.topOf(name)),
    [36, 100, 200, null],
  );
  assert.deepEqual(
    [0, 35, 36, 99, 100, 164, 9_999].map((y) => mixed.at(y)),
    [0, 0, 1, 1, 2, 3, 4],
  );
  assert.equal(mixed.rows.length, 3);
});

test("the heading of what is seen is known when it is scrolled away", () => {
  const mixed = lane("[A", "a", "b", "[C", "c");
  assert.deepEqual(
    [0, 1, 40, 163, 164, 230].map((scroll) => mixed.headingAbove(scroll)?.heading ?? null),
    [null, "[A", "[A", "[A", "[C", "[C"],
  );
  assert.equal(lane("a", "b").headingAbove(70), null);
  assert.equal(lane().headingAbove(5), null);
});

test("rows that appear or vanish above do not move what is looked at", () => {
  const before = lane("a", "c", "d", "e", "f");
  const scroll = before.topOf("d") + 10;
  const more = lane("a", "b", "c", "cc", "d", "e", "f");
  assert.equal(more.topOf("d") - more.scrollLike(before, scroll), -10);
  const less = lane("d", "e", "f");
  assert.equal(less.topOf("d") - less.scrollLike(before, 64 + 70), 128 - (64 + 70));
});

test("when the first row in view vanishes itself, the next one stays where it was", () => {
  const before = lane("a", "b", "c", "d");
  const after = lane("new", "a", "c", "d");
  assert.equal(after.topOf("c") - after.scrollLike(before, 70), before.topOf("c") - 70);
});

test("the row under the hand stays there, even at the beginning of the list", () => {
  const before = lane("a", "b", "c");
  const after = lane("a", "aa", "b", "c");
  assert.equal(after.scrollLike(before, 0), 0);
  assert.equal(after.scrollLike(before, 0, "b"), 64);
});

test("the keys step through rows and stop at the ends", () => {
  const all = lane("[A", "a", "b", "[C", "c", "d");
  const steps = [
    ["a", "ArrowDown", "b"],
    ["b", "ArrowDown", "c"],
    ["a", "ArrowUp", "a"],
    ["d", "ArrowDown", "d"],
    ["c", "Home", "a"],
    ["a", "End", "d"],
    ["a", "PageDown", "d"],
    ["d", "PageUp", "a"],
  ];
  for (const [from, key, to] of steps) assert.equal(all.step(from, key, 3), to, `${key} from ${from}`);
  assert.equal(all.step(null, "ArrowDown", 3), "a");
  assert.equal(all.step("a", "x", 3), null);
  assert.equal(lane().step(null, "End", 3), null);
});

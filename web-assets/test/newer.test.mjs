import assert from "node:assert/strict";
import { test } from "node:test";

import { newer } from "../page/newer.js";

/** A browser's memory, and how often the page was loaded anew. */
function world() {
  const kept = new Map();
  const seen = { reloads: 0 };
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  return { storage, reload: () => seen.reloads++, seen };
}
const free = () => false;

test("a newer server reloads the page once, and then only says so", () => {
  const { seen, ...around } = world();
  assert.equal(newer("0.2.0", "0.1.0", free, around), false);
  assert.equal(seen.reloads, 1);
  // A proxy that keeps the old page: no loop.
  assert.equal(newer("0.2.0", "0.1.0", free, around), true);
  assert.equal(seen.reloads, 1);
  assert.equal(newer("0.3.0", "0.1.0", free, around), false);
  assert.equal(seen.reloads, 2);
});

test("the same version, and none, is nothing new", () => {
  const { seen, ...around } = world();
  assert.equal(newer("0.1.0", "0.1.0", free, around), false);
  assert.equal(newer(undefined, "0.1.0", free, around), false);
  assert.equal(seen.reloads, 0);
});

test("what somebody looks at or types is not taken away", () => {
  const { seen, ...around } = world();
  assert.equal(newer("0.2.0", "0.1.0", () => true, around), true);
  assert.equal(seen.reloads, 0);
  assert.equal(newer("0.2.0", "0.1.0", free, around), false);
  assert.equal(seen.reloads, 1);
});

test("a browser without a memory is only told", () => {
  const storage = { getItem: () => { throw new Error("denied"); }, setItem() {} };
  let reloads = 0;
  assert.equal(newer("0.2.0", "0.1.0", free, { storage, reload: () => reloads++ }), true);
  assert.equal(reloads, 0);
});

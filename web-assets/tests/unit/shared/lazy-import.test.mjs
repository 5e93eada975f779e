// Parts of the page that are loaded when they are first used.

import assert from "node:assert/strict";
import { test } from "node:test";
import { lazyImport } from "../../../src/shared/lazy-import.js";

test("it is loaded at its first use, and once", async () => {
  let loads = 0;
  const part = lazyImport(async () => ++loads);
  assert.equal(loads, 0);
  const seen = [];
  await Promise.all([part((made) => seen.push(made)), part((made) => seen.push(made))]);
  assert.deepEqual([loads, seen], [1, [1, 1]]);
});

test("what could not be loaded is tried again, and breaks nothing", async () => {
  let loads = 0;
  const part = lazyImport(async () => {
    if (++loads === 1) throw new Error("no network");
    return loads;
  });
  const seen = [];
  await part((made) => seen.push(made));
  await part((made) => seen.push(made));
  assert.deepEqual(seen, [2]);
});

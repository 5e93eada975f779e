// A server of another version: the page comes anew, once, and not while somebody is at work with it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkVersion } from "../../../src/app/version-check.js";

function tab(storage = new Map()) {
  const here = { reloads: 0, busy: false };
  const world = {
    storage: () => ({ getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => storage.set(key, value) }),
    reload: () => here.reloads++,
  };
  here.greeted = (running, mine = "1.0") => checkVersion(running, mine, () => here.busy, world);
  return here;
}

test("the same version is nothing to speak of, nor is a page from its files", () => {
  const page = tab();
  assert.deepEqual(
    [page.greeted("1.0"), page.greeted(undefined), page.greeted("2.0", "dev"), page.reloads],
    [false, false, false, 0],
  );
});

test("another version is loaded once; a proxy that keeps the old page makes no loop", () => {
  const page = tab();
  assert.equal(page.greeted("2.0"), false);
  assert.equal(page.reloads, 1);
  // It is the old page still.
  for (let i = 0; i < 5; i++) assert.equal(page.greeted("2.0"), true);
  assert.equal(page.reloads, 1);
  page.greeted("2.1");
  assert.equal(page.reloads, 2, "the next version is tried again");
});

test("who is at work is only told, until he is not", () => {
  const page = tab();
  page.busy = true;
  assert.deepEqual([page.greeted("2.0"), page.greeted("2.0"), page.reloads], [true, true, 0]);
  page.busy = false;
  assert.deepEqual([page.greeted("2.0"), page.reloads], [false, 1]);
});

test("where nothing can be remembered it is only said", () => {
  let reloads = 0;
  const world = { reload: () => reloads++ };
  const forbidden = () => {
    throw new Error("forbidden");
  };
  for (const storage of [
    forbidden,
    () => ({ getItem: () => null, setItem: forbidden }),
    () => ({ getItem: () => null, setItem() {} }),
  ]) {
    assert.equal(
      checkVersion("2.0", "1.0", () => false, { ...world, storage }),
      true,
    );
  }
  assert.equal(reloads, 0);
});

// From whose side download and upload are meant, and that a person's own choice is remembered for each router.

import assert from "node:assert/strict";
import { test } from "node:test";

const kept = new Map();
globalThis.location = { search: "?router=main" };
globalThis.localStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: (key) => kept.delete(key),
};
// As an older page remembered it.
kept.set("lalin-views@main", JSON.stringify([["old", "customer"], ["broken", "sideways"], 7]));
const { direction, turn, whenTurned } = await import("../../../src/interfaces/direction.js");
const remembered = () => JSON.parse(kept.get("lalin-lines@main"));

test("a customer downloads what the router sends, an uplink what it receives", () => {
  assert.deepEqual(direction("x", { pointOfView: "customer" }), { down: "tx", up: "rx", view: "customer" });
  assert.deepEqual(direction("x", { pointOfView: "network" }), { down: "rx", up: "tx", view: "network" });
  assert.equal(direction("x", null).view, "network");
});

test("what was remembered counts, what is broken does not", () => {
  assert.equal(direction("old", { pointOfView: "network" }).view, "customer");
  assert.equal(direction("broken", { pointOfView: "network" }).view, "network");
  // It is kept with all that can be set for a line, and no longer twice.
  assert.deepEqual(remembered(), [["old", { pointOfView: "customer" }]]);
  assert.ok(!kept.has("lalin-views@main"));
});

test("turning is told, remembered for this router, and forgotten where the server says the same", () => {
  const turned = [];
  whenTurned((name) => turned.push(name));
  turn("ether2", { pointOfView: "network" });
  assert.equal(direction("ether2", { pointOfView: "network" }).view, "customer");
  assert.ok(remembered().some(([name, { pointOfView }]) => name === "ether2" && pointOfView === "customer"));
  turn("ether2", { pointOfView: "network" });
  assert.equal(direction("ether2", { pointOfView: "network" }).view, "network");
  assert.ok(!kept.get("lalin-lines@main").includes("ether2"));
  assert.deepEqual(turned, ["ether2", "ether2"]);
});

test("ten years of customers do not fill the memory", () => {
  for (let n = 0; n < 2_000; n++) turn(`c${n}`, { pointOfView: "network" });
  assert.equal(remembered().length, 500);
  assert.equal(direction("c1999", { pointOfView: "network" }).view, "customer");
});

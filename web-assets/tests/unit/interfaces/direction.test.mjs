// From whose side download and upload are meant, and that a person's own choice is remembered for each router.

import assert from "node:assert/strict";
import { test } from "node:test";

const kept = new Map();
globalThis.location = { search: "?router=main" };
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
kept.set("lalin-views@main", JSON.stringify([["old", "customer"], ["broken", "sideways"], 7]));
const { direction, turn, whenTurned } = await import("../../../src/interfaces/direction.js");

test("a customer downloads what the router sends, an uplink what it receives", () => {
  assert.deepEqual(direction("x", { pointOfView: "customer" }), { down: "tx", up: "rx", view: "customer" });
  assert.deepEqual(direction("x", { pointOfView: "network" }), { down: "rx", up: "tx", view: "network" });
  assert.equal(direction("x", null).view, "network");
});

test("what was remembered counts, what is broken does not", () => {
  assert.equal(direction("old", { pointOfView: "network" }).view, "customer");
  assert.equal(direction("broken", { pointOfView: "network" }).view, "network");
});

test("turning is told, remembered for this router, and forgotten where the server says the same", () => {
  const turned = [];
  whenTurned((name) => turned.push(name));
  turn("ether2", { pointOfView: "network" });
  assert.equal(direction("ether2", { pointOfView: "network" }).view, "customer");
  assert.ok(JSON.parse(kept.get("lalin-views@main")).some(([name, view]) => name === "ether2" && view === "customer"));
  turn("ether2", { pointOfView: "network" });
  assert.ok(!kept.get("lalin-views@main").includes("ether2"));
  assert.deepEqual(turned, ["ether2", "ether2"]);
});

test("ten years of customers do not fill the memory", () => {
  for (let n = 0; n < 2_000; n++) turn(`c${n}`, { pointOfView: "network" });
  assert.equal(JSON.parse(kept.get("lalin-views@main")).length, 500);
  assert.equal(direction("c1999", { pointOfView: "network" }).view, "customer");
});

// One word for how it stands.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stateOf } from "../page/status.js";

const live = {
  stopped: false, offline: false, broken: false, polling: false, unconfigured: false,
  router: { code: "live" }, ageMs: 800, intervalMs: 2_000,
};
const state = (changes) => stateOf({ ...live, ...changes });

test("data is live, late and stale by its age", () => {
  assert.equal(state({}), "live");
  assert.equal(state({ ageMs: 4_001 }), "late");
  assert.equal(state({ ageMs: 5_001 }), "stale");
  assert.equal(state({ intervalMs: 5_000, ageMs: 9_000 }), "live");
  assert.equal(state({ ageMs: null }), "loading");
});

test("the router's own state is shown, and what is nearer to the viewer comes first", () => {
  assert.equal(state({ router: { code: "stale" } }), "stale");
  assert.equal(state({ router: { code: "unreachable" } }), "unreachable");
  assert.equal(state({ router: { code: "connecting" }, ageMs: null }), "loading");
  assert.equal(state({ router: null, ageMs: null }), "loading");
  assert.equal(state({ broken: true, router: { code: "unreachable" } }), "reconnecting");
  assert.equal(state({ offline: true }), "reconnecting");
  assert.equal(state({ unconfigured: true, router: null, ageMs: null }), "no-router");
  assert.equal(state({ stopped: true, broken: true }), "stopped");
});

// Alerts on a chart: of which lines, within which stretch, and when they are asked for again.

import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = Object.assign(new EventTarget(), { hidden: false });
const { FiredAlerts } = await import("../../../src/data/fired-alerts.js");
const { tellAlerts } = await import("../../../src/data/standing-alerts.js");

const alert = (id, of) => ({
  id,
  router: "a",
  interface: null,
  state: "cleared",
  severity: "warning",
  text: id,
  ...of,
});
const STANDING = alert("stands", {
  text: "🔴 Padat: ether1",
  state: "firing",
  interface: "ether1",
  firedAt: 5_000,
  clearedAt: null,
});
const PAST = [
  alert("over", { interface: "ether2", firedAt: 1_000, clearedAt: 2_000 }),
  alert("never fired", { firedAt: null, clearedAt: null }),
];

function alerts() {
  const world = { at: 0, asked: [], standing: [STANDING], past: PAST, changed: 0, fail: null };
  const get = async (path) => {
    const query = new URLSearchParams(path.split("?")[1]);
    world.asked.push(query.get("state"));
    if (world.fail) throw world.fail;
    return { alerts: query.get("state") === "active" ? world.standing : world.past };
  };
  const changed = () => world.changed++;
  world.fired = new FiredAlerts({ lang: "en", changed, from: { get }, now: () => world.at });
  world.of = (names, from, to) => world.fired.of("a", names, { from, to }).map(({ id }) => id);
  return world;
}
const settled = () => new Promise((done) => setTimeout(done));

test("those of the shown lines and of the router, within the stretch", async () => {
  tellAlerts(null);
  const world = alerts();
  assert.deepEqual(world.of(["ether1"], 0, 10_000), [], "nothing is known yet");
  await settled();
  assert.equal(world.changed, 1);
  assert.deepEqual(world.of(["ether1"], 0, 10_000), ["stands"]);
  const [{ text }] = world.fired.of("a", ["ether1"], { from: 0, to: 10_000 });
  assert.equal(text, "Padat: ether1", "without the sign that the chart has itself");
  assert.deepEqual(world.of(["ether1", "ether2"], 0, 10_000), ["stands", "over"]);
  assert.deepEqual(world.of(["ether2"], 2_500, 10_000), [], "over before");
  assert.deepEqual(world.of(["ether1"], 0, 4_000), [], "fired after");
});

test("without a stream they are asked for once a minute", async () => {
  tellAlerts(null);
  const world = alerts();
  world.of([], 0, 1);
  await settled();
  world.at = 59_000;
  world.of([], 0, 1);
  assert.deepEqual(world.asked, ["active", "past"]);
  world.at = 61_000;
  world.of([], 0, 1);
  assert.equal(world.asked.length, 4);
});

test("where a stream tells they are asked for when something changed, and only what there is", async () => {
  tellAlerts([]);
  const world = alerts();
  world.of([], 0, 1);
  await settled();
  world.at = 3_600_000;
  world.of([], 0, 1);
  assert.deepEqual(world.asked, ["past"], "nothing stands, and nothing changes");
  tellAlerts([STANDING, { ...STANDING, id: "elsewhere", router: "b" }]);
  world.of([], 0, 1);
  await settled();
  assert.deepEqual(world.asked, ["past", "active", "past"]);
  tellAlerts([STANDING]);
  world.of([], 0, 1);
  assert.equal(world.asked.length, 3, "another router's is none of this chart");
  tellAlerts([{ ...STANDING, state: "clearing" }]);
  world.of([], 0, 1);
  assert.equal(world.asked.length, 5);
});

test("a server without alerts is asked once", async () => {
  tellAlerts(null);
  const world = alerts();
  world.fail = Object.assign(new Error("none"), { status: 404 });
  world.of([], 0, 1);
  await settled();
  world.at = 3_600_000;
  world.of([], 0, 1);
  assert.deepEqual(world.asked, ["active", "past"]);
});

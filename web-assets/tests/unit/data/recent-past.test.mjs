// The longer past: asked for when it is wanted, once, quietly again after a failure.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentPast } from "../../../src/data/recent-past.js";

const soon = () => new Promise((done) => setTimeout(done));

function page(answer = () => ({ ok: true, status: 200, json: async () => ({ t: [1], series: [] }) })) {
  const asked = [];
  const took = [];
  const here = { asked, took, now: 0, known: new Map() };
  here.past = new RecentPast({
    ask: (names, seconds, signal) => {
      asked.push({ names, seconds, signal });
      return Promise.resolve().then(() => answer(asked.length, signal));
    },
    took: (window) => took.push(window),
    now: () => here.now,
    reach: () => here.reach,
  });
  here.want = (names, from, edge) => here.past.want(names, from, edge, (name) => here.known.get(name));
  return here;
}

test("what is known already is not asked for", async () => {
  const here = page();
  here.known.set("a", 1_000);
  here.want(["a"], 1_000, 60_000);
  assert.deepEqual(here.asked, []);
  here.want([], 0, 60_000);
  assert.deepEqual(here.asked, []);
});

test("a longer window is asked for once, even where the server knows no more", async () => {
  const here = page();
  here.known.set("a", 500_000);
  here.want(["a"], 100_000, 600_000);
  assert.deepEqual(
    here.asked.map(({ names, seconds }) => [names, seconds]),
    [[["a"], 510]],
  );
  here.want(["a"], 102_000, 602_000);
  await soon();
  assert.equal(here.took.length, 1);
  for (let t = 0; t < 60_000; t += 2_000) here.want(["a"], 102_000 + t, 602_000 + t);
  assert.equal(here.asked.length, 1);
});

test("of a new choice only what is new is asked for, and what was let go is forgotten", async () => {
  const here = page();
  here.want(["a"], 0, 600_000);
  await soon();
  here.want(["a", "b"], 0, 600_000);
  await soon();
  assert.deepEqual(
    here.asked.map(({ names }) => names),
    [["a"], ["b"]],
  );
  here.want(["b"], 0, 600_000);
  here.want(["a", "b"], 0, 600_000);
  await soon();
  assert.deepEqual(here.asked.at(-1).names, ["a"]);
});

test("a question that no longer fits is given up, and its answer is not taken", async () => {
  const here = page();
  here.want(["a"], 300_000, 600_000);
  here.want(["a"], 0, 600_000);
  assert.equal(here.asked.length, 2);
  assert.ok(here.asked[0].signal.aborted);
  await soon();
  assert.equal(here.took.length, 1);
});

test("after a failure it waits, longer each time, and then asks again", async () => {
  const here = page((count) => {
    if (count < 3) throw new Error("away");
    return { ok: true, status: 200, json: async () => ({ t: [], series: [] }) };
  });
  const at = async (now) => {
    here.now = now;
    here.want(["a"], 0, 600_000);
    await soon();
    return here.asked.length;
  };
  assert.deepEqual(
    [await at(0), await at(1_999), await at(2_000), await at(6_999), await at(7_000), await at(99_999)],
    [1, 1, 2, 2, 3, 3],
  );
});

test("a server that does not know the question is not asked again", async () => {
  const here = page(() => ({ ok: false, status: 404, json: async () => ({ code: "not-found" }) }));
  here.want(["a"], 0, 600_000);
  await soon();
  here.now = 1e9;
  here.want(["a"], 0, 600_000);
  assert.equal(here.asked.length, 1);
  here.past.returned(600_000);
  here.want(["a"], 0, 600_000);
  assert.equal(here.asked.length, 2, "until another one answers");
});

test("after an hour away the hour is asked for; after a minute the stream has it", async () => {
  const here = page();
  here.known.set("a", 0);
  here.past.returned(1_000_000);
  here.want(["a"], 900_000, 1_060_000);
  assert.equal(here.asked.length, 0);
  here.past.returned(2_000_000);
  here.want(["a"], 5_500_000, 5_600_000);
  await soon();
  assert.deepEqual(
    here.asked.map(({ seconds }) => seconds),
    [3_610],
  );
  here.want(["a"], 5_502_000, 5_602_000);
  assert.equal(here.asked.length, 1);
});

test("a refusal for another cause may pass, and a name with a comma is asked for too", async () => {
  const here = page((count) => ({
    ok: count > 1,
    status: count > 1 ? 200 : 404,
    json: async () => (count > 1 ? { t: [1], series: [] } : { code: "unknown-router" }),
  }));
  here.want(["a", "b,c"], 0, 600_000);
  await soon();
  here.now = 60_000;
  here.want(["a", "b,c"], 0, 600_000);
  await soon();
  assert.deepEqual(
    here.asked.map(({ names }) => names),
    [
      ["a", "b,c"],
      ["a", "b,c"],
    ],
  );
  assert.equal(here.took.length, 1);
});

test("never more is asked for than the server accepts", async () => {
  for (const [reach, window, seconds] of [
    [21_600_000, 21_600_000, 21_600],
    [21_600_000, 21_595_000, 21_600],
    [21_600_000, 21_589_000, 21_599],
    [21_600_500, 21_600_000, 21_600],
    [undefined, 21_600_000, 21_610],
  ]) {
    const here = page();
    here.reach = reach;
    here.known.set("a", 30_000_000);
    here.want(["a"], 30_000_000 - window, 30_000_000);
    assert.deepEqual(
      here.asked.map((one) => one.seconds),
      [seconds],
      `${window} of ${reach}`,
    );
    await soon();
  }
});

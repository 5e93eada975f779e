// The past in tiles.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HistoryTiles, STEPS, stepFor } from "../../../src/data/history-tiles.js";

const HOUR = 3_600_000;
const NOW = 1_795_402_800_000;

/** A server that answers when it is told to. */
function server({ now = () => NOW } = {}) {
  const asked = [];
  let changes = 0;
  const ask = (name, from, to, step) =>
    new Promise((resolve, reject) => {
      const points = () =>
        Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => ({ t: from + at * step, rxBps: step }));
      asked.push({
        name,
        from,
        to,
        step,
        answer: (gaps = []) => resolve({ stepMs: step, points: points(), gaps }),
        fail: reject,
      });
    });
  const tiles = new HistoryTiles({ ask, changed: () => changes++, now });
  return { tiles, asked, changes: () => changes };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("the step is the finest that fits", () => {
  assert.equal(stepFor(600_000, 700), 1_000);
  assert.equal(stepFor(24 * HOUR, 700), 300_000);
  assert.equal(stepFor(30 * 24 * HOUR, 700), 2 * HOUR);
  assert.equal(stepFor(1e15, 700), STEPS.at(-1));
});

test("a view is made of tiles that are asked for once, and few at a time", async () => {
  const { tiles, asked, changes } = server();
  const [from, to] = [NOW - 48 * HOUR, NOW - 24 * HOUR];
  assert.equal(tiles.view(["a", "b"], from, to, 700).complete, false);
  assert.ok(asked.length <= 4);
  for (let at = 0; at < asked.length; at++) {
    asked[at].answer();
    await turn();
  }
  const { complete, lines, stepMs } = tiles.view(["a", "b"], from, to, 700);
  assert.ok(complete && changes() > 0);
  const { points } = lines.get("a");
  assert.ok(
    points[0].t <= from && points[0].t + stepMs > from && points.at(-1).t < to && points.at(-1).t + stepMs >= to,
  );
  assert.ok(
    points.every((point, at) => at === 0 || point.t - points[at - 1].t === stepMs),
    "no seam",
  );
  const before = asked.length;
  tiles.view(["a", "b"], from + HOUR, to - HOUR, 600);
  assert.equal(asked.length, before, "a smaller part is known");
});

test("while a finer tile is on its way, a coarser one stands in", async () => {
  const { tiles, asked } = server();
  tiles.view(["a"], NOW - 240 * HOUR, NOW - 24 * HOUR, 700);
  for (const one of asked) one.answer();
  await turn();
  const { lines, complete } = tiles.view(["a"], NOW - 60 * HOUR, NOW - 50 * HOUR, 700);
  assert.equal(complete, false);
  assert.ok(lines.get("a").points.length > 5);
});

test("what is still being recorded is asked for again, what is over is not", async () => {
  let now = NOW;
  const { tiles, asked } = server({ now: () => now });
  const view = () => tiles.view(["a"], NOW - HOUR, now, 700);
  view();
  for (const one of asked) one.answer();
  await turn();
  const first = asked.length;
  view();
  assert.equal(asked.length, first);
  now += 20_000;
  view();
  assert.equal(asked.length, first + 1, "only the tile that is not over");
  assert.ok(asked.at(-1).to <= now);
});

test("a failed question is asked again later, and a line without a past is empty", async () => {
  let now = NOW;
  const { tiles, asked } = server({ now: () => now });
  const view = () => tiles.view(["a"], NOW - 25 * HOUR, NOW - 24 * HOUR, 100);
  view();
  const first = asked.length;
  for (const one of asked) one.fail(new Error("gone"));
  await turn();
  view();
  assert.equal(asked.length, first, "not at once");
  now += 6_000;
  view();
  assert.ok(asked.length > first);
  for (const one of asked.slice(first)) one.fail(Object.assign(new Error("none"), { code: "unknown-interface" }));
  await turn();
  assert.deepEqual([view().complete, view().lines.get("a").points.length], [true, 0]);
});

test("gaps that tiles cut in pieces are one, and the cache has an end", async () => {
  const { tiles, asked } = server();
  const [from, to] = [NOW - 48 * HOUR, NOW - 24 * HOUR];
  tiles.view(["a"], from, to, 700);
  for (let at = 0; at < asked.length; at++) {
    asked[at].answer([{ from: asked[at].from, to: asked[at].to, cause: "unreachable" }]);
    await turn();
  }
  assert.equal(tiles.view(["a"], from, to, 700).lines.get("a").gaps.length, 1);
  for (let day = 0; day < 500; day++) tiles.view([`line ${day}`], from, to, 700);
  assert.ok(tiles.tiles.size <= 400 + 4);
});

test("what could not be asked is said until it is there, and is asked again", async () => {
  let now = NOW;
  const { tiles, asked } = server({ now: () => now });
  const range = /** @type {[number, number]} */ ([NOW - HOUR, NOW]);
  assert.equal(tiles.view(["a"], ...range, 50).failed, null);
  asked.forEach(({ fail }) => fail({ code: "history-unreachable", status: 502 }));
  await turn();
  const count = asked.length;
  assert.equal(tiles.view(["a"], ...range, 50).failed.code, "history-unreachable");
  assert.equal(asked.length, count, "not at once");
  now += 6_000;
  tiles.view(["a"], ...range, 50);
  assert.ok(asked.length > count);
  asked.slice(count).forEach(({ answer }) => answer());
  await turn();
  const view = tiles.view(["a"], ...range, 50);
  assert.deepEqual([view.failed, view.complete], [null, true]);
});

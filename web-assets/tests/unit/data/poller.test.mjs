// Polling heals itself: five failures, a pause, and again; with a clock of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { INTERVAL, LONGEST, MOST_FAILURES, PAUSE, Poller, REQUEST_LIMIT } from "../../../src/data/poller.js";
import { Clock, settle } from "../fake-clock.mjs";

function watched(ask, growing) {
  const clock = new Clock();
  const seen = { asked: [], taken: 0, failed: [], said: [] };
  const poller = new Poller(
    (signal) => (seen.asked.push(clock.now), ask(signal, seen.asked.length)),
    () => seen.taken++,
    (count) => seen.failed.push(count),
    clock,
    growing,
  );
  return { clock, poller, seen };
}

test("it asks every two seconds", async () => {
  const { clock, poller, seen } = watched(async () => ({}));
  poller.start();
  await clock.advance(3 * INTERVAL);
  assert.deepEqual(seen.asked, [0, 2_000, 4_000, 6_000]);
  assert.equal(seen.taken, 4);
});

test("after five failures in a row it waits three seconds and begins again, for ever", async () => {
  const { clock, poller, seen } = watched(async () => Promise.reject(new Error("down")));
  poller.start();
  await clock.advance(60_000);
  assert.deepEqual(seen.failed.slice(0, 7), [1, 2, 3, 4, 5, 1, 2]);
  assert.equal(seen.asked[5] - seen.asked[4], PAUSE);
  assert.ok(seen.asked.length > 20, "it never gives up");
});

test("a success sets the count back", async () => {
  const { clock, poller, seen } = watched(async (_, n) =>
    n % MOST_FAILURES === 0 ? {} : Promise.reject(new Error("down")),
  );
  poller.start();
  await clock.advance(40_000);
  assert.ok(Math.max(...seen.failed) === MOST_FAILURES - 1);
  assert.ok(seen.taken >= 3);
});

test("a request without an answer is given up after five seconds", async () => {
  const { clock, poller, seen } = watched(
    (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")))),
  );
  poller.start();
  await clock.advance(REQUEST_LIMIT - 1);
  assert.deepEqual(seen.failed, []);
  await clock.advance(1);
  assert.deepEqual(seen.failed, [1]);
});

test("stopped, it asks no more and takes nothing that comes late", async () => {
  let answer;
  const { clock, poller, seen } = watched(() => new Promise((resolve) => (answer = resolve)));
  poller.start();
  await settle();
  poller.stop();
  answer({});
  await clock.advance(60_000);
  assert.deepEqual([seen.asked.length, seen.taken, seen.failed.length], [1, 0, 0]);
});

test("where it is told so the pauses grow, up to half a minute, and a success ends that", async () => {
  const { clock, poller, seen } = watched(async (_, n) => (n === 9 ? {} : Promise.reject(new Error("down"))), true);
  poller.start();
  await clock.advance(300_000);
  const pauses = seen.asked.slice(1).map((at, n) => at - seen.asked[n]);
  assert.deepEqual(pauses.slice(0, 10), [
    2_000,
    4_000,
    8_000,
    16_000,
    LONGEST,
    LONGEST,
    LONGEST,
    LONGEST,
    INTERVAL,
    2_000,
  ]);
});

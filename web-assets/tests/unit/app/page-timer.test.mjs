// What is done while the page is seen: not otherwise, and never as if no time had passed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LATE, PageTimer } from "../../../src/app/page-timer.js";
import { Clock } from "../fake-clock.mjs";

/** A pulse of 500 ms; the wall's clock and the page's are the same until one of them is moved. */
function beating() {
  const clock = new Clock();
  const here = { clock, beats: 0, slept: [], wall: 0, steady: 0 };
  here.pulse = new PageTimer(
    { every: 500, beat: () => here.beats++, slept: (how) => here.slept.push(how) },
    { setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout },
    () => clock.now + here.wall,
    () => clock.now + here.steady,
  );
  return here;
}

test("it beats while the page is seen, and a page that is not seen has no timer at all", async () => {
  const here = beating();
  here.pulse.start();
  here.pulse.start();
  await here.clock.advance(5_000);
  assert.equal(here.beats, 10);
  here.pulse.stop();
  assert.equal(here.clock.timers.size, 0);
  await here.clock.advance(600_000);
  assert.equal(here.beats, 10);
  here.pulse.start();
  await here.clock.advance(1_000);
  assert.deepEqual([here.beats, here.slept], [12, []], "and that nobody looked is no sleep");
  here.pulse.stop();
});

test("a beat that is much too late was slept through", async () => {
  const here = beating();
  here.pulse.start();
  await here.clock.advance(2_000);
  // The machine sleeps for an hour: both clocks go on, but no timer runs.
  here.wall += 3_600_000;
  here.steady += 3_600_000;
  await here.clock.advance(500);
  assert.deepEqual(here.slept, [{ late: 3_600_000, frozen: 0 }]);
  await here.clock.advance(5_000);
  assert.equal(here.slept.length, 1, "it is said once");
  here.pulse.stop();
});

test("a busy machine did not sleep", async () => {
  const here = beating();
  here.pulse.start();
  await here.clock.advance(1_000);
  here.wall += LATE - 1;
  here.steady += LATE - 1;
  await here.clock.advance(500);
  assert.deepEqual(here.slept, []);
  here.pulse.stop();
});

test("where the page's clock stood still in sleep, it is known for how long; behind another page too", async () => {
  const here = beating();
  here.pulse.start();
  await here.clock.advance(1_000);
  here.wall += 60_000;
  await here.clock.advance(500);
  assert.deepEqual(here.slept, [{ late: 60_000, frozen: 60_000 }]);
  here.pulse.stop();
  here.wall += 90_000;
  here.pulse.start();
  assert.deepEqual(here.slept[1], { late: 0, frozen: 90_000 });
  here.pulse.stop();
});

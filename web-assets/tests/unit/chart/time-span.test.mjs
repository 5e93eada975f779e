// Which stretch of time is seen, and how high the axis goes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../../../src/chart/keyboard-cursor.js";
import { roundTop, ticks, AxisTop } from "../../../src/chart/axis-scale.js";
import { TimeSpan } from "../../../src/chart/time-span.js";
import { steps } from "../../../src/shared/format.js";
import { windowSpoken, windowsOf, windowWords } from "../../../src/chart/chart-tools.js";

test("the view follows the newest until it is paused, and again when it is live", () => {
  const span = new TimeSpan(60_000);
  assert.deepEqual(span.range(100_000), { from: 40_000, to: 100_000 });
  span.pause(100_000);
  assert.deepEqual(span.range(150_000), { from: 40_000, to: 100_000 });
  assert.equal(span.behind(150_000), 50_000);
  span.pause(150_000);
  assert.equal(span.range(150_000).to, 100_000, "paused once more it stays where it is");
  span.live();
  assert.equal(span.range(150_000).to, 150_000);
  assert.equal(span.behind(150_000), 0);
});

test("a zoom shows its stretch, whichever way it was drawn, and stays in what is remembered", () => {
  const span = new TimeSpan(60_000);
  span.zoom(90_000, 70_000, 100_000, 0);
  assert.deepEqual(span.range(200_000), { from: 70_000, to: 90_000 });
  span.zoom(98_000, 99_000, 100_000, 0);
  const { from, to } = span.range(100_000);
  assert.equal(to - from, 5_000, "no shorter than this");
  assert.ok(to <= 100_000);
  span.unzoom();
  assert.ok(span.following);
});

test("leaving a zoom leaves the pause", () => {
  const span = new TimeSpan(60_000);
  span.pause(100_000);
  span.zoom(60_000, 80_000, 110_000, 0);
  span.unzoom();
  assert.deepEqual(span.range(200_000), { from: 40_000, to: 100_000 });
});

test("zooming in keeps the moment under the pointer where it is; zooming out to the window ends the zoom", () => {
  const span = new TimeSpan(100_000);
  span.scale(0.5, 75_000, 100_000, 0);
  assert.deepEqual(span.range(100_000), { from: 37_500, to: 87_500 });
  span.scale(2, 75_000, 100_000, 0);
  assert.ok(span.following);
});

test("moving through time ends at both ends of what is remembered", () => {
  const span = new TimeSpan(60_000);
  span.pan(-30_000, 600_000, 0);
  assert.deepEqual(span.range(600_000), { from: 510_000, to: 570_000 });
  span.pan(-9_000_000, 600_000, 0);
  assert.deepEqual(span.range(600_000), { from: 0, to: 60_000 });
  span.pan(9_000_000, 600_000, 0);
  assert.equal(span.range(600_000).to, 600_000);
  span.zoom(100_000, 120_000, 600_000, 0);
  span.pan(-500_000, 600_000, 0);
  assert.deepEqual(span.range(600_000), { from: 0, to: 20_000 });
});

test("the axis ends at a round figure of its unit, above the highest point", () => {
  assert.equal(roundTop(93e6, "bit"), 100e6);
  assert.equal(roundTop(93e6, "byte"), 8 * 15e6);
  for (const unit of ["bit", "byte"]) {
    for (let most = 1_000; most < 1e11; most *= 1.37) {
      const top = roundTop(most, unit);
      assert.ok(top >= most * 1.05 && top <= most * 1.8, `${most} → ${top}`);
      const size = steps(unit).find((size) => size * 5 >= most * 1.05);
      assert.equal(top % size, 0, `${most} → ${top}`);
    }
  }
});

test("the axis goes up at once, comes down late, and does not flutter", () => {
  const top = new AxisTop();
  assert.equal(top.fit(40e6, "bit", 0), 50e6);
  assert.equal(top.fit(90e6, "bit", 1_000), 100e6);
  assert.equal(top.fit(70e6, "bit", 2_000), 100e6, "a little less changes nothing, ever");
  assert.equal(top.fit(70e6, "bit", 100_000), 100e6);
  assert.equal(top.fit(10e6, "bit", 101_000), 100e6);
  assert.equal(top.fit(30e6, "bit", 105_000), 100e6);
  assert.equal(top.fit(10e6, "bit", 109_000), 40e6, "room for the highest of the meantime");
  assert.equal(top.fit(10e6, "bit", 110_000), 40e6);
  top.reset();
  assert.equal(top.fit(10e6, "bit", 111_000), 15e6);
});

test("silence looks like silence", () => {
  assert.ok(new AxisTop().fit(5, "bit", 0) >= 10_000);
});

test("there are windows as far back as the server remembers", () => {
  const minutes = (recent) => windowsOf(recent).map((ms) => ms / 60_000);
  assert.deepEqual(minutes(600_000), [1, 5, 10]);
  assert.deepEqual(minutes(3_600_000), [1, 5, 15, 30, 60]);
  assert.deepEqual(minutes(30_000), [1]);
  assert.deepEqual(minutes(21_600_000), [1, 5, 15, 30, 60, 180, 360]);
  assert.deepEqual(minutes(8_400_000), [1, 5, 15, 30, 60, 140]);
  assert.deepEqual(minutes(90_000_000), [1, 5, 15, 30, 60, 180, 360], "longer is history");
});

test("a window is written as operators do, never with a fraction", () => {
  const texts = { "window.m": "{n}m", "window.h": "{n}j", minutes: "{n} menit", hours: "{n} jam" };
  const written = windowsOf(8_400_000).map((ms) => windowWords(ms, texts));
  assert.deepEqual(written, ["1m", "5m", "15m", "30m", "1j", "2j20m"]);
  assert.deepEqual([windowWords(10_800_000, texts), windowWords(21_600_000, texts)], ["3j", "6j"]);
  assert.equal(windowSpoken(8_400_000, texts), "2 jam 20 menit");
});

test("the keys lead the cross-hair from point to point, within what is seen", () => {
  const times = [0, 2, 4, 6, 8];
  const range = { from: 2_000, to: 6_000 };
  assert.equal(step(times, null, "ArrowLeft", range), 6_000, "it enters at the newest");
  assert.equal(step(times, null, "ArrowRight", range), 6_000);
  assert.equal(step(times, 6_000, "ArrowLeft", range), 4_000);
  assert.equal(step(times, 2_000, "ArrowLeft", range), 2_000);
  assert.equal(step(times, 4_000, "ArrowRight", range), 6_000);
  assert.equal(step(times, 4_000, "Home", range), 2_000);
  assert.equal(step(times, 4_000, "x", range), null);
  assert.equal(step([], null, "ArrowLeft", range), null);
});

test("the axis' figures end where the axis ends, where there is room for such steps", () => {
  assert.equal(ticks("bit", 0, 150e6, 300, 30)[0], 50e6);
  assert.equal(ticks("bit", 0, 100e6, 300, 30)[0], 10e6);
  assert.equal(ticks("byte", 0, 8 * 15e6, 300, 30)[0], 8 * 5e6);
  assert.equal(ticks("bit", -40e6, 100e6, 300, 30)[0], 20e6);
  for (const height of [60, 300]) assert.ok(ticks("bit", -1e4, 1.5e8, height, 30).length > 0, "there are always some");
  for (const height of [60, 78])
    assert.equal(ticks("bit", 0, 15e6, height, 30)[0], 10e6, "a low chart has a figure too, besides zero");
});

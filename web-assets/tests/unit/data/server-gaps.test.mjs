// Why nothing is known, as the server tells it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerGaps } from "../../../src/data/server-gaps.js";

test("a stretch is explained by what lasted longest in it", () => {
  const gaps = new ServerGaps();
  gaps.add([
    { from: 1_000, to: 4_000, reason: "unwatched" },
    { from: 4_000, to: 20_000, reason: "unreachable", cause: "timed-out" },
  ]);
  assert.equal(gaps.why({ from: 0, to: 5_000 }).reason, "unwatched");
  assert.equal(gaps.why({ from: 3_000, to: 9_000 }).cause, "timed-out");
  assert.equal(gaps.why({ from: 20_000, to: 30_000 }), null);
});

test("what has no end yet goes on, and has one when it is told", () => {
  const gaps = new ServerGaps();
  gaps.add([{ from: null, to: 500, reason: "restarted" }]);
  gaps.add([{ from: 2_000, to: null, reason: "unreachable", cause: "refused" }]);
  assert.equal(gaps.why({ from: 50_000, to: 60_000 }).cause, "refused");
  assert.equal(gaps.why({ from: -9_000, to: 400 }).reason, "restarted");
  gaps.add([{ from: 2_000, to: 8_000, reason: "rebooted" }]);
  assert.equal(gaps.why({ from: 50_000, to: 60_000 }), null, "it is over");
  assert.equal(gaps.why({ from: 3_000, to: 7_000 }).reason, "rebooted");
});

test("with the clock the reasons move, or are forgotten", () => {
  const gaps = new ServerGaps();
  gaps.add([{ from: 1_000, to: 4_000, reason: "unwatched" }]);
  gaps.shift(-1_000);
  assert.equal(gaps.why({ from: 3_100, to: 5_000 }), null);
  assert.equal(gaps.why({ from: 0, to: 3_000 }).reason, "unwatched");
  gaps.shift(null);
  assert.equal(gaps.why({ from: 0, to: 3_000 }), null);
});

test("nonsense is no reason, and there are not more of them than are kept", () => {
  const gaps = new ServerGaps();
  gaps.add(undefined);
  const all = Array.from({ length: 1_000 }, (_, at) => at * 2_000);
  gaps.add(all.map((from) => ({ from, to: from + 1_500, reason: "unwatched" })));
  assert.equal(gaps.why({ from: 0, to: 1_000 }), null, "the oldest are gone");
  assert.equal(gaps.why({ from: 1_998_000, to: 1_999_000 }).reason, "unwatched");
});

// What there is to choose of the log's levels.

import assert from "node:assert/strict";
import test from "node:test";
import { choices } from "../../../src/account/log-level.js";

const texts = {
  set_log_error: "e",
  set_log_warn: "w",
  set_log_info: "i",
  set_log_debug: "d",
  set_log_trace: "t",
  set_log_own: "own: {filter}",
};

test("the five levels are there, and a filter of somebody's own only where it is in effect", () => {
  assert.deepEqual(
    choices("info", texts).map(([level]) => level),
    ["error", "warn", "info", "debug", "trace"],
  );
  const own = choices("info,lalin_mikrotik=debug", texts);
  assert.deepEqual(own[0], ["info,lalin_mikrotik=debug", "own: info,lalin_mikrotik=debug"]);
  assert.equal(own.length, 6);
});

// The count beside the way to the alerts: told by the page's stream, asked for where none tells.

import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = Object.assign(new EventTarget(), { hidden: false });
const { unseen } = await import("../../../src/alerts/alert-count.js");
const { standingAlerts, tellAlerts } = await import("../../../src/data/standing-alerts.js");

test("what waits to be sure and what somebody looks after are not counted", () => {
  const alert = (state, acknowledged = null) => ({ state, acknowledged });
  assert.equal(
    unseen([alert("pending"), alert("firing"), alert("firing", { by: "sari", at: 1 }), alert("clearing")]),
    2,
  );
  assert.equal(unseen([]), 0);
});

test("whoever shows alerts hears of a change, and of a stream that is gone", () => {
  const heard = [];
  document.addEventListener("alertschange", () => heard.push(standingAlerts()));
  tellAlerts([]);
  tellAlerts(null);
  assert.deepEqual(heard, [[], null]);
});

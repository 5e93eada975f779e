// A server that answers, but not to this visitor or not about this router, is not asked for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EventStream } from "../../../src/data/event-stream.js";
import { Clock } from "../fake-clock.mjs";

function asked(status, problem, refused) {
  const clock = new Clock();
  const seen = { asked: 0, refused: [], broken: 0 };
  const listener = { event() {}, proven() {}, broken: () => seen.broken++ };
  if (refused) listener.refused = (told) => (seen.refused.push(told.code), refused(told));
  const fetch = async () => (
    seen.asked++, new Response(problem === null ? "oops" : JSON.stringify(problem), { status })
  );
  const stream = new EventStream(() => "/stream", listener, {
    fetch,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  });
  stream.start();
  return { clock, seen, stream };
}

test("where one has to log in the stream stops, and says so once", async () => {
  const { clock, seen } = asked(401, { code: "login-needed" }, () => true);
  await clock.advance(600_000);
  assert.deepEqual(seen, { asked: 1, refused: ["login-needed"], broken: 0 });
});

test("a refusal that nobody takes up is a break like any other", async () => {
  for (const refused of [() => false, null]) {
    const { clock, seen, stream } = asked(403, { code: "forbidden" }, refused);
    await clock.advance(20_000);
    assert.ok(seen.asked > 2 && seen.broken > 2);
    stream.stop();
  }
});

test("a proxy's own page of refusal is none of ours", async () => {
  const { clock, seen, stream } = asked(403, null, () => true);
  await clock.advance(20_000);
  assert.ok(seen.asked > 2);
  assert.deepEqual(seen.refused, []);
  stream.stop();
});

test("after it was refused it can be started again", async () => {
  const { clock, seen, stream } = asked(401, { code: "login-needed" }, () => true);
  await clock.advance(1_000);
  stream.start();
  await clock.advance(1_000);
  assert.equal(seen.asked, 2);
});

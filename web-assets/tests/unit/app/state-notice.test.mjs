// The line that says that the server has lost the others of its cluster.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

globalThis.document = Object.assign(new EventTarget(), { hidden: false });
const { noticeOf } = await import("../../../src/app/state-notice.js");
const { api, stateAge } = await import("../../../src/shared/api.js");

const TEXTS = JSON.parse(readFileSync(new URL("../../../../crates/dashboard/texts/en.json", import.meta.url), "utf8"));

test("it says for how long, where that is known", () => {
  assert.equal(
    noticeOf(12_400, TEXTS),
    "Cut off from the other servers for 12 s: data may be old and cannot be changed.",
  );
  assert.ok(noticeOf(2 ** 53, TEXTS).startsWith("Cut off from the other servers: data"));
});

test("each answer of the server says it, and the page hears only of a change", async () => {
  const answers = [null, "7000", "7000", "9000", null];
  let heard = 0;
  document.addEventListener("stateagechange", () => heard++);
  globalThis.fetch = async () => {
    const age = answers.shift();
    return new Response("{}", { headers: age === null ? {} : { "X-Lalin-State-Old-Ms": age } });
  };
  const ages = [];
  while (answers.length > 0) {
    await api.get("/api/v1/me");
    ages.push(stateAge());
  }
  assert.deepEqual(ages, [null, 7_000, 7_000, 9_000, null]);
  assert.equal(heard, 3);
});

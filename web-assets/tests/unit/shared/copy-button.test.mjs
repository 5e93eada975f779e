// A command is copied where the browser lets us, in the old way elsewhere, and is selected at least.

import assert from "node:assert/strict";
import { test } from "node:test";
import { copy } from "../../../src/shared/copy-button.js";

test("with TLS there is a clipboard", async () => {
  const seen = [];
  const clipboard = { writeText: async (text) => seen.push(text) };
  assert.equal(
    await copy("/ip service", () => seen.push("selected"), { clipboard, exec: () => seen.push("old way") }),
    true,
  );
  assert.deepEqual(seen, ["/ip service"]);
});

test("without one, or where it is forbidden, what is selected is copied in the old way", async () => {
  for (const clipboard of [undefined, { writeText: () => Promise.reject(new Error("forbidden")) }]) {
    const seen = [];
    assert.equal(
      await copy("x", () => seen.push("selected"), { clipboard, exec: () => seen.push("copied") > 0 }),
      true,
    );
    assert.deepEqual(seen, ["selected", "copied"]);
  }
});

test("where nothing may copy, the hand can", async () => {
  assert.equal(await copy("x", () => {}, { exec: () => false }), false);
  assert.equal(
    await copy("x", () => {}, {
      exec: () => {
        throw new Error("no");
      },
    }),
    false,
  );
});

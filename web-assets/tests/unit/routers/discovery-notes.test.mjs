// What the setup page says beside the routers that it found: who listens, and why one may be missing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { discoveryNotes } from "../../../src/routers/discovery-notes.js";

for (const lang of ["id", "en"]) {
  const texts = JSON.parse(
    readFileSync(new URL(`../../../../crates/dashboard/texts/${lang}.json`, import.meta.url), "utf8"),
  );

  test(`who listens and hears nobody says so, and who hears somebody says nothing (${lang})`, () => {
    assert.deepEqual(discoveryNotes({ listening: true, problem: null }, 0, texts), [texts.setup_nobody]);
    assert.deepEqual(discoveryNotes({ listening: true, problem: null }, 2, texts), []);
    assert.deepEqual(discoveryNotes({ listening: false }, 0, texts), [texts.setup_deaf]);
  });

  test(`a port that another program has is told, with its number and the system's words (${lang})`, () => {
    const states = [
      [true, 0],
      [true, 3],
      [false, 0],
    ];
    for (const [listening, found] of states) {
      const said = discoveryNotes({ listening, problem: "Address already in use (os error 98)" }, found, texts).at(-1);
      assert.match(said, /UDP port 5678|port UDP 5678/);
      assert.match(said, /Address already in use \(os error 98\)/);
      assert.doesNotMatch(said, /[{}]/);
    }
  });
}

// The keys that work everywhere, and where they do not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { command, KEYS } from "../../../src/app/keyboard-shortcuts.js";

const press = (key, more = {}) => command({ key, ...more }, false);

test("each key does what the help says, small or capital", () => {
  for (const [key, name] of KEYS) {
    assert.equal(press(key), name);
    assert.equal(press(key.toLowerCase()), name);
  }
  assert.equal(press("Escape"), "escape");
  assert.equal(press("x"), null);
});

test("a key with Ctrl is the browser's, one that was used is somebody else's, one held down works once", () => {
  for (const more of [
    { ctrlKey: true },
    { metaKey: true },
    { altKey: true },
    { defaultPrevented: true },
    { repeat: true },
    { isComposing: true },
  ]) {
    assert.equal(press("p", more), null, JSON.stringify(more));
  }
});

test("where somebody types a letter is a letter", () => {
  assert.equal(command({ key: "p" }, true), null);
  assert.equal(command({ key: "Escape" }, true), null);
});

test("every key has its words in both languages", () => {
  for (const lang of ["id", "en"]) {
    const texts = JSON.parse(
      readFileSync(new URL(`../../../../crates/dashboard/texts/${lang}.json`, import.meta.url), "utf8"),
    );
    for (const [, name] of KEYS) assert.ok(texts[`key.${name}`], `${lang}: ${name}`);
  }
});

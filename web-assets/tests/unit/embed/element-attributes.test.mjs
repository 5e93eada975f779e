// What the attributes of an embedded element ask for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { askedOf, langOf, MOST, namesOf, windowOf } from "../../../src/embed/element-attributes.js";

test("a window is written as people write it, and stays within bounds", () => {
  const cases = [
    ["5m", 300_000],
    ["90s", 90_000],
    ["1h", 3_600_000],
    [" 10 M ", 600_000],
    ["1.5h", 5_400_000],
    ["120", 120_000],
    ["1s", 30_000],
    ["99h", 4 * 3_600_000],
  ];
  for (const [text, ms] of cases) assert.equal(windowOf(text), ms, text);
  for (const text of [null, undefined, "", "banana", "-5m", "0", "5d", "5m5", "NaN", "1e9", "<b>"])
    assert.equal(windowOf(text), 300_000, String(text));
});

test("names are separated by commas, each once and only so many", () => {
  assert.deepEqual(namesOf("ether1, <pppoe-budi> ,,ether1"), ["ether1", "<pppoe-budi>"]);
  assert.deepEqual(namesOf("a%2Cb,c%252Cd,50%"), ["a,b", "c%2Cd", "50%"]);
  assert.deepEqual(namesOf(null), []);
  assert.equal(namesOf(Array.from({ length: 50 }, (_, n) => `e${n}`).join()).length, MOST);
});

test("the language is the element's, else the page's, else the browser's, else Indonesian", () => {
  assert.equal(langOf("en", "id"), "en");
  assert.equal(langOf(null, "id-ID", "en-US"), "id");
  assert.equal(langOf("xx", "", "en_GB"), "en");
  assert.equal(langOf("in"), "id");
  assert.equal(langOf(), "id");
});

test("whatever the attributes say, something sensible is asked for", () => {
  const of = (attributes, langs) => askedOf((name) => attributes[name] ?? null, langs);
  assert.deepEqual(of({}), {
    router: null,
    names: [],
    windowMs: 300_000,
    lang: "id",
    theme: "auto",
    unit: "bit",
    token: null,
  });
  const all = {
    router: " main ",
    interface: "ether1",
    window: "90s",
    lang: "EN",
    theme: "Dark",
    unit: "byte",
    token: " t ",
  };
  assert.deepEqual(of(all), {
    router: "main",
    names: ["ether1"],
    windowMs: 90_000,
    lang: "en",
    theme: "dark",
    unit: "byte",
    token: "t",
  });
  assert.deepEqual(of({ theme: "purple", unit: "furlong", token: " " }, ["en"]), { ...of({}), lang: "en" });
});

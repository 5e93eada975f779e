// The pill in the header: each state has its shape, its word, and its age or countdown.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

globalThis.location = /** @type {any} */ ({ search: "", href: "http://lalin/" });
const { StatusLine } = await import("../../../src/trouble/status-line.js");

const texts = JSON.parse(readFileSync(new URL("../../../../crates/dashboard/texts/id.json", import.meta.url), "utf8"));

/** As much of an element as the pill uses. */
function fake(child = null) {
  const attributes = new Map();
  return {
    textContent: "",
    hidden: false,
    title: "",
    dataset: {},
    firstElementChild: child,
    getAttribute: (name) => attributes.get(name) ?? null,
    setAttribute: (name, value) => attributes.set(name, value),
    toggleAttribute: (name, on) => (on ? attributes.set(name, "") : attributes.delete(name)),
    has: (name) => attributes.has(name),
  };
}

function pill() {
  const parts = { "#state-sign": fake(fake()), "#state-word": fake(), "#state-age": fake(), "#state-why": fake() };
  const root = { ...fake(), querySelector: (name) => parts[name] };
  const retry = fake();
  const line = new StatusLine(/** @type {any} */ (root), /** @type {any} */ (retry), texts, "id");
  const known = { ageMs: 800, now: 1_000, retryAt: 0, failures: 0, router: { code: "live" }, offline: false };
  return {
    root,
    retry,
    /** Shape, word, age and countdown. */
    shows(state, more = {}, until = "") {
      line.show(state, /** @type {any} */ ({ ...known, ...more }), until);
      const shape = parts["#state-sign"].firstElementChild.getAttribute("href");
      return [shape, ...["word", "age", "why"].map((part) => parts[`#state-${part}`].textContent)];
    },
  };
}

test("the good state is a dot, a word and the data's age", () => {
  assert.deepEqual(pill().shows("live"), ["#s-up", "Live", "0,8 dtk", ""]);
});

test("old data counts its age in two parts at most", () => {
  assert.deepEqual(pill().shows("stale", { ageMs: 12_400 }), ["#s-late", "Data lama", "12 dtk", ""]);
  assert.deepEqual(pill().shows("late", { ageMs: 170_000 }), ["#s-late", "Terlambat", "2 mnt 50 dtk", ""]);
});

test("a router in trouble is named by its cause, and its sentence is for whoever points at it", () => {
  const { shows, root } = pill();
  const router = { code: "unreachable", reason: "wrong-credentials" };
  assert.deepEqual(shows("unreachable", { router, ageMs: null }), ["#s-bad", "Sandi salah", "", ""]);
  assert.equal(root.title, texts["reason.wrong-credentials"]);
  assert.deepEqual(root.dataset, { state: "unreachable", reason: "wrong-credentials" });
});

test("a lost server counts attempts and seconds, and can be tried at once", () => {
  const { shows, retry } = pill();
  const waiting = { failures: 3, retryAt: 8_500 };
  assert.deepEqual(shows("reconnecting", waiting), ["#s-unk", "Menyambung ulang", "", "ke-3, lagi 8 dtk"]);
  assert.equal(retry.hidden, false);
  assert.equal(shows("reconnecting", { ...waiting, offline: true })[1], texts["trouble.offline"]);
  assert.equal(retry.hidden, true, "trying is no use without a network");
});

test("a view that stands still says until when it shows, unless something worse is the matter", () => {
  const { shows, root } = pill();
  assert.deepEqual(shows("live", {}, "14:02:10"), ["#s-pause", "Dijeda", "14:02:10", ""]);
  assert.equal(root.has("data-paused"), true);
  assert.equal(root.dataset.state, "live");
  assert.equal(shows("stale", { ageMs: 9_000 }, "14:02:10")[1], "Data lama");
  assert.equal(root.has("data-paused"), false);
});

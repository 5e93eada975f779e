// The list's order: searched, filtered, sorted, grouped.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, byName, compareGroups, groupOf, resorted, titleOf } from "../../../src/interfaces/list-order.js";
import { shortName } from "../../../src/shared/format.js";

const entry = (name, type, comment = "") => {
  const facts = { name, type, comment };
  return {
    ...facts,
    label: shortName(name),
    group: groupOf(facts),
    words: `${name}\n${comment}\n${type}`.toLowerCase(),
  };
};
const ALL = [
  entry("ether10", "ether"),
  entry("ether2", "ether", "Kantor"),
  entry("ether1", "ether", "WAN Indihome"),
  entry("<pppoe-siti>", "pppoe-in", "Paket 20M"),
  entry("<pppoe-Budi>", "pppoe-in"),
  entry("bridge", "bridge"),
  entry("lo", "loopback"),
].sort(byName("id"));
const PLAIN = { search: "", groups: new Set(), only: null, by: "name", grouped: false, rank: () => 0 };
const shown = (wish) =>
  arrange(ALL, { ...PLAIN, ...wish }).map((item) => item.name ?? `[${titleOf(item.heading)} ${item.members.length}]`);

test("names are sorted as people count, by the customer's own name", () => {
  assert.deepEqual(shown({}), ["bridge", "<pppoe-Budi>", "ether1", "ether2", "ether10", "lo", "<pppoe-siti>"]);
});

test("groups stand in their order, uplinks first, what is not known last under its type", () => {
  assert.deepEqual(shown({ grouped: true }), [
    "[WAN 1]",
    "ether1",
    "[Ethernet 2]",
    "ether2",
    "ether10",
    "[Bridge 1]",
    "bridge",
    "[PPPoE 2]",
    "<pppoe-Budi>",
    "<pppoe-siti>",
    "[loopback 1]",
    "lo",
  ]);
});

test("the busiest comes first; equals stay in the order of their names", () => {
  const rank = ({ name }) => ({ lo: 5, ether10: 9 })[name] ?? 0;
  assert.deepEqual(shown({ by: "total", rank }).slice(0, 4), ["ether10", "lo", "bridge", "<pppoe-Budi>"]);
  assert.deepEqual(shown({ by: "type" }).slice(0, 3), ["bridge", "ether1", "ether2"]);
});

test("a search looks through name, comment and type, every word of it, letter case aside", () => {
  assert.deepEqual(shown({ search: "BUDI" }), ["<pppoe-Budi>"]);
  assert.deepEqual(shown({ search: "20m pppoe" }), ["<pppoe-siti>"]);
  assert.deepEqual(shown({ search: "kantor bridge" }), []);
});

test("groups and activity leave out the rest, with the empty groups' headings", () => {
  assert.deepEqual(shown({ groups: new Set(["pppoe"]), only: ({ name }) => name.includes("siti"), grouped: true }), [
    "[PPPoE 1]",
    "<pppoe-siti>",
  ]);
});

test("turned, the least comes first; what is not known stays last", () => {
  const rank = ({ name }) => ({ lo: 5, ether10: 9, bridge: 1 })[name] ?? null;
  assert.deepEqual(shown({ by: "down", rank }).slice(0, 4), ["ether10", "lo", "bridge", "<pppoe-Budi>"]);
  assert.deepEqual(shown({ by: "down", rank, back: true }).slice(0, 4), ["bridge", "lo", "ether10", "<pppoe-Budi>"]);
  assert.deepEqual(shown({ back: true }).slice(0, 3), ["<pppoe-siti>", "lo", "ether10"]);
});

test("what is put away is found by itself and nowhere else; favourites may stand alone", () => {
  const set = { ether2: { hidden: true, favourite: true }, bridge: { favourite: true } };
  const entries = ALL.map((one) => ({ ...one, ...set[one.name] }));
  const names = (wish) => arrange(entries, { ...PLAIN, ...wish }).map(({ name }) => name);
  assert.ok(!names({}).includes("ether2"));
  assert.deepEqual(names({ search: "kantor" }), []);
  assert.deepEqual(names({ hidden: true }), ["ether2"]);
  assert.deepEqual(names({ favourites: true }), ["bridge"]);
});

test("where the server knows the uplinks, no name makes one", () => {
  const told = (facts) => groupOf(facts, true);
  assert.equal(told({ name: "ether5", type: "ether", wan: true }), "wan");
  assert.equal(told({ name: "ether1-WAN", type: "ether" }), "ethernet");
  assert.equal(told({ name: "pppoe-out1", type: "pppoe-out" }), "pppoe");
});

test("an uplink is known by its name or comment as a word, or by its type", () => {
  const wan = (name, type, comment = null) => groupOf({ name, type, comment }) === "wan";
  assert.ok(
    wan("ether1-WAN", "ether") &&
      wan("sfp1", "sfp", "uplink ke ISP") &&
      wan("pppoe-out1", "pppoe-out") &&
      wan("lte1", "lte"),
  );
  assert.ok(!wan("ether5", "ether", "Pak Wanto") && !wan("<pppoe-wan>", "pppoe-in") && !wan("bridge-WAN", "bridge"));
});

test("groups of an unknown kind follow the known ones by name", () => {
  assert.deepEqual(["zz", "tunnel", "aa", "wan"].sort(compareGroups), ["wan", "tunnel", "aa", "zz"]);
});

test("a list in which few are new is sorted as if all were", () => {
  const compare = byName("id");
  const all = ["ether10", "ether2", "b", "a", "z", "ether1", "c"].map((name) => entry(name, "ether"));
  const map = (entries) => new Map(entries.map((one) => [one.name, one]));
  const sorted = (entries) => [...entries].sort(compare);
  let before = [];
  for (const now of [all.slice(0, 3), all, all.slice(2), all.slice(5), [], all.slice(1, 6)]) {
    before = resorted(before, map(now), compare);
    assert.deepEqual(before, sorted(now));
  }
  const changed = all.slice(1, 6).map((one) => ({ ...one, comment: "new" }));
  assert.ok(resorted(before, map(changed), compare).every(({ comment }) => comment === "new"));
});

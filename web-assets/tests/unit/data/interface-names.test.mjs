// Names: in an address, of several interfaces, under another name, and with what cannot be seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { joined, keyed, listed, meant, moved, renamed, shown, shownName } from "../../../src/data/interface-names.js";
import { PointStore } from "../../../src/data/point-store.js";
import { shortName } from "../../../src/shared/format.js";

test("every name comes out of an address as it went in", () => {
  const signs = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
  const names = [
    ...signs.map((sign) => `a${sign}b`),
    ...signs.map((sign) => sign + sign),
    "a%2Cb",
    "a%252Cb",
    "😀",
    "<script>",
  ];
  for (const name of names) assert.deepEqual(listed(joined([name])), [name]);
  assert.deepEqual(listed(joined(names)), names);
  const address = new URL("http://a/");
  address.searchParams.set("interface", joined(names));
  assert.deepEqual(listed(new URL(address.href).searchParams.get("interface")), names);
  assert.deepEqual(listed("a,b"), ["a", "b"]);
});

test("a shared name means all who have it, a key one of them", () => {
  const all = [
    ["m", "m (ether *1)"],
    ["m", "m (vlan *5)"],
    ["a", "a"],
  ].map(([name, key]) => keyed({ name, key }));
  assert.deepEqual(meant("m", all), ["m (ether *1)", "m (vlan *5)"]);
  assert.deepEqual(meant("m (vlan *5)", all), ["m (vlan *5)"]);
  assert.deepEqual(meant("gone", all), []);
  assert.deepEqual(keyed({ name: "of an older server" }).name, "of an older server");
});

test("what was renamed takes its points along, even where names were exchanged", () => {
  const before = [
    { line: 1, name: "ether1" },
    { line: 2, name: "ether2" },
    { line: 3, name: "ether3" },
  ];
  const now = [
    { line: 1, name: "ether2" },
    { line: 2, name: "ether1" },
    { line: 3, name: "ether3" },
    { line: 4, name: "new" },
  ];
  const names = renamed(before, now);
  assert.deepEqual(
    [...names],
    [
      ["ether1", "ether2"],
      ["ether2", "ether1"],
    ],
  );
  assert.deepEqual(
    [
      ...moved(
        new Map([
          ["ether1", 1],
          ["ether2", 2],
          ["x", 3],
        ]),
        names,
      ),
    ],
    [
      ["x", 3],
      ["ether2", 1],
      ["ether1", 2],
    ],
  );
  const store = new PointStore();
  store.add("ether1", 1_000, 1, 1);
  store.add("ether2", 1_000, 2, 2);
  store.rename(names);
  assert.deepEqual([store.series("ether2").rx, store.series("ether1").rx], [[1], [2]]);
  store.merge({ t: [1_000, 3_000], series: [{ name: "m", key: "m (vlan *5)", rx: [7, 8], tx: [7, 8] }] });
  assert.deepEqual(store.series("m (vlan *5)").rx, [7, 8]);
  assert.equal(renamed([{ name: "no line" }], [{ name: "other" }]).size, 0);
});

test("nothing in a name is hidden, and no name looks like another by it", () => {
  assert.equal(shown("\u202etxt.exe"), "⟦U+202E⟧txt.exe");
  assert.equal(shown("ether\u200b1"), "ether⟦U+200B⟧1");
  assert.equal(shown("a\u0000\u001b[2J\u007f"), "a⟦U+0000⟧⟦U+001B⟧[2J⟦U+007F⟧");
  assert.equal(shownName("⟦U+202E⟧"), "⟦U+27E6⟧U+202E⟧", "the mark itself cannot be made up");
  assert.equal(shown(shownName("\u202ea")), "⟦U+202E⟧a", "a name is shown as a text, too");
  assert.equal(shown("two\nlines"), "two\nlines");
  assert.equal(shownName("two\nlines "), "two⟦U+000A⟧lines⟦U+0020⟧");
  assert.equal(shownName("a  b\u00a0c d"), "a ⟦U+0020⟧b⟦U+00A0⟧c d");
  for (const plain of ["ether1", "<pppoe-budi@isp>", "Café “Bu Sri”", "市", "שלום", "👨‍👩‍👧", "❤️", "👍🏽", "a b"])
    assert.equal(shownName(plain), plain);
  assert.equal(shown("1\ufe0f"), "1⟦U+FE0F⟧");
  assert.equal(shortName("<pppoe-bu\u200bdi>"), "bu⟦U+200B⟧di");
});

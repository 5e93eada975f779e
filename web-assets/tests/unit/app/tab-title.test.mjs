// What the browser's tab says, and that it says nothing that has grown old.

import assert from "node:assert/strict";
import test from "node:test";

import { Clock } from "../fake-clock.mjs";

globalThis.location = { search: "", href: "http://localhost/" };
const { iconOf, TabTitle, titleOf } = await import("../../../src/app/tab-title.js");

const line = (name, rx, tx, facts = null) => ({ name, facts, rx, tx });
const live = (seen) => titleOf({ state: "live", word: "Live", router: "Kantor", line: null, ...seen }, "id");

test("the figures of the first line are in one unit, the download first", () => {
  assert.equal(live({ line: line("ether1", 213.4e6, 66.2e6) }), "↓213 ↑66 Mbps · ether1");
  assert.equal(live({ line: line("ether1", 2.14e6, 340e3) }), "↓2,1 ↑0,3 Mbps · ether1");
  assert.equal(live({ line: line("ether1", 771e3, 0) }), "↓771 ↑0 kbps · ether1");
  assert.equal(live({ line: line("ether1", null, 5e6) }), "↓– ↑5,0 Mbps · ether1", "unknown is not 0");
});

test("a customer's download is what the router sends", () => {
  const customer = line("<pppoe-budi>", 1e6, 18e6, { pointOfView: "customer" });
  assert.equal(live({ line: customer }), "↓18 ↑1,0 Mbps · budi");
});

test("a trouble is named by the pill's word, whatever was chosen", () => {
  const seen = { word: "Sandi salah", router: "Kantor", line: line("ether1", 5e6, 1e6) };
  assert.equal(live({ ...seen, state: "unreachable" }), "⚠ Sandi salah · Kantor");
  assert.equal(live({ ...seen, state: "stopped", word: "Berhenti" }), "Berhenti · ether1");
  assert.equal(live({ state: "loading", word: "Memuat", router: "" }), "Memuat · Lalin");
});

test("each state has an icon of its own, and troubles are counted in it", () => {
  const states = ["live", "late", "stale", "loading", "unreachable", "stopped"];
  assert.equal(new Set(states.map((state) => iconOf(state))).size, states.length);
  assert.match(decodeURIComponent(iconOf("live", 3)), />3<\/text>/);
  assert.match(decodeURIComponent(iconOf("live", 12)), />9\+<\/text>/);
});

test("what nobody renews while the page is hidden is taken back", async () => {
  const clock = new Clock();
  const [page, icon] = [{ title: "Trafik · Lalin" }, { href: "" }];
  const tab = new TabTitle(page, icon, clock);
  tab.show("↓213 ↑66 Mbps · ether1", "live", true);
  await clock.advance(10_000);
  tab.show("↓215 ↑66 Mbps · ether1", "live", true);
  await clock.advance(10_000);
  assert.equal(page.title, "↓215 ↑66 Mbps · ether1", "renewed in time");
  await clock.advance(6_000);
  assert.deepEqual([page.title, icon.href], ["Trafik · Lalin", iconOf("stopped")]);
  tab.show("↓1 ↑1 Mbps · ether1", "live");
  await clock.advance(60_000);
  assert.equal(page.title, "↓1 ↑1 Mbps · ether1", "who is seen is renewed by the page");
});

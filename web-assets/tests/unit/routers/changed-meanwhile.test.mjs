// A router that somebody else changed while its form was open.

import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = Object.assign(new EventTarget(), { hidden: false });
const { changedMeanwhile, toldBy } = await import("../../../src/routers/router-fields.js");

const ROUTER = {
  id: "pop",
  name: "POP",
  host: "10.0.0.1",
  port: 8728,
  user: "lalin",
  tlsPolicy: "off",
  intervalMs: 2_000,
  tags: ["barat"],
  notes: "",
  revision: "7",
};

test("only what differs is told, as it stands in the form", () => {
  assert.deepEqual(changedMeanwhile(ROUTER, { ...ROUTER, revision: "8" }), []);
  const now = { ...ROUTER, revision: "8", name: "POP Barat", tlsPolicy: "pin:AB:CD", tags: ["barat", "inti"] };
  assert.deepEqual(changedMeanwhile(ROUTER, now), [
    ["name", "POP Barat"],
    ["tls", "pin"],
    ["pin", "AB:CD"],
    ["tags", "barat, inti"],
  ]);
  assert.deepEqual(changedMeanwhile({ ...ROUTER, notes: "lama" }, ROUTER), [["notes", ""]], "emptied");
});

test("a change says of which settings it is one", () => {
  const fields = Object.fromEntries(
    ["address", "user", "tls", "pin", "name", "notes", "tags", "port", "interval", "password"].map((name) => [
      name,
      { value: "" },
    ]),
  );
  assert.equal(toldBy(fields, ROUTER, "").revision, "7");
  assert.equal("revision" in toldBy(fields, { ...ROUTER, revision: undefined }, ""), false, "a server alone");
  assert.equal("revision" in toldBy(fields, undefined, ""), false, "a new one");
});

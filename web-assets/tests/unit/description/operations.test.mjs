// What the page of the API makes of a description.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { addressOf, fieldsOf, groupsOf, matches, typeName } from "../../../src/description/operations.js";

const ours = JSON.parse(
  readFileSync(new URL("../../../../crates/http/src/openapi/description.json", import.meta.url), "utf8"),
);
const all = groupsOf(ours).flatMap((group) => group.operations);
const named = (id) => all.find((one) => one.id === id);

test("every operation of our own description is shown, under a heading", () => {
  const count = Object.values(ours.paths).reduce((sum, item) => sum + Object.keys(item).length, 0);
  assert.equal(all.length, count);
  assert.ok(groupsOf(ours).every((group) => group.description && group.operations.length > 0));
});

test("an object has the fields of what it is put together of", () => {
  const fields = fieldsOf(ours, { $ref: "#/components/schemas/RouterSettings" }).map((field) => field.name);
  for (const name of ["host", "tlsPolicy", "id", "wanFrom", "downBps"]) assert.ok(fields.includes(name), name);
});

test("types have short names", () => {
  assert.equal(typeName({ type: ["string", "null"] }), "string | null");
  assert.equal(typeName({ type: "array", items: { $ref: "#/components/schemas/Router" } }), "Router[]");
  assert.equal(typeName({ oneOf: [{ type: "null" }, { $ref: "#/components/schemas/Router" }] }), "null | Router");
});

test("a schema that refers to itself has an end", () => {
  const description = { components: { schemas: { A: { allOf: [{ $ref: "#/components/schemas/A" }] } } } };
  assert.deepEqual(fieldsOf(description, { $ref: "#/components/schemas/A" }), []);
});

test("an address has the path and only what was filled in", () => {
  const one = named("getRoutersIdInterfaces");
  assert.equal(addressOf(one, { id: "kantor 1" }), "/api/v1/routers/kantor%201/interfaces");
  assert.equal(addressOf(named("getTop"), { by: "peak", limit: "" }), "/api/v1/top?by=peak");
});

test("a search finds by path, method and parameter, all words of it", () => {
  assert.ok(matches(named("getPercentile"), "get PERCENT month"));
  assert.ok(!matches(named("getPercentile"), "percentile post"));
});

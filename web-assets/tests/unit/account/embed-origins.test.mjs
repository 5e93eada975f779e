// Of whatever is typed or pasted the origin is taken.

import assert from "node:assert/strict";
import { test } from "node:test";
import { originOf } from "../../../src/account/embed-origins.js";

test("an address with a path is of its origin", () => {
  assert.equal(originOf(" https://Billing.example.id/pelanggan?id=1#x "), "https://billing.example.id");
  assert.equal(originOf("http://192.168.1.5:8080/"), "http://192.168.1.5:8080");
  assert.equal(originOf("https://billing.example.id:443"), "https://billing.example.id");
});

test("without a scheme it is a secure page", () => {
  assert.equal(originOf("billing.example.id"), "https://billing.example.id");
  assert.equal(originOf("billing.example.id:8443/x"), "https://billing.example.id:8443");
  assert.equal(originOf("localhost:3000"), "https://localhost:3000");
});

test("what has no origin is none", () => {
  for (const text of [
    "",
    "  ",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,x",
    "https://",
    "https://bukan%20alamat",
    "a b",
    "*",
  ])
    assert.equal(originOf(text), null, text);
});

// What is typed into the form of a router.

import assert from "node:assert/strict";
import { test } from "node:test";
import { endpoint, fingerprint, port } from "../../../src/routers/address-input.js";

test("an address is a name or a number, with its port where it has one", () => {
  const cases = {
    "192.168.88.1": ["192.168.88.1", null],
    " 192.168.88.1:8729 ": ["192.168.88.1", 8_729],
    "router.example.id": ["router.example.id", null],
    "pop-2.isp.example.:80": ["pop-2.isp.example.", 80],
    "fe80::1": ["fe80::1", null],
    "[fe80::1%eth0]:8728": ["fe80::1%eth0", 8_728],
    "::ffff:10.0.0.1": ["::ffff:10.0.0.1", null],
    my_router: ["my_router", null],
  };
  for (const [text, [host, at]] of Object.entries(cases)) assert.deepEqual(endpoint(text), { host, port: at }, text);
});

test("what cannot be one is told before it is sent", () => {
  const wrong = [
    "",
    "not a name",
    "http://192.168.88.1",
    "192.168.88",
    "192.168.88.256",
    "192.168.88.1:",
    "192.168.88.1:0",
    "192.168.88.1:65536",
    "a:b",
    "[192.168.88.1]",
    "[fe80::1",
    "a..b",
    "-a",
    "user@host",
    "a/b",
    `${"a".repeat(64)}.id`,
  ];
  for (const text of wrong) assert.equal(endpoint(text), null, text);
});

test("a port is a number from 1 to 65535", () => {
  assert.deepEqual(["1", "8728", "65535", "0", "65536", "1.5", "1e3", "", "-1"].map(port), [
    1,
    8_728,
    65_535,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("a fingerprint is taken as people have it", () => {
  const digits = "0123456789abcdef".repeat(4);
  const colons = digits.toUpperCase().match(/../g).join(":");
  for (const text of [digits, colons, ` ${colons}\n`, `SHA256:${digits}`])
    assert.equal(fingerprint(text), digits, text);
  for (const text of ["", digits.slice(1), `${digits}0`, "zz".repeat(32)]) assert.equal(fingerprint(text), null, text);
});

// The script that is pasted has the form's own password, and no word for somebody to replace.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boundTo, commandsOf, newPassword } from "../../../src/routers/setup-script.js";

const SCRIPT = [
  "# RouterOS 6.49 or 7. Replace PUT-A-PASSWORD-HERE, then paste this into the router's terminal.",
  "/user group add name=lalin policy=read,api,!write",
  "# A user of that group, who may log in from this address only:",
  '/user add name="lalin" group=lalin password="PUT-A-PASSWORD-HERE" address=192.168.88.10/32',
  "/ip service set api disabled=no",
  "# Whom the service lets in is left as it is.",
  "",
].join("\n");

test("a password is of unmistakable letters, in groups, and never the same", () => {
  const made = new Set(Array.from({ length: 200 }, () => newPassword()));
  assert.equal(made.size, 200);
  for (const one of made) assert.match(one, /^([a-km-np-zA-HJ-NP-Z2-9]{4}-){2}[a-km-np-zA-HJ-NP-Z2-9]{4}$/);
});

test("no letter is likelier than another", () => {
  // Bytes beyond the last whole round are passed over: with them alone there would never be an end.
  let next = 0;
  const made = newPassword((bytes) => {
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = at % 2 ? 255 : next++ % 224;
  });
  assert.equal(made, "abcd-efgh-ijkm");
});

test("the commands have the password and no comment", () => {
  assert.equal(
    commandsOf(SCRIPT, { password: "k7Qm-$&-9pTf", bound: true }),
    [
      "/user group add name=lalin policy=read,api,!write",
      '/user add name="lalin" group=lalin password="k7Qm-$&-9pTf" address=192.168.88.10/32',
      "/ip service set api disabled=no",
    ].join("\n"),
  );
});

test("a user who is not bound to an address may log in from anywhere", () => {
  assert.equal(boundTo(SCRIPT), "192.168.88.10");
  const free = commandsOf(SCRIPT, { password: "p", bound: false });
  assert.ok(!free.includes("address="), free);
  assert.equal(boundTo(free), null);
});

test("a user's name that looks like more than a name changes nothing else", () => {
  const odd = SCRIPT.replace('name="lalin" group', 'name="x password=1 address=1.2.3.4/32" group');
  const made = commandsOf(odd, { password: "p", bound: false });
  assert.ok(made.includes('name="x password=1 address=1.2.3.4/32" group=lalin password="p"\n'), made);
});

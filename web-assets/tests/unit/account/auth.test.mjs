// The way in: where one is sent to log in, and that one comes back to our own pages only.

import assert from "node:assert/strict";
import { test } from "node:test";
import { leaveForLogin, loginAddress, mayChange, ownPath } from "../../../src/account/auth.js";

test("after the login one comes back to a path of our own, with what it asked for", () => {
  assert.equal(
    ownPath("/prepaid/dashboard?router=pop-1&interface=%3Cpppoe-budi%3E"),
    "/prepaid/dashboard?router=pop-1&interface=%3Cpppoe-budi%3E",
  );
  assert.equal(ownPath("/settings"), "/settings");
});

test("no link leads through the login to another site, or round in a circle", () => {
  const foreign = [
    null,
    "",
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "evil",
    "/login",
    "/login?to=/login",
    "/./login",
  ];
  for (const to of foreign) assert.equal(ownPath(to), "/prepaid/dashboard", String(to));
});

test("the login knows where one was", () => {
  const address = loginAddress({ pathname: "/prepaid/dashboard", search: "?router=r1&window=5m" });
  assert.equal(
    ownPath(new URLSearchParams(address.slice("/login".length)).get("to")),
    "/prepaid/dashboard?router=r1&window=5m",
  );
});

test("only a shut door leads to the login", () => {
  const went = [];
  const here = { pathname: "/prepaid/fleet", search: "", replace: (to) => went.push(to) };
  for (const code of ["login-needed", "setup-needed"]) assert.equal(leaveForLogin({ code }, here), true);
  for (const problem of [{ code: "wrong-login" }, { code: "forbidden" }, {}, null])
    assert.equal(leaveForLogin(problem, here), false);
  assert.deepEqual(went, Array(2).fill("/login?to=%2Fprepaid%2Ffleet"));
});

test("changing things is for administrators, and for everybody on a server of one's own", () => {
  assert.equal(mayChange({ state: "open", role: "administrator" }), true);
  assert.equal(mayChange({ state: "in", role: "administrator" }), true);
  assert.equal(mayChange({ state: "in", role: "viewer" }), false);
  assert.equal(mayChange({ state: "open", role: "viewer" }), false, "everybody may look, not change");
  assert.equal(mayChange({ state: "none", role: null }), false);
});

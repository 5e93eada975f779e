// Below a path of a proxy everything is below that path: the page says which, once.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = {
  querySelector: (selector) => (selector === "meta[name=lalin-base]" ? { content: "/lalin" } : null),
};
const asked = [];
globalThis.fetch = async (path) => {
  asked.push(path);
  return new Response("{}", { headers: { "Content-Type": "application/json" } });
};
const { BASE, below } = await import("../../../src/shared/base-path.js");
const { api } = await import("../../../src/shared/api.js");
const { leaveForLogin, loginAddress, ownPath } = await import("../../../src/account/auth.js");
const { dashboardOf } = await import("../../../src/routers/router-summary.js");

test("the page says under which path it is", () => {
  assert.equal(BASE, "/lalin");
  assert.equal(below("/api/v1/me"), "/lalin/api/v1/me");
});

test("the API is asked below it", async () => {
  await api.get("/api/v1/me");
  await api.send("POST", "/api/v1/logout");
  assert.deepEqual(new Set(asked), new Set(["/lalin/api/v1/me", "/lalin/api/v1/logout"]));
});

test("the login leads back below it, and nowhere beside it", () => {
  const address = loginAddress({ pathname: "/lalin/prepaid/fleet", search: "?x=1" });
  assert.equal(address, "/lalin/login?to=%2Flalin%2Fprepaid%2Ffleet%3Fx%3D1");
  assert.equal(ownPath("/lalin/prepaid/fleet?x=1"), "/lalin/prepaid/fleet?x=1");
  for (const beside of ["/", "/lalin", "/laliner/x", "/prepaid/dashboard", "/lalin/../other", "/lalin/login"]) {
    assert.equal(ownPath(beside), "/lalin/prepaid/dashboard", beside);
  }
  const went = [];
  assert.ok(
    leaveForLogin(
      { code: "login-needed" },
      { pathname: "/lalin/settings", search: "", replace: (to) => went.push(to) },
    ),
  );
  assert.deepEqual(went, ["/lalin/login?to=%2Flalin%2Fsettings"]);
});

test("the way to a router's dashboard is below it", () => {
  assert.equal(dashboardOf("pop-1"), "/lalin/prepaid/dashboard?router=pop-1");
});

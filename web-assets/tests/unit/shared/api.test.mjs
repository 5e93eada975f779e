// Asking the API: the guard is learnt, sent and learnt anew; a problem is an error that says what and where.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** The module anew, with a server of the test's own: `answers` in their order, or by path. */
async function asking(server) {
  const asked = [];
  globalThis.fetch = async (path, { method, headers, body, signal }) => {
    asked.push({
      path,
      method,
      guard: headers["X-Lalin-Guard"] ?? null,
      type: headers["Content-Type"] ?? null,
      body,
      signal,
    });
    return server(path, method, asked.length);
  };
  const { api } = await import(`../../../src/shared/api.js?${(turn += 1)}`);
  return { api, asked };
}
let turn = 0;

const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });

beforeEach(() => delete globalThis.fetch);

test("a question needs no guard, a change asks for it once and sends it", async () => {
  const { api, asked } = await asking((path) =>
    path === "/api/v1/me" ? json({ state: "in", guard: "g1" }) : json({ ok: true }),
  );
  await api.get("/api/v1/routers");
  assert.deepEqual(
    asked.map(({ path, guard }) => [path, guard]),
    [["/api/v1/routers", null]],
  );
  await api.send("POST", "/api/v1/routers", { address: "a" });
  await api.send("DELETE", "/api/v1/routers/a");
  assert.deepEqual(
    asked.slice(1).map(({ path, method, guard }) => [path, method, guard]),
    [
      ["/api/v1/me", "GET", null],
      ["/api/v1/routers", "POST", "g1"],
      ["/api/v1/routers/a", "DELETE", "g1"],
    ],
  );
  assert.deepEqual([asked[2].type, asked[2].body], ["application/json", '{"address":"a"}']);
});

test("a server without accounts wants no guard, and is asked about it once", async () => {
  const { api, asked } = await asking((path) =>
    path === "/api/v1/me" ? json({ state: "open", guard: null }) : json({}),
  );
  await api.send("POST", "/x", {});
  await api.send("POST", "/x", {});
  assert.deepEqual(
    asked.map(({ path, guard }) => [path, guard]),
    [
      ["/api/v1/me", null],
      ["/x", null],
      ["/x", null],
    ],
  );
});

test("after a login elsewhere the new guard is learnt, and the change is made once", async () => {
  let guard = "old";
  let made = 0;
  const { api, asked } = await asking((path) => {
    if (path === "/api/v1/me") return json({ guard });
    if (asked.at(-1).guard !== guard) return json({ code: "misdirected", status: 403 }, 403);
    made++;
    return json({});
  });
  await api.send("POST", "/x", {});
  guard = "new";
  await api.send("POST", "/x", {});
  assert.equal(made, 2);
  assert.equal(asked.filter(({ path }) => path === "/api/v1/me").length, 2);
});

test("who is misdirected for another cause is not asked for ever", async () => {
  const { api, asked } = await asking((path) =>
    path === "/api/v1/me" ? json({ guard: "g" }) : json({ code: "misdirected" }, 403),
  );
  await assert.rejects(api.send("POST", "/x", {}), { status: 403, code: "misdirected" });
  assert.equal(asked.filter(({ path }) => path === "/x").length, 1);
});

test("a login's answer brings its guard with it", async () => {
  const { api, asked } = await asking((path) =>
    json(path === "/api/v1/login" ? { state: "in", guard: "mine" } : path === "/api/v1/me" ? { guard: null } : {}),
  );
  await api.send("POST", "/api/v1/login", { name: "a", password: "b" });
  await api.send("POST", "/x", {});
  assert.equal(asked.at(-1).guard, "mine");
});

test("a problem is an error with its code, field and words", async () => {
  const { api } = await asking(() =>
    json({ status: 400, code: "bad-parameter", field: "port", detail: "port: 0" }, 400),
  );
  await assert.rejects(api.get("/x"), {
    status: 400,
    code: "bad-parameter",
    field: "port",
    detail: "port: 0",
    message: "port: 0",
  });
  const late = await asking(() => json({ code: "too-many-attempts", detail: "wait" }, 429, { "Retry-After": "12" }));
  await assert.rejects(late.api.get("/x"), { status: 429, retryAfter: 12 });
});

test("no answer, a proxy's page, plain text and nothing at all", async () => {
  const none = await asking(() => Promise.reject(new TypeError("Failed to fetch")));
  await assert.rejects(none.api.get("/x"), { status: undefined, code: "no-answer", field: null });
  const proxy = await asking(() => new Response("<html>", { status: 502, headers: { "Content-Type": "text/html" } }));
  await assert.rejects(proxy.api.get("/x"), { status: 502, code: "internal", message: "status 502" });
  const plain = await asking(
    () => new Response("/user add", { headers: { "Content-Type": "text/plain; charset=utf-8" } }),
  );
  assert.equal(await plain.api.get("/x"), "/user add");
  const nothing = await asking((path) =>
    path === "/api/v1/me" ? json({ guard: null }) : new Response(null, { status: 204 }),
  );
  assert.equal(await nothing.api.send("DELETE", "/x"), null);
});

test("every question has a limit, and a check a longer one", async (t) => {
  const limits = [];
  t.mock.method(AbortSignal, "timeout", (ms) => (limits.push(ms), new AbortController().signal));
  const { api } = await asking(() => json({ guard: null }));
  await api.get("/x");
  await api.send("POST", "/api/v1/check", {});
  await api.send("POST", "/api/v1/routers/a/check", {});
  assert.deepEqual(limits, [10_000, 30_000, 30_000]);
});

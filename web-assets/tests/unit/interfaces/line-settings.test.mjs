// What people set for a line: by the server where it keeps it, else by this browser; and who it is for.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const kept = new Map();
globalThis.location = { search: "?router=main", origin: "http://lalin" };
globalThis.localStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: (key) => kept.delete(key),
};
kept.set("lalin-views@main", JSON.stringify([["budi", "network"]]));
kept.set("lalin-lines@main", JSON.stringify([["siti", { alias: " Bu Siti ", favourite: true, hidden: "yes" }], 3]));

const { hear, keepWith, mayForEveryone, renameLines, setLine, settingsOf, titleOf, whenSet } = await import(
  "../../../src/interfaces/line-settings.js"
);

/** A server that keeps what it is sent, as the contract says; `refuses` answers instead. */
let server;
beforeEach(() => {
  server = { everyone: new Map(), me: new Map(), sent: [], refuses: null };
});
const answer = (status, body) => ({
  ok: status < 300,
  status,
  headers: new Headers({ "Content-Type": "application/json" }),
  text: async () => JSON.stringify(body),
});
globalThis.fetch = async (path, { method, body }) => {
  if (server.refuses) return answer(server.refuses, { code: "refused" });
  assert.deepEqual([method, path], ["PUT", "/api/v1/lines"]);
  const { router, interface: name, scope, ...change } = JSON.parse(body);
  server.sent.push([router, name, scope, change]);
  server[scope].set(name, { ...server[scope].get(name), ...change });
  return answer(200, { interface: name, ...merged(name) });
};
/** What a person set stands over what an administrator set for all. */
const merged = (name) => {
  const mine = Object.entries(server.me.get(name) ?? {}).filter(([, value]) => value !== null);
  return { ...server.everyone.get(name), ...Object.fromEntries(mine) };
};
/** The list of interfaces, as a stream tells it. */
const listed = (...names) => names.map((name) => ({ name, type: "ether", pointOfView: "network", ...merged(name) }));
const VISITOR = { state: "anonymous", name: null, role: null };
const VIEWER = { state: "in", name: "ani", role: "viewer" };
const ADMINISTRATOR = { state: "in", name: "root", role: "administrator" };
const OWNER = { state: "open", name: null, role: "administrator" };

test("a browser's memory counts where nobody is logged in, without what nobody meant", async () => {
  assert.equal(settingsOf("budi").pointOfView, "network");
  assert.deepEqual(settingsOf("siti"), { alias: "Bu Siti", favourite: true });
  assert.deepEqual([titleOf("siti"), titleOf("<pppoe-ani>")], ["Bu Siti", "ani"]);
  assert.deepEqual(settingsOf("nobody"), {});
  await keepWith("main", VISITOR);
  assert.deepEqual(await setLine("eko", { favourite: true }), { kept: "browser", problem: null });
  assert.deepEqual(server.sent, []);
  assert.ok(kept.get("lalin-lines@main").includes("eko"));
  // What is taken away again needs no remembering.
  await setLine("eko", { favourite: null });
  assert.ok(!kept.get("lalin-lines@main").includes("eko"));
});

test("a visitor's own choice stands over what was set for everyone", async () => {
  server.everyone.set("ether1", { alias: "Fiber", limitDownBps: 3e8 });
  await keepWith("main", VISITOR);
  hear(listed("ether1", "ether2"));
  assert.equal(titleOf("ether1"), "Fiber");
  await setLine("ether1", { alias: "Punyaku" });
  assert.deepEqual([titleOf("ether1"), settingsOf("ether1").limitDownBps], ["Punyaku", 3e8]);
  await setLine("ether1", { alias: null });
});

test("with an account the server keeps it, and what this browser remembered moves there", async () => {
  await keepWith("main", VIEWER);
  assert.equal(mayForEveryone(), false);
  const brought = server.sent.map(([router, name, scope]) => [router, name, scope]);
  assert.deepEqual(brought.sort(), [
    ["main", "budi", "me"],
    ["main", "siti", "me"],
  ]);
  assert.equal(kept.get("lalin-lines@main").includes("budi"), false);
  assert.deepEqual([settingsOf("budi").pointOfView, titleOf("siti")], ["network", "Bu Siti"]);
  const changed = [];
  whenSet((name) => changed.push(name));
  assert.deepEqual(await setLine("tono", { hidden: true }), { kept: "server", problem: null });
  assert.equal(settingsOf("tono").hidden, true);
  assert.ok(changed.includes("tono"), "it is told at once");
  // In another browser of the same account it is the same.
  hear(listed("tono"));
  assert.equal(settingsOf("tono").hidden, true);
  assert.equal(settingsOf("budi").hidden, undefined);
});

test("an administrator sets it for everyone, or for the own account alone", async () => {
  await keepWith("main", ADMINISTRATOR);
  assert.equal(mayForEveryone(), true);
  await setLine("ether1", { limitDownBps: 300e6 }, true);
  await setLine("ether1", { favourite: true });
  assert.deepEqual(server.sent, [
    ["main", "ether1", "everyone", { limitDownBps: 300e6 }],
    ["main", "ether1", "me", { favourite: true }],
  ]);
  assert.deepEqual([settingsOf("ether1").limitDownBps, settingsOf("ether1").favourite], [300e6, true]);
  // Where there are no accounts, who may change things is everyone.
  await keepWith("main", OWNER);
  await setLine("ether2", { alias: "Cadangan" });
  assert.deepEqual(server.sent.at(-1), ["main", "ether2", "everyone", { alias: "Cadangan" }]);
});

test("a server that does not keep it leaves it to the browser; one that fails leaves it as it was", async () => {
  await keepWith("main", VIEWER);
  server.refuses = 404;
  assert.equal((await setLine("lama", { favourite: true })).kept, "browser");
  assert.equal(settingsOf("lama").favourite, true);
  server.refuses = 500;
  const { problem } = await setLine("lama", { favourite: null, alias: "X" });
  assert.equal(problem.status, 500);
  assert.deepEqual(settingsOf("lama"), { favourite: true });
  await keepWith("main", ADMINISTRATOR);
  server.refuses = 403;
  assert.equal((await setLine("lama", { alias: "Y" }, true)).problem.status, 403, "for everyone is not for me");
  assert.equal(settingsOf("lama").alias, undefined);
});

test("what is set follows a line that is renamed", async () => {
  await keepWith("main", VISITOR);
  await setLine("dari", { alias: "Nama" });
  renameLines(new Map([["dari", "ke"]]));
  assert.deepEqual([titleOf("ke"), titleOf("dari")], ["Nama", "dari"]);
  assert.ok(kept.get("lalin-lines@main").includes('"ke"'));
});

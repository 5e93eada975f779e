// One word for how it stands, what is wrong, and what mends it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PATIENCE, retryOf, stateOf, troubleOf } from "../../../src/data/connection-state.js";
import { CAUSES } from "../../../src/trouble/causes.js";
import { remediesOf } from "../../../src/trouble/remedies.js";

const live = {
  stopped: false,
  offline: false,
  broken: false,
  polling: false,
  unconfigured: false,
  router: { code: "live" },
  ageMs: 800,
  intervalMs: 2_000,
};
const state = (changes) => stateOf({ ...live, ...changes });

test("data is live, late and stale by its age", () => {
  assert.equal(state({}), "live");
  assert.equal(state({ ageMs: 4_001 }), "late");
  assert.equal(state({ ageMs: 5_001 }), "stale");
  assert.equal(state({ intervalMs: 5_000, ageMs: 9_000 }), "live");
  assert.equal(state({ ageMs: null }), "loading");
});

test("the router's own state is shown, and what is nearer to the viewer comes first", () => {
  assert.equal(state({ router: { code: "stale" } }), "stale");
  assert.equal(state({ router: { code: "unreachable" } }), "unreachable");
  assert.equal(state({ router: { code: "connecting" }, ageMs: null }), "loading");
  assert.equal(state({ router: null, ageMs: null }), "loading");
  assert.equal(state({ broken: true, router: { code: "unreachable" } }), "reconnecting");
  assert.equal(state({ offline: true }), "reconnecting");
  assert.equal(state({ unconfigured: true, router: null, ageMs: null }), "no-router");
  assert.equal(state({ stopped: true, broken: true }), "stopped");
});

test("what lasts is explained at once, what may be a moment when it has lasted", () => {
  const trouble = (state, changes, forMs) =>
    troubleOf(state, { offline: false, failures: 2, router: null, ageMs: 900, ...changes }, forMs);
  const failed = (reason) => ({ router: { code: "stale", reason } });
  assert.equal(trouble("live", {}, 1e6), null);
  assert.equal(trouble("late", {}, 1e6), null);
  assert.equal(trouble("stopped", {}, 1e6), null);
  assert.equal(trouble("no-router", {}, 1e6), null, "the form explains itself");
  assert.equal(trouble("stale", failed("timed-out"), 0), null);
  assert.equal(trouble("stale", failed("timed-out"), PATIENCE), "timed-out");
  assert.equal(trouble("unreachable", failed("wrong-credentials"), 0), "wrong-credentials");
  assert.equal(trouble("stale", {}, PATIENCE), "stale");
  assert.equal(trouble("loading", { ageMs: null }, 0), null);
  assert.equal(trouble("loading", { ageMs: null }, PATIENCE), "connecting");
  assert.equal(trouble("reconnecting", { offline: true }, 0), "offline");
  assert.equal(trouble("reconnecting", { failures: 2 }, PATIENCE), "reconnecting");
  assert.equal(trouble("reconnecting", { failures: 9 }, PATIENCE), "server");
});

test("who need not be waited for", () => {
  const near = { offline: false };
  assert.deepEqual(
    ["reconnecting", "unreachable", "stale", "live", "loading"].map((state) => retryOf(state, near)),
    ["server", "router", "router", null, null],
  );
  assert.equal(retryOf("reconnecting", { offline: true }), null, "trying is no use");
});

test("every trouble has a broken hop and its words in both languages, and every command says what it is for", () => {
  const REASONS = [
    "unreachable",
    "refused",
    "timed-out",
    "wrong-credentials",
    "not-permitted",
    "turned-away",
    "tls",
    "certificate",
    "closed",
    "router-error",
    "malformed",
    "internal",
  ];
  for (const lang of ["id", "en"]) {
    const texts = JSON.parse(
      readFileSync(new URL(`../../../../crates/dashboard/texts/${lang}.json`, import.meta.url), "utf8"),
    );
    for (const trouble of [...REASONS, "stale", "connecting", "offline", "reconnecting", "server"]) {
      assert.ok([0, 1].includes(CAUSES[trouble]?.at), `${trouble}: the picture shows which hop is broken`);
      assert.ok(texts[`trouble.${trouble}`], `${lang}: ${trouble} has a title`);
      assert.ok(texts[`reason.${trouble}`] ?? texts[`trouble_why.${trouble}`], `${lang}: ${trouble} has a sentence`);
      for (const { say, command } of remediesOf(trouble)) assert.ok(texts[`fix.${say}`] && command, `${lang}: ${say}`);
    }
  }
});

test("a missing permission is mended without taking anything from the others in the user's group", () => {
  const fixes = remediesOf("not-permitted", { user: "budi" });
  assert.match(fixes[0].command, /^\/user print /, "first a look at whose user and group it is");
  assert.deepEqual(fixes.find(({ say }) => say === "policy").command.split("\n"), [
    "/user group add name=budi-read policy=read,api",
    "/user set [find name=budi] group=budi-read",
  ]);
  for (const { command } of fixes) assert.doesNotMatch(command, /user group set/, "that takes the other policies away");
});

test("a command is for the router's own user and service, and a name cannot be more than a name", () => {
  const first = (trouble, router) => remediesOf(trouble, router)[0].command;
  assert.equal(first("refused", {}), "/ip service enable api");
  assert.equal(first("refused", { tls: true }), "/ip service enable api-ssl");
  assert.match(first("wrong-credentials", { user: "admin" }), /^\/user set \[find name=admin\] /);
  assert.match(
    first("wrong-credentials", { user: 'a"; /system reset-configuration\n$x' }),
    /^\/user set \[find name="a\\"; \/system reset-configuration\\\$x"\] /,
  );
  assert.deepEqual(remediesOf("closed"), []);
  assert.equal(first("timed-out", { host: "192.0.2.1" }), "ping 192.0.2.1");
  assert.match(first("timed-out", { host: "x; reboot" }), /^\/ip firewall/, "what is no address is not typed");
});

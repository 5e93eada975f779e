// What is pasted into another page shows what was meant, whatever the names are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxes } from "../../../src/embed/boxes-of-address.js";
import { limitWords } from "../../../src/account/access-limits.js";
import { call, groupsOf, shownBy, snippets } from "../../../src/account/embed-snippets.js";

const origin = "https://lalin.example";

test("names stay names: in an address, in an attribute, in a list", () => {
  const made = snippets({
    origin,
    token: "t0k-en_",
    router: "pop&1",
    interfaces: ["<pppoe-budi>", 'a"b', "x,y%"],
    lang: "id",
  });
  const link = new URL(made.link);
  assert.equal(link.searchParams.get("router"), "pop&1");
  assert.equal(link.searchParams.get("interface"), '<pppoe-budi>,a"b,x%2Cy%25');
  assert.equal(link.searchParams.get("token"), "t0k-en_");
  assert.ok(made.element.includes('router="pop&amp;1" interface="&lt;pppoe-budi&gt;,a&quot;b,x%2Cy%25"'), made.element);
  assert.ok(!/src="[^"]*&(?!amp;)/.test(made.frame), made.frame);
  assert.equal(made.frame.match(/<\w/g).length, 1, "one element, whatever the names hold");
});

test("what is shown is what the token may see", () => {
  const only = [
    { router: "a", interface: "<pppoe-budi>" },
    { router: "b", interface: "ether9" },
    { router: "a", interface: "ether2" },
  ];
  assert.deepEqual(shownBy(only, "main"), { router: "a", interfaces: ["<pppoe-budi>", "ether2"] });
  assert.deepEqual(shownBy(undefined, "main"), { router: "main", interfaces: ["ether1"] });
  assert.deepEqual(shownBy([{ router: "b" }], "main"), { router: "b", interfaces: ["ether1"] });
  assert.ok(!snippets({ origin, token: "t", lang: "en", ...shownBy(undefined, null) }).link.includes("router="));
});

test("a program's call names the router", () => {
  assert.equal(
    call({ origin, token: "t", router: "pop 1" }),
    'curl -H "Authorization: Bearer t" "https://lalin.example/api/v1/interfaces?router=pop+1"',
  );
});

test("a limit is told with the names that people know", () => {
  const texts = { set_sees_all: "all", set_sees_nothing: "nothing" };
  const routers = [{ id: "a", name: "Kantor" }];
  assert.equal(limitWords(undefined, routers, texts), "all");
  assert.equal(limitWords([], routers, texts), "nothing");
  assert.equal(
    limitWords([{ router: "a", interface: "<pppoe-budi>" }, { router: "gone" }], routers, texts),
    "Kantor: budi, gone",
  );
  const several = [
    { router: "a", interface: "<pppoe-budi>" },
    { router: "gone" },
    { router: "a", interface: "ether2" },
  ];
  assert.equal(limitWords(several, routers, texts), "Kantor: budi, ether2; gone");
});

test("lines of several routers are one link, and its page finds every one again", () => {
  const lines = [
    { router: "pusat", interface: "ether1" },
    { router: "pop&1", interface: "<pppoe-budi>" },
    { router: "pusat", interface: "a,b" },
    { router: "pusat", interface: "ether1" },
  ];
  const [first, ...more] = groupsOf(lines);
  const made = snippets({ origin, token: "t", lang: "id", window: "15m", ...first, more });
  const common = { window: "15m", lang: "id", token: "t" };
  assert.deepEqual(boxes(new URL(made.link).searchParams), [
    { ...common, router: "pusat", interface: "ether1,a%2Cb" },
    { ...common, router: "pop&1", interface: "<pppoe-budi>" },
  ]);
  assert.equal(made.element.match(/<lalin-traffic /g).length, 2);
  assert.equal(made.element.match(/<script/g).length, 1);
  assert.equal(made.frame.match(/<iframe/g).length, 1);
});

test("without accounts a link needs no token", () => {
  const made = snippets({ origin, token: null, router: null, interfaces: ["ether1"], lang: "en" });
  assert.equal(made.link, `${origin}/embed?interface=ether1&window=5m&lang=en`);
  assert.ok(!made.element.includes("token"), made.element);
});

test("one router is one box, in whatever order its address is written", () => {
  const asked = new URLSearchParams("interface=ether1&interface=ether2&router=main&other=1");
  assert.deepEqual(boxes(asked), [{ interface: "ether1,ether2", router: "main" }]);
});

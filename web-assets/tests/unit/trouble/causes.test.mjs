// Each trouble has one name, one sentence and one thing that mends it, in both languages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CAUSES, causeName, causeOf, causeSentence, mendOf } from "../../../src/trouble/causes.js";
import { REMEDIES } from "../../../src/trouble/remedy-table.js";

const textsOf = (lang) =>
  JSON.parse(readFileSync(new URL(`../../../../crates/dashboard/texts/${lang}.json`, import.meta.url), "utf8"));

test("every cause has its own name and a sentence, in both languages", () => {
  for (const lang of ["id", "en"]) {
    const texts = textsOf(lang);
    const names = Object.keys(CAUSES).map((cause) => texts[`trouble.${cause}`]);
    assert.equal(new Set(names).size, names.length, `${lang}: ${names}`);
    for (const cause of Object.keys(CAUSES)) {
      if (["no-router", "loading"].includes(cause)) continue;
      assert.ok(causeSentence(cause, null, texts), `${lang}: ${cause}`);
    }
  }
});

test("a trouble that commands mend has commands", () => {
  for (const [cause, { mend }] of Object.entries(CAUSES))
    if (mend === "commands") assert.ok(REMEDIES[cause].length > 0, cause);
});

test("a cause is named only while there is a trouble; a changed certificate is not any untrusted one", () => {
  const texts = textsOf("id");
  assert.equal(causeOf({ code: "live", reason: "refused" }), null);
  assert.equal(causeOf(null), null);
  assert.equal(causeOf({ code: "stale" }), "stale");
  assert.equal(causeOf({ code: "unreachable", reason: "timed-out" }), "timed-out");
  const changed = {
    code: "unreachable",
    reason: "certificate",
    detail: "the router's certificate has changed: expected …",
  };
  assert.equal(causeName(causeOf(changed), texts), "Sertifikat berubah");
  assert.equal(causeOf({ code: "unreachable", reason: "certificate" }), "certificate");
  assert.equal(mendOf("certificate-changed"), "certificate");
  assert.equal(mendOf("a reason of a newer server"), "retry");
  assert.equal(mendOf(null), null);
  assert.equal(causeName("refused", texts), "API mati atau port salah");
});

// The colours of the curves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PALETTE } from "../../../src/chart/chart.js";

const light = (hex) => {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);

test("every curve stands out from the card, in light and dark", () => {
  for (const colour of PALETTE)
    for (const card of ["#ffffff", "#161e2b"])
      assert.ok(contrast(colour, card) >= 3, `${colour} on ${card}: ${contrast(colour, card)}`);
});

test("as many as can be chosen have colours of their own", () => {
  assert.equal(new Set(PALETTE).size, PALETTE.length);
  assert.ok(PALETTE.length >= 8);
});

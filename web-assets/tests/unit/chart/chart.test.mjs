// The colours of the curves: told apart, and from the ground, by whoever looks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DARK, LIGHT, PALETTE } from "../../../src/chart/palette.js";

const linear = (hex) =>
  [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
const light = (hex) => linear(hex).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, one, at) => sum + one * vector[at], 0));

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB. */
const SIGHTS = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Ottosson's OKLab: a step of 2 in a hundred is just seen. */
function oklab(rgb) {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((part) => Math.min(1, Math.max(0, part))),
  ).map(Math.cbrt);
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms,
  );
}

/** The smallest distance of any two of them, OKLab times 100. */
function nearest(colours, sight) {
  const seen = colours.map((hex) => oklab(times(SIGHTS[sight], linear(hex))));
  const all = seen.flatMap((a, at) => seen.slice(at + 1).map((b) => 100 * Math.hypot(...a.map((v, k) => v - b[k]))));
  return Math.min(...all);
}

test("every curve stands out from the ground of its theme, 3 to 1 and more", () => {
  for (const [colours, ground] of [
    [LIGHT, "#ffffff"],
    [DARK, "#0e141e"],
  ])
    for (const colour of colours)
      assert.ok(contrast(colour, ground) >= 3, `${colour} on ${ground}: ${contrast(colour, ground)}`);
});

test("no two curves look alike to anybody", () => {
  const least = {
    light: { normal: 13.8, deuteranopia: 10.3, protanopia: 9.6, tritanopia: 6.3 },
    dark: { normal: 14.3, deuteranopia: 8.4, protanopia: 8.1, tritanopia: 7.7 },
  };
  for (const [theme, colours] of Object.entries({ light: LIGHT, dark: DARK }))
    for (const [sight, wanted] of Object.entries(least[theme])) {
      const found = nearest(colours, sight);
      assert.ok(found >= wanted - 0.05, `${theme}, ${sight}: ${found.toFixed(2)} of ${wanted}`);
    }
});

test("as many as can be chosen have colours of their own", () => {
  for (const all of [LIGHT, DARK, PALETTE]) {
    assert.equal(new Set(all).size, all.length);
    assert.ok(all.length >= 8);
  }
});

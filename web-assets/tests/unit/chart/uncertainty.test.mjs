// How far a rate may be from the truth: what is worth a band, and where the band lies.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PointStore } from "../../../src/data/point-store.js";
import { banded, bands, uncertaintyOf, uncertaintyWords } from "../../../src/chart/uncertainty.js";

const SEEN = { from: 0, to: 20_000, width: 600 };

test("a doubt is told in per cent where it passes five, and not where it is not known", () => {
  assert.equal(uncertaintyWords(0.8, 1.12), "± 20 %");
  assert.equal(uncertaintyWords(0.9, 1.3), "± 30 %");
  assert.equal(uncertaintyWords(0.97, 1.04), "");
  for (const nothing of [NaN, null, undefined, 0, -1]) assert.equal(uncertaintyOf(nothing, 1), null);
  assert.equal(uncertaintyWords(undefined, undefined), "");
});

test("a band grows out of its line and goes back into it", () => {
  const drawn = [
    [2, 4, 6, 8, 10],
    [100, 100, 200, 100, 100],
  ];
  const factors = { low: [1, 1, 0.5, 1, 1], high: [1, 1, 1.5, 1, 1] };
  assert.deepEqual(
    bands(drawn, factors, [1], SEEN).map(({ t, low, high }) => ({ t, low, high })),
    [{ t: [4, 6, 8], low: [100, 100, 100], high: [100, 300, 100] }],
  );
});

test("where all is sure or nothing is told there is no band", () => {
  const drawn = [
    [2, 4],
    [100, 100],
  ];
  assert.deepEqual(bands(drawn, { low: [0.97, 1], high: [1.03, 1] }, [1], SEEN), []);
  assert.deepEqual(bands(drawn, { low: [NaN, NaN], high: [NaN, NaN] }, [1], SEEN), []);
});

test("a gap ends a band, and a moment without a point of its own does not", () => {
  const factors = { low: [0.5, 0.5, 0.5, 0.5], high: [2, 2, 2, 2] };
  const [a, b] = bands(
    [
      [2, 4, 6, 8],
      [10, null, 10, 10],
    ],
    factors,
    [1],
    SEEN,
  );
  assert.deepEqual([a.t, b.t], [[2], [6, 8]]);
  assert.deepEqual(
    bands(
      [
        [2, 4, 6, 8],
        [10, undefined, 10, 10],
      ],
      factors,
      [1],
      SEEN,
    ).map(({ t }) => t),
    [[2, 6, 8]],
  );
});

test("mirrored below zero the lower edge is the deeper one", () => {
  const [{ low, high }] = bands(
    [
      [2, 4],
      [-100, -100],
    ],
    { low: [0.5, 0.5], high: [2, 2] },
    [1],
    SEEN,
  );
  assert.deepEqual(
    [low, high],
    [
      [-200, -200],
      [-50, -50],
    ],
  );
});

test("of more points than pixels the band is around all of them", () => {
  const times = Array.from({ length: 4_000 }, (_, at) => at / 200);
  const values = times.map((_, at) => (at === 1_234 ? 900 : 100));
  const factors = { low: times.map(() => 0.5), high: times.map(() => 2) };
  const [band] = bands([times, values], factors, [1], { ...SEEN, width: 100 });
  assert.ok(band.t.length <= 120, `${band.t.length} corners`);
  assert.deepEqual([Math.max(...band.high), Math.min(...band.low)], [1_800, 50]);
});

test("every line has its band, of a stack only the totals", () => {
  assert.deepEqual(banded(2, "lines"), [1, 2, 3, 4]);
  assert.deepEqual(banded(2, "stack"), [3, 4]);
  assert.deepEqual(banded(1, "stack"), [1, 2]);
});

test("the factors of a tick are remembered and forgotten with its points, from the stream and from the past", () => {
  const store = new PointStore(60_000);
  const past = {
    t: [2_000, 4_000],
    low: [null, 0.9],
    high: [null, 1.1],
    series: [{ name: "a", rx: [1, 2], tx: [1, 2] }],
  };
  store.merge(past);
  store.add("a", 6_000, 3, 3);
  store.doubt(6_000, 0.8, 1.2);
  const plain = ({ low, high }) => [[...low], [...high]];
  assert.deepEqual(plain(store.factorsAt([2, 4, 5, 6])), [
    [NaN, 0.9, NaN, 0.8],
    [NaN, 1.1, NaN, 1.2],
  ]);
  store.merge({ ...past, t: [1_000, 4_000], low: [0.7, 0.1], high: [1.3, 9] });
  assert.deepEqual(
    plain(store.factorsAt([1, 2, 4, 6])),
    [
      [0.7, NaN, 0.9, 0.8],
      [1.3, NaN, 1.1, 1.2],
    ],
    "what is known stays",
  );
  store.merge({ t: [8_000], series: [{ name: "a", rx: [1], tx: [1] }] });
  assert.deepEqual(plain(store.factorsAt([6, 8]))[0], [0.8, NaN], "an older server tells nothing");
  store.doubt(70_000, 1, 1);
  assert.deepEqual([...store.factors.t], [70_000]);
  store.clear();
  assert.equal(store.factors.t.length, 0);
});

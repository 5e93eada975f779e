// What is taken along: for spreadsheets, and under which name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, csv, dialectOf, fileName, iso, local, PLAIN } from "../../../src/chart/csv.js";
import { fitting } from "../../../src/chart/chart-picture.js";

const network = (name) => ({ name, down: "rx", up: "tx" });
const T = Date.UTC(2026, 10, 23, 3, 4, 5, 678);

test("times carry their zone, and stand there once more as spreadsheets read them", () => {
  assert.equal(iso(T, 420), "2026-11-23T10:04:05.678+07:00");
  assert.equal(iso(T, -210), "2026-11-22T23:34:05.678-03:30");
  assert.equal(iso(T, 0), "2026-11-23T03:04:05.678+00:00");
  assert.equal(local(T, 420), "2026-11-23 10:04:05");
});

test("rates are whole bit/s, and what is not known is an empty cell, never a zero", () => {
  const text = csv(
    [network("ether1")],
    [
      [T / 1000, T / 1000 + 2],
      [1_000.6, null],
      [null, 0],
    ],
    T,
    T + 2_000,
    420,
  );
  assert.equal(
    text,
    '\ufefftime,local_time,"ether1 download RX (bit/s)","ether1 upload TX (bit/s)"\r\n' +
      "2026-11-23T10:04:05.678+07:00,2026-11-23 10:04:05,1001,\r\n" +
      "2026-11-23T10:04:07.678+07:00,2026-11-23 10:04:07,,0\r\n",
  );
});

test("where it is known between what and what a rate truly lies, that stands in the last two columns", () => {
  const factors = { low: [0.8333333, NaN], high: [1.25, NaN] };
  const text = csv(
    [network("a")],
    [
      [T / 1000, T / 1000 + 2],
      [1_000, 2_000],
      [1, 2],
    ],
    T,
    T + 2_000,
    0,
    factors,
  );
  const [head, first, second] = text
    .trim()
    .split("\r\n")
    .map((line) => line.split(",").slice(2));
  assert.deepEqual(
    [head.slice(2), first, second],
    [
      ["low", "high"],
      ["1000", "1", "0.8333", "1.25"],
      ["2000", "2", "", ""],
    ],
  );
});

test("only visible rows are written, and none of which nothing is known", () => {
  const table = [
    [1, 2, 2.001, 30, 40],
    [1, 2, null, 3, 4],
    [1, 2, null, 3, 4],
  ];
  assert.equal(
    csv([network("a")], table, 2_000, 30_000, 0)
      .trim()
      .split("\r\n").length,
    3,
  );
});

test("no name becomes a formula, and quotes stay inside", () => {
  for (const name of ["=1+1", "+1", "-1", "@x", "\tx"]) assert.ok(cell(name).startsWith(`"'`), name);
  assert.equal(cell("<pppoe-=x>"), '"<pppoe-=x>"');
  assert.equal(cell('a"b,c'), '"a""b,c"');
});

test("a file is named after router, interface and time, and after nothing dangerous", () => {
  assert.equal(fileName("Kantor Pusat", ["ether1"], T, "csv", 420), "lalin_Kantor-Pusat_ether1_20261123-100405.csv");
  assert.equal(fileName("../../etc", ["<pppoe-a/b>"], T, "png", 0), "lalin_etc_pppoe-a-b_20261123-030405.png");
  assert.equal(fileName("r", ["a", "b"], T, "png", 0), "lalin_r_2-interface_20261123-030405.png");
  assert.ok(fileName("x".repeat(4_000), ["y".repeat(4_000)], T, "csv", 0).length < 120);
});

test("download and upload are those of the line's own point of view, with the router's direction beside", () => {
  const lines = [network("ether1"), { name: "<pppoe-budi>", down: "tx", up: "rx" }];
  const [head, row] = csv(lines, [[T / 1000], [100], [10], [20], [2]], T, T, 0)
    .slice(1)
    .split("\r\n");
  assert.equal(
    head,
    'time,local_time,"ether1 download RX (bit/s)","ether1 upload TX (bit/s)",' +
      '"<pppoe-budi> download TX (bit/s)","<pppoe-budi> upload RX (bit/s)"',
  );
  assert.equal(row.split(",").slice(2).join(), "100,10,20,2");
});

test("an Indonesian spreadsheet is told the separator and gets decimal commas; a program gets points", () => {
  const table = [[T / 1000], [1_000], [1]];
  const factors = { low: [0.8333], high: [1.25] };
  const write = (dialect) => csv([network("a")], table, T, T, 420, factors, dialect);
  assert.equal(
    write(dialectOf("id")),
    '\ufeffsep=;\r\ntime;local_time;"a download RX (bit/s)";"a upload TX (bit/s)";low;high\r\n' +
      "2026-11-23T10:04:05.678+07:00;2026-11-23 10:04:05;1000;1;0,8333;1,25\r\n",
  );
  assert.equal(dialectOf("en"), PLAIN);
  assert.ok(write(PLAIN).endsWith("1000,1,0.8333,1.25\r\n"));
});

test("of the picture's columns there are as many as fit", () => {
  assert.deepEqual(fitting([40, 40, 40], 120), [40, 40]);
  assert.deepEqual(fitting([40, 40], 500), [40, 40]);
  assert.deepEqual(fitting([40], 10), []);
});

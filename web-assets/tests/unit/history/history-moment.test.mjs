// Moments as people write them, in both languages.

import assert from "node:assert/strict";
import { test } from "node:test";

import { momentOf } from "../../../src/history/history-moment.js";

// A Thursday.
const NOW = new Date(2026, 10, 26, 14, 30).getTime();
const at = (month, day, hour, minute = 0, year = 2026) => new Date(year, month - 1, day, hour, minute).getTime();

test("what operators write is understood", () => {
  const said = {
    "kemarin 21.00": at(11, 25, 21),
    "Yesterday 21:00": at(11, 25, 21),
    "kemarin jam 9 malam": at(11, 25, 21),
    "yesterday 9 pm": at(11, 25, 21),
    "yesterday 9pm": at(11, 25, 21),
    "hari ini 8.15": at(11, 26, 8, 15),
    today: at(11, 26, 0),
    kemarin: at(11, 25, 0),
    "kemarin lusa 06.30": at(11, 24, 6, 30),
    "13:05": at(11, 26, 13, 5),
    "jam 7 pagi": at(11, 26, 7),
    "senin 20:15": at(11, 23, 20, 15),
    "friday 20:15": at(11, 20, 20, 15),
    "26 okt 21.00": at(10, 26, 21),
    "3 Mei 2025 07:00": at(5, 3, 7, 0, 2025),
    "30 december 12:00": at(12, 30, 12, 0, 2025),
    "25/11 21.00": at(11, 25, 21),
    "25/11/2025 21.00 WIB": at(11, 25, 21, 0, 2025),
    "2026-11-25 21:00": at(11, 25, 21),
    "2026-11-25T21:00": at(11, 25, 21),
  };
  for (const [words, t] of Object.entries(said))
    assert.equal(momentOf(words, NOW), t, `${words}: ${new Date(momentOf(words, NOW) ?? 0)}`);
});

test("a time alone is the last one that was", () => {
  assert.equal(momentOf("21.00", NOW), at(11, 25, 21));
  assert.equal(momentOf("kamis 20.00", NOW), at(11, 19, 20));
});

test("what is not understood, or is still to come, is nothing", () => {
  for (const words of [
    "",
    "besok",
    "entah",
    "31/02 10:00",
    "25:00",
    "kemarin 21.99",
    "today 23:00",
    "2027-01-01 10:00",
  ])
    assert.equal(momentOf(words, NOW), null, words);
});

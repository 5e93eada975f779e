// Events out of a stream that comes in pieces.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../../../src/data/event-parser.js";

const STREAM = 'event: hello\ndata: {"a":1}\n\n: beat\n\nevent: tick\nid: k-7\ndata: {"t":1}\n\n';
const EVENTS = [
  { name: "hello", id: null, data: '{"a":1}' },
  { name: "comment", id: null, data: "beat" },
  { name: "tick", id: "k-7", data: '{"t":1}' },
];

test("any split of the stream gives the same events, with the line ends of any proxy", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const stream = STREAM.replaceAll("\n", end);
    for (let size = 1; size <= stream.length; size++) {
      const parser = new EventParser();
      const events = [];
      for (let at = 0; at < stream.length; at += size) events.push(...parser.push(stream.slice(at, at + size)));
      assert.deepEqual(events, EVENTS, `pieces of ${size}, line end ${JSON.stringify(end)}`);
    }
  }
});

test("a comment right before an event does not swallow it", () => {
  const events = new EventParser().push(": beat\nevent: tick\nid: k-8\ndata: {}\n\n");
  assert.deepEqual(events.at(-1), { name: "tick", id: "k-8", data: "{}" });
});

test("several data lines are one text; half an event waits", () => {
  const parser = new EventParser();
  assert.deepEqual(parser.push("data: a\r\ndata: b\r\n\r\ndata: c"), [{ name: "message", id: null, data: "a\nb" }]);
  assert.deepEqual(parser.push("\n\n"), [{ name: "message", id: null, data: "c" }]);
});

// Events out of a stream that comes in pieces.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../page/sse.js";

const STREAM = 'event: hello\ndata: {"a":1}\n\n: beat\n\nevent: tick\nid: k-7\ndata: {"t":1}\n\n';
const EVENTS = [
  { name: "hello", id: null, data: '{"a":1}' },
  { name: "comment", id: null, data: "beat" },
  { name: "tick", id: "k-7", data: '{"t":1}' },
];

test("any split of the stream gives the same events", () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(events, EVENTS, `pieces of ${size}`);
  }
});

test("line ends of every proxy, several data lines, half an event waits", () => {
  const parser = new EventParser();
  assert.deepEqual(parser.push("data: a\r\ndata: b\r\n\r\ndata: c"), [{ name: "message", id: null, data: "a\nb" }]);
  assert.deepEqual(parser.push("\n\n"), [{ name: "message", id: null, data: "c" }]);
});

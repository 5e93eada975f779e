// Parses server-sent events: text in, events out. No network here.

/** A line longer than this, in characters, is no event of ours. */
const LONGEST_LINE = 64 * 1024 * 1024;
const LINE_END = /\r\n|\n|\r/;

/** Splits a stream's text into events; comments are handed on as events named "comment". */
export class EventParser {
  #line = "";
  #afterCr = false;
  #event = empty();

  /**
   * @param {string} text more of the stream, cut anywhere
   * @returns {{name: string, id: string|null, data: string}[]}
   */
  push(text) {
    // A line end of two characters may come in two pieces.
    if (this.#afterCr && text.startsWith("\n")) text = text.slice(1);
    else if (text === "") return [];
    this.#afterCr = text.endsWith("\r");
    const lines = text.split(LINE_END);
    // Only what is new is searched: a long window comes in hundreds of pieces.
    this.#line += lines[0];
    if (this.#line.length > LONGEST_LINE) throw new Error("a line of the stream is too long");
    const events = [];
    for (const next of lines.slice(1)) {
      this.#take(this.#line, events);
      this.#line = next;
    }
    return events;
  }

  #take(line, events) {
    if (line === "") {
      if (this.#event.data !== null) events.push({ ...this.#event });
      this.#event = empty();
      return;
    }
    if (line.startsWith(":")) {
      events.push({ name: "comment", id: null, data: line.slice(1).trim() });
      return;
    }
    const at = line.indexOf(":");
    const field = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    const event = this.#event;
    if (field === "event") event.name = value;
    else if (field === "id") event.id = value;
    else if (field === "data") event.data = event.data === null ? value : `${event.data}\n${value}`;
  }
}

function empty() {
  return { name: "message", id: null, data: null };
}

// Server-sent events out of a byte stream: text in, events out. No network here.

/** Splits a stream's text into events; comments are handed on as events named "comment". */
export class EventParser {
  #rest = "";

  /** @param {string} text more of the stream @returns {{name: string, id: string|null, data: string}[]} */
  push(text) {
    this.#rest += text.replaceAll("\r\n", "\n");
    const blocks = this.#rest.split("\n\n");
    this.#rest = blocks.pop();
    return blocks.filter((block) => block !== "").map(parse);
  }
}

function parse(block) {
  if (block.startsWith(":")) return { name: "comment", id: null, data: block.slice(1).trim() };
  const event = { name: "message", id: null, data: "" };
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    const field = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (field === "event") event.name = value;
    else if (field === "id") event.id = value;
    else if (field === "data") event.data += (event.data ? "\n" : "") + value;
  }
  return event;
}

// Shares one stream among many readers: who reads it, what it has to ask for, and whole events to each of them. No
// worker here.

/** Iframes that appear one after the other are asked for together, ms. */
export const TOGETHER = 50;
/** One that says nothing for this long, ms, is gone: nobody tells a worker that a page was closed. */
export const SILENT = 45_000;

/** A longer address is cut off by some proxies: then everything is asked for. */
const LONGEST_LIST = 4_000;

/** What differs between those who may share a stream. */
const OWN = ["interface", "only", "window"];

export class StreamHub {
  #lines = new Map();

  constructor(world) {
    this.world = world;
  }

  /** How many streams there are. */
  get size() {
    return this.#lines.size;
  }

  /**
   * @param {MessagePort} port
   * @param {{kind: "join"|"leave"|"here", id: number, url?: string}} message of one who is reached by `port`
   */
  take(port, { kind, id, url }) {
    if (kind === "join") {
      const key = keyOf(url);
      if (!this.#lines.has(key)) this.#lines.set(key, new Line(this.world, () => this.#lines.delete(key)));
      this.#lines.get(key).join(port, id, url);
      return;
    }
    for (const line of this.#lines.values()) {
      if (kind === "here") line.heard(port);
      if (kind === "leave") line.leave(port, id);
    }
  }
}

/** Where two addresses agree in this, one stream does for both. */
function keyOf(url) {
  const key = new URL(url);
  for (const own of OWN) key.searchParams.delete(own);
  return key.href;
}

/** One stream and who reads it. */
class Line {
  #members = [];
  #running = null;
  #timer = null;

  constructor(world, ended) {
    this.world = world;
    this.ended = ended;
  }

  join(port, id, url) {
    this.#members.push({ port, id, url, heard: this.world.performance.now() });
    this.world.clearTimeout(this.#timer);
    // Anew for all: whoever is new wants the past as well, and the others take it as after a break.
    this.#timer = this.world.setTimeout(() => this.#run(), TOGETHER);
  }

  leave(port, id) {
    this.#keep((member) => member.port !== port || member.id !== id);
  }

  heard(port) {
    const now = this.world.performance.now();
    for (const member of this.#members) if (member.port === port) member.heard = now;
  }

  #keep(wanted) {
    this.#members = this.#members.filter(wanted);
    if (this.#members.length > 0) return;
    this.world.clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
    this.ended();
  }

  /** What all of them want together. */
  #url() {
    const url = new URL(this.#members[0].url);
    const asked = this.#members.map((member) => new URL(member.url).searchParams);
    const windows = asked.map((one) => one.get("window"));
    for (const own of OWN) url.searchParams.delete(own);
    // One who names no window, or no interface, wants all there is.
    if (windows.every((window) => window !== null))
      url.searchParams.set("window", String(Math.max(...windows.map(Number))));
    // Lists with commas between, and names alone that have one: the parameter may stand several times.
    const lists = new Set(asked.flatMap((one) => one.getAll("interface")));
    const few = [...lists].join().length <= LONGEST_LIST;
    if (few && asked.every((one) => one.has("interface"))) {
      for (const list of lists) url.searchParams.append("interface", list);
      url.searchParams.set("only", "1");
    }
    return url.href;
  }

  async #run() {
    this.#running?.abort();
    const abort = (this.#running = new AbortController());
    const told = (message) => {
      for (const { port, id } of this.#members) port.postMessage({ ...message, id });
    };
    try {
      const answer = await this.world.fetch(this.#url(), {
        signal: abort.signal,
        cache: "no-store",
        referrerPolicy: "no-referrer",
      });
      if (this.#running !== abort) return;
      const type = answer.headers.get("Content-Type");
      const streams = answer.ok && type?.startsWith("text/event-stream");
      const body = streams ? null : (await answer.text()).slice(0, 10_000);
      told({ kind: "begun", status: answer.status, type, body });
      if (streams) await this.#read(answer.body, abort, told);
    } catch (error) {
      if (this.#running !== abort) return;
      console.info(`Shared stream ended: ${error.message}`);
    }
    if (this.#running !== abort) return;
    // Each of them tries again as it would alone, and joins anew.
    told({ kind: "ended" });
    this.#keep(() => false);
  }

  async #read(body, abort, told) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#running !== abort) return;
      rest += value;
      const end = rest.lastIndexOf("\n\n");
      if (end < 0) continue;
      // Only whole events: the stream may be replaced between two of them.
      told({ kind: "text", text: rest.slice(0, end + 2) });
      rest = rest.slice(end + 2);
      const oldest = this.world.performance.now() - SILENT;
      this.#keep((member) => member.heard >= oldest);
    }
  }
}

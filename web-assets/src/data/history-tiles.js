// What was recorded, for any stretch of time at a resolution that fits it. The past is asked for in tiles:
// stretches of 256 steps at fixed moments, so that what was seen once is not asked for again while somebody
// scrolls and zooms. Where a tile has not come yet, a coarser one that is known stands in. Does not touch the
// page.

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** Steps of the resolution, ms. */
export const STEPS = [1, 2, 5, 10, 30]
  .map((count) => count * SECOND)
  .concat(
    [1, 2, 5, 15, 30].map((count) => count * MINUTE),
    [1, 2, 6, 12, 24, 96].map((count) => count * HOUR),
  );
/** Points of a tile. */
const TILE = 256;
/** Tiles of all lines that are kept: some MB. */
const MOST_TILES = 400;
/** So many questions are under way at once. */
const AT_ONCE = 4;
/** What could not be asked is asked again after so long, ms. */
const AGAIN = 5_000;

/**
 * @typedef {object} HistoryPoint
 * @property {number} t
 * @property {number|null} rxBps
 * @property {number|null} txBps
 * @property {number|null} rxMaxBps
 * @property {number|null} txMaxBps
 * @property {number|null} rxMinBps
 * @property {number|null} txMinBps
 * @property {number} coverage
 * @property {number} [stepMs]
 */
/** @typedef {{from: number, to: number, cause: string, detail?: string}} HistoryGap */
/** @typedef {{stepMs: number, points: HistoryPoint[], gaps: HistoryGap[]}} HistoryAnswer */

/**
 * @typedef {object} Tile
 * @property {string} name
 * @property {number} step
 * @property {number} number
 * @property {HistoryAnswer|null} answer
 * @property {number} until
 * @property {boolean} asking
 * @property {{code?: string, status?: number, detail?: string, message?: string}|null} failed
 */

/** The finest step at which a stretch has at most so many points. */
export function stepFor(span, points) {
  return STEPS.find((step) => span / step <= points) ?? STEPS[STEPS.length - 1];
}

export class HistoryTiles {
  /**
   * @param {object} options
   * @param {(name: string, from: number, to: number, step: number) => Promise<HistoryAnswer>} options.ask
   * @param {() => void} options.changed something has come
   * @param {() => number} [options.now]
   */
  constructor({ ask, changed, now = Date.now }) {
    this.ask = ask;
    this.changed = changed;
    this.now = now;
    /** Each tile by line, step and number; in the order of their last use. @type {Map<string, Tile>} */
    this.tiles = new Map();
    this.underWay = 0;
    /** What is wanted now and not there, the newest first. */
    this.wanted = /** @type {Tile[]} */ ([]);
  }

  /** Forgets everything, as for another router. */
  clear() {
    this.tiles.clear();
    this.wanted = [];
  }

  /**
   * What is known of some lines from `from` up to `to`, at most about `points` points each; asks for what is missing.
   * `failed` is why something of it is not there.
   * @param {string[]} names
   * @param {number} from ms
   * @param {number} to ms
   * @param {number} points
   */
  view(names, from, to, points) {
    const step = stepFor(to - from, points);
    this.wanted = [];
    const lines = new Map();
    let complete = true;
    let failed = null;
    for (const name of names) {
      const [found, gaps] = [[], []];
      for (const number of numbers(from, to, step)) {
        const tile = this.tile(name, step, number);
        if (!tile.answer) complete = false;
        failed ??= tile.failed;
        const shown = tile.answer ? [tile.answer] : this.coarser(name, step, number);
        for (const answer of shown) {
          found.push(
            ...answer.points.filter(
              ({ t }) =>
                t + answer.stepMs > Math.max(from, number * TILE * step) &&
                t < Math.min(to, (number + 1) * TILE * step),
            ),
          );
          gaps.push(...answer.gaps.filter((gap) => gap.to > from && gap.from < to));
        }
      }
      lines.set(name, { points: found, gaps: joined(gaps) });
    }
    this.more();
    return { stepMs: step, lines, complete, failed };
  }

  /** A tile that is or will be there. */
  tile(name, step, number) {
    const key = `${step} ${number} ${name}`;
    let tile = this.tiles.get(key);
    if (tile) this.tiles.delete(key);
    else tile = { name, step, number, answer: null, until: 0, asking: false, failed: null };
    this.tiles.set(key, tile);
    if (!tile.asking && this.now() >= tile.until) this.wanted.push(tile);
    if (this.tiles.size > MOST_TILES) this.forget();
    return tile;
  }

  forget() {
    for (const [key, tile] of this.tiles) {
      if (this.tiles.size <= MOST_TILES) return;
      if (!tile.asking) this.tiles.delete(key);
    }
  }

  /** The finest known answer that is coarser and covers the tile. */
  coarser(name, step, number) {
    const middle = (number + 0.5) * TILE * step;
    for (const coarse of STEPS.filter((one) => one > step)) {
      const known = this.tiles.get(`${coarse} ${Math.floor(middle / (TILE * coarse))} ${name}`);
      if (known?.answer) return [known.answer];
    }
    return [];
  }

  more() {
    while (this.underWay < AT_ONCE && this.wanted.length > 0) this.fetch(this.wanted.shift());
  }

  async fetch(tile) {
    const { name, step, number } = tile;
    const [from, end] = [number * TILE * step, (number + 1) * TILE * step];
    const now = this.now();
    if (from >= now) {
      tile.answer = { stepMs: step, points: [], gaps: [] };
      tile.until = from;
      return;
    }
    tile.asking = true;
    this.underWay++;
    try {
      const answer = await this.ask(name, from, Math.min(end, now), step);
      // A coarser tile may stand in: each point says how long it is.
      for (const point of answer.points) point.stepMs = answer.stepMs;
      tile.answer = answer;
      tile.failed = null;
      // What is over stays; what is still being recorded is asked for again.
      tile.until = end <= now - 2 * MINUTE ? Infinity : this.now() + Math.max(step, 10 * SECOND);
    } catch (error) {
      // A line that was never recorded has no past.
      if (error.code === "unknown-interface")
        Object.assign(tile, { answer: { stepMs: step, points: [], gaps: [] }, until: this.now() + MINUTE });
      else {
        // What cannot be asked is said; it is not a stretch without traffic.
        tile.failed = error;
        tile.until = this.now() + AGAIN;
      }
    }
    tile.asking = false;
    this.underWay--;
    this.changed();
    this.more();
  }
}

/** The tiles of a stretch. */
function numbers(from, to, step) {
  const [first, last] = [Math.floor(from / (TILE * step)), Math.ceil(to / (TILE * step)) - 1];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

/** Gaps that tiles cut in pieces are one. */
function joined(gaps) {
  const made = [];
  for (const gap of gaps.toSorted((one, other) => one.from - other.from)) {
    const before = made.at(-1);
    if (before && before.cause === gap.cause && gap.from <= before.to) before.to = Math.max(before.to, gap.to);
    else made.push({ ...gap });
  }
  return made;
}

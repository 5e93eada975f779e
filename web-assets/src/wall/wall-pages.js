// What stands where on the wall: the tiles of all WANs, how many fit on a screen, the pages they are on, and the
// shift
// against burn-in. Does not touch the page.

/** @import { RouterEntry } from "../data/types.js" */
/** @import { Line } from "../data/lines-feed.js" */

/** @typedef {{title: string|null, lines: Line[], router?: string}} Tile `router` where it has no line yet */

/** The least room in which a tile can be read from afar, px. */
const LEAST = { width: 300, height: 168 };
/** The most tiles a page has: more are too small on any screen. */
const MOST_COLUMNS = 4;
const MOST_ROWS = 4;
/** So far the wall moves against burn-in, px, and so often, ms. */
const SHIFT = 4;
export const SHIFT_MS = 3_600_000;

/** The one name of a tile, by which it keeps its place. */
export function tileKey(/** @type {Tile} */ { title, lines, router }) {
  return JSON.stringify([title, router ?? null, lines.map(({ router, interface: name }) => [router, name])]);
}

/**
 * All WANs of all routers, a tile each; a router of which none is known has one of its own, which says how it stands.
 * @param {RouterEntry[]} routers in the order that is wanted
 * @returns {Tile[]}
 */
export function wanTiles(routers) {
  return routers
    .filter(({ enabled }) => enabled !== false)
    .flatMap(({ id, wan }) =>
      wan?.length > 0
        ? wan.map((name) => ({ title: null, lines: [{ router: id, interface: name }] }))
        : [{ title: null, lines: [], router: id }],
    );
}

/**
 * The tiles in the places that they have: what is new comes last, and what has gone leaves no hole.
 * @param {Tile[]} shown
 * @param {Tile[]} wanted
 */
export function inPlace(shown, wanted) {
  const place = new Map(shown.map((tile, at) => [tileKey(tile), at]));
  // A router's first WAN takes the place where the router itself stood before its lines were known.
  const stood = new Map(shown.flatMap((tile, at) => (tile.router ? [[tile.router, at]] : [])));
  const placeOf = (tile) => place.get(tileKey(tile)) ?? stood.get(tile.lines[0]?.router) ?? Infinity;
  return [...wanted].sort((a, b) => {
    const [at, of] = [placeOf(a), placeOf(b)];
    return at === of ? 0 : at - of;
  });
}

/**
 * How many columns and rows show so many tiles in this room: as large as they can be.
 * @param {number} count
 * @param {{width: number, height: number}} room px
 */
export function gridFor(count, { width, height }) {
  const columns = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(width / LEAST.width)));
  const rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(height / LEAST.height)));
  if (count >= columns * rows) return { columns, rows };
  // The squarest that holds them all: a tile is wider than it is high.
  let best = { columns, rows };
  let worst = Infinity;
  for (let c = 1; c <= columns; c++) {
    const r = Math.max(1, Math.ceil(count / c));
    if (r > rows) continue;
    const empty = c * r - count;
    const shape = Math.abs(Math.log(width / c / (height / r) / 1.8));
    if (shape + empty * 0.15 < worst) [worst, best] = [shape + empty * 0.15, { columns: c, rows: r }];
  }
  return best;
}

/** The tiles of each page. */
export function pagesOf(tiles, { columns, rows }) {
  const size = columns * rows;
  const pages = [];
  for (let at = 0; at < tiles.length; at += size) pages.push(tiles.slice(at, at + size));
  return pages.length > 0 ? pages : [[]];
}

/** Where the wall stands at this time, px: each hour a little elsewhere, and after a round where it was. */
export function shiftAt(ms) {
  const places = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  const [x, y] = places[Math.floor(ms / SHIFT_MS) % places.length];
  return { x: x * SHIFT, y: y * SHIFT };
}

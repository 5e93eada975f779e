// The saved layouts of the wall: what the server keeps of them, and what of it can be shown. All WANs is a layout
// that
// nobody has to save.

import { api } from "../shared/api.js";
/** @import { Tile } from "./wall-pages.js" */

/**
 * @typedef {object} Layout
 * @property {string|null} id null for one that is not saved
 * @property {string} name
 * @property {string} [owner]
 * @property {boolean} [shared]
 * @property {boolean} [editable]
 * @property {Tile[]|null} tiles null for all WANs, whichever they are
 * @property {number} rotateSeconds
 * @property {number} windowSeconds
 */

export const MOST_TILES = 64;
export const MOST_LINES = 8;
export const ROTATE_SECONDS = 20;
export const WINDOW_SECONDS = 900;

/** @returns {Layout} */
export function allWans(name) {
  return { id: null, name, tiles: null, rotateSeconds: ROTATE_SECONDS, windowSeconds: WINDOW_SECONDS };
}

/** What came from the server, as far as it is one: a newer server may know more. */
export function layoutOf(told) {
  const number = (value, usual, least, most) =>
    Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : usual;
  const tiles = (Array.isArray(told.tiles) ? told.tiles : [])
    .slice(0, MOST_TILES)
    .map(({ title = null, lines = [] }) => ({
      title: typeof title === "string" && title.trim() !== "" ? title : null,
      lines: lines
        .filter(({ router, interface: name }) => typeof router === "string" && typeof name === "string")
        .slice(0, MOST_LINES)
        .map(({ router, interface: name }) => ({ router, interface: name })),
    }));
  return {
    ...told,
    id: told.id === undefined || told.id === null ? null : String(told.id),
    tiles: tiles.filter(({ lines }) => lines.length > 0),
    rotateSeconds: number(told.rotateSeconds, ROTATE_SECONDS, 5, 3_600),
    windowSeconds: number(told.windowSeconds, WINDOW_SECONDS, 60, 21_600),
  };
}

/** @returns {Promise<Layout[]>} the person's own and those that others share */
export async function loadLayouts() {
  const { layouts = [] } = await api.get("/api/v1/layouts");
  return layouts.map(layoutOf);
}

/** @returns {Promise<Layout>} as the server keeps it now */
export async function saveLayout({ id, name, shared = false, tiles, rotateSeconds, windowSeconds }) {
  const body = { name, shared, tiles, rotateSeconds, windowSeconds };
  return layoutOf(
    id === null
      ? await api.send("POST", "/api/v1/layouts", body)
      : await api.send("PUT", `/api/v1/layouts/${encodeURIComponent(id)}`, body),
  );
}

export function removeLayout(id) {
  return api.send("DELETE", `/api/v1/layouts/${encodeURIComponent(id)}`);
}

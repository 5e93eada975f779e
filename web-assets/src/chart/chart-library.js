// The plotting library. On our own pages it is a script of its own; on somebody else's page, where another version of
// it may be in use, it is handed over and leaves no name behind.

/** @typedef {import("../vendor/uplot/uPlot.module.js").default} Plot what is drawn */
/** @typedef {typeof import("../vendor/uplot/uPlot.module.js").default} Library its constructor */

/** @type {Library|null} */
let handed = null;

/** @param {Library} uPlot */
export function useLibrary(uPlot) {
  handed = uPlot;
}

/** @returns {Library} its `pxRatio` changes with the screen. */
export function library() {
  return handed ?? globalThis.uPlot;
}

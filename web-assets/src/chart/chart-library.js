// The plotting library, passed in by whatever begins: other people's pages may use another version of it, so it has no
// global name.

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
  return handed;
}

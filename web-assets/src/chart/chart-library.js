// The plotting library. On our own pages it is a script of its own; on somebody else's page, where another version of
// it may be in use, it is handed over and leaves no name behind.

let handed = null;

/** @param {Function} uPlot */
export function useLibrary(uPlot) {
  handed = uPlot;
}

/** The constructor; its `pxRatio` changes with the screen. */
export function library() {
  return handed ?? globalThis.uPlot;
}

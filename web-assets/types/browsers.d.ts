/** What the libraries of the type checker do not know of the browser, or of our own pages in it. */

/** The chart library, where the page loads it as a script of its own. */
declare var uPlot: typeof import("./vendor/uplot/uPlot.module.js").default;

interface Window {
  /** For embedders and tests; reading only. */
  lalin: object;
}

interface DocumentEventMap {
  /** Light or dark was chosen. */
  themechange: Event;
}

// Under which path this server is shown: pages and API lie below it. The page says it (head.html), and only this file
// reads it.

/** Such as `/lalin`; empty at the root. */
export const BASE =
  /** @type {HTMLMetaElement|null} */ (globalThis.document?.querySelector?.("meta[name=lalin-base]"))?.content ?? "";

/** Where a browser finds a path of ours, such as `/api/v1/me`. */
export const below = (path) => BASE + path;

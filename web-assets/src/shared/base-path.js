// The path below which the server's pages and API are found. head.html says it, and only this file reads it.

/** Such as `/lalin`; empty at the root. */
export const BASE =
  /** @type {HTMLMetaElement|null} */ (globalThis.document?.querySelector?.("meta[name=lalin-base]"))?.content ?? "";

/** Where a browser finds a path of ours, such as `/api/v1/me`. */
export const below = (path) => BASE + path;

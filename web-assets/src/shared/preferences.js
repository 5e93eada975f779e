// What somebody chose is remembered on this device, and where it concerns one router, for that router.

/** Reads a remembered text; null where there is none, or where the browser forbids remembering. */
export function recall(key) {
  try {
    return localStorage.getItem(`lalin-${key}`);
  } catch {
    return null;
  }
}

/** The router that the address names. */
const asked = new URLSearchParams(location.search).get("router");
/**
 * The server's router that this page shows: the one of the address, or the last one chosen here; null means the default
 * one.
 */
export const router = asked ?? recall("router");

/**
 * The router that is shown is not there: forgets it if it was only remembered. False where the address itself names it.
 */
export function forgetRouter() {
  if (asked !== null || router === null) return false;
  forget("router");
  return true;
}

/** Remembers a text. */
export function remember(key, value) {
  try {
    localStorage.setItem(`lalin-${key}`, String(value));
  } catch {
    // forbidden by the browser: then nothing is remembered
  }
}

/** Remembers it no longer. */
export function forget(key) {
  try {
    localStorage.removeItem(`lalin-${key}`);
  } catch {
    // nothing was remembered
  }
}

/**
 * One of the allowed values: what the address says, else what is remembered, else the first.
 * @template {string} W
 * @param {string} key
 * @param {W[]} allowed
 * @returns {W}
 */
export function choice(key, allowed) {
  const asked = new URLSearchParams(location.search).get(key);
  const known = (wanted) => allowed.find((value) => value === wanted);
  return known(asked) ?? known(recall(key)) ?? allowed[0];
}

/** Remembers a choice that the address may make too; it no longer says otherwise then. */
export function decide(key, value) {
  remember(key, value);
  const url = new URL(location.href);
  if (!url.searchParams.has(key)) return;
  url.searchParams.set(key, value);
  history.replaceState(null, "", url);
}

/** A key of this router alone. */
export function ofRouter(key) {
  return router ? `${key}@${router}` : key;
}

// Reloads the page once after the server was updated, but not while somebody is busy with it.

const KEY = "lalin-reloaded-for";

/**
 * @param {string} running the server's version
 * @param {string} mine this page's
 * @param {() => boolean} busy whether somebody would lose something
 * @param {{storage?: () => Storage, reload?: () => void}} world
 * @returns {boolean} whether there is a newer version that is not loaded now: to be said
 */
export function checkVersion(
  running,
  mine,
  busy,
  { storage = () => sessionStorage, reload = () => location.reload() } = {},
) {
  if (!running || running === mine || mine === "dev") return false;
  try {
    const kept = storage();
    // Once for each version: a proxy that keeps the old page would otherwise make it a loop.
    if (kept.getItem(KEY) !== running && !busy()) {
      kept.setItem(KEY, running);
      if (kept.getItem(KEY) === running) {
        reload();
        return false;
      }
    }
  } catch {
    // Without a memory nobody could know that it was tried: then it is only said.
  }
  return true;
}

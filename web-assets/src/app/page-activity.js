// When the page asks for data and when it stops: started, stopped, hidden, kept by the browser, offline, asleep, back
// again.

import { PageTimer } from "./page-timer.js";

/** A page that nobody sees for this long, ms, leaves; on return it catches up. */
const HIDDEN = 30_000;
/** What counts up or down is written anew this often, ms. */
const BEAT = 500;
/** A server without routers is asked again this often, ms: somebody may add one elsewhere. */
const UNCONFIGURED = 10_000;

/**
 * @param {import("../data/live-feed.js").LiveFeed} feed
 * @param {{draw: () => void, beat: () => void, slept: (ms: number) => void}} page `slept`: the machine did, for so
 *   long, ms
 * @returns {{start: () => void, stop: () => void}}
 */
export function followActivity(feed, { draw, beat, slept }) {
  const { known } = feed;
  let leaving = null;
  let hiddenAt = null;
  let askedAt = performance.now();

  const pulse = new PageTimer({
    every: BEAT,
    beat() {
      if (known.unconfigured && !known.stopped && performance.now() - askedAt > UNCONFIGURED) {
        askedAt = performance.now();
        feed.restart();
      }
      beat();
    },
    slept({ late, frozen }) {
      if (frozen > 0) feed.stoodStill(frozen);
      if (late === 0 || known.stopped) return;
      slept(late);
      // The connection is dead, but nobody has told it so.
      feed.restart();
    },
  });

  function visibility() {
    clearTimeout(leaving);
    if (document.hidden) {
      pulse.stop();
      hiddenAt = Date.now();
      leaving = setTimeout(() => feed.leave(), HIDDEN);
      draw(); // nothing but why there may be a gap
    } else {
      // Asleep no timer runs: it should have left by now.
      if (hiddenAt !== null && Date.now() - hiddenAt > HIDDEN) feed.leave();
      hiddenAt = null;
      if (!known.stopped) feed.start();
      pulse.start();
      draw();
    }
  }
  document.addEventListener("visibilitychange", visibility);
  // A page that was left may be kept by the browser, with its stream open: it would go on being a viewer.
  window.addEventListener("pagehide", () => {
    feed.leave();
    pulse.stop();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    pulse.start();
    if (!known.stopped) feed.start();
  });
  window.addEventListener("online", () => {
    known.offline = false;
    feed.stream.tryNow();
    draw();
  });
  window.addEventListener("offline", () => {
    known.offline = true;
    draw();
  });

  feed.start();
  visibility(); // the page may have been opened in a background tab
  return {
    start() {
      known.stopped = false;
      feed.start();
      draw();
    },
    stop() {
      known.stopped = true;
      feed.leave();
      draw();
    },
  };
}

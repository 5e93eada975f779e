// When the page asks and when it does not: started, stopped, hidden, put away by the browser, offline, back again.

/** A page that nobody sees for this long, ms, leaves; on return it catches up. */
const HIDDEN = 30_000;

/** The clock is looked at this often, ms; later by so much than it should be, the machine slept. */
const TICK = 5_000;
const SLEPT = 20_000;

/**
 * @param {import("./feed.js").Feed} feed
 * @param {() => void} draw
 * @returns {{start: () => void, stop: () => void}}
 */
export function live(feed, draw) {
  const { known } = feed;
  let hidden = null;

  function visibility() {
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = setTimeout(() => feed.leave(), HIDDEN);
    } else {
      if (!known.stopped) feed.start();
      draw();
    }
  }
  document.addEventListener("visibilitychange", visibility);
  // A page that was left may be kept by the browser, with its stream open: it would go on being a viewer.
  window.addEventListener("pagehide", () => feed.leave());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && !known.stopped) feed.start();
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

  // A machine that slept: its clocks stood still, and what was on the wire is gone. The watchdog would notice too, but later.
  let ticked = Date.now();
  setInterval(() => {
    const late = Date.now() - ticked - TICK;
    ticked = Date.now();
    if (late < SLEPT || known.stopped || document.hidden) return;
    feed.leave();
    feed.start();
  }, TICK);

  feed.start();
  visibility(); // it may have been opened behind another
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

// Wall mode: while <html> has `data-kiosk` a clock is shown, and the screen is kept on where the browser allows it.
// Full
// screen is asked for beside it, as far as a browser gives it to a key or a button.

const root = document.documentElement;

/**
 * @param {HTMLElement} clock
 * @param {string} lang
 * @param {{always?: boolean}} [how] `always`: the clock goes outside the wall mode too
 * @returns {() => void} ends it
 */
export function wallMode(clock, lang, { always = false } = {}) {
  const time = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  let ticking = null;
  let lock = null;
  let over = false;

  function tick() {
    clock.textContent = time.format(new Date()).replaceAll(".", ":");
    ticking = setTimeout(tick, 1_000 - (Date.now() % 1_000));
  }
  async function stayOn() {
    try {
      lock ??= await navigator.wakeLock?.request("screen");
      lock?.addEventListener("release", () => (lock = null), { once: true });
    } catch {
      lock = null; // forbidden, or the battery is low: then the screen goes off as it always did
    }
  }
  function changed() {
    clearTimeout(ticking);
    const on = root.hasAttribute("data-kiosk") && !document.hidden && !over;
    if ((on || (always && !over)) && !document.hidden) tick();
    if (on) stayOn();
    else {
      lock?.release();
      lock = null;
    }
  }
  const observer = new MutationObserver(changed);
  observer.observe(root, { attributes: true, attributeFilter: ["data-kiosk"] });
  // The browser takes the lock back whenever the page is hidden; and then nobody reads the clock.
  document.addEventListener("visibilitychange", changed);
  changed();
  return () => {
    over = true;
    observer.disconnect();
    document.removeEventListener("visibilitychange", changed);
    changed();
  };
}

/** Asks for the whole screen, or gives it back; a browser that does not is no failure. */
export async function fullScreen(on) {
  try {
    if (on && !document.fullscreenElement) await root.requestFullscreen?.();
    else if (!on && document.fullscreenElement) await document.exitFullscreen();
  } catch {
    // not asked for by a hand, or forbidden: the wall is as large as the window
  }
}

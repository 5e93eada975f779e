// Wall mode: while <html> has `data-kiosk` a clock is shown, and the screen is kept on where the browser allows it.

const root = document.documentElement;

/** @param {HTMLElement} clock */
export function wallMode(clock, lang) {
  const time = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  let ticking = null;
  let lock = null;

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
    const on = root.hasAttribute("data-kiosk");
    if (on && !document.hidden) {
      tick();
      stayOn();
    } else {
      lock?.release();
      lock = null;
    }
  }
  new MutationObserver(changed).observe(root, { attributes: true, attributeFilter: ["data-kiosk"] });
  // The browser takes the lock back whenever the page is hidden; and then nobody reads the clock.
  document.addEventListener("visibilitychange", changed);
  changed();
}

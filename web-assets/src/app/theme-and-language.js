// The header's two buttons: the theme (light, dark, or the system's) and the other language. Both are remembered.

import { below } from "../shared/base-path.js";
import { recall, remember } from "../shared/preferences.js";

const THEMES = ["system", "light", "dark"];
const SIGNS = { system: "#i-system", light: "#i-sun", dark: "#i-moon" };

/**
 * Goes round the themes. The page is told by an event, for what is drawn.
 * @param {HTMLElement} button
 * @param {Record<string, string>} texts
 * @param {() => void} changed what is drawn needs the new colours
 */
export function theme(button, texts, changed) {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const scheme = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=color-scheme]"));
  let now = THEMES.includes(recall("theme")) ? recall("theme") : THEMES[0];

  function show() {
    if (now === "system") delete root.dataset.theme;
    else root.dataset.theme = now;
    scheme.content = now === "system" ? "light dark" : now;
    const words = `${texts.theme}: ${texts[`theme_${now}`]}`;
    button.querySelector("use")?.setAttribute("href", SIGNS[now]);
    const word = button.querySelector(".word");
    if (word) word.textContent = words;
    button.setAttribute("aria-label", words);
    button.title = words;
  }
  function told() {
    document.dispatchEvent(new CustomEvent("themechange"));
    changed();
  }
  button.addEventListener("click", () => {
    now = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    remember("theme", now);
    show();
    told();
  });
  // Paper is white.
  addEventListener("beforeprint", () => {
    root.dataset.theme = "light";
    told();
  });
  addEventListener("afterprint", () => {
    show();
    told();
  });
  system.addEventListener("change", () => now === "system" && told());
  show();
}

/**
 * The page comes anew in the other language.
 * @param {HTMLElement} button
 * @param {"id"|"en"} lang the page's
 */
export function language(button, lang) {
  button.addEventListener("click", () => {
    const other = lang === "id" ? "en" : "id";
    document.cookie = `lalin-lang=${other}; path=${below("/")}; max-age=31536000; samesite=lax`;
    const url = new URL(location.href);
    url.searchParams.delete("lang");
    if (url.href === location.href) location.reload();
    else location.replace(url);
  });
}

// The button for the other language: remembered, and the page comes anew in it.

import { below } from "../shared/base-path.js";

/**
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
